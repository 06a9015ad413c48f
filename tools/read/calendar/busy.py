"""From calendar objects to busy times inside a window, recurrence and zones included.

What cannot be understood is named; what may be a time is held to be taken. A double booking is worse than a
slot too few.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from time import thread_time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from domain.errors import Correctable
from domain.meetings import Busy, CalendarProblem
from tools.read.calendar.cpu_budget import BudgetSpent, cpu_budget
from tools.read.calendar.ics import PARSER_ERRORS, read_calendars

if TYPE_CHECKING:
    from icalendar import Calendar, Component

_EXPAND_SECONDS = 0.5  # processor time for one series
_TOTAL_SECONDS = 10.0
_MAX_STEPS = 20_000  # of an hourly or faster rule, from its start to the end of the window
_MAX_OCCURRENCES = 5_000
_STEP = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}
# an unknown zone may be any: from UTC-12 to UTC+14
_EARLIEST, _LATEST = timedelta(hours=-14), timedelta(hours=12)
_FREE_TYPES = {"FREE"}
_REPEATING = {"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}


@dataclass(frozen=True)
class Window:
    """The time looked at, and the zone in which times without a zone are meant."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    owner: str = ""  # address: what this person declined does not bind


@dataclass(frozen=True)
class BusyReading:
    """Busy times in order, and what could not be read."""

    busy: tuple[Busy, ...]
    problems: tuple[CalendarProblem, ...]


class _Endless(Exception):
    """A series that cannot be expanded within bounds."""


def read_busy(objects: Iterable[tuple[str, bytes | str]], window: Window) -> BusyReading:
    """Busy times of calendar objects, each given as (where, text). Heavy: call it in a thread."""
    busy: list[Busy] = []
    problems: list[CalendarProblem] = []
    left = _TOTAL_SECONDS
    for where, text in objects:
        try:
            calendars = read_calendars(text, where)
        except Correctable as error:
            problems.append(CalendarProblem(code=error.code, sentence=error.message, where=where))
            continue
        for calendar in calendars:
            used = _read_calendar(calendar, window, min(_EXPAND_SECONDS, max(left, 0.05)), where)
            left -= used.seconds
            busy += used.busy
            problems += used.problems
    return BusyReading(tuple(sorted(set(busy), key=lambda b: (b.start, b.end, b.uid))), tuple(problems))


@dataclass
class _Part:
    busy: list[Busy]
    problems: list[CalendarProblem]
    seconds: float = 0.0


def _read_calendar(calendar: "Calendar", window: Window, seconds: float, where: str) -> _Part:
    """Busy times of one VCALENDAR: its events series by series, and its VFREEBUSY periods."""
    began = thread_time()
    part = _Part(list(_free_busy(calendar, window)), [])
    for uid, series in _series(calendar).items():
        try:
            found, problem = _read_series(series, uid, window, seconds)
        except PARSER_ERRORS:
            found, problem = [], _problem("unreadable_event", "An entry of the calendar cannot be read", uid)
        part.busy += found
        if problem:
            part.problems.append(problem.model_copy(update={"where": where or uid}))
    part.seconds = thread_time() - began
    return part


