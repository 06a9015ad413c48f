"""Tells what our own pages say beside a rival's name, row by row or in their own words. Adds no judgement."""

import re
from collections.abc import Sequence

from domain.icp import ProfileFact
from language.offline.talk.material import Sentence

_CELLS = 3  # quotes from which a fact is a row of a table
_TOLD = 5  # words from which it is a sentence, and no name
_DIFFERENCE = re.compile(
    r"\b(?:differ\w*|compar\w*|versus|vs\.?|better|instead|advantages?|over them|switch\w*|"
    r"(?:that|which) (?:they|the others?|it) (?:don['’]?t|do not|can['’]?t|cannot|does(?:n['’]t| not)|lacks?|miss\w*)|"
    r"unterscheid\w*|unterschied\w*|vergleich\w*|besser\w*|anders|statt|vorteil\w*|voraus|wechseln|"
    r"diff[ée]r\w*|mieux|plutôt|avantages?|par rapport|diferen\w*|mejor\w*|ventajas?|en vez|"
    r"confront\w*|meglio|vantagg\w*|rispetto|verschil\w*|vergel\w*|beter|voordel\w*)\b",
    re.I,
)
_SAID = {"en": "From the comparison on our site:", "de": "Aus dem Vergleich auf unserer Seite:"}


def asks_difference(question: str, rivals: Sequence[str]) -> bool:
    """True for a question about what speaks for us beside somebody else."""
    folded = question.casefold()
    return _DIFFERENCE.search(question) is not None or any(one.casefold() in folded for one in rivals)


def compared(facts: Sequence[ProfileFact], lang: str, quoted: str) -> list[list[Sentence]]:
    """Paragraphs with what our pages say of a rival; none when they say nothing. `quoted` frames a sentence."""
    about = [fact for fact in facts if fact.field == "competitor"]
    rows = [Sentence(f"- {fact.value}", fact.evidence, "comparison") for fact in about if _is_row(fact)]
    if rows:
        return [[Sentence(_SAID[lang])], rows]
    told = [_quoted(fact, quoted) for fact in about if _is_sentence(fact)]
    return [told] if told else []


def _is_row(fact: ProfileFact) -> bool:
    return len(fact.evidence) >= _CELLS and ": " in fact.value


def _is_sentence(fact: ProfileFact) -> bool:
    return fact.value == fact.evidence[0].quote and len(fact.value.split()) >= _TOLD


def _quoted(fact: ProfileFact, frame: str) -> Sentence:
    line = fact.value.rstrip(".").replace("“", "'").replace("”", "'")
    return Sentence(frame.format(line=line), fact.evidence, "comparison")
