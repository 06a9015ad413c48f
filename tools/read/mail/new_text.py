"""What a sender wrote this time, apart from what was quoted, signed or added below. Text in, text out.

Careful in one direction: a quoted line is never taken for the sender's own, because our own footer
("unsubscribe …") comes back quoted in every answer.
"""

from dataclasses import dataclass

from tools.read.mail.quotes import QuoteStart, is_marked, next_quote
from tools.read.mail.signatures import split_signature

_MOST_LINES = 8_000
_MOST_ROUNDS = 200
_WRAPPED = 60


@dataclass(frozen=True)
class Trimmed:
    """A mail's text in three."""

    new: str
    signature: str
    quoted: str
    forwarded: bool


def trim(text: str) -> Trimmed:
    """Take a mail's visible text apart."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_MOST_LINES]
    own, quoted, forwarded = _own_lines(lines)
    kept, below = split_signature(own)
    return Trimmed(_tidy(kept), _tidy(below), _tidy(quoted), forwarded)


def _own_lines(lines: list[str]) -> tuple[list[str], list[str], bool]:
    """Lines the sender wrote, lines that were there before, and whether it is a forward."""
    own: list[str] = []
    quoted: list[str] = []
    forwarded = False
    position = 0
    for _ in range(_MOST_ROUNDS):
        found = next_quote(lines, position)
        if found is None:
            return own + _unmarked(lines[position:], quoted), quoted, forwarded
        own += _unmarked(lines[position : found.start], quoted)
        quoted += lines[found.start : found.end]
        forwarded = forwarded or found.forward
        if not _goes_on(lines, found, own):
            return own, quoted + lines[found.end :], forwarded
        position = found.end
    return own, quoted + lines[position:], forwarded


def _goes_on(lines: list[str], found: QuoteStart, own: list[str]) -> bool:
    """Whether the sender's words may come after: below marked lines, or when there are none above."""
    if found.forward or found.kind != "attribution":
        return False
    below = next((line for line in lines[found.end :] if line.strip()), "")
    return is_marked(below) or not any(line.strip() for line in own)


def _unmarked(lines: list[str], quoted: list[str]) -> list[str]:
    """The lines without a quote mark; what is only the wrapped end of a marked line goes with it."""
    own: list[str] = []
    for number, line in enumerate(lines):
        if is_marked(line) or _is_wrapped_end(lines, number):
            quoted.append(line)
            if own and own[-1].strip():
                own.append("")
        else:
            own.append(line)
    return own


def _is_wrapped_end(lines: list[str], number: int) -> bool:
    if not 0 < number < len(lines) - 1 or not lines[number].strip():
        return False
    above, line, below = lines[number - 1], lines[number], lines[number + 1]
    joined = is_marked(above) and is_marked(below) and len(above) >= _WRAPPED
    return joined and len(line) < _WRAPPED and (line[:1].islower() or line[:1] == "<")


def _tidy(lines: list[str]) -> str:
    """Without empty lines around it and spaces at line ends."""
    return "\n".join(line.rstrip() for line in lines).strip("\n")
