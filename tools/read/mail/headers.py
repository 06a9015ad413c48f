"""Header fields: where they end, what they say once decoded, their parameters. Linear in their length; never raises.

What comes out holds no control, bidirectional or invisible character, so it is safe to show and to compare.
"""

import binascii
import re
from urllib.parse import unquote_to_bytes

from tools.read.mail.charset import decode_text
from tools.read.mail.limits import Limits, put_aside
from tools.read.web.visibility import visible_text

Fields = list[tuple[str, bytes]]

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER = re.compile(r""";\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MOST_PARAMETERS = 100
_PIECE = re.compile(r"(.{1,76}?)(?:\*(\d{1,3}))?(\*)?")


def split_fields(data: bytes, limits: Limits) -> tuple[Fields, int]:
    """The header fields at the start of `data` (line feeds only) and where the body begins.

    Raises:
        PutAside: more header than a mail needs.
    """
    fields: list[tuple[str, list[bytes]]] = []
    position = lines = 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        line = data[position:end].rstrip(b"\r")
        lines += 1
        if end > limits.header_bytes or lines > limits.header_lines:
            raise put_aside("mail_headers_too_large", limits)
        if not line:
            return _joined(fields), end + 1
        if not _take_line(line, fields, first=lines == 1):
            return _joined(fields), position  # the body began without an empty line
        position = end + 1
    return _joined(fields), len(data)


def _take_line(line: bytes, fields: list[tuple[str, list[bytes]]], *, first: bool) -> bool:
    if line[:1] in b" \t" and fields:
        fields[-1][1].append(line)
        return True
    if found := _FIELD.match(line):
        fields.append((found.group(1).decode("ascii").lower(), [line[found.end() :]]))
        return True
    # What mail stores put before a message, plain or escaped.
    return line.startswith((b"From ", b">From ")) and (first or line.startswith(b">"))


def _joined(fields: list[tuple[str, list[bytes]]]) -> Fields:
    return [(name, b"".join(lines).strip()) for name, lines in fields]


def decoded(value: bytes | str) -> str:
    """What a reader sees of an unstructured field: encoded words read, invisible characters gone."""
    text = value if isinstance(value, str) else as_text(value)
    return visible_text(_decode_words(text) if "=?" in text else text)


def as_text(value: bytes) -> str:
    """The bytes of a field as characters, encoded words left as they are."""
    return decode_text(value, "utf-8")


def _decode_words(text: str) -> str:
    """Neighbouring words of one charset are joined first: senders cut characters in two."""
    done: list[str] = []
    pending: list[bytes] = []
    charset, position = "", 0
    for found in _ENCODED.finditer(text):
        between = text[position : found.start()]
        name = found.group(1).partition("*")[0].lower()  # RFC 2231 adds a language
        if pending and (between.strip() or name != charset):
            done.append(decode_text(b"".join(pending), charset))
            pending.clear()
        if between.strip() or position == 0:
            done.append(between)
        pending.append(_word_bytes(found))
        charset, position = name, found.end()
    if pending:
        done.append(decode_text(b"".join(pending), charset))
    return "".join([*done, text[position:]])


def _word_bytes(found: re.Match[str]) -> bytes:
    words = found.group(3).encode("utf-8", "replace")
    if found.group(2) in "qQ":
        return binascii.a2b_qp(words.replace(b"_", b" "), header=False)
    return decode_base64(words)


def decode_base64(data: bytes) -> bytes:
    """Whatever can be read of base64; what is broken off at the end is dropped."""
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data.replace(b"-", b"+").replace(b"_", b"/"))
    clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def value_and_parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """`text/plain; charset="x"` as its value in lower case and its parameters, RFC 2231 pieces joined."""
    text = as_text(value)
    head, semicolon, _ = text.partition(";")
    if not semicolon:
        return visible_text(head).lower(), {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(text, len(head))):
        if count >= _MOST_PARAMETERS:
            break
        name, number, marked = _PIECE.fullmatch(found.group(1)[:80].lower()).groups()  # type: ignore[union-attr]
        quoted = found.group(2)
        given = _ESCAPED.sub(r"\1", quoted) if quoted is not None else found.group(3).strip()
        pieces.setdefault(name, []).append((int(number or 0), bool(marked), given))
    return visible_text(head).lower(), {name: _parameter(parts) for name, parts in pieces.items()}


def _parameter(parts: list[tuple[int, bool, str]]) -> str:
    ordered = sorted(parts, key=lambda part: part[0])
    if not any(marked for _, marked, _ in ordered):
        return decoded("".join(given for _, _, given in ordered))
    charset, _, rest = ordered[0][2].partition("'")
    ordered[0] = (0, ordered[0][1], rest.partition("'")[2] if "'" in rest else ordered[0][2])
    data = b"".join(
        unquote_to_bytes(given) if marked else given.encode("utf-8") for _, marked, given in ordered
    )
    return visible_text(decode_text(data, charset))
