"""A file name that came with an upload, made safe to store and show. Touches no file."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\\/]+")
_FORBIDDEN = re.compile(r'[<>:"|?*\s]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST = 100
_LONGEST_ENDING = 12


def safe_name(name: str, *, default: str = "upload") -> str:
    """The last part of a path as a plain file name: no folders, control characters or hidden names."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c)[0] != "C")
    last = _SEPARATORS.split(visible)[-1]
    plain = _FORBIDDEN.sub("_", last).strip("._ ")
    if not plain:
        return default
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    return _shortened(plain)


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        stem, ending = name, ""
    kept = stem[: _LONGEST - len(ending) - 1]
    # Some file systems count bytes: leave room for letters that take several.
    while len(kept.encode("utf-8", "replace")) > 2 * _LONGEST:
        kept = kept[:-1]
    return f"{kept}.{ending}" if ending else kept
