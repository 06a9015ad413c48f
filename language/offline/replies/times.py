"""Finds the times a person names for a meeting: "Thursday at 14:00", "tomorrow between 2 and 4 pm CET".

A day without a clock time is a window of that day; a clock time without a day needs the day from the context.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.replies import ProposedTime
from language.offline.replies.calendar_words import calendar_words
from language.offline.replies.choices import refused
from language.offline.replies.dates import Named, Today, named_days
from language.offline.replies.lexicon_files import lexicons
from language.offline.replies.rules import corrected
from language.offline.replies.words import Sentence

_ZONES = {
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
    "gmt": "Etc/UTC", "utc": "Etc/UTC", "bst": "Europe/London", "wet": "Europe/Lisbon", "eet": "Europe/Helsinki",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "ct": "America/Chicago",
    "cst": "America/Chicago", "cdt": "America/Chicago", "mst": "America/Denver", "mdt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
}  # fmt: skip
_DAY = (time(9), time(17))
_MORNING, _AFTERNOON = (time(9), time(12)), (time(12), time(17))
_MOST = 6
_BETWEEN = "between|zwischen|entre|tra|tussen|mellan|mellem|mellom"


class _Clock(NamedTuple):
    begin: time
    end: time | None
    start: int
    stop: int


def proposed_times(
    sentences: Sequence[Sentence],
    languages: Sequence[str],
    today: Today,
    zone: ZoneInfo,
    *,
    day: date | None = None,
) -> tuple[ProposedTime, ...]:
    """The times named, in order; `day` is the day spoken of when a sentence names only a clock time."""
    found: dict[tuple[datetime, datetime | None], ProposedTime] = {}
    for sentence in sentences:
        for one in _of_sentence(sentence, languages, today, zone, day):
            found.setdefault((one.start, one.end), one)
    return tuple(found.values())[:_MOST]


def _of_sentence(
    sentence: Sentence, languages: Sequence[str], today: Today, zone: ZoneInfo, day: date | None
) -> list[ProposedTime]:
    text = " ".join(corrected(sentence.words, lexicons()[languages[0] if languages else "en"]))
    against = refused(text, languages or ("en",))
    days = [named for named in named_days(text, languages, today) if named.day >= today.day]
    clocks = [
        clock
        for clock in _clocks(text, languages or ("en",))
        if not any(clock.start < named.end and clock.stop > named.start for named in days)
        and not any(span.start <= clock.start < span.end for span in against)
    ]
    days = [named for named in days if not any(span.start <= named.start < span.end for span in against)]
    where = next((ZoneInfo(_ZONES[word]) for word in text.split() if word in _ZONES), zone)
    if not clocks:
        window = _part_of_day(text, languages or ("en",))
        return [_window(named.day, window, where, sentence.text) for named in days if named.exact]
    exact_days = [named for named in days if named.exact]
    return [
        _timed(on, clock, where, sentence.text)
        for clock in clocks
        if (on := _day_of(clock, exact_days, day)) is not None
    ]


def _day_of(clock: _Clock, days: Sequence[Named], spoken_of: date | None) -> date | None:
    before = [named for named in days if named.end <= clock.start]
    nearest = before[-1] if before else (days[0] if days else None)
    return nearest.day if nearest is not None else spoken_of


def _timed(day: date, clock: _Clock, zone: ZoneInfo, quote: str) -> ProposedTime:
    start = datetime.combine(day, clock.begin, zone)
    if clock.end is None:
        return ProposedTime(start=start, quote=quote)
    return ProposedTime(start=start, end=datetime.combine(day, clock.end, zone), exact=False, quote=quote)


def _window(day: date, part: tuple[time, time], zone: ZoneInfo, quote: str) -> ProposedTime:
    begin, end = (datetime.combine(day, edge, zone) for edge in part)
    return ProposedTime(start=begin, end=end, exact=False, quote=quote)


def _part_of_day(text: str, languages: Sequence[str]) -> tuple[time, time]:
    for language in languages:
        words = calendar_words(language)
        if re.search(rf"(?<!\S)(?:\S+)?{words.any_of('afternoon')}(?!\S)", text):
            return _AFTERNOON
        if re.search(rf"(?<!\S)(?:\S{{3,}})?{words.any_of('morning')}(?!\S)", text) and language != "de":
            return _MORNING
        if language == "de" and re.search(r"vormittag", text):
            return _MORNING
    return _DAY


def _clocks(text: str, languages: Sequence[str]) -> list[_Clock]:
    found: dict[int, _Clock] = {}
    for language in languages:
        for match in _clock_pattern(language).finditer(text):
            begin = _time(match["h"], match["m"], match["half"] or match["half2"])
            end = _time(match["h2"], match["m2"], match["half2"]) if match["h2"] else None
            if begin is not None and (end is None or end > begin):
                found.setdefault(match.start(), _Clock(begin, end, match.start(), match.end()))
    return [found[start] for start in sorted(found)]


@cache
def _clock_pattern(language: str) -> re.Pattern[str]:
    words = calendar_words(language)
    at, unit = words.any_of("at"), words.any_of("oclock")
    joint = rf"(?:-|{words.any_of('and')}|to|bis|a|till|until)"
    second = rf"(?: ?{joint} (?P<h2>\d{{1,2}})(?:[:.h](?P<m2>\d{{2}}))? ?(?P<half2>am|pm)?)?"
    half = rf"(?: ?(?:(?P<half>am|pm)|{unit}))?"
    first = r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))?h?"
    body = rf"(?:(?:{at}|{_BETWEEN}) )?{first}{half}{second}"
    return re.compile(rf"(?<!\S)(?={_marked(at, unit)})(?:{body})(?: ?{unit})?(?!\S)")


def _marked(at: str, unit: str) -> str:
    """A number is a clock time only with a word, a colon or an hour mark to say so."""
    return (
        rf"(?:(?:{at}|{_BETWEEN}) \d|\d{{1,2}}:\d\d|\d{{1,2}}(?:am|pm|h)|"
        rf"\d{{1,2}}(?:[.:]\d\d)? {unit}(?!\S))"
    )


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    value, minutes = int(hour), int(minute or 0)
    if half == "pm" and value < 12:
        value += 12
    if half == "am" and value == 12:
        value = 0
    if half is None and not minute and 1 <= value <= 6:
        value += 12  # "at 3" between business people is the afternoon
    return time(value, minutes) if value < 24 and minutes < 60 else None
