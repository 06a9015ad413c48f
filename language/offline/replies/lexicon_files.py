"""Loads the reply lexicons: word classes expanded, patterns compiled, once per process.

A pattern meets folded words joined by blanks. `~` is up to 3 words, `~~` up to 7, <name> a word class,
@day and @time a named day and a clock time.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from language.offline.replies.calendar_words import calendar_words, day_pattern, time_pattern

_CLASS = re.compile(r"<(\w+)>")
_FEW, _SOME = r"(?:[^\s,]+ ){0,3}", r"(?:[^\s,]+ ){0,7}"
_FEW_AFTER, _SOME_AFTER = r"(?: [^\s,]+){0,3}", r"(?: [^\s,]+){0,7}"
_WORD = re.compile(r"[a-z]{4,}")

# Courtesies of any language: people mix them ("STOP merci").
_COURTESIES = frozenset(
    "please bitte svp thanks danke merci gracias grazie bedankt dank obrigado obrigada dziekuje tack "
    "tak takk kiitos aub prego".split()
)
_WORD_LISTS = ("stops", "drop", "trim", "fuzzy", "away", "returning")


@dataclass(frozen=True)
class Lexicon:
    """One language: words as sets, spellings, and patterns by name."""

    language: str
    stops: frozenset[str]
    drop: frozenset[str]
    trim: frozenset[str]
    fuzzy: tuple[str, ...]
    away: frozenset[str]
    returning: frozenset[str]
    spellings: dict[str, tuple[str, ...]]
    question_start: str
    rows: dict[str, tuple[str, ...]]
    classes: dict[str, str]

    def pattern(self, name: str) -> re.Pattern[str] | None:
        """The compiled pattern of a name; compiled at first use, as few mails need them all."""
        return _compiled(self.language, name)

    def asks(self, words: str) -> bool:
        """True when the words begin like a question."""
        start = _compiled(self.language, "question_start")
        return start is not None and start.match(words) is not None

    def folded(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words in this language's plain spelling, fillers dropped."""
        found = (part for word in words for part in self.spellings.get(word, (word,)))
        return tuple(word for word in found if word not in self.drop)

    def trimmed(self, words: tuple[str, ...]) -> str:
        """The words without courtesies, and without greetings and marks at either end."""
        kept = [word for word in words if word not in (",", "?") and word not in _COURTESIES]
        while len(kept) > 1 and kept[0] in self.trim:
            kept.pop(0)
        while len(kept) > 1 and kept[-1] in self.trim:
            kept.pop()
        return " ".join(kept)


@cache
def lexicons() -> dict[str, Lexicon]:
    """All lexicons by language."""
    folder = files("language.offline.replies").joinpath("lexicon")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {name[:2]: _lexicon(name[:2], folder.joinpath(name).read_text("utf-8")) for name in names}


@cache
def stop_weights() -> dict[str, dict[str, float]]:
    """How much each frequent word speaks for each language: the fewer share it, the more."""
    shared = Counter(word for one in lexicons().values() for word in one.stops)
    return {name: {word: 1 / shared[word] for word in one.stops} for name, one in lexicons().items()}


@cache
def vocabulary() -> frozenset[str]:
    """Every word any lexicon knows: such a word is never taken for a misspelling."""
    folder = files("language.offline.replies").joinpath("lexicon")
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return frozenset(_WORD.findall(" ".join(texts)))


def _lexicon(language: str, text: str) -> Lexicon:
    raw = yaml.safe_load(text)
    classes = {name: f"(?:{body})" for name, body in (raw.pop("words", None) or {}).items()}
    spellings = {word: tuple(written.split()) for word, written in (raw.pop("spellings", None) or {}).items()}
    words = {name: raw.pop(name, "").split() for name in _WORD_LISTS}
    start = raw.pop("question_start", "")
    return Lexicon(
        language=language,
        stops=frozenset(words["stops"]) | _calendar_names(language),
        drop=frozenset(words["drop"]),
        trim=frozenset(words["trim"]),
        fuzzy=(
            *words["fuzzy"],
            *sorted(name for name in _calendar_names(language) if len(name) >= _LONG_NAME),
        ),
        away=frozenset(words["away"]),
        returning=frozenset(words["returning"]),
        spellings=spellings,
        question_start=start,
        rows={name: tuple(rows) for name, rows in raw.items()},
        classes=classes,
    )


_LONG_NAME = 7  # letters; a slip in a shorter name makes another word


@cache
def calendar_names() -> frozenset[str]:
    """Months and days of the week in every language."""
    return frozenset().union(*(_calendar_names(language) for language in lexicons()))


def _calendar_names(language: str) -> frozenset[str]:
    named = calendar_words(language)
    return frozenset(word for word in (*named.months, *named.weekdays) if len(word) > 3)


@cache
def _compiled(language: str, name: str) -> re.Pattern[str] | None:
    lexicon = lexicons()[language]
    if name == "question_start":
        return re.compile(rf"{lexicon.question_start}(?!\S)") if lexicon.question_start else None
    rows = lexicon.rows.get(name, ())
    if not rows:
        return None
    greedy = name.endswith("_not")  # what is masked takes the words behind it along
    bodies = "|".join(f"(?:{_expanded(row, lexicon.classes, language, greedy)})" for row in rows)
    return re.compile(rf"(?<!\S)(?:{bodies})(?!\S)")


def _expanded(row: str, classes: dict[str, str], language: str, greedy: bool) -> str:
    row = row.replace(r"( \S+){", r"(?: [^\s,]+){").replace(r"(\S+ ){", r"(?:[^\s,]+ ){")
    if not greedy:
        row = re.sub(r"(?:\( ~+\)\?)+$", "", row)
        row = re.sub(r"(?: ~+|\( ~+\)\?)\([^()]*\)\?$", "", row)
        row = re.sub(r"\$$", r"(?: \\?)?$", row)
    row = re.sub(r"(\( ~+\)\?)\((?![ ?])", r"\1 (", row)
    row = row.replace("( ~~)?", _SOME_AFTER).replace("( ~)?", _FEW_AFTER)
    row = re.sub(r" ~~$", lambda _: _SOME_AFTER, row)
    row = re.sub(r" ?~$", lambda _: _FEW_AFTER, row)
    row = row.replace("~~", _SOME).replace("~", _FEW)
    for _ in range(3):
        row = _CLASS.sub(lambda match: classes[match.group(1)], row)
    row = row.replace("~~", _SOME).replace("~", _FEW)
    return row.replace("@day", day_pattern(language)).replace("@time", time_pattern(language))
