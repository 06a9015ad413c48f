"""Reading .ics text that nobody vouches for: sizes, nesting and zones are bounded before a library sees it.

A file is read or refused with one sentence; nothing here judges what an event means.
"""

import re
import threading
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from domain.errors import Correctable
from tools.read.calendar.cpu_budget import BudgetSpent, cpu_budget
from tools.read.calendar.zones import known_zone

if TYPE_CHECKING:
    from icalendar import Calendar

MAX_BYTES = 1_000_000
_MAX_LINES = 40_000
_MAX_LINE = 200_000  # unfolded; attachments in a line are long
_MAX_DEPTH = 8
_MAX_COMPONENTS = 4_000
_PARSE_SECONDS = 5.0
# what the parsers raise on hostile text, seen on fixtures and by fuzzing
PARSER_ERRORS = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError, OSError,
    NotImplementedError, AssertionError,
)  # fmt: skip
_ZONE_RULE = re.compile(
    r"(?:(?:FREQ=YEARLY|INTERVAL=\d+|COUNT=\d+|WKST=\w\w|UNTIL=\w+|BYMONTH=\d+|BYMONTHDAY=[-+\d,]+"
    r"|BYDAY=[-+\w,]+|BYYEARDAY=[-+\d]+|BYHOUR=\d+|BYMINUTE=\d+|BYSECOND=\d+|X-[\w-]+=\w+)(?:;|$))+",
    re.IGNORECASE,
)

# The library keeps one table of custom zones for the whole process, so a file could lend its idea of
# "Custom" to the next one. Files are parsed one at a time, each with an empty table.
_PARSING = threading.Lock()


def read_calendars(raw: bytes | str, where: str = "") -> tuple["Calendar", ...]:
    """The VCALENDAR objects of a file.

    Raises:
        Correctable: bad_calendar, with one sentence that says why.
    """
    text = _text(raw, where)
    text = "\n".join(_checked(text, where))
    try:
        with _PARSING, warnings.catch_warnings(), cpu_budget(_PARSE_SECONDS):
            warnings.simplefilter("ignore")
            found = _parsed(text)
    except BudgetSpent as error:
        raise _refused("it takes too long to read", where) from error
    except PARSER_ERRORS as error:
        raise _refused("it does not keep to the format", where) from error
    if not found:
        raise _refused("there is no calendar in it", where)
    return found


def _parsed(text: str) -> tuple["Calendar", ...]:
    from icalendar import Calendar
    from icalendar.timezone import tzp

    tzp.use_default()
    found = Calendar.from_ical(text, multiple=True)
    return tuple(one for one in found if isinstance(one, Calendar))


def _text(raw: bytes | str, where: str) -> str:
    if len(raw) > MAX_BYTES:
        raise _refused(f"it is larger than {MAX_BYTES // 1000} kB", where)
    if isinstance(raw, bytes):
        try:
            raw = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raw = raw.decode("latin-1")
    text = raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        raise _refused("it holds NUL characters", where)
    if not text.strip():
        raise _refused("it is empty", where)
    return text


def unfolded(text: str) -> Iterator[str]:
    """Content lines with their continuations joined; empty lines do not count."""
    parts: list[str] = []
    for line in filter(None, text.split("\n")):
        if line[:1] in {" ", "\t"} and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield "".join(parts)
        parts = [line]
    if parts:
        yield "".join(parts)


def _checked(text: str, where: str) -> list[str]:
    """Its content lines, lines, nesting and number within bounds; zones the world knows are left to the world."""
    if text.count("\n") > _MAX_LINES:
        raise _refused("it has too many lines", where)
    kept: list[str] = []
    stack: list[str] = []
    zone_at, components = 0, 0
    for line in unfolded(text):
        if len(line) > _MAX_LINE:
            raise _refused("one of its lines is too long", where)
        kept.append(line)
        name, _, value = line.partition(":")
        match name.strip().upper():
            case "BEGIN":
                stack.append(value.strip().upper())
                components += 1
                zone_at = len(kept) - 1 if stack[-1] == "VTIMEZONE" else zone_at
            case "END" if stack:
                if stack.pop() == "VTIMEZONE":
                    kept[zone_at:] = _zone(kept[zone_at:], where)
        if len(stack) > _MAX_DEPTH:
            raise _refused("it is nested too deeply", where)
    if components > _MAX_COMPONENTS:
        raise _refused("it has too many entries", where)
    if stack:
        raise _refused(f"its {''.join(filter(str.isalnum, stack[-1]))[:40]} is never ended", where)
    return kept


def _zone(lines: list[str], where: str) -> list[str]:
    """A VTIMEZONE to keep: none for a known name; rules of the others only as zones have them.

    Known zones of the machine are exact and fast; a made-up rule could name every second of a year.
    """
    for line in lines:
        name, _, value = line.partition(":")
        key = name.partition(";")[0].strip().upper()
        if key == "TZID" and known_zone(value.strip()) is not None:
            return []
        if key == "RRULE" and not _ZONE_RULE.fullmatch(value.strip()):
            raise _refused("its time zone changes in a way no zone does", where)
    return lines


def _refused(why: str, where: str) -> Correctable:
    return Correctable(f"The calendar file was refused: {why}.", code="bad_calendar", where=where or None)
