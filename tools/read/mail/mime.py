"""A mail's bytes as a tree of parts, within limits. Made for hostile input: no library parser, no unbounded recursion.

Bytes are cut, never interpreted: what a part means is read elsewhere.
"""

import binascii
from dataclasses import dataclass, field

from tools.read.mail.headers import Fields, decode_base64, decoded, split_fields, value_and_parameters
from tools.read.mail.limits import Limits, put_aside

_WHOLE_MAILS = frozenset(("message/rfc822", "message/global"))
_ONLY_HEADERS = frozenset(("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"))
_PLAIN = ("text/plain", {})


@dataclass
class Part:
    """One node: its fields, its type, its bytes as sent, and the parts inside it."""

    fields: Fields
    type: str
    parameters: dict[str, str]
    body: bytes
    children: list["Part"] = field(default_factory=list)

    def first(self, name: str) -> bytes:
        """The first field of that name, empty when there is none."""
        return next((value for other, value in self.fields if other == name), b"")

    def all(self, name: str) -> list[bytes]:
        """Every field of that name."""
        return [value for other, value in self.fields if other == name]

    def text(self, name: str) -> str:
        """The first field of that name as a reader sees it."""
        return decoded(self.first(name))

    @property
    def data(self) -> bytes:
        """The bytes without their transfer encoding."""
        return decode_transfer(self.body, self.first("content-transfer-encoding"))

    @property
    def is_attached(self) -> bool:
        """True when the sender means it as a file."""
        kind, parameters = self.disposition
        return kind == "attachment" or bool(parameters.get("filename") and kind != "inline")

    @property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition and its parameters."""
        return value_and_parameters(self.first("content-disposition"))

    @property
    def filename(self) -> str:
        """The name it wants as a file, without folders."""
        name = self.disposition[1].get("filename") or self.parameters.get("name", "")
        return name.replace("\\", "/").rpartition("/")[2][:200]

    def walk(self, *, into_mails: bool = True) -> "list[Part]":
        """This part and everything inside it, in order."""
        found: list[Part] = [self]
        if into_mails or not self.holds_mail:
            for child in self.children:
                found += child.walk(into_mails=into_mails)
        return found

    @property
    def holds_mail(self) -> bool:
        """True for another mail, or the headers of one, carried inside this one."""
        return self.type in _WHOLE_MAILS or self.type in _ONLY_HEADERS


def parse(raw: bytes, limits: Limits) -> Part:
    """The tree.

    Raises:
        PutAside: too large, too deep, too many parts, too much header.
    """
    if len(raw) > limits.size:
        raise put_aside("mail_too_large", limits)
    return _Parser(limits).part(raw.replace(b"\r\n", b"\n"), 0, _PLAIN)


def decode_transfer(body: bytes, encoding: bytes) -> bytes:
    """The bytes without a transfer encoding. Damage costs the damaged end, not the part."""
    name = encoding.strip().strip(b"\"'").lower()
    if name == b"base64":
        return decode_base64(body)
    if name == b"quoted-printable":
        return binascii.a2b_qp(body)
    return body


class _Parser:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._count = 0

    def part(self, data: bytes, depth: int, default: tuple[str, dict[str, str]]) -> Part:
        self._count += 1
        if depth > self._limits.depth:
            raise put_aside("mail_too_deep", self._limits)
        if self._count > self._limits.parts:
            raise put_aside("mail_too_many_parts", self._limits)
        fields, start = split_fields(data, self._limits)
        declared = next((value for name, value in fields if name == "content-type"), b"")
        kind, parameters = value_and_parameters(declared) if declared else default
        part = Part(fields, kind if kind.count("/") == 1 else "text/plain", parameters, data[start:])
        part.children = self._children(part, depth + 1)
        return part

    def _children(self, part: Part, depth: int) -> list[Part]:
        if part.type in _WHOLE_MAILS:
            return [self.part(part.data.replace(b"\r\n", b"\n").lstrip(b"\n"), depth, _PLAIN)]
        if part.type in _ONLY_HEADERS:
            fields, _ = split_fields(part.data.replace(b"\r\n", b"\n").lstrip(b"\n"), self._limits)
            return [Part(fields, "text/plain", {}, b"")]
        boundary = part.parameters.get("boundary", "").encode("utf-8", "replace")
        if not part.type.startswith("multipart/") or not boundary:
            return []
        default = ("message/rfc822", {}) if part.type == "multipart/digest" else _PLAIN
        return [self.part(piece, depth, default) for piece in _pieces(part.body, boundary)]


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the delimiter lines. An unclosed last piece counts."""
    line = b"--" + boundary
    pieces: list[bytes] = []
    start, position = -1, 0
    while (found := body.find(line, position)) >= 0:
        end = body.find(b"\n", found)
        end = len(body) if end < 0 else end
        rest = body[found + len(line) : end].strip()
        position = found + len(line)
        if (found and body[found - 1] != 10) or rest not in (b"", b"--"):
            continue
        if start >= 0:
            pieces.append(body[start : max(start, found - 1)])
        start, position = end + 1, end
        if rest:
            return pieces
    if 0 <= start < len(body):
        pieces.append(body[start:])
    return pieces
