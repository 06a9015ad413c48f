"""Cuts page and note text into passages of about 120–200 words, with headings and offsets. Stores nothing."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from domain.chunks import Chunk
from domain.ids import derived
from domain.knowledge import Page, text_hash
from domain.labels import Label

TARGET_WORDS = 120
MAX_WORDS = 200
_LETTERS_A_WORD = 6  # scripts without spaces are counted by letters
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s*(?=\S)")
_PARAGRAPH = re.compile(r"\n\s*\n")
_MARKED_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")


class _Piece(NamedTuple):
    """A run of text that stays together. `joined` says nothing was left out since the piece before."""

    start: int
    end: int
    heading: str
    joined: bool


def chunk_page(subject: str, page: Page) -> tuple[Chunk, ...]:
    """The passages of a page's visible text without its navigation; offsets refer to `page.text`."""
    return _chunks(subject, page.text, _page_pieces(page), page.url, page.label, page.fetched_at)


def chunk_text(subject: str, text: str, *, url: str, label: Label, seen_at: datetime) -> tuple[Chunk, ...]:
    """The passages of a plain or Markdown note; offsets refer to `text`."""
    return _chunks(subject, text, _note_pieces(text), url, label, seen_at)


def _page_pieces(page: Page) -> Iterator[_Piece]:
    start, joined = 0, True
    for block in page.blocks:
        end = start + len(block.text)
        if block.zone == "nav" or not block.text.strip():
            joined = False
        else:
            yield _Piece(start, end, block.heading, joined)
            joined = True
        start = end + 1  # the line break between blocks


def _note_pieces(text: str) -> Iterator[_Piece]:
    heading, start = "", 0
    for gap in [*_PARAGRAPH.finditer(text), None]:
        end = gap.start() if gap else len(text)
        first_line = text[start:end].strip().split("\n", 1)[0]
        if marked := _MARKED_HEADING.match(first_line):
            heading = marked.group(1)
        if text[start:end].strip():
            yield _Piece(start, end, heading, True)
        start = gap.end() if gap else end


def _chunks(
    subject: str, text: str, pieces: Iterable[_Piece], url: str, label: Label, seen_at: datetime
) -> tuple[Chunk, ...]:
    found: dict[str, Chunk] = {}
    for piece in _merged(text, _short_pieces(text, pieces)):
        start, end = _trimmed(text, piece.start, piece.end)
        passage = text[start:end]
        if not passage:
            continue
        key = derived("chk", subject, url, text_hash(passage))
        found.setdefault(
            key,
            Chunk(
                id=key,
                subject=subject,
                url=url,
                text=passage,
                heading=piece.heading,
                start=start,
                end=end,
                seen_at=seen_at,
                label=label,
            ),
        )
    return tuple(found.values())


def _merged(text: str, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Neighbouring pieces together, up to `MAX_WORDS`; a new heading parts them once there is enough."""
    held: _Piece | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif piece.joined and _fits(text, held, piece):
            held = held._replace(end=piece.end, heading=held.heading or piece.heading)
        else:
            yield held
            held = piece
    if held is not None:
        yield held


def _fits(text: str, held: _Piece, piece: _Piece) -> bool:
    long_enough = _words(text[held.start : held.end]) >= TARGET_WORDS
    if long_enough and piece.heading != held.heading:
        return False
    return _words(text[held.start : piece.end]) <= MAX_WORDS


def _short_pieces(text: str, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Pieces longer than `MAX_WORDS` cut at sentences, then at words, then anywhere."""
    for piece in pieces:
        if _words(text[piece.start : piece.end]) <= MAX_WORDS:
            yield piece
            continue
        joined = piece.joined
        for start, end in _spans(text, piece):
            yield _Piece(start, end, piece.heading, joined)
            joined = True


def _spans(text: str, piece: _Piece) -> Iterator[tuple[int, int]]:
    start = piece.start
    cuts = [match.end() for match in _SENTENCE.finditer(text, piece.start, piece.end)]
    for end in [*cuts, piece.end]:
        while start < end and _words(text[start:end]) > MAX_WORDS:
            cut = _word_cut(text, start, end)
            yield start, cut
            start = cut
        if start < end:
            yield start, end
            start = end


def _word_cut(text: str, start: int, end: int) -> int:
    """Where about `TARGET_WORDS` words end, at a space if there is one."""
    limit = min(end, start + TARGET_WORDS * _LETTERS_A_WORD)
    space = text.rfind(" ", start + 1, limit)
    return space if space > start else limit


def _words(text: str) -> int:
    return max(len(text.split()), len(text) // (2 * _LETTERS_A_WORD))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())