def _series(calendar: "Calendar") -> dict[str, list["Component"]]:
    """Events by UID; changed instances share the UID of their series."""
    found: dict[str, list[Component]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        found.setdefault(str(event.get("UID", "")) or f"unnamed-{number}", []).append(event)
    return found


def _read_series(
    events: list["Component"], uid: str, window: Window, seconds: float
) -> tuple[list[Busy], CalendarProblem | None]:
    """Busy times of one series; one that cannot be expanded takes all time from its start."""
    binding = [event for event in events if not _is_free(event, window.owner)]
    if not binding:
        return [], None
    unknown = any(_unknown_zone(event) for event in events)
    try:
        with cpu_budget(seconds):
            if any(_is_broken(event) for event in events):
                raise ValueError
            found = list(_occurrences(events, uid, window, unknown))
    except (BudgetSpent, _Endless):
        held = [Busy(start=start, end=window.end, uid=uid) for start in _starts(binding, window)[:1]]
        return held, _problem("too_many_repeats", "An entry repeats too often and counts as always busy", uid)
    except PARSER_ERRORS:
        sentence = "An entry of the calendar has a time or rule that cannot be read"
        return _plain(binding, uid, window), _problem("unreadable_event", sentence, uid)
    if unknown and found:
        sentence = "An entry is in an unknown time zone, so all times it may mean are kept free"
        return found, _problem("unknown_zone", sentence, uid)
    return found, None


def _occurrences(events: list["Component"], uid: str, window: Window, unknown: bool) -> Iterator[Busy]:
    """Expanded busy times that touch the window."""
    found: Sequence[Any] = events
    if len(events) > 1 or _REPEATING.intersection(events[0]):
        found = _expanded(events, window)
    if len(found) > _MAX_OCCURRENCES:
        raise _Endless
    for one in found:
        if _is_free(one, window.owner):
            continue
        start, end = _span(one, window)
        if unknown:
            start, end = start + _EARLIEST, end + _LATEST
        if start < end and start < window.end and window.start < end:
            yield Busy(start=start, end=end, uid=uid, is_meeting=bool(one.get("ATTENDEE")))


def _expanded(events: list["Component"], window: Window) -> Sequence[Any]:
    """The single events that a series stands for, inside the window and a little around it."""
    import recurring_ical_events
    from icalendar import Calendar

    series = Calendar()
    for event in events:
        _check_steps(event, window)
        series.add_component(event)
    # two days more on each side: floating and all-day times are compared without their zone
    margin = timedelta(days=2)
    return recurring_ical_events.of(series).between(window.start - margin, window.end + margin)


def _plain(events: list["Component"], uid: str, window: Window) -> list[Busy]:
    """The times the entries name themselves, whatever they say about repeating."""
    found = []
    for event in events:
        try:
            start, end = _span(event, window)
        except PARSER_ERRORS:
            continue
        if start < end and start < window.end and window.start < end:
            found.append(Busy(start=start, end=end, uid=uid))
    return found


def _check_steps(event: "Component", window: Window) -> None:
    """Refuse rules that would be walked second by second through years."""
    for rule in _listed(event.get("RRULE")):
        frequency = str(_first(rule.get("FREQ"), "")).upper()
        interval = max(int(_first(rule.get("INTERVAL"), 1)), 1)
        if frequency not in _STEP:
            continue
        start = _aware(event["DTSTART"].dt, window.zone)
        count = _first(rule.get("COUNT"), None)
        steps = (window.end - start).total_seconds() / (_STEP[frequency] * interval)
        if min(steps, int(count) if count else steps) > _MAX_STEPS:
            raise _Endless


def _is_free(event: "Component", owner: str) -> bool:
    """Cancelled, transparent, or declined by the owner."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or (
        str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    ):
        return True
    mine = (a for a in _listed(event.get("ATTENDEE")) if owner and _address(a) == owner.lower())
    return any(str(a.params.get("PARTSTAT", "")).upper() == "DECLINED" for a in mine)


def _is_broken(event: "Component") -> bool:
    """True when a property that decides the time could not be parsed."""
    deciding = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
    hurt = any(str(name or "").upper() in deciding for name, _ in event.errors)
    start = event.get("DTSTART")
    return hurt or start is None or isinstance(start, list)


def _unknown_zone(event: "Component") -> bool:
    """True when a TZID is given that neither the file nor the world explains."""
    stamps = [event.get("DTSTART"), event.get("DTEND")]
    return any(
        stamp is not None
        and "TZID" in getattr(stamp, "params", {})
        and isinstance(stamp.dt, datetime)
        and stamp.dt.tzinfo is None
        for stamp in stamps
    )


def _span(event: Any, window: Window) -> tuple[datetime, datetime]:
    """Start and end in UTC; an entry without an end takes a day, or a moment."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
    else:
        whole_day = not isinstance(start, datetime)
        end = start + (event["DURATION"].dt if "DURATION" in event else timedelta(days=int(whole_day)))
    return _aware(start, window.zone), _aware(end, window.zone)


def _starts(events: list["Component"], window: Window) -> list[datetime]:
    """When the entries begin at the earliest, inside the window, in order."""
    found = []
    for event in events:
        start = _aware(event["DTSTART"].dt, window.zone)
        begins = window.start if start <= window.start else max(start + _EARLIEST, window.start)
        if begins < window.end:
            found.append(begins)
    return sorted(found)


def _aware(value: date | datetime, zone: tzinfo) -> datetime:
    """UTC of a date (its midnight), a floating time, or a time with a zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _free_busy(calendar: "Calendar", window: Window) -> Iterator[Busy]:
    """The periods of VFREEBUSY components."""
    for component in calendar.walk("VFREEBUSY"):
        for line in _listed(component.get("FREEBUSY")):
            if str(line.params.get("FBTYPE", "BUSY")).upper() in _FREE_TYPES:
                continue
            yield from _periods(line, window)


def _periods(line: Any, window: Window) -> Iterator[Busy]:
    try:
        spans = [(line.start, line.end)]
        spans = [(_aware(start, window.zone), _aware(end, window.zone)) for start, end in spans]
    except PARSER_ERRORS:
        return
    for start, end in spans:
        if start < end and start < window.end and window.start < end:
            yield Busy(start=start, end=end)


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(value: Any, default: Any) -> Any:
    return (value[0] if value else default) if isinstance(value, list) else (value or default)


def _address(value: Any) -> str:
    return str(value).lower().removeprefix("mailto:").strip()


def _problem(code: str, sentence: str, uid: str) -> CalendarProblem:
    return CalendarProblem(code=code, sentence=f"{sentence}.", where=uid)
