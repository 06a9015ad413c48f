"""Their words: texts, mail programs' words, date patterns and zones from the data files. Picks by seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from evals.market.people.records import Meaning
from evals.market.world.atlas import LANGUAGES, read_yaml

_DATA = Path(__file__).resolve().parent / "data"
_SHORTEST_TYPO_WORD = 6
MARKET = "market"  # the profile whose people have minds of their own
REPORTING_FROM = 20  # seeds from here on only report; who tunes on them makes their figures worthless


@dataclass(frozen=True, slots=True)
class Text:
    """One way to say something.

    `meaning` is given where it differs from its neighbours'; `last` says that its date is the last day away.
    """

    text: str
    meaning: Meaning | None = None
    last: bool = False


@dataclass(frozen=True, slots=True)
class Tongue:
    """Everything of one language."""

    code: str
    client: Mapping[str, Any]
    patterns: Mapping[str, Any]
    nth: tuple[str, ...]
    mobile: tuple[str, ...]
    greet: tuple[str, ...]
    close: tuple[str, ...]
    changed: tuple[str, ...]
    texts: Mapping[str, tuple[Text, ...]]

    def moment(self, pattern: str, at: datetime, rng: Random) -> str:
        """A local time in one of the forms of a pattern."""
        from babel.dates import format_datetime

        forms = self.patterns[pattern]
        form = forms if isinstance(forms, str) else rng.choice(forms)
        # the locale data puts narrow blanks into times, which no keyboard makes
        return format_datetime(at, form, locale=self.code).replace("\u202f", " ")


@lru_cache(maxsize=len(LANGUAGES))
def tongue(language: str) -> Tongue:
    """A language; English for one nobody speaks here."""
    code = language if language in LANGUAGES else "en"
    row = read_yaml(_DATA / "words" / f"{code}.yaml")
    lists = {name: tuple(row[name]) for name in ("nth", "mobile", "greet", "close", "changed")}
    texts = {slot: tuple(_text(one) for one in rows) for slot, rows in row["texts"].items()}
    return Tongue(code, row["client"], row["patterns"], texts=texts, **lists)


@lru_cache(maxsize=1)
def rivals() -> tuple[str, ...]:
    """Names of vendors they may use."""
    return tuple(read_yaml(_DATA / "rivals.yaml"))


@lru_cache(maxsize=1)
def profiles() -> Mapping[str, Any]:
    """The rates of each profile as they are written."""
    return read_yaml(_DATA / "profiles.yaml")


def zone_name(country: str, city: str) -> str:
    """The time zone of a place."""
    zone = _zones().get(country, "UTC")
    return zone if isinstance(zone, str) else str(zone.get(city, zone[""]))


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, Any]:
    return read_yaml(_DATA / "zones.yaml")


def _text(row: str | Mapping[str, Any]) -> Text:
    if isinstance(row, str):
        return Text(row)
    return Text(row["t"], Meaning(row["as"]) if "as" in row else None, bool(row.get("last")))


class Phrases:
    """Picks texts so that each is used once before any comes twice.

    Seeds for tuning and seeds for reporting have words of their own: every other text of a slot. A slot with a
    single text is everybody's.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._reports = seed >= REPORTING_FROM
        self._taken: dict[tuple[str, str], int] = {}

    def pick(self, language: str, slot: str) -> Text:
        """The next text for a slot."""
        every = tongue(language).texts[slot]
        texts = every[int(self._reports) :: 2] or every
        count = self._taken.get((language, slot), 0)
        self._taken[language, slot] = count + 1
        order = list(texts)
        Random(f"{self._seed}:{language}:{slot}:{count // len(texts)}").shuffle(order)
        return order[count % len(texts)]


def mistyped(text: str, rng: Random) -> str:
    """A text with two letters swapped in one longer word; what is in braces stays."""
    words = text.split(" ")
    able = [i for i, word in enumerate(words) if len(word) >= _SHORTEST_TYPO_WORD and word.isalpha()]
    if not able:
        return text
    index = rng.choice(able)
    word = words[index]
    at = rng.randrange(2, len(word) - 2)
    words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def office_time(at: datetime, rng: Random, *, opens: int = 8, closes: int = 19) -> datetime:
    """The moment itself when it is in local office hours, else some time in the next morning of work."""
    if at.weekday() < 5 and opens <= at.hour < closes:
        return at
    day = at if at.hour < opens else at + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    minutes = rng.randrange(15, 150)
    return day.replace(hour=opens, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)


def pick_weighted(weights: Mapping[str, float], rng: Random) -> str:
    """A key by its weight."""
    names: Sequence[str] = tuple(weights)
    return rng.choices(names, [float(weights[name]) for name in names])[0]
