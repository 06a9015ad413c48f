"""HTML of a mail to the lines a reader sees. Hidden elements are dropped; quoted parts keep the mark "> ".

Knows how mail programs mark quotes and signatures in HTML; cuts nothing out.
"""

import re

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from tools.read.web.css import Styles
from tools.read.web.visibility import is_hidden, visible_text

SIGNATURE_LINE = "-- "
RULE_LINE = "_" * 32

_DROPPED_TAGS = """
    script style template noscript title svg math canvas iframe object embed video audio select datalist head
    textarea input button map applet frameset xml
"""
_DROPPED = frozenset(_DROPPED_TAGS.split())
_BLOCK_TAGS = """
    html body div section article main aside nav header footer address figure ul ol dl table thead tbody tfoot tr
    form fieldset pre center p h1 h2 h3 h4 h5 h6 li dt dd blockquote caption
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote".split())
_QUOTE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:gmail_quote|gmail_extra|yahoo_quoted|ymail_quoted|protonmail_quote|tutanota_quote|zmail_extra"
    r"|yandex_quoted|freebirdQuoteHeader|mailcontainer-quote|moz-forward-container|outlook_quote)", re.I
)  # fmt: skip
_SIGNATURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:gmail_signature|moz-signature|protonmail_signature_block|signature|mail_signature"
    r"|applemailsignature|elementtoproof-signature)(?:$|[\s_])", re.I
)  # fmt: skip
_MOST_HTML = 3_000_000
_DEEPEST_QUOTE = 20
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")


def html_lines(markup: str) -> str:
    """The visible text, one line a line on screen."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    data = markup[:_MOST_HTML].replace("\x00", "").encode("utf-8", "replace")
    try:
        root = lxml.html.document_fromstring(data, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        return ""  # an empty document
    return _Lines(Styles(root)).read(root)


class _Lines:
    """Collects lines while the document is walked from top to bottom."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._lines: list[str] = []
        self._words: list[str] = []
        self._depth = 0
        self._kept = 0  # open elements whose spaces count

    def read(self, root: HtmlElement) -> str:
        walker = lxml.etree.iterwalk(root, events=("start", "end"))
        skipped: HtmlElement | None = None
        for event, element in walker:
            if event == "start" and (element.tag in _DROPPED or is_hidden(element, self._styles)):
                walker.skip_subtree()
                skipped = element
            elif event == "start":
                self._open(element)
            elif skipped is not None and element is skipped:
                self._text(element.tail)
            else:
                self._close(element)
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _open(self, element: HtmlElement) -> None:
        if element.tag in _BLOCKS:
            self._end_line()
            self._space_before(element)
        self._depth += _is_quote(element)
        self._kept += element.tag == "pre"
        if element.tag == "br":
            self._end_line(always=True)
        elif element.tag == "hr":
            self._rule(RULE_LINE)
        elif _is_signature(element):
            self._rule(SIGNATURE_LINE)
        elif element.tag == "li":
            self._words.append("- ")
        self._text(element.text)

    def _close(self, element: HtmlElement) -> None:
        if element.tag in _BLOCKS:
            self._end_line()
        elif element.tag in ("td", "th"):
            self._words.append(" ")
        self._depth -= _is_quote(element)
        self._kept -= element.tag == "pre"
        if element.tag in _SPACED:
            self._blank()
        self._text(element.tail)

    def _space_before(self, element: HtmlElement) -> None:
        if element.tag in _SPACED and self._lines:
            self._blank()

    def _text(self, words: str | None) -> None:
        if not words:
            return
        if not self._kept:
            self._words.append(_SPACES.sub(" ", words))
            return
        for number, line in enumerate(words.split("\n")):
            if number:
                self._end_line(always=True)
            self._words.append(line)

    def _rule(self, line: str) -> None:
        self._end_line()
        self._lines.append(self._mark() + line)

    def _blank(self) -> None:
        self._end_line()
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._mark().rstrip())

    def _end_line(self, *, always: bool = False) -> None:
        line = "".join(self._words)
        self._words.clear()
        line = line.rstrip() if self._kept else " ".join(piece for piece in line.split(" ") if piece)
        shown = visible_text(line)
        if shown:
            self._lines.append(self._mark() + (line if self._kept and shown == line.strip() else shown))
        elif always:
            self._lines.append(self._mark().rstrip())

    def _mark(self) -> str:
        return "> " * min(self._depth, _DEEPEST_QUOTE)


def _is_quote(element: HtmlElement) -> bool:
    if element.tag == "blockquote":
        # Indented by hand, some programs use the same element without any mark: those say so in the style.
        return (
            not (element.get("style") or "")
            .lower()
            .replace(" ", "")
            .startswith("margin:0px0px0px40px;border:none")
        )
    return element.tag == "div" and bool(_QUOTE_NAMES.search(element.get("class") or ""))


def _is_signature(element: HtmlElement) -> bool:
    if element.tag not in ("div", "table", "pre", "span"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-smartmail') or ''}"
    return bool(names.strip()) and bool(_SIGNATURE_NAMES.search(names))
