"""Words of the calendar by language: months and weekdays from locale data, the rest from dates.yaml. No arithmetic."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Literal

import yaml
from babel.dates import get_day_names, get_month_names

_LOCALES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "no", "fi", "cs", "hu", "ro", "tr")
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
_EXTRA = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d", "ı": "i"})
_ENGLISH_SHORT = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_INFLECTED = {"fi": ("kuu:kuussa", "kuu:kuun")}
_POLISH = (
    "styczniu=1 lutym=2 marcu=3 kwietniu=4 maju=5 czerwcu=6 lipcu=7 sierpniu=8 wrzesniu=9 pazdzierniku=10 "
    "listopadzie=11 grudniu=12 srode=w2 sobote=w5 niedziele=w6"
)


@dataclass(frozen=True)
class CalendarWords:
    """One language's calendar words; multi-word entries hold blanks."""

    months: dict[str, int]
    weekdays: dict[str, int]  # Monday is 0
    words: dict[str, tuple[str, ...]]  # tomorrow, week, next …
    values: dict[str, dict[str, str]]  # numbers, seasons, feasts

    def any_of(self, name: str) -> str:
        """A pattern for the words under a name; never matches when there are none."""
        return _alternatives(self.words.get(name, ()))

    def keys_of(self, name: str) -> str:
        """A pattern for the words that have a value under a name."""
        return _alternatives(tuple(self.values.get(name, ())))


@cache
def calendar_words(language: str) -> CalendarWords:
    """The calendar words of a language."""
    raw = yaml.safe_load(files("language.offline.replies").joinpath("dates.yaml").read_text("utf-8"))
    rows = {name: text.replace("_", "\0").split() for name, text in raw.get(language, {}).items()}
    plain = {name: tuple(word.replace("\0", " ") for word in words) for name, words in rows.items()}
    valued = {
        name: dict(part.split("=") for part in plain.pop(name))
        for name in ("numbers", "seasons", "feasts")
        if name in plain
    }
    return CalendarWords(_months(language), _weekdays(language), plain, valued)


def languages() -> tuple[str, ...]:
    """The languages whose month and weekday names are known."""
    return _LOCALES


def _months(language: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for width, context in product(_WIDTHS, _CONTEXTS):
        for number, name in get_month_names(width, context, locale=language).items():
            found.setdefault(_plain(name), number)
    if language == "en":
        found["sept"] = 9
    if language == "pl":
        found |= {w: int(n) for w, _, n in (part.partition("=") for part in _POLISH.split()) if n[0] != "w"}
    for ending in _INFLECTED.get(language, ()):
        bare, _, inflected = ending.partition(":")
        found |= {w.removesuffix(bare) + inflected: n for w, n in list(found.items()) if w.endswith(bare)}
    return {name: number for name, number in found.items() if len(name) > 2 and not name.isdigit()}


def _weekdays(language: str) -> dict[str, int]:
    found: dict[str, int] = {}
    # short names count only where they are no words of their own ("man", "son", "sex")
    for width in ("wide", "abbreviated") if language == "en" else ("wide",):
        for number, name in get_day_names(width, locale=language).items():
            plain = _plain(name)
            found.setdefault(plain, number)
            found.setdefault(plain.removesuffix(" feira"), number)
    if language == "en":
        found |= _ENGLISH_SHORT
    if language == "pl":
        found |= {
            w: int(n[1]) for w, _, n in (part.partition("=") for part in _POLISH.split()) if n[0] == "w"
        }
    if language == "fi":
        found = {name.removesuffix("na") + ending: n for name, n in found.items() for ending in ("", "na")}
    if language == "de":
        parts = ("vormittag", "nachmittag", "morgen", "abend", "fruh", "mittag")
        found |= {f"{name}{part}": n for name, n in list(found.items()) if len(name) > 3 for part in parts}
    return {name: number for name, number in found.items() if len(name) > 2}


def _plain(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.lower().translate(_EXTRA).replace("-", " "))
    return "".join(c for c in spread if not unicodedata.combining(c)).strip(" .")


def _alternatives(words: tuple[str, ...]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word) for word in ordered) + ")" if ordered else "(?!)"


@cache
def day_pattern(language: str) -> str:
    """A day as a person names it, for use inside a lexicon's pattern."""
    words = calendar_words(language)
    named = _alternatives(tuple(words.weekdays))
    months = _alternatives(tuple(words.months))
    dates = r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)"
    next_, week = words.any_of("next"), words.any_of("week")
    return (
        rf"(?:(?:{next_} )?{named}|(?:{dates}|\d{{1,2}}) (?:of |de )?{months}"
        rf"|{months} \d{{1,2}}(?:st|nd|rd|th)?|{dates}|{words.any_of('tomorrow')}|{next_} {week}|{week} {next_})"
    )


@cache
def time_pattern(language: str) -> str:
    """A clock time as a person writes it, for use inside a lexicon's pattern."""
    words = calendar_words(language)
    unit = words.any_of("oclock")
    clock = rf"\d{{1,2}}(?:[:.]\d{{2}})? ?{unit}|\d{{1,2}}[:.]\d{{2}}|\d{{1,2}}h\d{{0,2}}|\d{{1,2}}(?:am|pm)"
    return rf"(?:(?:{words.any_of('at')} )?(?:{clock})|{words.any_of('at')} \d{{1,2}})"
