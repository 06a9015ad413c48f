"""The MIME body of an outgoing mail, written by hand like its headers: encoded parts and what holds them together.

The standard library's message objects parse every header they are given; that took more time than all rules together.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MimePart:
    """A finished part: its header lines and its encoded content, every line ended by CRLF."""

    headers: bytes
    content: bytes


def text_part(text: str, subtype: str) -> MimePart:
    """A text in quoted-printable.

    Raises:
        ValueError: the text holds half a character (a lone surrogate).
    """
    lines = text.encode("utf-8").splitlines()
    encoded = binascii.b2a_qp(b"".join(line + b"\r\n" for line in lines), istext=True)
    return _part(f'text/{subtype}; charset="utf-8"', "quoted-printable", encoded)


def file_part(content: bytes, kind: str, filename: str = "") -> MimePart:
    """Bytes in base64; `kind` is the whole Content-Type. With a (plain ASCII) name they are an attachment."""
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    more = f'Content-Disposition: attachment; filename="{filename}"\r\n' if filename else ""
    return _part(kind, "base64", encoded, more)


def _part(kind: str, encoding: str, content: bytes, more: str = "") -> MimePart:
    headers = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n{more}"
    return MimePart(headers.encode("ascii"), content)


def joined(subtype: str, parts: Sequence[MimePart]) -> MimePart:
    """Several parts as one; a single one stays what it is."""
    if len(parts) == 1:
        return parts[0]
    whole = [part.headers + b"\r\n" + part.content for part in parts]
    # "=_" stands in no quoted-printable or base64 text, and the hash keeps boundaries inside one another apart
    boundary = b"=_" + hashlib.sha256(b"".join(whole)).hexdigest()[:40].encode("ascii")
    content = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in whole)
    headers = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary.decode("ascii")}"\r\n'
    return MimePart(headers.encode("ascii"), content + b"--" + boundary + b"--\r\n")


def whole_message(headers: dict[str, bytes], body: MimePart) -> bytes:
    """Header lines by name, in order, and the body below them."""
    return b"".join(headers.values()) + b"MIME-Version: 1.0\r\n" + body.headers + b"\r\n" + body.content
