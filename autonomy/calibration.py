"""Calibrating risk points by what became of decisions: monotone, pooled over kinds of act, raising only. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from autonomy.risk_marks import MOST_RAISED
from domain.outcomes import HARM, Outcome, Sign

# What points promise: the share of decisions with so many points that turns out badly. A convention, not a finding;
# calibration compares outcomes with it.
PROMISED = (0.01, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5)
LEAST, LEAST_LATER, LEAST_OF_KIND = 60, 20, 30  # decisions with a known outcome below which nothing is said
POOLED, OWN = 10.0, 20.0  # decisions' worth of belief in the promise, and in all kinds together
SETTLES = timedelta(days=3)  # no harm until then counts as none


@dataclass(frozen=True)
class Sample:
    """One decision whose outcome is known."""

    action: str
    points: int
    harm: bool
    at: datetime


@dataclass(frozen=True)
class Fit:
    """Harm rates by points for each kind of act, and how many decisions they rest on."""

    rates: dict[str, tuple[float, ...]]
    counted: dict[str, int]

    def raises(self) -> dict[str, tuple[int, ...]]:
        """By how much points rise, by kind of act; kinds whose points keep their promise are left out."""
        found = {
            action: tuple(_raise(points, rate) for points, rate in enumerate(rates))
            for action, rates in self.rates.items()
            if self.counted[action] >= LEAST_OF_KIND
        }
        return {action: raised for action, raised in found.items() if any(raised)}


@dataclass(frozen=True)
class Calibrated:
    """A fit's result: `state` says whether it may be used, the report why."""

    state: str  # fitted, no_better, not_enough_data
    raises: dict[str, tuple[int, ...]]
    counted: dict[str, int]
    report: dict[str, object]


def samples(outcomes: Iterable[Outcome], now: datetime) -> list[Sample]:
    """One sample for each decision whose outcome is known by now, oldest first."""
    by_decision: dict[str, list[Outcome]] = {}
    for one in outcomes:
        if one.sign is not Sign.BREACH:  # refused by a rule: no score decided that
            by_decision.setdefault(one.decision_id, []).append(one)
    found = []
    for signals in by_decision.values():
        harm = any(one.sign in HARM for one in signals)
        settled = any(now - one.at >= SETTLES for one in signals)
        if harm or settled:
            first = signals[0]
            at = min(one.at for one in signals)
            found.append(Sample(first.action, max(0, min(10, first.points)), harm, at))
    return sorted(found, key=lambda one: one.at)


def calibrate(known: Sequence[Sample]) -> Calibrated:
    """Fit on the earlier two thirds, judge on the later third; use it only when that was better."""
    ordered = sorted(known, key=lambda one: one.at)
    cut = len(ordered) * 2 // 3
    earlier, later = ordered[:cut], ordered[cut:]
    counts: dict[str, object] = {"decisions": len(ordered), "harms": sum(one.harm for one in ordered)}
    if len(ordered) < LEAST or len(later) < LEAST_LATER:
        needed = max(LEAST - len(ordered), 3 * (LEAST_LATER - len(later)), 1)
        told = {"state": "not_enough_data", **counts, "needed": needed}
        return Calibrated("not_enough_data", {}, {}, told)
    first = fit(earlier)
    before = brier(later, {})
    after = brier(later, first.rates)
    final = fit(ordered)
    better = after < before
    report: dict[str, object] = {
        "state": "fitted" if better else "no_better",
        **counts,
        "earlier": len(earlier),
        "later": len(later),
        "brier_before": round(before, 5),
        "brier_after": round(after, 5),
        "by_action": dict(final.counted),
    }
    raises = final.raises() if better else {}
    return Calibrated("fitted" if better else "no_better", raises, final.counted, report)


def fit(known: Sequence[Sample]) -> Fit:
    """Monotone harm rates: every kind leans on all kinds together, and these on what the points promise."""
    pooled = _rates(known, PROMISED, POOLED)
    kinds = sorted({one.action for one in known})
    own = {kind: [one for one in known if one.action == kind] for kind in kinds}
    return Fit(
        rates={kind: _rates(some, pooled, OWN) for kind, some in own.items()},
        counted={kind: len(some) for kind, some in own.items()},
    )


def _rates(known: Sequence[Sample], prior: Sequence[float], belief: float) -> tuple[float, ...]:
    numbers, harms = [0] * len(PROMISED), [0] * len(PROMISED)
    for one in known:
        numbers[one.points] += 1
        harms[one.points] += one.harm
    rates = [
        (harm + belief * rate) / (number + belief)
        for number, harm, rate in zip(numbers, harms, prior, strict=True)
    ]
    return monotone(rates, [number + belief for number in numbers])


def monotone(values: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """The nearest non-decreasing sequence, by pooling adjacent violators."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many values
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, heavy, many = blocks.pop()
            total = heavy + block[1]
            block = ((mean * heavy + block[0] * block[1]) / total, total, many + block[2])
        blocks.append(block)
    return tuple(mean for mean, _, many in blocks for _ in range(many))


def brier(known: Sequence[Sample], rates: dict[str, tuple[float, ...]]) -> float:
    """Mean squared error of the harm rates; of the promise for kinds without rates."""
    errors = [(rates.get(one.action, PROMISED)[one.points] - one.harm) ** 2 for one in known]
    return sum(errors) / len(errors) if errors else 0.0


def _raise(points: int, rate: float) -> int:
    """The fewest points more whose promise covers the rate."""
    most = min(MOST_RAISED, 10 - points)
    return next((extra for extra in range(most) if PROMISED[points + extra] >= rate), most)
