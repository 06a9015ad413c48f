"""Plays a policy against the buyers of a seed, without mail servers: the same letters, the same reading, the same dice.

The dice are drawn for a person and the number of the letter, so two policies that send a person the same letter on
the same day hear the same answer.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

from evals.market.buyers.appraisal import Reader, Sheet, appraise
from evals.market.buyers.minds import mind_of
from evals.market.buyers.odds import weigh
from evals.market.buyers.records import Mind, Weighed
from evals.suites.market.book import Book, Prospect, atlas

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Send:
    """One letter a policy wants to send at a local hour of the day that is being played."""

    prospect: Prospect
    subject: str
    text: str
    hour: int
    one_click: bool = True


@dataclass(frozen=True, slots=True)
class Budget:
    """What every policy may use: people, letters to each of them, letters a day."""

    people: int
    touches: int = 4
    a_day: int = 120


@dataclass(slots=True)
class Past:
    """What happened with one person so far, as the sender knows it: letters sent, and the answer if one came."""

    sent: list[tuple[datetime, str]] = field(default_factory=list)
    answer: str = ""  # the reaction; "" = silence


@dataclass(frozen=True, slots=True)
class Entry:
    """One letter that arrived, and what it was worth in expectation."""

    day: int
    address: str
    found: Weighed
    answer: str


class Policy(Protocol):
    """Decides what is sent on a day."""

    @property
    def name(self) -> str:
        """How it is called in the report."""
        ...

    def day(self, arena: "Arena", day: int) -> Iterable[Send]:
        """Letters of this day, in order of preference; what goes over the budget is not sent."""
        ...


class Arena:
    """One game: a book, a budget, and what has happened. Policies read `past`; only an oracle reads `mind`."""

    def __init__(self, book: Book, budget: Budget, days: int) -> None:
        self.book, self.budget, self.days = book, budget, days
        self.past: dict[str, Past] = {}
        self.entries: list[Entry] = []
        self._by_company: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self._minds: dict[str, Mind] = {}

    def play(self, policy: Policy) -> list[Entry]:
        """All days."""
        for day in range(self.days):
            for number, send in enumerate(policy.day(self, day)):
                if number >= self.budget.a_day:
                    break
                self._arrive(day, send)
        return self.entries

    def mind(self, one: Prospect) -> Mind:
        """What they hide."""
        if one.address not in self._minds:
            self._minds[one.address] = mind_of(self.book.seed, one.company, one.person, self.book.seller)
        return self._minds[one.address]

    def at(self, day: int, one: Prospect, hour: int) -> datetime:
        """A local hour of a day of the game."""
        return (MONDAY + timedelta(days=day)).replace(tzinfo=one.zone, hour=hour)

    def weigh(self, day: int, send: Send) -> Weighed:
        """How this letter would strike them now."""
        one, local = send.prospect, self.at(day, send.prospect, send.hour)
        past = self.past.get(one.address, Past())
        colleagues = {
            who
            for at, who in self._by_company[one.company.domain]
            if who != one.address and local - at <= WEEK
        }
        reader = Reader(
            one.company,
            one.person,
            self.mind(one),
            one.company.language,
            tuple(text for _, text in past.sent),
            min(((local - at).total_seconds() / 86_400 for at, _ in past.sent), default=99.0),
            len(colleagues),
        )
        sheet = Sheet(send.subject, send.text, local, send.one_click)
        return weigh(self.mind(one), appraise(atlas(), self.book.seller, reader, sheet), local.date())

    def _arrive(self, day: int, send: Send) -> None:
        one = send.prospect
        if one.address not in self.past and len(self.past) >= self.budget.people:
            return
        past = self.past.setdefault(one.address, Past())
        found = self.weigh(day, send)
        answer = "" if past.answer else self._answer(one, len(past.sent), found)
        past.answer = past.answer or answer
        local = self.at(day, one, send.hour)
        past.sent.append((local, send.text))
        self._by_company[one.company.domain].append((local, one.address))
        self.entries.append(Entry(day, one.address, found, answer))

    def _answer(self, one: Prospect, number: int, found: Weighed) -> str:
        dice = Random(f"{self.book.seed}:{one.address}:{number}").random()
        for name, share in found.chances.items():
            dice -= share
            if dice < 0:
                return name
        return ""
