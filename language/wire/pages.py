"""Turns pages into numbered, quoted data for a prompt, the most useful blocks within a token budget.

Page text is untrusted: it goes in as JSON strings, so nothing on a page can end the quotation.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from domain.knowledge import Block, Page
from language.usage import estimated_tokens
from language.wire.strict import quoted

MAX_BLOCK_CHARS = 500
_ZONES = {"main": 3.0, "header": 1.0, "footer": 0.8, "nav": 0.0}
_KINDS = {"h1": 3.0, "h2": 1.5, "h3": 1.0, "quote": 1.5, "a": -1.5, "button": -2.0}
_TELLING = re.compile(
    r"[€$£]|\d+\s?%|\b(?:customers?|clients?|trusted|pricing|price|plans?|founded|based in|alternative"
    r"|for (?:teams|companies|business)|we (?:help|build|are|make)|compared?|versus|vs|award|certified"
    r"|iso \d+|case stud(?:y|ies)|our mission|who we|kunden|preise?|für|wir (?:sind|helfen)|tarifs?|pour"
    r"|clientes|precios?)\b",
    re.I,
)
_TELLING_PATH = re.compile(
    r"about|pricing|customers?|case|clients?|product|solution|service|imprint|contact|team|compare|vs", re.I
)


_POST_PATH = re.compile(r"/(?:blog|news|posts?|changelog|docs?|legal|privacy|terms|jobs|careers)\b", re.I)


def without_machine_talk(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages without text that addresses software and without cookie notices."""
    from language.offline.reading.injection import is_cookie_notice, speaks_to_machines

    def kept(block: Block) -> bool:
        return not speaks_to_machines(block.text) and not is_cookie_notice(block.text)

    return tuple(page.model_copy(update={"blocks": tuple(filter(kept, page.blocks))}) for page in pages)


class _Piece(NamedTuple):
    score: float
    page: int
    position: int
    text: str


def page_data(pages: Sequence[Page], max_tokens: int) -> str:
    """The pages as `Page N URL` headings with one JSON string per block, in reading order."""
    chosen = _within(_pieces(pages), max_tokens)
    lines: list[str] = []
    for number, page in enumerate(pages, start=1):
        texts = [piece.text for piece in chosen if piece.page == number]
        if texts:
            lines += [f"Page {number} {quoted(page.url, 200)}", *texts]
    return "\n".join(lines) or "no pages"


def _pieces(pages: Sequence[Page]) -> list[_Piece]:
    seen: set[str] = set()
    pieces: list[_Piece] = []
    for number, page in enumerate(pages, start=1):
        bonus = 2.0 if number == 1 else _page_bonus(page.url)
        for position, block in enumerate(page.blocks):
            if len(block.text) < 2 or block.text in seen:
                continue  # menus and footers repeat on every page
            seen.add(block.text)
            text = quoted(block.text, MAX_BLOCK_CHARS)
            pieces.append(_Piece(bonus + _worth(block) - position / 200, number, position, text))
    return pieces


def _page_bonus(url: str) -> float:
    path = urlsplit(url).path
    if _POST_PATH.search(path):
        return -1.5
    return 1.0 if _TELLING_PATH.search(path) else 0.0


def _worth(block: Block) -> float:
    worth = _ZONES.get(block.zone, 1.0) + _KINDS.get(block.kind, 0.5)
    if 25 <= len(block.text) <= MAX_BLOCK_CHARS:
        worth += 1.0
    if _TELLING.search(block.text):
        worth += 1.5
    return worth


def _within(pieces: list[_Piece], max_tokens: int) -> list[_Piece]:
    left = max_tokens
    chosen: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.score, piece.page, piece.position)):
        cost = estimated_tokens(len(piece.text) + 1)
        if cost <= left:
            chosen.append(piece)
            left -= cost
    return sorted(chosen, key=lambda piece: (piece.page, piece.position))
