"""`python -m evals.market.buyers.calibrate`: sets the rates of the buyers to the published ones and keeps them as data.

Published: 3.4 % of the people a cold sequence goes to answer, 10.7 % for the best tenth of senders, 14 % of the
answers are positive, fewer than 0.3 % complain. The yardstick is what most send today: a generic sequence of four
letters to companies of the right kind, one person each; the best senders write the same people letters in which
nothing is wrong and everything is about them.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from evals.market.buyers.appraisal import Reader, Sheet, appraise
from evals.market.buyers.economics import all_economics
from evals.market.buyers.letters import STEPS, generic_letter
from evals.market.buyers.minds import mind_of
from evals.market.buyers.odds import CRAFT, Model, features_of, model, pull, split
from evals.market.buyers.records import Appraisal, Economics, Mind
from evals.market.world.atlas import Atlas, load_atlas
from evals.market.world.generate import generate_companies
from evals.market.world.records import Company, Person, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

TARGETS = {
    "replies": 0.034,
    "best_tenth": 0.107,
    "positive_share": 0.14,
    "complaints": 0.0015,
    "one_click": 0.006,
}
SEED, COMPANIES = 4242, 6000  # a seed that neither tunes nor reports
_RIGHT_KIND, _DAYS = 0.5, (0, 3, 7, 14)
_MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
_ROUNDS = 40
BEST = dict.fromkeys(sorted(CRAFT), 1.0)
NO_WORDS = frozenset({"one_click", "complaint_report"})
_FILE = Path(__file__).resolve().parent / "data" / "calibration.yaml"


@dataclass(frozen=True, slots=True)
class Approached:
    """One person and how the four letters strike them, with the day of each."""

    mind: Mind
    letters: tuple[tuple[Appraisal, date], ...]


def audience(atlas: Atlas, seed: int = SEED, companies: int = COMPANIES) -> list[Approached]:
    """What today's sequence looks like to the companies of each seller's kind."""
    found = []
    drawn = generate_companies(atlas, seed, companies)
    for seller in (one for host, one in all_economics().items() if host):
        for company in drawn:
            person = _addressee(company)
            mind = mind_of(seed, company, person, seller)
            if company.status is not Status.ACTIVE or mind.fit < _RIGHT_KIND:
                continue
            found.append(Approached(mind, tuple(_struck(atlas, company, person, mind, seller))))
    return found


def _addressee(company: Company) -> Person | None:
    """Whom a list holds: the first person with a say."""
    return next((one for one in company.people if one.level in {"owner", "head"}), None)


def _struck(
    atlas: Atlas, company: Company, person: Person | None, mind: Mind, seller: Economics
) -> Iterator[tuple[Appraisal, date]]:
    rng = Random(f"{company.domain}:{seller.host}")
    earlier: list[str] = []
    for step in range(STEPS):
        subject, text = generic_letter(seller, company, person, step, rng)
        at = _MONDAY + timedelta(days=_DAYS[step])
        apart = _DAYS[step] - _DAYS[step - 1] if step else 99.0
        reader = Reader(company, person, mind, company.language, tuple(earlier), apart)
        yield appraise(atlas, seller, reader, Sheet(subject, text, at, one_click=True)), at.date()
        earlier.append(text)


@dataclass(frozen=True)
class Table:
    """All pulls of all letters at once, each of shape (people, letters, reactions)."""

    own: "NDArray[np.float64]"  # of the mind, and of what is wrong with the letter
    craft: "NDArray[np.float64]"  # of what is good in the letter
    best: "NDArray[np.float64]"  # of letters with nothing left to improve
    using: Model

    def figures(self, rates: Mapping[str, float]) -> dict[str, float]:
        """The published figures at these rates."""
        each, words = self._lived(self.craft, rates), self._speaking()
        told = each[:, words].sum()
        return {
            "replies": float(told / len(each)),
            "best_tenth": float(self._lived(self.best, rates)[:, words].sum() / len(each)),
            "positive_share": float(each[:, self._grouped("positive")].sum() / told),
            "complaints": float(each[:, self._grouped("complaint")].sum() / len(each)),
            "one_click": float(each[:, self._named("one_click")].sum() / len(each)),
        }

    def _lived(self, craft: "NDArray[np.float64]", rates: Mapping[str, float]) -> "NDArray[np.float64]":
        """The chance of each reaction over the sequence, shape (people, reactions); nobody speaks twice."""
        bases = np.array([rates[one.group] for one in self.using.reactions])
        shares = np.array([one.share for one in self.using.reactions])
        pulls = shares * np.exp(bases + self.own + craft * rates["craft"])
        chances = pulls / (1 + pulls.sum(axis=2, keepdims=True))
        still = np.cumprod(1 - chances.sum(axis=2), axis=1)
        silent = np.concatenate([np.ones((len(still), 1)), still[:, :-1]], axis=1)
        return np.asarray((chances * silent[:, :, None]).sum(axis=1))

    def _speaking(self) -> list[int]:
        return [place for place, one in enumerate(self.using.reactions) if one.name not in NO_WORDS]

    def _grouped(self, group: str) -> list[int]:
        return [place for place, one in enumerate(self.using.reactions) if one.group == group]

    def _named(self, name: str) -> list[int]:
        return [place for place, one in enumerate(self.using.reactions) if one.name == name]


def table(people: Sequence[Approached], using: Model) -> Table:
    """The pulls of everybody's letters."""
    rows = [
        [(features_of(who.mind, day), *split(letter.features)) for letter, day in who.letters]
        for who in people
    ]

    def all_pulls(of: Callable[[tuple[dict[str, float], ...]], Mapping[str, float]]) -> "NDArray[np.float64]":
        return np.array(
            [[[pull(one.weights, of(it)) for one in using.reactions] for it in row] for row in rows]
        )

    return Table(
        all_pulls(lambda it: it[0] | it[2]), all_pulls(lambda it: it[1]), all_pulls(lambda it: BEST), using
    )


