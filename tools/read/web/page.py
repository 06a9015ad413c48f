"""HTML to a `Page`: the visible text as blocks in reading order, and the links.

Reads anything a server may send. Keeps words exactly as shown, so a block can be quoted.
Never keeps hidden text, metadata, comments, scripts or invisible characters.
"""

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

import lxml.etree
import lxml.html

from domain.knowledge import Page
from domain.labels import web_label
from tools.read.web.charset import decode_page
from tools.read.web.css import Styles
from tools.read.web.fetch import Fetched
from tools.read.web.outline import Outline
from tools.read.web.visibility import is_hidden, visible_text

_DROPPED_TAGS = """
    script style template noscript title svg math canvas iframe object embed video audio select datalist
    textarea input meter progress map area frameset noframes applet slot
"""
# Not `head`: a parser may leave the start of a page without <body> in it.
_DROPPED = frozenset(_DROPPED_TAGS.split())
PAGE_TYPES = frozenset(
    (
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/xml",
        "text/xml",
        "application/octet-stream",
    )
)
_THIN = 200  # characters; below this a scripted page shows nothing useful without a browser
_NOTHING = 60
_HEAD = 300_000
_MOST_TEXT = 3_000_000  # no page a person reads is longer
_MOUNT_POINT = re.compile(
    r"<(div|main|body)[^>]{0,200}\bid=[\"']?(root|app|__next|__nuxt|___gatsby|svelte|react-root|app-root|application)\b"
    r"|<app-root\b",
    re.I,
)
_NEEDS_SCRIPT = re.compile(
    r"(enable|turn on|requires?|activate|needs?|without) javascript|javascript (is )?(required|disabled)",
    re.I,
)
_REFRESH = re.compile(r"^\s*[0-5](\.\d*)?\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)", re.I)


@dataclass(frozen=True)
class Document:
    """A page and what the crawler needs from its head."""

    page: Page
    canonical: str = ""
    refresh: str = ""  # where a meta refresh leads at once


def read_page(fetched: Fetched) -> Page:
    """The visible text and links of a fetched page.

    Raises:
        Correctable: `not_a_page`, the bytes are no text.
    """
    return read_document(fetched).page


def read_document(fetched: Fetched) -> Document:
    """As `read_page`, with the canonical address and the refresh target.

    Raises:
        Correctable: `not_a_page`.
    """
    text = decode_page(fetched.body, fetched.charset, fetched.url)
    if fetched.content_type == "text/plain":
        return Document(_plain_page(text, fetched))
    root = _parse(text)
    if root is None:
        return Document(Page(url=fetched.url, fetched_at=fetched.fetched_at, label=web_label(fetched.url)))
    base = _base(root, fetched.url)
    outline = _walk(root, base)
    page = Page(
        url=fetched.url,
        title=visible_text(root.findtext(".//title") or ""),
        lang=(root.get("lang") or root.get("xml:lang") or "").strip().lower()[:20],
        blocks=tuple(outline.blocks),
        links=tuple(outline.links),
        fetched_at=fetched.fetched_at,
        label=web_label(fetched.url),
    )
    return Document(
        page=page,
        canonical=_canonical(root, base),
        refresh=_refresh(root, base),
    )


def looks_javascript_only(page: Page, fetched: Fetched) -> bool:
    """True when the page needs a browser to show anything."""
    shown = len(page.text)
    if shown >= _THIN or b"<script" not in fetched.body[:_HEAD].lower():
        return False
    source = fetched.body[:_HEAD].decode("latin-1")
    return shown < _NOTHING or bool(_MOUNT_POINT.search(source) or _NEEDS_SCRIPT.search(source))


def absolute_link(base: str, href: str) -> str | None:
    """The link as an absolute http(s), mailto or tel address without fragment; None for others."""
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    scheme = href[:12].lower()
    if scheme.startswith(("javascript:", "data:", "blob:", "about:", "vbscript:")):
        return None
    try:
        url = urldefrag(urljoin(base, re.sub(r"[\t\r\n]", "", href))).url
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://", "mailto:", "tel:")) else None


def _parse(text: str) -> lxml.html.HtmlElement | None:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = text[:_MOST_TEXT].replace("\x00", "").encode("utf-8", "replace")
    try:
        return lxml.html.document_fromstring(data, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        return None  # an empty document


def _walk(root: lxml.html.HtmlElement, base: str) -> Outline:
    styles = Styles(root)
    outline = Outline()
    walker = lxml.etree.iterwalk(root, events=("start", "end"))
    dropped: lxml.html.HtmlElement | None = None
    targets: dict[str, str | None] = {}
    for event, element in walker:
        if event == "start":
            if element.tag in _DROPPED or is_hidden(element, styles):
                walker.skip_subtree()
                dropped = element
                outline.skip(hides_text=element.tag not in _DROPPED)
                continue
            outline.open(element, _target(element, base, targets) if element.tag == "a" else None)
            outline.text(element.text)
        else:
            if element is dropped:
                dropped = None
            else:
                outline.close(element)
            outline.text(element.tail)
    outline.finish()
    return outline


def _target(link: lxml.html.HtmlElement, base: str, known: dict[str, str | None]) -> str | None:
    href = link.get("href") or ""
    if href not in known:
        known[href] = absolute_link(base, href)
    return known[href]


def _plain_page(text: str, fetched: Fetched) -> Page:
    outline = Outline()
    for paragraph in re.split(r"\n\s*\n", text):
        outline.text(paragraph)
        outline.finish()
    return Page(
        url=fetched.url,
        blocks=tuple(outline.blocks),
        fetched_at=fetched.fetched_at,
        label=web_label(fetched.url),
    )


def _base(root: lxml.html.HtmlElement, url: str) -> str:
    tag = root.find(".//base[@href]")
    try:
        return urljoin(url, tag.get("href").strip()) if tag is not None else url
    except ValueError:
        return url


def _canonical(root: lxml.html.HtmlElement, base: str) -> str:
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            return absolute_link(base, link.get("href")) or ""
    return ""


def _refresh(root: lxml.html.HtmlElement, base: str) -> str:
    for meta in root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh":
            found = _REFRESH.match(meta.get("content") or "")
            return (absolute_link(base, found.group(2)) or "") if found else ""
    return ""
