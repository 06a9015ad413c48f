"""A column of text as moments: ISO, local dates, months, quarters, weeks, epoch. Order decided per column, in UTC."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product

from tools.read.contact_file.values import folded

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_CLOCK = (
    r"(?:,?[T\s]\s*(?P<hour>\d{1,2})[:h.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{2}:?\d{2})?(?:\s*\([\w ]+\))?)?"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _CLOCK)
_COMPACT = re.compile(
    r"(?P<y>(?:19|20|21)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?Z?"
)
_LOCAL = re.compile(r"(?P<a>\d{1,2})(?P<sign>[./-])\s?(?P<b>\d{1,2})(?P=sign)\s?(?P<y>\d{4}|\d{2})" + _CLOCK)
_DAY_NAME = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_NAMED = (
    re.compile(
        _DAY_NAME
        + r"(?P<d>\d{1,2})(?:\.|st|nd|rd|th)?[\s-]+(?:de\s+)?"
        + r"(?P<name>[^\W\d_]{3,})\.?,?[\s-]+(?:de\s+)?(?P<y>\d{4}|\d{2})"
        + _CLOCK
    ),
    re.compile(
        _DAY_NAME + r"(?P<name>[^\W\d_]{3,})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _CLOCK
    ),
    re.compile(r"(?P<name>[^\W\d_]{3,})\.?[\s-]+'?(?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<y>\d{4})[\s-]+(?P<name>[^\W\d_]{3,})\.?"),
)
_MONTH = re.compile(r"(?P<y>\d{4})\s?[-/.M]\s?(?P<m>\d{1,2})|(?P<m2>\d{1,2})[-/.](?P<y2>\d{4})")
_QUARTER = re.compile(
    r"(?P<y>\d{4})[\s/-]*Q(?P<q>[1-4])|Q(?P<q2>[1-4])[\s/'-]*(?P<y2>\d{4}|\d{2})", re.IGNORECASE
)
_WEEK = re.compile(r"(?P<y>\d{4})[\s-]*[WK]W?(?P<w>\d{1,2})(?:-(?P<d>[1-7]))?", re.IGNORECASE)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "cs", "hu", "ro", "tr")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_UNITS = ((10, 1.0), (13, 1e-3), (16, 1e-6))  # digits before the point, seconds in a unit
_SERIAL_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_SERIALS = (20_000, 80_000)  # spreadsheet day numbers from 1954 to 2119
_ZONES = {
    "": 0.0,
    "Z": 0.0,
    "UTC": 0.0,
    "GMT": 0.0,
    "CET": 1.0,
    "CEST": 2.0,
    "BST": 1.0,
    "EST": -5.0,
    "EDT": -4.0,
}
_ZONES |= {"CST": -6.0, "CDT": -5.0, "MST": -7.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0}


def moments(texts: Sequence[str]) -> list[datetime | None]:
    """Every text as a moment in UTC (without a zone: taken as UTC); None where it is none or impossible.

    3/4/2025 is read the one way that fits the whole column; when both fit, month first with slashes and
    day first with points and dashes.
    """
    plain = {text: " ".join(text.split()) for text in set(texts)}
    day_first = _day_first(plain.values())
    digits = _digit_reading([one for one in plain.values() if one])
    found: dict[str, datetime | None] = {}
    for text, one in plain.items():
        found[text] = _moment(one, day_first, digits) if 3 < len(one) <= 60 else None
    return [found[text] for text in texts]


def _moment(text: str, day_first: bool | None, digits: Callable[[float], datetime | None]) -> datetime | None:
    try:
        if _DIGITS.fullmatch(text):
            return _compact(text) or digits(float(text))
        if found := _YEAR_FIRST.fullmatch(text):
            return _built(found, int(found["y"]), int(found["m"]), int(found["d"]))
        if found := _LOCAL.fullmatch(text):
            first = (found["sign"] != "/") if day_first is None else day_first
            day, month = (found["a"], found["b"]) if first else (found["b"], found["a"])
            return _built(found, _full_year(found["y"]), int(month), int(day))
        return _period(text) or _named(text)
    except (ValueError, OverflowError):
        return None


def _compact(text: str) -> datetime | None:
    """20250331, with a clock or without."""
    found = _COMPACT.fullmatch(text)
    if not found:
        return None
    try:
        return _built(found, int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _period(text: str) -> datetime | None:
    """The first day of a month, quarter or week."""
    if found := _QUARTER.fullmatch(text):
        quarter, year = int(found["q"] or found["q2"]), _full_year(found["y"] or found["y2"])
        return _day(year, 3 * quarter - 2, 1)
    if found := _MONTH.fullmatch(text):
        return _day(int(found["y"] or found["y2"]), int(found["m"] or found["m2"]), 1)
    if found := _WEEK.fullmatch(text):
        start = date.fromisocalendar(int(found["y"]), int(found["w"]), int(found["d"] or 1))
        return _day(start.year, start.month, start.day)
    return None


def _named(text: str) -> datetime | None:
    """A date with the name of its month."""
    for pattern in _NAMED:
        found = pattern.fullmatch(text)
        if found and (month := _month(found["name"])):
            parts = found.groupdict()
            return _built(found, _full_year(parts["y"]), month, int(parts.get("d") or 1))
    return None


def _built(found: re.Match[str], year: int, month: int, day: int) -> datetime:
    parts = found.groupdict()
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and not minute:
        return _day(year, month, day) + timedelta(days=1)
    moment = _day(year, month, day).replace(hour=hour, minute=minute, second=min(second, 59))
    return moment - _offset(parts.get("zone") or "")


def _offset(zone: str) -> timedelta:
    if zone in _ZONES:
        return timedelta(hours=_ZONES[zone])
    if zone[0] not in "+-":
        raise ValueError(zone)
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -ahead if zone[0] == "-" else ahead


def _day(year: int, month: int, day: int) -> datetime:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(year)
    return datetime(year, month, day, tzinfo=UTC)


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _month(name: str) -> int:
    return _month_names().get(folded(name), 0)


@cache
def _month_names() -> dict[str, int]:
    """The months' long and short names; what two languages use for two months belongs to the first."""
    from babel import Locale

    found: dict[str, int] = {"sept": 9}
    for language in _LANGUAGES:
        forms = Locale(language).months
        for kind, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, name in forms[kind][width].items():
                found.setdefault(folded(name), int(number))
    return {name: number for name, number in found.items() if len(name) > 2}


