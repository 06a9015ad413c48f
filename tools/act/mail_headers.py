"""Header lines and addresses of outgoing mail, written by hand: nothing in a value is ever decoded or split.

The standard library's header objects decode encoded words on assignment, so a subject such as
`=?utf-8?q?x=0D=0ABcc:_…?=` would become two headers. Text is therefore encoded here, one way only.
"""

import re
import unicodedata
from email.header import Header
from email.parser import BytesHeaderParser

import idna

_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
LONGEST_NAME = 80
LONGEST_LINE, FOLD_AT = 900, 76


def wire_address(address: str) -> str:
    """An address as it goes over the wire: the domain in ASCII (IDNA), the local part as it is.

    Raises:
        ValueError: not one plain address.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        host = (
            idna.encode(domain, uts46=True).decode("ascii").lower()
            if not domain.isascii()
            else domain.lower()
        )
    except idna.IDNAError:
        host = ""
    if not at or not _LOCAL.fullmatch(local) or not _HOST.fullmatch(host) or len(local) + len(host) > 253:
        raise ValueError("the address is not one plain e-mail address")
    return f"{local}@{host}"


def text_line(name: str, value: str) -> bytes:
    """A header with free text.

    Raises:
        ValueError: the text holds a line break, control or invisible character.
    """
    if any(unicodedata.category(char) in _UNSAFE for char in value):
        raise ValueError("a header may not hold control or invisible characters")
    return f"{name}: {_words(value, name)}\r\n".encode("ascii")


def address_line(name: str, shown: str, address: str) -> bytes:
    """A header with one mailbox; unsafe characters of the shown name are left out."""
    clean = "".join(char for char in shown if unicodedata.category(char) not in _UNSAFE)
    clean = " ".join(clean.split())[:LONGEST_NAME].strip()
    return f"{name}: {_phrase(clean, name)}<{wire_address(address)}>\r\n".encode()


def plain_line(name: str, *parts: str) -> bytes:
    """A structured header of tokens that must stay as they are; folded between the parts only.

    Raises:
        ValueError: a part is not visible ASCII.
    """
    if not all(part.isascii() and part.isprintable() for part in parts):
        raise ValueError(f"the header {name} may hold visible ASCII only")
    return f"{name}: {(',' + chr(13) + chr(10) + ' ').join(parts)}\r\n".encode("ascii")


def _words(text: str, name: str) -> str:
    # "=?" would be read as an encoded word by the recipient's program, so it is encoded itself
    if text.isascii() and "=?" not in text and len(text) < LONGEST_LINE:
        return text
    return Header(text, "utf-8", maxlinelen=FOLD_AT, header_name=name).encode(linesep="\r\n")


def _phrase(shown: str, name: str) -> str:
    if not shown:
        return ""
    if not shown.isascii() or "=?" in shown:
        return _words(shown, name) + "\r\n "
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" '


def check_headers(raw: bytes, expected: tuple[str, ...]) -> None:
    """Make sure a finished message has exactly these headers, each once, in this order.

    Raises:
        ValueError: it has others.
    """
    head = raw.partition(b"\r\n\r\n")[0]
    found = tuple(name.lower() for name in BytesHeaderParser().parsebytes(head + b"\r\n\r\n"))
    if found != tuple(name.lower() for name in expected):
        raise ValueError("the message would carry headers it must not have")
