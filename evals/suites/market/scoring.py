"""What a game was worth: expected margin from hidden state, and how policies compare on the same seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.market.buyers.records import Economics
from evals.suites.market.arena import Entry

_DRAWS, _SEED = 4000, 99


@dataclass(frozen=True, slots=True)
class Score:
    """One policy on one seed. EUR; `expected` from hidden state, not from how the dice fell."""

    policy: str
    seed: int
    people: int
    mails: int
    answers: int
    positive: int
    expected: float  # value of what its letters may lead to, as far as it handles answers
    harm: float
    cost: float

    @property
    def margin(self) -> float:
        """What is left."""
        return self.expected - self.harm - self.cost


def score(
    policy: str, seed: int, entries: Sequence[Entry], seller: Economics, handled: float, minutes: float
) -> Score:
    """Sum a game up.

    Args:
        handled: share of wishes to talk that it brings to a held meeting, against one handled well.
        minutes: of a person's time that it took.
    """
    answers = [one.answer for one in entries if one.answer not in {"", "one_click", "complaint_report"}]
    return Score(
        policy,
        seed,
        len({one.address for one in entries}),
        len(entries),
        len(answers),
        sum(one in {"positive", "send_times", "forward"} for one in answers),
        handled * sum(one.found.value for one in entries),
        sum(one.found.cost for one in entries),
        len(entries) * seller.mail_cost + minutes * seller.human_minute_cost,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """Two policies on the same seeds: the ratio of their summed margins, and the mean difference, each with 95 %."""

    ratio: float
    ratio_interval: tuple[float, float]
    difference: float
    difference_interval: tuple[float, float]
    seeds: int


def compare(ours: Sequence[Score], other: Sequence[Score]) -> Compared:
    """Seeds are drawn again with their pairs kept together."""
    theirs = {one.seed: one.margin for one in other}
    pairs = np.array([(one.margin, theirs[one.seed]) for one in ours if one.seed in theirs])
    dice = np.random.default_rng(_SEED)
    drawn = pairs[dice.integers(0, len(pairs), (_DRAWS, len(pairs)))]
    ratios = _ratio(drawn[:, :, 0].sum(axis=1), drawn[:, :, 1].sum(axis=1))
    differences = (drawn[:, :, 0] - drawn[:, :, 1]).mean(axis=1)
    return Compared(
        float(_ratio(pairs[:, 0].sum(), pairs[:, 1].sum())),
        _middle95(ratios),
        float((pairs[:, 0] - pairs[:, 1]).mean()),
        _middle95(differences),
        len(pairs),
    )


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return above / np.maximum(below, 1e-9)


def _middle95(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
