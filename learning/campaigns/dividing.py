"""A day's first mails among running campaigns, by what one more is worth there: a small linear program. Pure.

What a mail is worth falls along an audience, because the best fits are written to first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SEGMENTS = (1.0, 0.9, 0.8)  # worth of the first, second and last third of those who wait, against the rate
LEAST = 0.1  # of the day for every campaign, or nothing would be learnt there any more
WEIGHT = 100.0  # people: how much all campaigns' rate counts beside a campaign's own


@dataclass(frozen=True, slots=True)
class Claimant:
    """A running campaign: who still waits for a first mail, and what came of those whose time is over."""

    campaign_id: str
    waiting: int
    people: int
    good: int

    def rate(self, base: float) -> float:
        """Good answers a person, pooled with all campaigns'."""
        return (self.good + WEIGHT * base) / (self.people + WEIGHT)


def divide(capacity: int, claimants: Sequence[Claimant], base: float) -> Mapping[str, int]:
    """First mails a day for each campaign: never more than the day holds, nor than wait there."""
    capacity = max(0, capacity)
    if sum(one.waiting for one in claimants) <= capacity:
        return {one.campaign_id: one.waiting for one in claimants}
    least = [min(one.waiting, int(LEAST * capacity)) for one in claimants]
    if sum(least) > capacity:  # more campaigns than tenths
        least = [0] * len(claimants)
    wanted = _solved(capacity, claimants, least, base)
    return _whole(capacity, claimants, least, wanted)


def _solved(capacity: int, claimants: Sequence[Claimant], least: Sequence[int], base: float) -> list[float]:
    """The most good answers: maximise worth times mails under the day's capacity and each queue's length."""
    from scipy.optimize import linprog  # loaded only when there is something to divide

    worth, room, owner = [], [], []
    for at, one in enumerate(claimants):
        for factor in SEGMENTS:
            worth.append(-one.rate(base) * factor)
            room.append((0, one.waiting / len(SEGMENTS)))
            owner.append(at)
    at_least = [[-1.0 if mine == at else 0.0 for mine in owner] for at in range(len(claimants))]
    found = linprog(
        worth,
        A_ub=[[1.0] * len(worth), *at_least],
        b_ub=[float(capacity), *(-float(one) for one in least)],
        bounds=room,
        method="highs",
    )
    if not found.success:
        return [float(one) for one in least]
    return [
        sum(float(value) for value, mine in zip(found.x, owner, strict=True) if mine == at)
        for at in range(len(claimants))
    ]


def _whole(
    capacity: int, claimants: Sequence[Claimant], least: Sequence[int], wanted: Sequence[float]
) -> dict[str, int]:
    """Whole mails: round down, then give what is left by the largest remainder."""
    given = [
        min(one.waiting, max(low, int(value + 1e-9)))
        for one, low, value in zip(claimants, least, wanted, strict=True)
    ]
    order = sorted(range(len(given)), key=lambda at: (given[at] - wanted[at], at))
    left = capacity - sum(given)
    while left > 0 and any(given[at] < claimants[at].waiting for at in order):
        for at in order:
            if left > 0 and given[at] < claimants[at].waiting:
                given[at] += 1
                left -= 1
    for at in reversed(order):  # floors may have taken what rounding gave
        while sum(given) > capacity and given[at] > 0:
            given[at] -= 1
    return {one.campaign_id: count for one, count in zip(claimants, given, strict=True)}
