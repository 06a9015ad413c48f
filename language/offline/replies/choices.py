"""Which of the times we offered somebody takes: by number, "any of them", or by naming it; and clauses against a time.

Knows nothing of meetings that stand. What is not clear takes nothing.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from domain.replies import ProposedTime
from language.offline.replies.calendar_words import calendar_words
from language.offline.replies.words import Sentence

_OPTION = (
    r"(?:(?:option|slot|termin|vorschlag|nummer|number|no|nr|numero|optie|opcion|opcao|choice|variante) )"
)
_SHORT = 6  # words
_LONGEST = 25  # words of a sentence that takes one by its number


class Span(NamedTuple):
    """A stretch of the joined folded words."""

    start: int
    end: int


def chosen(sentence: Sentence, languages: Sequence[str], offered: Sequence[datetime]) -> datetime | None:
    """The offered time a sentence takes by its number, or the first when any suits; `offered` in the order told."""
    text = " ".join(sentence.words)
    if not offered or sentence.asks or len(sentence.words) > _LONGEST or refused(text, languages):
        return None
    numbers = {number for language in languages for number in _numbers(text, language)}
    taken = {len(offered) - 1 if number < 0 else number for number in numbers}
    if len(taken) == 1 and (number := taken.pop()) < len(offered):
        return offered[number]
    any_suits = not numbers and any(_search(language, "any", text) for language in languages)
    return offered[0] if any_suits else None


def picks(words: Sequence[str], languages: Sequence[str]) -> bool:
    """True for a few words that name something by its number and say little else ("the second one, please")."""
    text = " ".join(words)
    return len(words) <= _SHORT and any(n >= 0 for language in languages for n in _numbers(text, language))


def named(times: Iterable[ProposedTime], offered: Sequence[datetime]) -> datetime | None:
    """The one offered time that is named with its clock time."""
    exact = {one.start for one in times if one.exact}
    found = [slot for slot in offered if slot in exact]
    return found[0] if len(found) == 1 == len(exact) else None


def refused(text: str, languages: Sequence[str]) -> tuple[Span, ...]:
    """The clauses of a folded text in which something speaks against the time they name.

    A clause that names no time itself speaks against the time named before it ("Tuesday, alas, is impossible").
    """
    found: list[Span] = []
    start = 0
    for span in _clauses(text, languages):
        clause = text[span.start : span.end]
        if _names_time(clause, languages):
            start = span.start
        if any(_speaks_against(clause, language) for language in languages):
            found.append(Span(start, span.end))
    return tuple(found)


def _names_time(clause: str, languages: Sequence[str]) -> bool:
    if any(char.isdigit() for char in clause):
        return True
    words = set(clause.split())
    return any(words & set(calendar_words(language).weekdays) for language in languages)


def _speaks_against(clause: str, language: str) -> bool:
    if language not in _words():
        return False
    said = _pattern(language, "never").sub(" ", clause)
    return any(_search(language, name, said) for name in ("against", "swaps"))


def _clauses(text: str, languages: Sequence[str]) -> list[Span]:
    """Clauses end at a comma and before a word that turns; "instead of X" is one of its own."""
    cuts = {match.start() for match in re.finditer(r"(?<!\S),(?!\S)", text)}
    for language in languages:
        if language in _words():
            cuts |= {match.start() for match in _pattern(language, "turns").finditer(text)}
            cuts |= {match.start() for match in _pattern(language, "swaps").finditer(text)}
    edges = sorted({0, *cuts, len(text)})
    return [Span(start, end) for start, end in pairwise(edges) if end > start]


def _numbers(text: str, language: str) -> set[int]:
    """Numbers of offers a text speaks of: 0 is the first, -1 the last."""
    words = _words().get(language)
    if words is None:
        return set()
    found = {int(match["n"]) - 1 for match in re.finditer(rf"(?<!\S){_OPTION}(?P<n>[1-4])(?!\S)", text)}
    spans = calendar_words(language)
    unit = "|".join(
        [*(spans.any_of(name) for name in ("day", "week", "month", "quarter", "year")), _months(language)]
    )
    for number, body in enumerate(words["nth"]):
        if re.search(rf"(?<!\S)(?:{body})(?!\S)(?! (?:of |de |im |in |du |del )?(?:\d|{unit}))", text):
            found.add(number if number < len(words["nth"]) - 1 else -1)
    return found


def _months(language: str) -> str:
    return "|".join(re.escape(name) for name in calendar_words(language).months) or "(?!)"


def _search(language: str, name: str, text: str) -> bool:
    return language in _words() and _pattern(language, name).search(text) is not None


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{_words()[language][name]})(?!\S)")


@cache
def _words() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(files("language.offline.replies").joinpath("choices.yaml").read_text("utf-8"))
