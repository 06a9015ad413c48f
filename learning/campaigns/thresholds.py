"""When a campaign must be held for the harm it does, and when it may go on. Numbers in, a reason out; pure.

The test is a bet that may be looked at every day: it is wrong in at most one campaign in twenty, however long
it runs. The workspace's own kill switch has limits of its own and stays above this.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

LIMITS = {"bounces": 0.03, "opt_outs": 0.03, "complaints": 0.003}  # of the people written to
ALPHA = 0.05
HOLD = timedelta(days=7)  # before it may be asked whether a campaign goes on
PROBE = 5  # first mails a day with which a held campaign starts again
_WORDS = {"bounces": "bounces", "opt_outs": "opt-outs", "complaints": "complaints"}


@dataclass(frozen=True, slots=True)
class Harms:
    """People written to, and how many of them bounced, opted out or complained."""

    people: int
    bounces: int = 0
    opt_outs: int = 0
    complaints: int = 0


def too_much(seen: Harms) -> str | None:
    """Why a campaign must be held: the first harm that is surely above its limit, with the numbers."""
    for name, limit in LIMITS.items():
        count = getattr(seen, name)
        if count > limit * seen.people and _surely_above(seen.people, count, limit):
            low, high = _interval(seen.people, count)
            return (
                f"{count} {_WORDS[name]} among {seen.people} people ({count / seen.people:.1%}, surely {low:.1%} "
                f"to {high:.1%}); the limit is {limit:.1%}."
            )
    return None


def may_go_on(seen: Harms, held_since: datetime, now: datetime) -> str | None:
    """Why a held campaign may start again, slowly; `seen` leaves out arms that were closed meanwhile."""
    if now - held_since < HOLD or too_much(seen) is not None:
        return None
    told = ", ".join(f"{getattr(seen, name)} {_WORDS[name]}" for name in LIMITS)
    return (
        f"Held since {held_since:%d %B}: of what may still go out, {told} among {seen.people} people are not surely "
        f"above the limits any more. It would start with {PROBE} first mails a day."
    )


def _surely_above(people: int, count: int, limit: float) -> bool:
    from learning.experiments.bandit import log_e_above  # numpy loads when there is a harm to weigh

    return float(log_e_above(people, count, limit)) >= -math.log(ALPHA)


def _interval(people: int, count: int) -> tuple[float, float]:
    from learning.experiments.evidence import rate_interval

    low, high = rate_interval(people, count, ALPHA)
    return low, high
