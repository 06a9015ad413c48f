"""Finds what our own sources say to a question, as sentences with their evidence. Invents nothing."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.knowledge import Evidence, squeeze
from language.offline.replies import subjects
from language.offline.talk import answerer, wording
from language.offline.talk.material import Sentence
from language.port import Passage

_OR = re.compile(r",\s+(?:or|oder|ou|o|of)\s+", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_HOW_MANY = re.compile(
    r"\b(?:how many|wie ?viele?|combien de?|cu[áa]nt[oa]s|quant[ie]|hoeveel)\b(?! (?:costs?|kosten|kost)\b)",
    re.I,
)
_NUMBER_OF = re.compile(r"\d[\d.,]*\+?\s+(?P<what>[^\d.,;]+)")
_MARK = re.compile(r"\s*\[(\d+)\]\s*")
_MOST_SAID = 2  # sentences for one question
_MAX_LINE = 220
FOREIGN = "foreign"  # kind of a line that stands there in English, and in no answer of ours
_FEWEST_WORDS = 4  # of a question's half that stands alone
_FEWEST_SUBJECTS = 2  # one word alone fits too much
_MOST_SUBJECTS = 0.66  # share of what is asked that a line must speak of


class Line(NamedTuple):
    """A line and the source it stands in."""

    text: str
    source: Evidence


def answers(
    question: str, sources: Sequence[Evidence], lang: str, seller: str, quoted: str
) -> list[Sentence]:
    """Sentences that answer a question, best first; none when the sources do not hold the answer.

    `quoted` frames a line that cannot be said in our own person. Of "this, or that?" an answer to either is one.
    A line in another language comes only when there is none in theirs.
    """
    if not answerer.asks_something(question):
        return []
    for asked in _ways_to_ask(question):
        found = [one for one in _literally(asked, sources) or _across(asked, sources) if _counts(asked, one)]
        said = [made for line in found if (made := _sayable(*line, lang, seller, quoted)) is not None]
        own = [one for one in said if wording.language_of(one.sources[0].quote) in (lang, "")]
        if said:
            return (own or said)[:_MOST_SAID]
    return []


def _ways_to_ask(question: str) -> tuple[str, ...]:
    parts = [part.strip() for part in _OR.split(question) if len(part.split()) >= _FEWEST_WORDS]
    return (question, *parts) if len(parts) > 1 else (question,)


def _counts(question: str, line: Line) -> bool:
    """False for a question after a number when the line has no number of what is asked for."""
    if not _HOW_MANY.search(question):
        return True
    asked = set(subjects.plain(question).split())
    return any(asked & set(subjects.plain(match["what"]).split()) for match in _NUMBER_OF.finditer(line.text))


def _literally(question: str, sources: Sequence[Evidence]) -> list[Line]:
    """Lines that share the question's words."""
    passages = [
        Passage(id=str(number), url=source.url, text=source.quote, trusted=True)
        for number, source in enumerate(sources)
    ]
    found = answerer.answer(question, passages)
    if not found.known:
        return []
    pieces = _MARK.split(found.text)
    return [
        Line(text, sources[int(found.cited[int(mark) - 1])])
        for text, mark in zip(pieces[::2], pieces[1::2], strict=False)
    ]


def _across(question: str, sources: Sequence[Evidence]) -> list[Line]:
    """The line in another language that speaks of the same subjects: of two at least, and of most of them."""
    spoken, asked = subjects.language_of(question), set(subjects.plain(question).split())
    lines = [
        Line(sentence, source)
        for source in sources
        for sentence in _SENTENCE.split(squeeze(source.quote))
        if spoken and subjects.language_of(sentence) not in (spoken, "")
    ]
    shared = [len(asked & set(subjects.plain(line.text).split())) for line in lines]
    best = max(shared, default=0)
    enough = best >= _FEWEST_SUBJECTS and best >= _MOST_SUBJECTS * len(asked)
    return [lines[shared.index(best)]] if enough else []


def _sayable(text: str, source: Evidence, lang: str, seller: str, quoted: str) -> Sentence | None:
    line = _verbatim(text, source)
    if not line or len(line) > _MAX_LINE:
        return None
    evidence = source.model_copy(update={"quote": line})
    ours = wording.about_us(line, lang, seller) if wording.language_of(line) in (lang, "") else None
    if ours:
        return Sentence(f"{ours.rstrip('.')}.", (evidence,), "answer")
    if lang != "en" and subjects.language_of(line) == "en":
        return Sentence(f"- {line}", (evidence,), FOREIGN)
    return Sentence(
        quoted.format(line=line.rstrip(".").replace("“", "'").replace("”", "'")), (evidence,), "answer"
    )


def _verbatim(text: str, source: Evidence) -> str:
    """The sentence as the source has it (a full stop may have been added for reading)."""
    whole = squeeze(source.quote)
    for line in (squeeze(text), squeeze(text).removesuffix(".")):
        if line and line in whole:
            return line
    return ""
