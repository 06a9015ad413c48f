"""Bytes of a page to text. Headers and meta tags are hints: both are often missing, sometimes lies."""

import codecs
import re

from domain.errors import Correctable

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.\-]{2,40})""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([a-zA-Z0-9_:.\-]{2,40})""", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What browsers read these labels as; the left-hand names are narrower than what pages contain.
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs", "ksc5601": "cp949",
}  # fmt: skip
_NICKNAMES = {"x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp"}
_READABLE = re.compile(
    r"(utf-8|utf-16-[lb]e|utf-16|cp\d+|iso8859-\d+|koi8-[rut]|gb18030|big5hkscs|euc_jp|iso2022_jp|mac-\w+|cp949)"
)
_STATEFUL = {"iso2022_jp"}
_MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"RIFF", b"\x7fELF",
    b"MZ\x90", b"Rar!", b"7z\xbc\xaf", b"OggS", b"ID3", b"\xca\xfe\xba\xbe", b"wOFF", b"wOF2",
    b"\x00\x00\x01\x00",
)  # fmt: skip
_CONTROLS = bytes(n for n in range(32) if n not in (9, 10, 11, 12, 13, 27))  # 27 starts Japanese escapes


def decode_page(body: bytes, claimed: str, where: str) -> str:
    """The page's text.

    Args:
        body: decoded body.
        claimed: charset named in the HTTP header, "" when none.
        where: the page's address, for errors.

    Raises:
        Correctable: `not_a_page`, the bytes are not text in any charset.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    unmarked = "" if body.startswith(_MAGIC) else _utf16_without_mark(body)
    if unmarked:
        return body.decode(unmarked, "replace")
    _refuse_binary(body, where)
    header, tag = _known(claimed), _known(_declared(body))
    # Latin-1 in a header is often a server's default that nobody chose; the page's own word wins.
    order = (tag, header) if header == "cp1252" else (header, tag)
    hints = [name for name in order if name]
    for name in hints:
        if name in _STATEFUL:
            return body.decode(name, "replace")
    return _by_trial(body, hints)


def _by_trial(body: bytes, hints: list[str]) -> str:
    # Text that is valid UTF-8 beyond ASCII is UTF-8, whatever the page claims.
    for name in ("utf-8", *hints):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    loose = body.decode("utf-8", "replace")
    beyond_ascii = sum(1 for char in loose if char > "\x7f")
    if loose.count("\ufffd") * 4 < beyond_ascii:  # mostly UTF-8, a few bytes damaged
        return loose
    others = [name for name in hints if name != "utf-8"]
    return body.decode(others[0] if others else "cp1252", "replace")


def _declared(body: bytes) -> str:
    head = body[:4096]
    found = _META.search(head) or _XML.match(head)
    name = found.group(1).decode("ascii") if found else ""
    # A tag we could read byte by byte cannot stand in UTF-16 text.
    return "utf-8" if name.lower().startswith("utf-16") else name


def _known(label: str) -> str:
    plain = label.strip().lower()
    try:
        name = codecs.lookup(_NICKNAMES.get(plain, plain)).name if plain else ""
    except (LookupError, ValueError):
        return ""
    name = _WIDER.get(name, name)
    return name if _READABLE.fullmatch(name) else ""


def _utf16_without_mark(body: bytes) -> str:
    head = body[:400]
    if len(head) < 20 or head.count(0) < len(head) * 0.3:
        return ""
    if head[1::2].count(0) > len(head) * 0.35:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > len(head) * 0.35 else ""


def _refuse_binary(body: bytes, where: str) -> None:
    head = body[:8192]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if head.startswith(_MAGIC) or controls > max(8, len(head) * 0.02):
        raise Correctable("The address serves a file, not a readable page.", code="not_a_page", where=where)
