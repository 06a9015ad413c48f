"""What we know and where it was read: pages and evidence."""

import hashlib
import re
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.labels import Label, web_label

_SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """Whitespace runs become one space; ends are trimmed. Quotes are compared in this form."""
    return _SPACE.sub(" ", text).strip()


def text_hash(text: str) -> str:
    """sha256 hex of a text in squeezed form."""
    return hashlib.sha256(squeeze(text).encode("utf-8", "surrogatepass")).hexdigest()


class Block(BaseModel):
    """One visible piece of a page in reading order, whitespace squeezed.

    `kind` is the nearest block tag's role; `heading` is the text of the nearest heading above.
    A quote must lie within one block, so it is contiguous visible text.
    """

    model_config = ConfigDict(frozen=True)

    kind: str  # "h1".."h6", "p", "li", "td", "dt", "dd", "a", "button", "footer", "quote", "other"
    text: str
    heading: str = ""
    href: str | None = None  # set when the whole block is one link
    zone: str = "main"  # "main", "nav", "header", "footer"


class Link(BaseModel):
    """An absolute http(s), mailto: or tel: link with its visible text."""

    model_config = ConfigDict(frozen=True)

    url: str
    text: str


class Page(BaseModel):
    """A fetched page: visible text only (no comments, hidden elements, metadata, scripts)."""

    model_config = ConfigDict(frozen=True)

    url: str  # final URL after redirects
    title: str = ""  # <title>; not visible text, never quoted
    lang: str = ""  # declared language, lower case, may be wrong or empty
    blocks: tuple[Block, ...] = ()
    links: tuple[Link, ...] = ()
    fetched_at: datetime
    label: Label

    @property
    def text(self) -> str:
        """All visible text, one block a line."""
        return "\n".join(block.text for block in self.blocks)

    def shows(self, quote: str) -> bool:
        """True when the quote is contiguous visible text of one block of this page."""
        wanted = squeeze(quote)
        return bool(wanted) and any(wanted in block.text for block in self.blocks)


class Evidence(BaseModel):
    """A verbatim quote from a page (or from something a person said), with its time and label."""

    model_config = ConfigDict(frozen=True)

    url: str
    quote: str
    seen_at: datetime
    label: Label

    @property
    def sha256(self) -> str:
        """Hash of the squeezed quote."""
        return text_hash(self.quote)


def quote_from(page: Page, quote: str) -> Evidence:
    """Evidence for a quote of this page.

    Raises:
        ValueError: the page does not show that text.
    """
    if not page.shows(quote):
        raise ValueError(f"not on the page {page.url}: {quote[:80]!r}")
    return Evidence(url=page.url, quote=squeeze(quote), seen_at=page.fetched_at, label=web_label(page.url))
