"""Which parts of a mail a reader sees, as text; which are files; which are calendar objects."""

import hashlib
import re
from dataclasses import dataclass, field

from domain.mail import Attachment, CalendarPart
from tools.read.mail.charset import decode_text, known_charset
from tools.read.mail.html_text import html_lines
from tools.read.mail.limits import Limits
from tools.read.mail.mime import Part

_SHOWN = ("text/plain", "text/html")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
_THIN = 60  # characters of a text part that only says "this mail is HTML"
_MOST_FILES = 200
_MOST_CALENDAR = 500_000


@dataclass
class Content:
    """What a mail holds for a reader."""

    pieces: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    calendar: list[CalendarPart] = field(default_factory=list)
    carried: list[Part] = field(default_factory=list)  # mails attached whole
    problems: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All pieces, an empty line between them."""
        return "\n\n".join(piece for piece in self.pieces if piece.strip())


def read_content(root: Part, limits: Limits) -> Content:
    """Walk the parts in the order a reader meets them."""
    content = Content()
    _read(root, content, limits)
    return content


def _read(part: Part, content: Content, limits: Limits) -> None:
    if part.type == "multipart/alternative" and part.children:
        _read_alternative(part, content, limits)
    elif part.holds_mail:
        content.carried.append(part)
        content.attachments.append(_attachment(part))
    elif part.type.startswith("multipart/") and part.children:
        for child in part.children:
            _read(child, content, limits)
    elif part.type.startswith("multipart/"):
        content.problems.append(
            "A part with several parts in it could not be cut into them; it was read as text."
        )
        content.pieces.append(_plain(part, content, limits))
    else:
        _read_leaf(part, content, limits)


def _read_leaf(part: Part, content: Content, limits: Limits) -> None:
    if part.type == "text/calendar" or part.filename.lower().endswith(".ics"):
        _read_calendar(part, content)
    if part.type in _SHOWN and not part.is_attached:
        content.pieces.append(_shown(part, content, limits))
    elif (
        part.type != "text/calendar"
        and not part.type.startswith("message/")
        and len(content.attachments) < _MOST_FILES
    ):
        content.attachments.append(_attachment(part))


def _read_alternative(part: Part, content: Content, limits: Limits) -> None:
    """Of several forms of one text: the plain one, unless it only points at the other."""
    plain = html = ""
    for child in part.children:
        inner = Content()
        _read(child, inner, limits)
        content.attachments += inner.attachments
        content.calendar += inner.calendar
        content.carried += inner.carried
        content.problems += inner.problems
        if child.type == "text/plain" and not plain:
            plain = inner.text
        else:
            html = inner.text or html
    stands_in = (
        len(plain.strip()) < _THIN and len(html) > 3 * len(plain) + _THIN and plain.strip()[:20] not in html
    )
    content.pieces.append(html if html and (stands_in or not plain.strip()) else plain)


def _shown(part: Part, content: Content, limits: Limits) -> str:
    if part.type == "text/html":
        return html_lines(_decoded(part, content))
    return _plain(part, content, limits)


def _plain(part: Part, content: Content, limits: Limits) -> str:
    text = _decoded(part, content)
    if len(text) > limits.text:
        content.problems.append(f"Only the first {limits.text} characters of the text were read.")
        text = text[: limits.text]
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return text


def _decoded(part: Part, content: Content) -> str:
    data, label = part.data, part.parameters.get("charset", "")
    if label and not known_charset(label):
        content.problems.append(
            f"The charset {label[:40]!r} is unknown; the text was read as well as possible."
        )
    if part.first("content-transfer-encoding").strip().lower() == b"base64" and not _is_base64(part.body):
        content.problems.append("A part is damaged: it is not the base64 it says it is.")
    return decode_text(data, label)


def _is_base64(body: bytes) -> bool:
    joined = b"".join(body.split())
    return len(joined) % 4 == 0 and not re.search(rb"[^A-Za-z0-9+/=]", joined)


def _unflowed(text: str, joined: bool) -> str:
    """Lines that end in a space go on in the next one of the same quote depth (RFC 3676)."""
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        if open_depth == depth and words != "-- ":
            lines[-1] += words
        else:
            lines.append(">" * depth + (" " if depth else "") + words)
        if flows and joined:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if flows else -1
    return "\n".join(lines)


def _read_calendar(part: Part, content: Content) -> None:
    text = _decoded(part, content)[:_MOST_CALENDAR]
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR") or any(
        one.text == text for one in content.calendar
    ):
        return
    found = re.search(r"^METHOD:\s*([A-Za-z-]{1,40})", text, re.M | re.I)
    method = part.parameters.get("method") or (found.group(1) if found else "")
    content.calendar.append(CalendarPart(method=method.upper()[:40], text=text))


def _attachment(part: Part) -> Attachment:
    data = part.data
    return Attachment(
        name=part.filename, type=part.type[:100], size=len(data), sha256=hashlib.sha256(data).hexdigest()
    )
