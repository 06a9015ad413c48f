"""One unattended turn: whatever is due by the business clock, and whether anything is left. One path for all callers.

The worker's engine wakes it, `tick` calls it, a simulation steps the clock between two of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from autonomy import approvals, ask_budget
from autonomy.stop_file import stop_reason
from domain.campaigns import CampaignState
from domain.decisions import OutboxState
from domain.errors import RainmakerError
from runtime.store import campaigns, due, outbox
from service import timetable
from service.bootstrap import House
from service.due_kinds import Kind
from service.timetable import Timetable, Worked

MOST_ROUNDS = 50


@dataclass
class Ticked:
    """What a tick did; `idle` means nothing is due now."""

    signals: int = 0
    decisions: int = 0
    asked: int = 0
    deferred: int = 0  # asks of low risk beyond today's budget
    refused: int = 0
    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    held: int = 0
    reconciled: int = 0
    idle: bool = True
    next_due: datetime | None = None
    problems: tuple[str, ...] = ()
    worked: dict[str, int] = field(default_factory=dict)  # rows of the timetable that ran, by kind

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""
        values = dict(vars(self))
        values["next_due"] = self.next_due.isoformat() if self.next_due else None
        values["problems"] = list(self.problems)
        return values


async def tick(house: House, *, until_idle: bool = False) -> Ticked:
    """Run one turn, or turns until nothing is due and no doubt can be settled."""
    total = Ticked()
    for _ in range(MOST_ROUNDS if until_idle else 1):
        await turn(house, total)
        if not until_idle or total.idle:
            break
        await house.effector().wait_for_grace()
    return total


async def turn(house: House, total: Ticked, *, skip: Collection[str] = ()) -> None:
    """One turn, added to `total`. A process runs one at a time; `skip` names kinds somebody else carries out."""
    async with house.watch.turning:
        table = timetable.of_house(house)
        stuck = False
        for kind, result in await timetable.run_due(house, table, skip=skip):
            _add(total, kind, result)
            stuck |= kind.name == "drain" and isinstance(result, RainmakerError)
        await _look(house, total, table)
        total.idle |= stuck  # the mailbox is missing or wrong: another round would change nothing


def _add(total: Ticked, kind: Kind, result: Worked | RainmakerError) -> None:
    found = (result.message,) if isinstance(result, RainmakerError) else result.problems
    total.problems = tuple(dict.fromkeys((*total.problems, *found)))
    if kind.when != timetable.EVERY_TURN:
        total.worked[kind.name] = total.worked.get(kind.name, 0) + 1
    if isinstance(result, Worked):
        for name, count in result.counts.items():
            if isinstance(getattr(total, name, None), int):
                setattr(total, name, getattr(total, name) + count)


async def _look(house: House, total: Ticked, table: Timetable) -> None:
    now = await house.clock.now()
    async with house.database.read() as tx:
        counts = await outbox.counts(tx)
        times = (await outbox.next_due(tx), await timetable.next_due(tx, table))
        total.asked = len(await approvals.listing(tx, now))
        total.deferred = await ask_budget.deferred(tx)
        mails = await outbox.due(tx, now, 1)
        stopped = bool(mails) and await _all_stopped(tx, house)
        more = await timetable.waiting(tx, table, now)
        unknown = await due.of_unknown_kinds(tx, table.in_rows)
    total.next_due = min((one for one in times if one is not None), default=None)
    total.in_doubt = counts.get(str(OutboxState.CLAIMED), 0) + counts.get(str(OutboxState.IN_DOUBT), 0)
    total.idle = total.in_doubt == 0 and not more and (not mails or stopped)
    told = tuple(f"Nothing handles the due work of kind {kind}." for kind in unknown)
    total.problems = tuple(dict.fromkeys((*total.problems, *told)))


async def _all_stopped(tx: Any, house: House) -> bool:
    """True when what is due waits for a person: a stop or a paused campaign."""
    from runtime.store import people

    if await people.thrown_switches(tx) or stop_reason(house.terms.stop_file) is not None:
        return True
    campaign = await campaigns.latest_campaign(tx)
    return campaign is not None and campaign.state is CampaignState.PAUSED