def _day_first(texts: Iterable[str]) -> bool | None:
    """How the column orders day and month; None when every date fits both ways."""
    first = second = 0
    for text in texts:
        if found := _LOCAL.fullmatch(text):
            first += int(found["a"]) > 12
            second += int(found["b"]) > 12
    if first == second:
        return None
    return first > second


def _digit_reading(texts: Sequence[str]) -> Callable[[float], datetime | None]:
    """What bare numbers mean in this column: epoch, year and month, years or spreadsheet days."""
    values = [float(one) for one in texts if _DIGITS.fullmatch(one)]
    if not values:
        return lambda value: None
    low, high = min(values), max(values)
    for digits, seconds in _EPOCH_UNITS:
        if low >= 10 ** (digits - 2) and high < 10**digits:
            return lambda value: _EPOCH + timedelta(seconds=value * seconds)
    if all(190_001 <= value <= 220_012 and 1 <= value % 100 <= 12 for value in values):
        return lambda value: _day(int(value) // 100, int(value) % 100, 1)
    if all(_FIRST_YEAR <= value <= _LAST_YEAR and value == int(value) for value in values):
        return lambda value: _day(int(value), 1, 1)
    if _SERIALS[0] <= low and high <= _SERIALS[1]:
        return lambda value: _SERIAL_DAY_ZERO + timedelta(days=value)
    return lambda value: None
