"""The outbound scan (G5): secrets and other people's addresses in text that would leave, encoded or not. Pure.

Each text is looked at as it is and through at most two layers of decoding. Work is linear and bounded:
every pattern is a single pass, and the number and length of texts that are looked at have a limit.
"""

import base64
import binascii
import codecs
import html
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from autonomy.links import addresses_in

LONGEST = 100_000  # characters; what is longer is not read, and that is a finding
MOST_TEXTS = 400  # decoded pieces of one text
LAYERS = 2
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_BASE64_LINE = re.compile(r"[ \t]*[A-Za-z0-9+/_-]{4,}={0,2}[ \t]*")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[ :\-]?){6,}")
_ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})")
_SQUEEZED = re.compile(r"[\W_]+")
SHORTEST_SQUEEZED = 8  # a shorter secret is not looked for with its separators dropped
_HIDDEN = ("Cf", "Cs", "Co")


@dataclass(frozen=True)
class Found:
    """What the scan found: a secret, somebody's address, or a text too long to be read."""

    kind: str  # secret, address, too_long
    text: str = ""  # of an address; never of a secret


def scan(
    text: str, *, secrets: Iterable[str] = (), allowed_addresses: Iterable[str] = ()
) -> tuple[Found, ...]:
    """What in a text must not leave; empty when it may.

    Args:
        secrets: canaries and secret values that no text may hold.
        allowed_addresses: e-mail addresses that may stand in it, e.g. our own.
    """
    if len(text) > LONGEST:
        return (Found("too_long"),)
    readings = tuple(layers(text))
    wanted = tuple(normal(one) for one in secrets if one.strip())
    own = {normal(one) for one in allowed_addresses}
    found = [Found("secret")] if _holds_secret(readings, wanted) else []
    foreign = dict.fromkeys(
        address for reading in readings for address in addresses_in(reading) if normal(address) not in own
    )
    return (*found, *(Found("address", address) for address in foreign))


def normal(text: str) -> str:
    """Text as it is compared: compatibility forms folded, invisible characters dropped, case folded."""
    return visible(text).casefold()


def visible(text: str) -> str:
    """Text with compatibility forms folded and invisible characters dropped."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if unicodedata.category(char) not in _HIDDEN)


def _holds_secret(readings: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return False
    squeezed = tuple(_SQUEEZED.sub("", one) for one in wanted)
    squeezed = tuple(one for one in squeezed if len(one) >= SHORTEST_SQUEEZED)
    for reading in readings:
        plain = reading.casefold()
        turned = (plain, plain[::-1], codecs.encode(plain, "rot13"))
        if any(secret in one for one in turned for secret in wanted):
            return True
        bare = _SQUEEZED.sub("", plain)
        if any(secret in one for one in (bare, bare[::-1]) for secret in squeezed):
            return True
    return False


def layers(text: str) -> Iterator[str]:
    """The text itself, then everything that one and two layers of decoding make of it, each once."""
    seen = {visible(text)}
    level = list(seen)
    yield level[0]
    for _ in range(LAYERS):
        following: list[str] = []
        for one in level:
            for decoded in _decoded(one):
                if decoded in seen:
                    continue
                if len(seen) >= MOST_TEXTS:
                    return
                seen.add(decoded)
                following.append(decoded)
                yield decoded
        level = following


def _decoded(text: str) -> Iterator[str]:
    for decode in _DECODERS:
        for raw in decode(text):
            clean = visible(raw[:LONGEST])
            if clean and clean != text:
                yield clean


def _percent(text: str) -> Iterator[str]:
    if "%" in text:
        yield _text(unquote_to_bytes(text.encode("utf-8", "replace")))


def _entities(text: str) -> Iterator[str]:
    if "&" in text:
        yield html.unescape(text)


def _quoted_printable(text: str) -> Iterator[str]:
    if "=" in text:
        yield _text(quopri.decodestring(text.encode("utf-8", "replace")))


def _escapes(text: str) -> Iterator[str]:
    if "\\" in text and _ESCAPED.search(text):
        yield _ESCAPED.sub(lambda match: chr(int(match.group()[2:], 16)), text)


def _hex(text: str) -> Iterator[str]:
    for match in _HEX.finditer(text):
        digits = re.sub(r"[ :\-]", "", match.group())
        for start in (0, 1):  # a stray digit before it shifts the pairs
            piece = digits[start:]
            yield from _readable(bytes.fromhex(piece[: len(piece) // 2 * 2]))


def _base64(text: str) -> Iterator[str]:
    for word in (*_BASE64.findall(text), *_wrapped(text)):
        if word.isalpha() and (word.islower() or word.istitle() or word.isupper()):
            continue  # an ordinary word: encoded text mixes cases and digits
        word = word.rstrip("=").replace("-", "+").replace("_", "/")
        for start in range(4 if len(word) < 400 else 1):  # letters glued before it shift the groups
            yield from _readable(_unpadded(word[start:]))


def _wrapped(text: str) -> Iterator[str]:
    """Encoded text that was broken into lines, joined again."""
    joined: list[str] = []
    for line in (*text.splitlines(), "."):
        if _BASE64_LINE.fullmatch(line):
            joined.append(line.strip())
            continue
        if len(joined) > 1:
            yield "".join(joined)
        joined = []


def _unpadded(word: str) -> bytes:
    word = word[: len(word) - 1] if len(word) % 4 == 1 else word
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4))
    except (binascii.Error, ValueError):
        return b""


def _readable(raw: bytes) -> Iterator[str]:
    """The bytes as text when they are text at all: ordinary words decode to noise, which is dropped."""
    if len(raw) < 4:
        return
    for encoding in ("utf-8", "utf-16-le"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(char.isprintable() or char.isspace() for char in text) >= 0.9 * len(text):
            yield text
            return
    kept = "".join(chr(one) for one in raw if 32 <= one < 127)  # text with some noise around it
    if len(kept) >= 0.75 * len(raw):
        yield kept


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


_DECODERS: tuple[Callable[[str], Iterator[str]], ...] = (
    _percent,
    _entities,
    _quoted_printable,
    _escapes,
    _hex,
    _base64,
)
