"""The policies that are played inside the market: what people do today, better and worse, and one that knows all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from evals.market.buyers.letters import STEPS, generic_letter
from evals.market.buyers.odds import CRAFT, weigh
from evals.market.buyers.records import Appraisal
from evals.suites.market.arena import Arena, Send
from evals.suites.market.book import Prospect

CADENCE = (0, 3, 7, 14)  # days of a sequence, what most tools come with
_WORKDAYS = 5


def _letter(arena: Arena, one: Prospect, step: int) -> tuple[str, str]:
    dice = Random(f"{arena.book.seed}:{one.address}:words")
    return generic_letter(arena.book.seller, one.company, one.person, min(step, STEPS - 1), dice)


def _workday(day: int) -> bool:
    return day % 7 < _WORKDAYS


class AtRandom:
    """Somebody, somehow, sometime: random people of the bought list, random steps and hours of the working day."""

    name = "random"

    def day(self, arena: Arena, day: int) -> Iterator[Send]:
        """A share of the budget each day."""
        dice = Random(f"{arena.book.seed}:random:{day}")
        people = arena.book.bought()
        count = round(arena.budget.people * arena.budget.touches / max(arena.days, 1))
        for one in dice.choices(people, k=count) if people else ():
            past = arena.past.get(one.address)
            if past is None or not past.answer:
                subject, text = _letter(arena, one, dice.randrange(STEPS))
                yield Send(one, subject, text, dice.randrange(7, 20))


@dataclass(frozen=True)
class Cadence:
    """A fixed sequence over a list: starts so many a day, waits fixed days, stops at the first answer."""

    name: str = "fixed cadence"
    hour: int = 9
    gaps: tuple[int, ...] = CADENCE
    smallest: int = 1  # employees
    largest: int = 10**6
    letters: str = "generic"  # or "specific": with the first true thing a list tells

    def day(self, arena: Arena, day: int) -> Iterator[Send]:
        """Who is due, then new people."""
        if not _workday(day):
            return
        people = [
            one for one in arena.book.bought() if self.smallest <= one.company.employees <= self.largest
        ][: arena.budget.people]
        each_day = max(1, -(-len(people) // 10))  # two weeks of starts
        started = (day // 7 * _WORKDAYS + day % 7) * each_day
        for place, one in enumerate(people[: started + each_day]):
            start = place // each_day // _WORKDAYS * 7 + place // each_day % _WORKDAYS
            step = self._due(day - start, day)
            past = arena.past.get(one.address)
            if step is not None and not (past and past.answer):
                subject, text = _letter(arena, one, step)
                yield Send(one, subject, self._with_fact(one, text, step), self.hour)

    def _due(self, age: int, day: int) -> int | None:
        """The step that falls on this day; one that fell on a weekend comes on Monday."""
        late = (0, 1, 2) if day % 7 == 0 else (0,)
        return next(
            (step for step, gap in enumerate(self.gaps) if any(age - wait == gap for wait in late)), None
        )

    def _with_fact(self, one: Prospect, text: str, step: int) -> str:
        if self.letters == "generic" or step:
            return text
        return text + f"\n\n{one.company.name}, {one.company.address.city}"


def static_candidates() -> Iterator[Cadence]:
    """The fixed sequences among which the best is to be chosen on the tuning seeds."""
    for hour in (8, 9, 10, 14):
        for gaps in ((0,), (0, 4), (0, 3, 7), (0, 4, 9), CADENCE):
            for smallest, largest in ((1, 10**6), (10, 250), (20, 500), (50, 10**6)):
                for letters in ("generic", "specific"):
                    yield Cadence("best static", hour, gaps, smallest, largest, letters)


class Oracle:
    """Sees every mind: the people worth most, when their window is open, with letters in which all is right."""

    name = "oracle"

    def __init__(self) -> None:
        self._order: list[Prospect] = []

    def day(self, arena: Arena, day: int) -> Iterable[Send]:
        """The best letters of the day among those worth their price."""
        if not _workday(day):
            return ()
        if not self._order:
            self._order = self._chosen(arena)
        sends = []
        for one in self._order:
            past = arena.past.get(one.address)
            if past and (
                past.answer or len(past.sent) >= arena.budget.touches or self._soon(arena, one, day)
            ):
                continue
            if self._better_later(arena, one, day):
                continue
            send = Send(one, *self._letter(arena, one, len(past.sent) if past else 0), 10)
            found = arena.weigh(day, send)
            if found.value - found.cost > arena.book.seller.mail_cost:
                sends.append((found.value - found.cost, send))
        return [send for _, send in sorted(sends, key=lambda pair: -pair[0])]

    def _chosen(self, arena: Arena) -> list[Prospect]:
        """The best person of each of the best companies."""
        best: dict[str, tuple[float, Prospect]] = {}
        right = Appraisal(dict.fromkeys(CRAFT, 1.0))
        for one in arena.book.everybody():
            days = (arena.at(day, one, 10).date() for day in (0, max(0, arena.days - 8)))
            worth = max(weigh(arena.mind(one), right, day).value for day in days)
            if one.company.domain not in best or worth > best[one.company.domain][0]:
                best[one.company.domain] = (worth, one)
        ordered = sorted(best.values(), key=lambda pair: -pair[0])
        return [one for _, one in ordered[: arena.budget.people]]

    def _better_later(self, arena: Arena, one: Prospect, day: int) -> bool:
        window = arena.mind(one).window
        today = window.open(arena.at(day, one, 10).date())
        last = arena.at(max(day, arena.days - 8), one, 10).date()
        return today < 1 and window.open(last) > today

    def _soon(self, arena: Arena, one: Prospect, day: int) -> bool:
        last = arena.past[one.address].sent[-1][0]
        return (arena.at(day, one, 10) - last).days < 4

    def _letter(self, arena: Arena, one: Prospect, step: int) -> tuple[str, str]:
        """The generic letter with all they care about and two true things about them."""
        subject, text = _letter(arena, one, step)
        code = one.company.language
        cares = arena.mind(one).cares
        words = [t.words.get(code, t.words["en"])[0] for t in arena.book.seller.topics if t.name in cares]
        true = [
            one.company.address.city,
            *(name for group, name in one.company.technologies if group != "analytics"),
        ]
        return subject, f"{text}\n\n{', '.join(words)} – {', '.join(true[:2])} ({step + 1})"
