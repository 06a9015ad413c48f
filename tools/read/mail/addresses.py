"""Addresses out of From, To, Cc and Reply-To, strictly: what can be read two ways is not an address.

The grammar is RFC 5322 without its obsolete forms; comments are dropped. Linear in the length of the field.
Library parsers have been led to see another sender than the reader does (CVE-2023-27043); this one gives none.
"""

import re
from dataclasses import dataclass

from domain.mail import MailAddress
from domain.site_names import host_of
from tools.read.mail.headers import as_text, decoded

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,\".]+(?:\.[^\s\x00-\x20\x7f()<>\[\]:;@\\,\".]+)*")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\\s]|\\[\x21-\x7e]){1,64}"')
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST_LOCAL, _LONGEST = 128, 320
_DEEPEST_COMMENT = 20
_STRUCTURE = re.compile(r'["(),:;<>\\]')


@dataclass(frozen=True)
class Addresses:
    """What a field holds: addresses in order, how many pieces were none, how many were left unread."""

    found: tuple[MailAddress, ...] = ()
    unreadable: int = 0
    left: int = 0


def read_addresses(value: bytes, most: int) -> Addresses:
    """The addresses of one field, at most `most` of them."""
    pieces = _split(as_text(value))
    if pieces is None:
        return Addresses(unreadable=1)
    found: list[MailAddress] = []
    unreadable = 0
    for piece in pieces[:most]:
        address = _mailbox(piece)
        if address:
            found.append(address)
        else:
            unreadable += 1
    return Addresses(tuple(found), unreadable, max(0, len(pieces) - most))


def plain_address(text: str) -> str:
    """An address alone in comparable form, "" when it is none."""
    local, at, host = text.strip().rpartition("@")
    if not at or len(text) > _LONGEST or len(local) > _LONGEST_LOCAL:
        return ""
    if not (_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
        return ""
    if "=?" in text:  # an encoded word is no part of an address
        return ""
    domain = host_of(host) if not host.startswith("[") and not re.search(r"[\s/@:]", host) else ""
    return f"{local}@{domain}" if domain and _HOST.fullmatch(domain) else ""


@dataclass
class _Piece:
    """One mailbox as written: words before the angle bracket, what is inside it, what comes after."""

    words: list[str]
    angle: str | None = None
    after: bool = False


def _mailbox(piece: _Piece) -> MailAddress | None:
    if piece.after:
        return None
    if piece.angle is None:
        address = plain_address("".join(piece.words))
        return MailAddress(address=address) if address else None
    address = plain_address(piece.angle)
    name = decoded("".join(piece.words).strip())[:200]
    return MailAddress(address=address, name=name) if address else None


def _split(text: str) -> list[_Piece] | None:
    """The mailboxes of a field; None when a quote, comment or bracket never closes."""
    pieces = [_Piece([])]
    position = 0
    while position < len(text):
        found = _STRUCTURE.search(text, position)
        end = found.start() if found else len(text)
        _add_words(pieces[-1], text[position:end])
        if not found:
            break
        next_position = _structure(text, end, pieces)
        if next_position < 0:
            return None
        position = next_position
    return [piece for piece in pieces if piece.angle is not None or "".join(piece.words).strip()]


def _structure(text: str, at: int, pieces: list[_Piece]) -> int:
    """Take the structure character at a place and say where to go on; -1 when it never closes."""
    piece, char = pieces[-1], text[at]
    if char == "(":
        return _comment_end(text, at)
    if char == '"':
        return _take_quoted(text, at, piece)
    if char == "<":
        return _take_angle(text, at, piece)
    if char in ",;":
        pieces.append(_Piece([]))
        return at + 1
    if char == ":" and piece.angle is None and not any("@" in word for word in piece.words):
        piece.words.clear()  # the name of a group
        return at + 1
    return -1


def _take_quoted(text: str, at: int, piece: _Piece) -> int:
    end = _quote_end(text, at)
    if end > 0:
        inside = text[at:end]
        bare = text[end : end + 1] == "@"  # a quoted local part keeps its quotes
        _add_words(piece, inside if bare else re.sub(r"\\(.)", r"\1", inside[1:-1], flags=re.DOTALL))
    return end


def _take_angle(text: str, at: int, piece: _Piece) -> int:
    end = text.find(">", at)
    inside = text[at + 1 : end]
    if end < 0 or "<" in inside or piece.angle is not None:
        return -1
    piece.angle = inside.strip()
    return end + 1


def _add_words(piece: _Piece, words: str) -> None:
    if piece.angle is not None and words.strip():
        piece.after = True
    elif piece.angle is None:
        piece.words.append(words)


def _quote_end(text: str, start: int) -> int:
    position = start + 1
    while (found := text.find('"', position)) >= 0:
        before = len(text[position:found]) - len(text[position:found].rstrip("\\"))
        if before % 2 == 0:
            return found + 1
        position = found + 1
    return -1


def _comment_end(text: str, start: int) -> int:
    depth = 0
    for found in re.compile(r"\\.|[()]", re.DOTALL).finditer(text, start):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if depth == 0:
            return found.end()
        if depth > _DEEPEST_COMMENT:
            return -1
    return -1
