"""Earned autonomy: whether the reviewed decisions of one agent and kind of act justify another level. Pure.

Up by one step only on a statistical bound, down at once. What is earned holds only where a policy row says `earned`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.outcomes import HARMFUL, OVERTURNED, Outcome, Sign

BAR = 0.01  # the share of overturned decisions that may be true at most
CONFIDENCE = 0.95
TOP = 2
MOST_OF_AN_ASK = 50  # people rubber-stamp: of one click on a batch no more count
MATURES = timedelta(days=3)  # what happened without an ask counts as good after this long
HARM_SHARE, HARMS = 0.02, 3  # bounces and opt-outs that take a level away
NEVER = frozenset(
    {"change_policy", "change_autonomy", "resume_sending", "pause_sending", "suppress", "erase_person"}
)


@dataclass(frozen=True)
class Tally:
    """The reviewed decisions of one agent and kind of act since its level last moved."""

    agent: str
    action: str
    level: int
    reviewed: int
    overturned: int
    harmed: int
    left_out: int  # clicks on large batches beyond what counts
    signs: tuple[Sign, ...] = ()  # why decisions were overturned

    @property
    def bound(self) -> float:
        """95 % upper bound of the overturned share."""
        return upper_bound(self.reviewed, self.overturned)


@dataclass(frozen=True)
class Move:
    """Where a level goes and why."""

    after: int
    reason: str


def tally(agent: str, action: str, level: int, outcomes: Iterable[Outcome], now: datetime) -> Tally:
    """Count each decision once; an overturned one counts whatever else was said of it."""
    bad: dict[str, Sign] = {}
    harmed: set[str] = set()
    good: dict[str, str] = {}
    for one in outcomes:
        if one.sign in OVERTURNED:
            bad[one.decision_id] = _worse(bad.get(one.decision_id), one.sign)
        elif one.sign in HARMFUL:
            harmed.add(one.decision_id)
        elif one.sign is Sign.APPROVED or _matured(one, now):
            good.setdefault(one.decision_id, one.ask)
    by_ask: dict[str, int] = {}
    for decision_id, ask in good.items():
        if decision_id not in bad:
            by_ask[ask] = by_ask.get(ask, 0) + 1
    counted = sum(number if not ask else min(number, MOST_OF_AN_ASK) for ask, number in by_ask.items())
    return Tally(
        agent=agent,
        action=action,
        level=level,
        reviewed=counted + len(bad),
        overturned=len(bad),
        harmed=len(harmed - set(bad)),
        left_out=sum(by_ask.values()) - counted,
        signs=tuple(sorted(set(bad.values()))),
    )


def _worse(before: Sign | None, sign: Sign) -> Sign:
    return before if before in (Sign.BREACH, Sign.COMPLAINT) else sign


def _matured(one: Outcome, now: datetime) -> bool:
    return one.sign is Sign.DONE and one.verdict in ("allow", "notify") and now - one.at >= MATURES


def move(seen: Tally) -> Move | None:
    """Where the level must go, or None. Down is at once and may be several steps; up is one."""
    if seen.action in NEVER:
        return None
    if seen.level > 0:
        worst = [sign for sign in seen.signs if sign in (Sign.BREACH, Sign.COMPLAINT)]
        if worst:
            return Move(0, f"Down to asking: {_words(worst)} since the level was given.")
        if seen.overturned:
            return Move(
                seen.level - 1,
                f"{seen.overturned} of {seen.reviewed} decisions were overturned ({_words(seen.signs)}).",
            )
        if seen.harmed >= HARMS and seen.harmed > HARM_SHARE * seen.reviewed:
            return Move(
                seen.level - 1,
                f"{seen.harmed} bounces or opt-outs on {seen.reviewed} decisions are too many.",
            )
    if seen.level < TOP and seen.bound <= BAR:
        return Move(
            seen.level + 1,
            f"{seen.reviewed} reviewed decisions, {seen.overturned} overturned: with 95 % confidence "
            f"no more than {100 * seen.bound:.2f} % would be (the limit is {100 * BAR:g} %).",
        )
    return None


def missing(seen: Tally) -> int | None:
    """How many more clean decisions lead to the next level; None when there is no next one."""
    if seen.level >= TOP or seen.action in NEVER:
        return None
    low, high = 0, 1
    while upper_bound(seen.reviewed + high, seen.overturned) > BAR:
        low, high = high, high * 2
    if upper_bound(seen.reviewed, seen.overturned) <= BAR:
        return 0
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(seen.reviewed + middle, seen.overturned) > BAR:
            low = middle
        else:
            high = middle
    return high


def upper_bound(number: int, overturned: int) -> float:
    """One-sided Clopper–Pearson upper bound of a share; 1 when nothing was seen."""
    if number <= 0 or overturned >= number:
        return 1.0
    if overturned == 0:
        return float(1 - (1 - CONFIDENCE) ** (1 / number))
    low, high = overturned / number, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(overturned, number, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _at_most(most: int, number: int, share: float) -> float:
    """Binomial probability of no more than `most`."""
    if share >= 1:
        return 0.0
    logs = math.log(share), math.log1p(-share)
    return math.fsum(
        math.exp(
            math.lgamma(number + 1)
            - math.lgamma(k + 1)
            - math.lgamma(number - k + 1)
            + k * logs[0]
            + (number - k) * logs[1]
        )
        for k in range(most + 1)
    )


def _words(signs: Iterable[Sign]) -> str:
    return ", ".join(str(sign).replace("_", " ") for sign in signs)
