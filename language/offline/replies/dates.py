"""Finds days in folded words and resolves them against the day the mail came: "back on the 12th", "Ende Juni", "Q4".

Conventions: seasons start with their first month, "after Easter" is the Tuesday after it, a month is its first day.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from language.offline.replies.calendar_words import CalendarWords, calendar_words

FARTHEST = timedelta(days=3 * 366)
_ORDINAL = "(?:st|nd|rd|th|er|e|o)?"
_YEAR = r"(?:(?: ,)?(?: de| del)? (?P<y>(?:19|2\d)\d\d))?"
_OF = "(?:of |de |del |di |do |der |des |van |von |av )"
_THE = "(?:the |den |der |dem |die |les |la |las |le |l |el |o |de |het )"
_AMERICAS = ("America/", "US/", "Canada/")


@dataclass(frozen=True)
class Named:
    """A day as it is named, where in the words, and whether it is a day proper (not a month or a season)."""

    day: date
    start: int  # in the joined folded words
    end: int
    exact: bool


@dataclass(frozen=True)
class Today:
    """What dates are resolved against."""

    day: date
    month_first: bool = False  # 06/07 is June


def month_first(zone: str) -> bool:
    """True where people write the month before the day."""
    return zone.startswith(_AMERICAS)


def named_days(text: str, languages: Sequence[str], today: Today) -> tuple[Named, ...]:
    """The days a folded text names, in order, the longer reading winning; absurd ones are left out."""
    found: list[Named | _Void] = []
    for language in languages or ("en",):
        for pattern, resolve in _readers(language):
            for match in pattern.finditer(text):
                found.append(_named(resolve, match, today, calendar_words(language)))
    days = [one for one in _longest(found) if isinstance(one, Named)]
    return tuple(one for one in days if not _announces(one, days, text))


@dataclass(frozen=True)
class _Void:
    """Something that looks like a day and is none (31 February): its parts are no days either."""

    start: int
    end: int


def _named(resolve: "Resolve", match: re.Match[str], today: Today, words: CalendarWords) -> Named | _Void:
    try:
        resolved = resolve(match, today, words)
    except (ValueError, OverflowError):  # 31 February, year 0
        resolved = None
    if resolved is None or not timedelta(days=-40) <= resolved[0] - today.day <= FARTHEST:
        return _Void(match.start(), match.end())
    return Named(resolved[0], match.start(), match.end(), resolved[1])


def _announces(one: Named, days: Sequence[Named], text: str) -> bool:
    """True for the weekday in "Monday, 22 June": the date behind it says which."""
    behind = next((other for other in days if other.start > one.end), None)
    between = text[one.end : behind.start].split() if behind is not None else ["far", "far", "far"]
    bare = not any(char.isdigit() for char in text[one.start : one.end])
    if behind is None or not bare or len(between) > 1 or not set(between) <= _BETWEEN:
        return False
    return any(char.isdigit() for char in text[behind.start : behind.end])


_BETWEEN = {",", "the", "den", "der", "dem", "le", "el", "il", "o", "dia", "de", "on", "am", "op"}
Resolved = tuple[date, bool] | None
Resolve = Callable[[re.Match[str], Today, CalendarWords], Resolved]


def _longest(found: Sequence[Named | _Void]) -> Iterator[Named | _Void]:
    taken: list[Named | _Void] = []
    for one in sorted(found, key=lambda one: (-(one.end - one.start), one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
    yield from sorted(taken, key=lambda one: one.start)


@cache
def _readers(language: str) -> tuple[tuple[re.Pattern[str], Resolve], ...]:
    words = calendar_words(language)
    month, weekday = _any(words.months), _any(words.weekdays)
    next_, week, ends = words.any_of("next"), words.any_of("week"), words.any_of("ends")
    unit = "|".join(words.any_of(name) for name in ("day", "week", "month", "quarter", "year"))
    number = rf"(?:\d{{1,2}}|{words.keys_of('numbers')})"
    edge = "|".join(words.any_of(name) for name in ("ends", "starts", "mids"))
    season, feast = words.keys_of("seasons"), words.keys_of("feasts")
    clock = rf"[\d:./]|h| ?(?:uhr|am|pm|uur|h)\b| (?:of |de |di |do )?(?:{month})"
    behind = rf"(?:{words.any_of('after')}|{words.any_of('in')}|a la|alla|vor|na)"
    rows: tuple[tuple[str, Resolve], ...] = (
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", _numeric),
        (r"(?P<a>\d{1,2})[./-](?P<b>\d{1,2})[./-](?P<y>\d{4}|\d{2})", _slashed),
        (r"(?P<a>\d{1,2})[./](?P<b>\d{1,2})(?![\d:])", _slashed),
        (rf"(?P<d>\d{{1,2}}){_ORDINAL} (?:of |de |den |, )?(?P<month>{month}){_YEAR}", _written),
        (rf"(?P<month>{month}) (?:the )?(?P<d>\d{{1,2}}){_ORDINAL}(?!:){_YEAR}", _written),
        (rf"(?:(?P<edge>{edge}) {_OF}?)?(?P<month>{month}){_YEAR}", _month),
        (r"(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)", _day_of_month),
        (
            rf"(?:{week} {next_}|{next_} {week}) (?:on |op |am |le )?(?P<weekday>{weekday})",
            _weekday_next_week,
        ),
        (
            rf"(?:(?P<next>{next_}|{words.any_of('this')}) )?(?P<weekday>{weekday})"
            rf"(?: (?:den |, |the |le |el |il )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!{clock}))?",
            _weekday,
        ),
        (words.any_of("tomorrow"), _tomorrow),
        (
            rf"(?:{words.any_of('in')} |{words.any_of('after')} )?(?P<n>{number}) "
            rf"(?:more |weitere |andere )?(?P<unit>{unit})",
            _ahead,
        ),
        (rf"{next_} (?P<unit>{unit})|(?P<unit2>{unit}) {next_}", _next_unit),
        (rf"{ends} {_OF}?(?:the |this |la |le |el |il |o |diese\w* |deze )?(?P<unit>{unit})", _end_of),
        (r"q(?P<q>[1-4])(?: (?P<y>20\d\d))?", _quarter),
        (r"(?:kw ?|(?:week|woche|semaine|semana|settimana|vecka|uge|uke) )(?P<w>\d{1,2})", _iso_week),
        (rf"(?:(?P<next>{next_}) )?(?P<season>{season})", _season),
        (
            rf"{behind} {_THE}?(?:long |grandes )?(?P<feast>{feast}|{season})(?: holidays?| break)?"
            r"(?: (?P<y>20\d\d))?",
            _after_feast,
        ),
        (r"(?:in|im|from|ab|starts in|until) (?:the )?(?P<y>20\d\d)", _in_year_named),
        (r"(?:the )?new year", _new_year),
    )
    return tuple((re.compile(rf"(?<!\S)(?:{body})(?!\S)"), resolve) for body, resolve in rows)


def _any(names: dict[str, int]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"


def _tomorrow(_match: re.Match[str], today: Today, _words: CalendarWords) -> Resolved:
    return today.day + timedelta(days=1), True


def _in_year_named(match: re.Match[str], _today: Today, _words: CalendarWords) -> Resolved:
    return date(int(match["y"]), 1, 1), False


def _new_year(_match: re.Match[str], today: Today, _words: CalendarWords) -> Resolved:
    return date(today.day.year + 1, 1, 1), False


def _numeric(match: re.Match[str], _today: Today, _words: CalendarWords) -> Resolved:
    return date(int(match["y"]), int(match["m"]), int(match["d"])), True


def _slashed(match: re.Match[str], today: Today, _words: CalendarWords) -> Resolved:
    first, second = int(match["a"]), int(match["b"])
    american = "/" in match.group() and (second > 12 or (today.month_first and first <= 12))
    month, day = (first, second) if american else (second, first)
    year = match.groupdict().get("y")
    return _in_year(month, day, year, today), True


def _in_year(month: int, day: int, year: str | None, today: Today) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this = date(today.day.year, month, day)
    return this if this >= today.day - timedelta(days=40) else date(today.day.year + 1, month, day)


def _written(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    return _in_year(words.months[match["month"]], int(match["d"]), match["y"], today), True


def _month(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    month = words.months[match["month"]]
    year = int(match["y"]) if match["y"] else today.day.year + (month < today.day.month)
    first = date(year, month, 1)
    edge = match["edge"] or ""
    if edge in words.words.get("ends", ()):
        return _month_end(first), True
    return (first.replace(day=15), True) if edge in words.words.get("mids", ()) else (first, bool(edge))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _day_of_month(match: re.Match[str], today: Today, _words: CalendarWords) -> Resolved:
    return _coming(int(match["d"]), today.day), True


def _coming(day: int, today: date) -> date:
    """The next day with that number, today included."""
    month = today.replace(day=1)
    for _ in range(4):
        if day <= _month_end(month).day and month.replace(day=day) >= today:
            return month.replace(day=day)
        month = _month_end(month) + timedelta(days=1)
    raise ValueError(f"no month has a day {day}")


def _weekday(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    ahead = (words.weekdays[match["weekday"]] - today.day.weekday() - 1) % 7 + 1
    day = today.day + timedelta(days=ahead)
    if match["d"]:
        numbered = _coming(int(match["d"]), today.day)
        return (numbered, True) if numbered.weekday() == day.weekday() else (day, True)
    return day, True


def _weekday_next_week(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    monday = today.day + timedelta(days=7 - today.day.weekday())
    return monday + timedelta(days=words.weekdays[match["weekday"]]), True


def _ahead(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    said = match["n"]
    number = int(said) if said.isdigit() else int(words.values["numbers"][said])
    return _later(today.day, number, _unit(match["unit"], words)), False


def _unit(word: str, words: CalendarWords) -> str:
    return next(
        name for name in ("day", "week", "month", "quarter", "year") if word in words.words.get(name, ())
    )


def _later(day: date, number: int, unit: str) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    months = number * {"month": 1, "quarter": 3, "year": 12}[unit] + day.month - 1
    first = date(day.year + months // 12, months % 12 + 1, 1)
    return first.replace(day=min(day.day, _month_end(first).day))


def _next_unit(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    unit = _unit(match["unit"] or match["unit2"], words)
    if unit == "day":
        return today.day + timedelta(days=1), True
    if unit == "week":
        return today.day + timedelta(days=7 - today.day.weekday()), False
    return _period_end(today.day, unit) + timedelta(days=1), False


def _period_end(day: date, unit: str) -> date:
    if unit == "week":
        return day + timedelta(days=4 - day.weekday() if day.weekday() < 5 else 11 - day.weekday())
    month = {"quarter": (day.month - 1) // 3 * 3 + 3, "year": 12}.get(unit, day.month)
    return _month_end(date(day.year, month, 1))


def _end_of(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    unit = _unit(match["unit"], words)
    return (today.day, True) if unit == "day" else (_period_end(today.day, unit), True)


def _quarter(match: re.Match[str], today: Today, _words: CalendarWords) -> Resolved:
    first = date(int(match["y"] or today.day.year), 3 * int(match["q"]) - 2, 1)
    return (
        first if match["y"] or _later(first, 3, "month") > today.day else first.replace(year=first.year + 1)
    ), False


def _iso_week(match: re.Match[str], today: Today, _words: CalendarWords) -> Resolved:
    year = today.day.isocalendar().year
    monday = date.fromisocalendar(year, int(match["w"]), 1)
    return (
        monday
        if monday >= today.day - timedelta(days=7)
        else date.fromisocalendar(year + 1, int(match["w"]), 1)
    ), False


def _season(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    first = date(today.day.year, int(words.values["seasons"][match["season"]]), 1)
    return (first if first >= today.day.replace(day=1) else first.replace(year=first.year + 1)), False


def _after_feast(match: re.Match[str], today: Today, words: CalendarWords) -> Resolved:
    name = match["feast"]
    feast = words.values.get("feasts", {}).get(name)
    year = int(match["y"]) if match["y"] else today.day.year
    for wanted in (year, year + 1):
        day = (
            _feast_over(feast, wanted) if feast else _season_over(int(words.values["seasons"][name]), wanted)
        )
        if day > today.day:
            return day, False
    return None


def _feast_over(feast: str, year: int) -> date:
    if feast == "easter":
        return easter(year) + timedelta(days=2)
    if feast == "pentecost":
        return easter(year) + timedelta(days=51)
    return {"christmas": date(year, 12, 27), "newyear": date(year, 1, 2), "summer": date(year, 9, 1)}[feast]


def _season_over(month: int, year: int) -> date:
    return _later(date(year, month, 1), 3, "month")


def easter(year: int) -> date:
    """Easter Sunday of the Western churches (the anonymous Gregorian computus)."""
    golden, century = year % 19, year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    full = epact - epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + full + 2 - century + century // 4) % 7
    offset = full - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))
