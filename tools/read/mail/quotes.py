"""Where quoted mail begins: attributions ("On … wrote:"), copied header blocks, dividers, marked lines.

Looks at lines; cuts nothing. Every pattern runs on a bounded window, so a long mail costs time in line with its length.
"""

import re
from dataclasses import dataclass

from tools.read.mail import reply_words as words

_WINDOW, _LONGEST = 4, 320
_MARKED = re.compile(r"^\s{0,3}[>＞|]")
_WROTE = re.compile(rf"(?:(?<![^\W_])(?:{words.WROTE_WORDS})(?![^\W_(]))", re.I)
_OPENING = re.compile(
    rf"(?:(?:{words.OPENING_WORDS})(?![^\W\d_])|\d{{1,4}}[.\-/年 ]|[-–—]{{2,}}\s*on\b)", re.I
)
_ENDING = re.compile(r"(?:[:：]|[-–—]{2,})[\s*_]*$")
_ADDRESS = re.compile(r"[^\s<>@]{1,80}@[^\s<>@]{1,120}")
_DATE = re.compile(
    r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\.\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
)
_ISO_DATE = re.compile(
    r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2})?\s+(?:(?:GMT|UTC)\S{0,7}\s+\S.{0,90}|[^<]{1,90}<\s*[^<>]{0,120}>?\s*:?\s*)$"
)
_GROUPS = (words.FROM_WORDS, words.DATE_WORDS, words.TO_WORDS, words.SUBJECT_WORDS, words.OTHER_FIELD_WORDS)
_FIELD = re.compile(
    r"^[\s>*_]{0,6}(?:"
    + "|".join(f"({group})" for group in _GROUPS)
    + r")\s*[*_]{0,2}\s*[:：]\s*[*_]{0,2}\s*(.*)$",
    re.I,
)
_DIVIDER = re.compile(
    rf"^[\s>]*(?:[-_=*–—]{{2,}}[\s*]*(?:{words.ORIGINAL_WORDS}|{words.FORWARD_WORDS})\b.{{0,60}}"
    rf"|(?:{words.FORWARD_WORDS})\s*[:：].{{0,20}}|(?:{words.ORIGINAL_WORDS})\s*[:：]?\s*[-_=*]{{2,}}\s*)$", re.I
)  # fmt: skip
_FORWARD = re.compile(words.FORWARD_WORDS, re.I)
_RULE = re.compile(r"^[\s>]*[-_=*–—]{3,}\s*$")


@dataclass(frozen=True)
class QuoteStart:
    """Lines `start` to `end` (not included) announce quoted mail."""

    start: int
    end: int
    kind: str  # "attribution", "fields" or "divider"
    forward: bool = False


def is_marked(line: str) -> bool:
    """True for a line the mail program marked as quoted."""
    return bool(_MARKED.match(line)) and not line.startswith("|-")


def next_quote(lines: list[str], begin: int = 0) -> QuoteStart | None:
    """The first announcement at or after a line."""
    for number in range(begin, len(lines)):
        line = lines[number]
        if len(line) > _LONGEST or not line.strip() or is_marked(line):
            continue
        found = _divider(lines, number) or _fields(lines, number) or _attribution(lines, number)
        if found:
            return _with_rule_above(lines, found, begin)
    return None


def _divider(lines: list[str], number: int) -> QuoteStart | None:
    if not _DIVIDER.match(lines[number]):
        return None
    below = _skip_blank(lines, number + 1)
    block = _fields(lines, below) if below < len(lines) else None
    return QuoteStart(
        number, block.end if block else number + 1, "divider", bool(_FORWARD.search(lines[number]))
    )


def _fields(lines: list[str], number: int) -> QuoteStart | None:
    """A copied header block: lines of the kind "From: …", three sorts of them, or two and an address."""
    first = _FIELD.match(lines[number])
    if not first or first.lastindex is None or first.group(5):
        return None
    sorts: set[int] = set()
    address = False
    end = number
    for position in range(number, min(number + 12, len(lines))):
        line = lines[position]
        found = _FIELD.match(line) if len(line) <= 4 * _LONGEST else None
        if found:
            sorts.add(next(group for group in range(1, 6) if found.group(group)))
            address = address or "@" in line
            end = position + 1
        elif not line.strip() or position - end >= 2:  # values may run over two lines
            break
    real = sorts - {5}
    if len(real) >= 3 or (len(real) == 2 and 1 in real and address):
        return QuoteStart(number, end, "fields")
    return None


def _attribution(lines: list[str], number: int) -> QuoteStart | None:
    line = lines[number].strip()
    opened = bool(_OPENING.match(line)) or _weekday_date(line)
    if not (opened or "<" in line or _ADDRESS.search(line)):
        return _iso_attribution(lines, number)
    joined, filled = "", 0
    for position in range(number, min(number + _WINDOW + 4, len(lines))):
        piece = lines[position].strip()
        if (
            position > number
            and is_marked(lines[position])
            and not re.match(r">\s*(?:\w+\s*[:：]?\s*$|[:：])", piece)
        ):
            break
        if not piece and not (_DATE.search(joined) or _ADDRESS.search(joined)):
            break
        if position > number and _OPENING.match(piece) and (not opened or _ended(lines[position - 1])):
            break  # the sender's own sentence, and the announcement begins here
        joined = f"{joined} {piece}".strip()
        filled += bool(piece)
        if filled > _WINDOW or len(joined) > _LONGEST:
            break
        if piece and _announces(joined):
            return QuoteStart(number, _past_stray_end(lines, position + 1), "attribution")
    return _iso_attribution(lines, number)


def _ended(line: str) -> bool:
    """True when nothing goes on after this line: it is blank or ends a sentence."""
    return not line.strip() or line.rstrip().endswith((".", "!", "?"))


def _announces(text: str) -> bool:
    if not (_DATE.search(text) or _ADDRESS.search(text)):
        return False
    found = None
    for found in _WROTE.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    if found is None:
        return False
    rest = text[found.end() :]
    ends = bool(_ENDING.search(text)) or not rest.strip(" ):*_")
    opens = bool(_OPENING.match(text)) or bool(_ADDRESS.search(text[: found.start()])) or _weekday_date(text)
    return ends and opens and (len(rest) < 80 or bool(_DATE.search(rest)))


def _weekday_date(text: str) -> bool:
    return bool(re.match(r"[^\W\d_]{2,14}\.?,?\s+\d{1,2}\b", text)) and bool(_DATE.search(text))


def _past_stray_end(lines: list[str], position: int) -> int:
    while position < len(lines) and lines[position].strip() in (":", ">:", "："):
        position += 1
    return position


def _iso_attribution(lines: list[str], number: int) -> QuoteStart | None:
    for count in (1, 2):
        joined = " ".join(line.strip() for line in lines[number : number + count])
        if len(joined) <= _LONGEST and _ISO_DATE.match(joined) and joined.count("<") == joined.count(">"):
            return QuoteStart(number, number + count, "attribution")
    return None


def _with_rule_above(lines: list[str], found: QuoteStart, begin: int) -> QuoteStart:
    above = found.start - 1
    while above >= begin and not lines[above].strip():
        above -= 1
    if above >= begin and _RULE.match(lines[above]):
        return QuoteStart(above, found.end, found.kind, found.forward)
    return found


def _skip_blank(lines: list[str], position: int) -> int:
    while position < len(lines) and not lines[position].strip():
        position += 1
    return position
