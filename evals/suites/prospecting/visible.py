"""What a visitor sees of a page, by other means than the product's own reader. Small on purpose."""

import base64
import re
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNSEEN = frozenset("script style template head noscript title svg".split())
_INLINE = frozenset("a abbr b bdi cite code em i mark q s small span strong sub sup time u".split())
_HIDING = re.compile(
    r"display:none|visibility:hidden|opacity:0(?![.\d])|font-size:[01]px|left:-\d{4}|text-indent:-\d{4}"
)
_SPACE = re.compile(r"\s+")
_PACKED = re.compile(r'"([A-Za-z0-9+/=]{400,})"')


class _Reader(HTMLParser):
    """Collects text that is shown; a line for every block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag in _VOID:
            return
        if tag in {"p", "li", "dt", "dd", "td", "th", "tr", "option"}:
            self._close(tag, implied=True)
        given = {name: value or "" for name, value in attrs}
        style = given.get("style", "").replace(" ", "").lower()
        hidden = tag in _UNSEEN or "hidden" in given or bool(_HIDING.search(style))
        self._open.append((tag, hidden or self._hidden))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        self._close(tag, implied=False)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(_SPACE.sub(" ", data))

    @property
    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _break(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append(" " if tag == "br" else "\n")  # a broken line is still one block

    def _close(self, tag: str, *, implied: bool) -> None:
        """End the innermost element of that name; an implied end only when it is the innermost of all."""
        names = [name for name, _ in self._open]
        if tag not in names or (implied and names[-1] != tag):
            return
        while self._open.pop()[0] != tag:
            pass


def visible_lines(html: str) -> list[str]:
    """The shown text of a page, one block a line, spaces squeezed.

    A page that only a script fills is read from the markup its script unpacks.
    """
    lines = _lines(html)
    if sum(map(len, lines)) < 200:
        for packed in _PACKED.findall(html):
            lines += _lines(base64.b64decode(packed).decode("utf-8", "replace"))
    return lines


def shows(lines: list[str], quote: str) -> bool:
    """Whether the quote stands inside one block."""
    wanted = _SPACE.sub(" ", quote).strip()
    return bool(wanted) and any(wanted in line for line in lines)


def _lines(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(reader.parts).split("\n"))
    return [line for line in lines if line]
