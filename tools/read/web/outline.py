"""Collects a page's visible text into blocks while the page is walked from top to bottom.

Knows HTML's block structure: kinds, headings, zones, links. Knows nothing of fetching or hiding.
"""

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from domain.knowledge import Block, Link
from tools.read.web.visibility import visible_text

_KINDS = {f"h{n}": f"h{n}" for n in range(1, 7)} | {
    "p": "p", "li": "li", "td": "td", "th": "td", "dt": "dt", "dd": "dd", "button": "button",
    "summary": "dt", "blockquote": "quote",
}  # fmt: skip
_CONTAINER_TAGS = """
    html body div section article main aside nav header footer address figure figcaption ul ol dl menu table
    thead tbody tfoot tr caption colgroup form fieldset legend details dialog pre hr center hgroup search
    frame marquee option optgroup
"""
_CONTAINERS = frozenset(_CONTAINER_TAGS.split())
_BLOCKS = _CONTAINERS | _KINDS.keys()
_KEEPS_PARENT = frozenset(("li", "td", "dd", "dt", "quote"))  # a <p> in a list item is the item
_BLOCK_CLASSES = frozenset(("block", "flex", "grid", "d-block", "d-flex", "d-grid", "table"))
_CONTENT = frozenset(("main", "article", "section", "blockquote", "figure"))
_ROLES = {"navigation": "nav", "banner": "header", "contentinfo": "footer"}
# Names builders give to parts of a page that carry no telling tag.
_NAMED_FOOTER = """
    footer site-footer page-footer global-footer main-footer colophon cookie-banner cookie-consent
    cookieconsent cookie-notice onetrust-banner-sdk
"""
_NAMED_NAV = "nav navbar site-nav main-nav main-navigation site-navigation topnav mainmenu main-menu"
_NAMED_HEADER = "site-header page-header global-header main-header topbar"
_ZONE_OF_NAME = (
    dict.fromkeys(_NAMED_HEADER.split(), "header")
    | dict.fromkeys(_NAMED_NAV.split(), "nav")
    | dict.fromkeys(_NAMED_FOOTER.split(), "footer")
)
_MAX_BLOCKS = 20_000
_MAX_LINKS = 5_000
_CARD = re.compile(r"[A-Z\u00c0-\u00de\d$€£¥(+]")


@dataclass
class _Frame:
    """An open block element."""

    kind: str
    zone: str
    in_content: bool
    headings: list[tuple[int, str]]


@dataclass
class _OpenLink:
    url: str
    words: list[str] = field(default_factory=list)


