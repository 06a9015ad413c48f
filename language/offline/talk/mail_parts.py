"""A mail taken apart into greeting, sentences and closing, and put together again. Changes no wording itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.campaigns import MAX_WORDS, Claim, WrittenMail
from domain.errors import Correctable
from language.offline.talk import wording
from language.offline.talk.material import Sentence

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")
_ABBREVIATED = re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|e\.g|i\.e|approx|No|Nr|Inc|Ltd|z\.B|bzw)\.$")


@dataclass(frozen=True)
class Draft:
    """A mail taken apart: greeting line, paragraphs of sentences, closing lines."""

    subject: str
    hello: str
    paragraphs: tuple[tuple[str, ...], ...]
    closing: str
    claims: tuple[Claim, ...]
    lang: str


@dataclass(frozen=True)
class Said:
    """The parts of an instruction by name; a second spelling (`what2`) answers under the first name."""

    groups: Mapping[str, str | None]

    def __getitem__(self, name: str) -> str:
        """The part, or "" when it was not said."""
        return self.groups.get(name) or self.groups.get(f"{name}2") or ""


def take_apart(mail: WrittenMail) -> Draft:
    """A written mail as its parts."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", mail.body.strip()) if block.strip()]
    hello = (
        blocks.pop(0)
        if blocks
        and re.match(r"(?:hi|hello|dear|hey|guten|hallo|liebe|sehr|moin)\b", blocks[0], re.I)
        and len(blocks[0]) < 70
        else ""
    )
    closing = ""
    if len(blocks) > 1 and (
        len(blocks[-1].splitlines()) > 1
        or re.match(r"(?:best|kind|regards|viele|freundliche|cheers|mit )", blocks[-1], re.I)
    ):
        closing = blocks.pop()
    paragraphs = tuple(tuple(_sentences(block)) for block in blocks)
    lang = "de" if wording.language_of(" ".join(blocks)) == "de" else "en"
    return Draft(mail.subject, hello, paragraphs, closing, mail.claims, lang)


def _sentences(block: str) -> list[str]:
    pieces: list[str] = []
    for piece in _SENTENCE.split(re.sub(r"\s*\n\s*", " ", block)):
        if pieces and _ABBREVIATED.search(pieces[-1]):
            pieces[-1] += " " + piece
        else:
            pieces.append(piece)
    return pieces


def put_together(draft: Draft, variant: str) -> WrittenMail:
    """The parts as a mail; claims whose text is gone go too."""
    lines = [" ".join(paragraph) for paragraph in draft.paragraphs if paragraph]
    body = "\n\n".join(part for part in (draft.hello, *lines, draft.closing) if part)
    claims = tuple(claim for claim in draft.claims if claim.text in body)
    return WrittenMail(subject=draft.subject, body=body, claims=claims, variant=variant)


def with_changes(draft: Draft, **changes: object) -> Draft:
    """A copy with some parts changed."""
    return Draft(**{**draft.__dict__, **changes})  # type: ignore[arg-type]


def word_count(draft: Draft) -> int:
    """Words of the sentences."""
    return sum(len(sentence.split()) for paragraph in draft.paragraphs for sentence in paragraph)


def places(draft: Draft) -> list[tuple[int, int]]:
    """Paragraph and sentence numbers in order."""
    return [(p, s) for p, paragraph in enumerate(draft.paragraphs) for s in range(len(paragraph))]


def without(draft: Draft, gone: set[tuple[int, int]]) -> Draft:
    """The draft without some sentences."""
    kept = tuple(
        tuple(text for s, text in enumerate(paragraph) if (p, s) not in gone)
        for p, paragraph in enumerate(draft.paragraphs)
    )
    return with_changes(draft, paragraphs=kept)


def holds(draft: Draft, sentence: Sentence) -> bool:
    """True when a sentence or its source is used already."""
    core = sentence.text.rstrip(".").casefold()
    body = " ".join(text for paragraph in draft.paragraphs for text in paragraph).casefold()
    return core in body or any(
        source.quote in {claim.evidence.quote for claim in draft.claims} for source in sentence.sources
    )


def with_sentence(draft: Draft, sentence: Sentence) -> Draft:
    """Put a sourced sentence before the closing question."""
    paragraphs = [list(paragraph) for paragraph in draft.paragraphs if paragraph] or [[]]
    at = max(0, len(paragraphs) - 2)
    paragraphs[at].append(sentence.text)
    claims = (*draft.claims, *(Claim(text=sentence.text, evidence=source) for source in sentence.sources))
    grown = with_changes(draft, paragraphs=tuple(tuple(p) for p in paragraphs), claims=claims)
    if word_count(grown) > MAX_WORDS - 20:
        raise Correctable(f"With that the mail would be longer than {MAX_WORDS} words.", code="too_long")
    return grown


def checked_rest(draft: Draft) -> Draft:
    """The draft, unless nothing is left of it."""
    if not any(draft.paragraphs):
        raise Correctable("Nothing would be left of the mail.", code="nothing_left")
    return draft