def calibrated(every: Table) -> tuple[dict[str, float], dict[str, float]]:
    """The rates at which the published figures come out: craft by halving, the others for each craft."""
    low, high = 0.1, 6.0
    rates, found = _settled(every, 1.0)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        rates, found = _settled(every, middle)
        low, high = (middle, high) if found["best_tenth"] < TARGETS["best_tenth"] else (low, middle)
    return rates, found


def _settled(every: Table, craft: float) -> tuple[dict[str, float], dict[str, float]]:
    rates = {"positive": -9.0, "words": -6.0, "opt_out": -6.0, "complaint": -8.0, "craft": craft}
    found = every.figures(rates)
    for _ in range(_ROUNDS):
        share, wanted = (
            found["positive_share"] * found["replies"],
            TARGETS["positive_share"] * TARGETS["replies"],
        )
        rates["positive"] += _step(wanted, share)
        rates["words"] += _step(TARGETS["replies"] - wanted, found["replies"] - share)
        rates["opt_out"] += _step(TARGETS["one_click"], found["one_click"])
        rates["complaint"] += _step(TARGETS["complaints"], found["complaints"])
        found = every.figures(rates)
    return rates, found


def _step(wanted: float, got: float) -> float:
    return max(-1.0, min(1.0, 0.7 * math.log(wanted / max(got, 1e-9))))


def text_of(rates: Mapping[str, float], found: Mapping[str, float], count: int) -> str:
    """The data file."""
    lines = [
        "# Written by `python -m evals.market.buyers.calibrate`; edit nothing here by hand.",
        f"# Seed {SEED}, {count} people of the right kind, four generic letters each. Reached: "
        + ", ".join(f"{name} {value:.4f} (published {TARGETS[name]})" for name, value in found.items()),
        "rates: {" + ", ".join(f"{name}: {value:.4f}" for name, value in rates.items()) + "}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Calibrate and keep."""
    people = audience(load_atlas())
    rates, found = calibrated(table(people, model()))
    _FILE.write_text(text_of(rates, found, len(people)), encoding="utf-8")
    sys.stdout.write(_FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
