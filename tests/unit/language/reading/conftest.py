"""Sites written as plain text, so that a test shows what a reader of the page sees."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.knowledge import Block, Link, Page
from domain.labels import web_label

SITES = Path(__file__).parent / "sites"
SEEN = datetime(2026, 1, 5, tzinfo=UTC)
_ZONES = {"nav", "header", "footer"}
_HEADINGS = {"h1", "h2", "h3", "h4"}


@pytest.fixture
def site() -> Callable[[str], list[Page]]:
    """Pages of a written site by its domain."""
    return read_written_site


@pytest.fixture
def page() -> Callable[..., Page]:
    """A page from lines such as "p | text"."""
    return written_page


def read_written_site(domain: str) -> list[Page]:
    """`== /path | title | lang` starts a page; `[zone] kind [href] | text` is a block."""
    pages: list[Page] = []
    head: list[str] = []
    lines: list[str] = []
    for line in (SITES / f"{domain}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            if head:
                pages.append(_page(domain, head, lines))
            head, lines = [part.strip() for part in line[3:].split(" | ")], []
        elif line and not line.startswith("# "):
            lines.append(line)
    return [*pages, _page(domain, head, lines)]


def written_page(*lines: str, url: str = "http://acme.example/", title: str = "", lang: str = "en") -> Page:
    """A page of the given lines."""
    blocks: list[Block] = []
    heading = ""
    for line in lines:
        left, text = line.split(" | ", 1)
        block = _block(left.split(), text, heading, url)
        heading = text if block.kind in _HEADINGS else heading
        blocks.append(block)
    links = tuple(Link(url=block.href, text=block.text) for block in blocks if block.href)
    return Page(
        url=url,
        title=title,
        lang=lang,
        blocks=tuple(blocks),
        links=links,
        fetched_at=SEEN,
        label=web_label(url),
    )


def _page(domain: str, head: list[str], lines: list[str]) -> Page:
    return written_page(*lines, url=f"http://{domain}{head[0]}", title=" | ".join(head[1:-1]), lang=head[-1])


def _block(words: list[str], text: str, heading: str, url: str) -> Block:
    zone = words.pop(0) if words[0] in _ZONES else "main"
    href = words[1] if len(words) > 1 else None
    if href is not None and href.startswith("/"):
        href = "/".join(url.split("/")[:3]) + href
    return Block(kind=words[0], text=text, heading=heading, href=href, zone=zone)
