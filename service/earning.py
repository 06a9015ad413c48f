"""Earned autonomy at work: reviews outcomes each turn, proposes moves of levels, and reports. Widens nothing itself."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autonomy import earning as rules
from autonomy import switch
from autonomy.earning import Tally
from autonomy.policy import Policy
from autonomy.policy_book import in_force
from autonomy.stop_file import with_stop_file
from domain.actions import ChangeAutonomy
from domain.decisions import Actor
from domain.errors import Refused
from domain.labels import Integrity, Label
from domain.outcomes import OVERTURNED, Outcome, Sign
from runtime.store import authority, outcomes, people
from runtime.store.outcomes import Moved
from service.bootstrap import House
from service.carrying_out import carry_out, decide_on

log = logging.getLogger(__name__)
SYSTEM = Actor(kind="system", name="system")
LABEL = Label(integrity=Integrity.AGENT, origin="earned autonomy")
Pair = tuple[str, str]


@dataclass(frozen=True)
class _Standing:
    """All signals, levels and moves at one moment, under the policy in force."""

    now: datetime
    policy: Policy
    signals: list[Outcome]
    levels: dict[Pair, int]
    moves: dict[Pair, Moved]

    def pairs(self) -> list[Pair]:
        """Every agent and kind of act that was reviewed or has a level."""
        return sorted({(one.agent, one.action) for one in self.signals} | set(self.levels))

    def tally(self, pair: Pair) -> Tally:
        """What was reviewed since the level last moved."""
        moved = self.moves.get(pair, Moved())
        since = (one for one in self.signals if (one.agent, one.action) == pair and moved.before(one))
        return rules.tally(*pair, self.levels.get(pair, 0), since, self.now)

    def may_earn(self, pair: Pair) -> bool:
        """True when a row of the policy lets this agent earn this kind of act."""
        return any(row.level == "earned" and row.concerns(*pair) for row in self.policy.rows)


async def review(house: House) -> list[str]:
    """Move levels that must move; returns what could not be done. Cheap while nothing new was said."""
    async with house.database.read() as tx:
        policy = await in_force(tx, house.policy)
        levels = _levels(await authority.earned_levels(tx))
        if not any(levels.values()) and not any(row.level == "earned" for row in policy.rows):
            return []
        now = await house.clock.now()
        seen = (*await outcomes.position(tx), now.date().isoformat(), policy.version)
        if seen == house.watch.reviewed or await _stopped(tx, house):
            return []
        standing = await _standing(tx, house, now)
    problems = [one for pair in standing.pairs() for one in await _review(house, standing, pair)]
    house.watch.reviewed = seen
    return problems


async def _stopped(tx: Any, house: House) -> bool:
    thrown = with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)
    return switch.stopped(thrown, "effects", [f"agent:{SYSTEM.name}"]) is not None


async def _standing(tx: Any, house: House, now: datetime) -> _Standing:
    return _Standing(
        now=now,
        policy=await in_force(tx, house.policy),
        signals=await outcomes.of_agents(tx),
        levels=_levels(await authority.earned_levels(tx)),
        moves=await outcomes.moves(tx),
    )


def _levels(rows: Iterable[dict[str, Any]]) -> dict[Pair, int]:
    return {(row["agent"], row["action"]): int(row["level"]) for row in rows}


async def _review(house: House, standing: _Standing, pair: Pair) -> list[str]:
    seen = standing.tally(pair)
    wanted = rules.move(seen)
    if wanted is None or (wanted.after > seen.level and not standing.may_earn(pair)):
        return []
    step = 1 if wanted.after > seen.level else -1
    try:
        async with house.database.write() as tx:
            for before in range(seen.level, wanted.after, step):  # one step at a time (G20)
                action = ChangeAutonomy(
                    agent=pair[0],
                    action_kind=pair[1],
                    before=before,
                    after=before + step,
                    reason=wanted.reason,
                )
                made = await decide_on(tx, house, action, actor=SYSTEM, reason=wanted.reason, label=LABEL)
                await carry_out(tx, house, made)
    except Refused as error:
        log.warning("level_not_moved", extra={"agent": pair[0], "action": pair[1], "code": error.code})
        return [f"The level of {pair[0]} for {pair[1]} could not be moved: {error.message}"]
    log.info("level_moved", extra={"agent": pair[0], "action": pair[1], "to": wanted.after})
    return []


async def report(house: House) -> dict[str, Any]:
    """Override rate by week, and where each agent stands for each kind of act."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        standing = await _standing(tx, house, now)
    return {
        "weeks": _weeks(standing.signals),
        "agents": [_shown(standing, pair) for pair in standing.pairs()],
        "note": f"Of one click on a batch at most {rules.MOST_OF_AN_ASK} mails count: people agree to a long "
        "list without reading all of it.",
    }


def _shown(standing: _Standing, pair: Pair) -> dict[str, Any]:
    seen, moved = standing.tally(pair), standing.moves.get(pair, Moved())
    return {
        "agent": pair[0],
        "action": pair[1],
        "level": seen.level,
        "means": ("asks", "acts and tells", "acts alone")[max(0, min(2, seen.level))],
        "since": moved.at.isoformat() if moved.at else None,
        "n": seen.reviewed,
        "overturned": seen.overturned,
        "harmed": seen.harmed,
        "left_out": seen.left_out,
        "bound": round(seen.bound, 5),
        "limit": rules.BAR,
        "missing": _missing(standing, pair, seen),
    }


def _missing(standing: _Standing, pair: Pair, seen: Tally) -> str:
    if pair[1] in rules.NEVER:
        return "This kind of act is never earned."
    needed = rules.missing(seen)
    if needed is None:
        return "Nothing: this is the highest level."
    if not standing.may_earn(pair):
        return (
            f"The policy has no row with the level `earned` for it; {needed} more clean decisions would do."
        )
    return f"{needed} more decisions that nobody overturns."


def _weeks(signals: list[Outcome]) -> list[dict[str, Any]]:
    reviewed: dict[str, dict[str, bool]] = {}
    for one in signals:
        if one.sign in OVERTURNED or one.sign is Sign.APPROVED:
            year, week, _ = one.at.isocalendar()
            of_week = reviewed.setdefault(f"{year}-W{week:02d}", {})
            of_week[one.decision_id] = of_week.get(one.decision_id, False) or one.sign in OVERTURNED
    return [
        {
            "week": week,
            "n": len(found),
            "overturned": sum(found.values()),
            "rate": sum(found.values()) / len(found),
        }
        for week, found in sorted(reviewed.items())
    ]
