"""Finds what our own sources say to a question, as sentences with their evidence. Invents nothing."""

import re
from collections.abc import Sequence

from domain.knowledge import Evidence, squeeze
from language.offline.talk import answerer, wording
from language.offline.talk.material import Sentence
from language.port import Passage

_MARK = re.compile(r"\s*\[(\d+)\]\s*")
_MOST_SAID = 2  # sentences for one question
_MAX_LINE = 220


def answers(
    question: str, sources: Sequence[Evidence], lang: str, seller: str, quoted: str
) -> list[Sentence]:
    """Sentences that answer a question, best first; none when the sources do not hold the answer.

    `quoted` frames a line that cannot be said in our own person.
    """
    passages = [
        Passage(id=str(number), url=source.url, text=source.quote, trusted=True)
        for number, source in enumerate(sources)
    ]
    found = answerer.answer(question, passages)
    if not found.known or not answerer.asks_something(question):
        return []
    pieces = _MARK.split(found.text)
    said: list[Sentence] = []
    for text, mark in zip(pieces[::2], pieces[1::2], strict=False):
        source = sources[int(found.cited[int(mark) - 1])]
        made = _sayable(text, source, lang, seller, quoted)
        if made is not None:
            said.append(made)
    own = [sentence for sentence in said if wording.language_of(sentence.sources[0].quote) in (lang, "")]
    return (own or said)[:_MOST_SAID]  # a line in another language only when there is none in theirs


def _sayable(text: str, source: Evidence, lang: str, seller: str, quoted: str) -> Sentence | None:
    line = _verbatim(text, source)
    if not line or len(line) > _MAX_LINE:
        return None
    evidence = source.model_copy(update={"quote": line})
    ours = wording.about_us(line, lang, seller) if wording.language_of(line) in (lang, "") else None
    if ours:
        return Sentence(f"{ours.rstrip('.')}.", (evidence,), "answer")
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
