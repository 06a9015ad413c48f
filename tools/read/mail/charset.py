"""Bytes of a mail to text. A charset name is a hint: missing, unknown or a lie as often as not. Never raises."""

import codecs
import re

# Read as their wider relatives, because senders label carelessly.
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs", "iso2022_jp": "iso2022_jp_2",
}  # fmt: skip
_NICKNAMES = {
    "x-sjis": "cp932", "windows-31j": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp", "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-8": "utf-8", "cp-850": "cp850", "x-unknown": "", "unknown-8bit": "", "default": "",
    "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "utf8mb4": "utf-8", "ansi_x3.110-1983": "cp1252",
}  # fmt: skip
# Codecs that read text in time that grows with its length. Python knows others (punycode) that do not.
_SAFE = re.compile(
    r"(ascii|utf-8|utf-16|utf-16-[lb]e|utf-32|cp\d+|iso8859-\d+|koi8-[rutk]|gb18030|big5hkscs|euc_jp|hz"
    r"|euc_jis_2004|iso2022_(jp(_\d|_ext)?|kr)|mac-\w+|ptcp154|tis-620)"
)
_SEVEN_BIT = re.compile(r"iso2022_\w+|hz")


def known_charset(label: str) -> str:
    """The codec a label stands for, "" when nobody knows it or it must not be used."""
    plain = label.strip().strip("'\"").lower()
    plain = _NICKNAMES.get(plain, plain)
    try:
        name = codecs.lookup(plain).name if plain and plain.isascii() and len(plain) < 40 else ""
    except (LookupError, ValueError):
        return ""
    name = _WIDER.get(name, name)
    return name if _SAFE.fullmatch(name) else ""


def decode_text(data: bytes, label: str) -> str:
    """The text. Valid UTF-8 beyond ASCII is UTF-8 whatever the label says."""
    name = known_charset(label)
    if not _SEVEN_BIT.fullmatch(name) and b"\x1b$" in data and data.isascii():
        name = "iso2022_jp_2"
    if _SEVEN_BIT.fullmatch(name) or name.startswith(("utf-16", "utf-32")):
        return data.decode(name, "replace")
    for codec in ("utf-8", name):
        try:
            return data.decode(codec or "cp1252")
        except UnicodeDecodeError:
            continue
    return data.decode(name if name and name != "utf-8" else "cp1252", "replace")
