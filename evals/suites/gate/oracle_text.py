"""What the oracle sees in a text that would leave: hidden characters, links, addresses, secrets.

Written from SAFETY.md §1 alone. It shares no code with the gate and must not read the gate's.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

# bidi controls, zero-width characters, line and paragraph separators, tags, byte-order mark, soft hyphen
HIDDEN = frozenset(
    map(chr, [0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x2028, 0x202F)])
) | frozenset(map(chr, [*range(0x2060, 0x2070), *range(0xE0000, 0xE0080)]))
SHORTENERS = frozenset({"bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "ow.ly"})
_LINK = re.compile(r"(?:https?:)?//[^\s<>()\[\]\"']+|\bwww\.[^\s<>()\[\]\"']+", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:data|javascript|vbscript|file):[^\s]", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-z!/][^>]*>|!\[[^\]]*\]\(", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BLOB = re.compile(r"[A-Za-z0-9+/=_-]{8,}")


@lru_cache(maxsize=8192)
def hidden_in(text: str, *, line_breaks: bool) -> bool:
    """True for control, bidi, zero-width and lone surrogate characters; line feeds may be allowed."""
    return any(
        char in HIDDEN
        or 0xD800 <= ord(char) <= 0xDFFF
        or (unicodedata.category(char) == "Cc" and not (line_breaks and char == "\n"))
        for char in text
    )


@lru_cache(maxsize=8192)
def links_of(text: str) -> tuple[str, ...]:
    """What a mail program would make a link of."""
    return tuple(found.rstrip(".,;:!?") for found in _LINK.findall(text))


def has_active_content(text: str) -> bool:
    """True for markup, images and addresses that carry content or code themselves."""
    return bool(_MARKUP.search(text) or _SCHEME.search(text))


def link_is_allowed(link: str, allowed: Sequence[str]) -> bool:
    """G4: scheme, host and path prefix are on the list; no IP host, user part, port or shortener."""
    try:
        parts = urlsplit(link if "//" in link else f"https://{link}", scheme="https")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or port is not None or _is_address(host) or host in SHORTENERS:
        return False
    return any(_under(parts.scheme, host, parts.path, prefix) for prefix in allowed)


def _under(scheme: str, host: str, path: str, prefix: str) -> bool:
    wanted = urlsplit(prefix if "//" in prefix else f"https://{prefix}")
    names = {wanted.hostname, f"www.{wanted.hostname}"}
    if scheme != wanted.scheme or host not in names or ".." in unquote(path):
        return False
    base = wanted.path.rstrip("/")
    return not base or path == base or path.startswith(f"{base}/")


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host.strip("[]")))
    except ValueError:
        return host.isdigit() or host.startswith("0x")


@lru_cache(maxsize=8192)
def addresses_of(text: str) -> tuple[str, ...]:
    """E-mail addresses, lower case."""
    return tuple(found.lower() for found in _ADDRESS.findall(unicodedata.normalize("NFKC", text)))


def carries(text: str, secret: str) -> bool:
    """True when the secret stands in the text, as it is or behind up to two layers of encoding."""
    return any(_plain(secret) in _plain(form) for form in _forms(text))


@lru_cache(maxsize=8192)
def _forms(text: str) -> tuple[str, ...]:
    forms, layer = [text], [text]
    for _ in range(2):
        layer = [decoded for form in layer for decoded in _decoded(form)]
        forms += layer
    return tuple(forms)


def _plain(text: str) -> str:
    """Compatibility forms joined, case and hidden characters dropped."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char not in HIDDEN)


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text)
    for blob in _BLOB.findall(text):
        yield from _unpacked(blob)


def _unpacked(blob: str) -> Iterator[str]:
    readers = (bytes.fromhex, lambda given: base64.b64decode(given, altchars=b"-_", validate=True))
    padded = blob.rstrip("=") + "=" * (-len(blob.rstrip("=")) % 4)
    for form, read in zip((blob, padded.replace("+", "-").replace("/", "_")), readers, strict=True):
        try:
            yield read(form).decode()
        except (ValueError, binascii.Error):
            continue


def names_it(words: str, name: str) -> bool:
    """True when the words hold the name as a whole, not as a piece of a longer one."""
    wanted, text = _squeezed(name), _squeezed(words)
    if not wanted:
        return False
    pattern = rf"(?<![\w@.+-]){re.escape(wanted)}(?![\w@+-]|\.\w)"
    return re.search(pattern, text) is not None


@lru_cache(maxsize=8192)
def _squeezed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
