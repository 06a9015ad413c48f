"""The vocabulary of a page before it has a look: blocks of content, and what a host answers. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of content; a layout decides how its kind looks.

    Kinds: heading, lead, text, cards, products, facts, people, articles, quote, address, mails, list, links,
    table, prices, cta, note.
    """

    kind: str
    title: str = ""
    text: str = ""
    items: tuple[Mapping[str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A label and where it leads."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a site: where it is, what it says."""

    path: str
    title: str
    blocks: tuple[Block, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor asked one host for; without a moment the sites are as they opened."""

    host: str
    path: str
    query: str = ""
    method: str = "GET"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What a host answers; `delay` is how long it takes its time, in seconds."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


def text_of(blocks: tuple[Block, ...]) -> str:
    """Return the visible text of blocks, one line per piece."""
    lines: list[str] = []
    for block in blocks:
        lines += [block.title, block.text]
        lines += [" ".join(v for k, v in item.items() if k not in {"href", "email"}) for item in block.items]
        lines += [" ".join(row) for row in block.rows]
    return "\n".join(line for line in lines if line)


def plain(status: int, text: str) -> Response:
    """Return a short text answer."""
    return Response(status, text.encode(), "text/plain; charset=utf-8")


def redirect(target: str, status: int = 301) -> Response:
    """Return a redirect."""
    return Response(status, b"", "text/plain", {"Location": target})