class Outline:
    """Blocks and links of one page; feed it elements in document order."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self._frames = [_Frame("other", "main", False, [])]
        self._pending: list[str] = []
        self._owners: set[str | None] = set()  # the link each pending word belongs to
        self._link: _OpenLink | None = None
        self._raised: set[HtmlElement] = set()  # inline elements that lay themselves out as blocks
        self._just_closed = False
        self._joint = False

    def open(self, element: HtmlElement, href: str | None) -> None:
        """An element begins; `href` is its absolute link target, if it is a link."""
        tag = element.tag
        if tag in _BLOCKS:
            self.finish()
            self._frames.append(self._frame_for(element))
        elif tag == "br":
            self._pending.append(" ")
        elif self._lays_out_as_block(element):
            self._raise(element)
        else:
            self._joint = self._joint or self._just_closed
        if tag == "a":
            self._open_link(href)

    def close(self, element: HtmlElement) -> None:
        """An element ends."""
        if element.tag == "a":
            self._close_link()
        if element.tag in _BLOCKS:
            self.finish()
            self._frames.pop()
        elif element in self._raised:
            self._raised.discard(element)
            self._break_softly()
        elif element.tag != "br":
            self._just_closed = True

    def skip(self, *, hides_text: bool) -> None:
        """An element is left out. Words on both sides of hidden text are not one quote."""
        if hides_text:
            self.finish()
        else:
            self._just_closed = True

    def text(self, words: str | None) -> None:
        """Text inside the open elements."""
        if not words:
            return
        blank = not words.strip()
        if self._joint and not blank and self._runs_together(words):
            self.finish()
        self._joint = self._just_closed = False
        self._pending.append(words)
        if blank:
            return
        self._owners.add(self._link.url if self._link else None)
        if self._link is not None:
            self._link.words.append(words)

    def finish(self) -> None:
        """End the block under way."""
        self._joint = self._just_closed = False
        if self._link is not None:
            self._link.words.append(" ")
        if not self._owners:  # nothing but space
            self._pending.clear()
            return
        text = visible_text("".join(self._pending))
        owners, self._owners = self._owners, set()
        self._pending.clear()
        if text and len(self.blocks) < _MAX_BLOCKS:
            href = next(iter(owners)) if len(owners) == 1 else None
            self.blocks.append(self._block(text, href))

    def _block(self, text: str, href: str | None) -> Block:
        frame = self._frames[-1]
        kind = frame.kind
        if kind == "other":
            kind = "a" if href else "footer" if frame.zone == "footer" else "other"
        headings = frame.headings
        if kind[0] == "h":
            level = int(kind[1])
            while headings and headings[-1][0] >= level:
                headings.pop()
        block = Block(
            kind=kind, text=text, heading=headings[-1][1] if headings else "", href=href, zone=frame.zone
        )
        if kind[0] == "h":
            headings.append((int(kind[1]), text))
        return block

    def _frame_for(self, element: HtmlElement) -> _Frame:
        parent = self._frames[-1]
        tag = element.tag
        kind = _KINDS.get(tag, parent.kind)
        if tag == "p" and parent.kind in _KEEPS_PARENT:
            kind = parent.kind
        zone = parent.zone if parent.zone == "footer" else _zone(element, parent)
        headings = parent.headings if zone == parent.zone else []
        return _Frame(kind, zone, parent.in_content or tag in _CONTENT, headings)

    def _lays_out_as_block(self, element: HtmlElement) -> bool:
        names = element.get("class")
        if names and not _BLOCK_CLASSES.isdisjoint(names.split()):
            return True
        style = element.get("style")
        return bool(style) and bool(re.search(r"display\s*:\s*(block|flex|grid|table)\b", style))

    def _raise(self, element: HtmlElement) -> None:
        self._raised.add(element)
        self._break_softly()

    def _break_softly(self) -> None:
        """A line of its own; within a heading it is still the same heading."""
        if self._frames[-1].kind[0] == "h":
            self._pending.append(" ")
        else:
            self.finish()

    def _open_link(self, href: str | None) -> None:
        if self._owners and None not in self._owners and self._frames[-1].kind[0] != "h":
            self.finish()  # links side by side are a menu, not a sentence
        self._close_link()
        self._link = _OpenLink(href) if href else None

    def _close_link(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        if len(self.links) < _MAX_LINKS:
            self.links.append(Link(url=link.url, text=visible_text("".join(link.words))))

    def _runs_together(self, words: str) -> bool:
        """Two inline elements touch, as `Growth` and `$19`: a person sees two things, not one word."""
        last = self._pending[-1][-1:] if self._pending else ""
        return last.isalnum() and bool(_CARD.match(words)) and not (last.isdigit() and words[0].isdigit())


def _zone(element: HtmlElement, parent: _Frame) -> str:
    tag = element.tag
    role = _ROLES.get(element.get("role") or "")
    if tag == "footer":
        return "footer" if not parent.in_content else parent.zone
    if tag == "nav" or role:
        return role or "nav"
    if tag == "header" and not parent.in_content and parent.zone == "main":
        return "header"
    return _zone_by_name(element) or parent.zone


def _zone_by_name(element: HtmlElement) -> str:
    if element.tag not in ("div", "section", "ul", "aside"):
        return ""
    names = f"{element.get('id') or ''} {element.get('class') or ''}".lower().split()
    zones = {_ZONE_OF_NAME[name] for name in names if name in _ZONE_OF_NAME}
    return next((zone for zone in ("footer", "nav", "header") if zone in zones), "")
