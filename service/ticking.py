"""One unattended turn: close what expired, send what is due, finish campaigns, say whether anything is left."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autonomy import approvals, ask_budget
from autonomy.stop_file import stop_reason
from domain.campaigns import CampaignState
from domain.decisions import OutboxState
from domain.errors import RainmakerError
from runtime.store import campaigns, outbox
from runtime.store.engine import Database
from service import calibrating, earning, guarding
from service.bootstrap import House
from tools.effector import Report

log = logging.getLogger(__name__)
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
        await _once(house, total)
        if not until_idle or total.idle:
            break
        await house.effector().wait_for_grace()
    return total


async def _once(house: House, total: Ticked) -> None:
    now = await house.clock.now()
    async with house.database.write() as tx:
        await approvals.expire(tx, now)
        await ask_budget.release(tx, now, house.terms.asks_per_day)
    await _check(house, total)
    if await _has_work(house.database):
        try:
            _add(total, await house.effector().drain())
        except RainmakerError as error:
            total.problems = (*total.problems, error.message)
            total.idle = True
            return
    await finish_campaigns(house)
    await _look(house, total)


async def _check(house: House, total: Ticked) -> None:
    """What must be looked at before anything is sent; a check that fails is told and hides no other."""
    for check in (guarding.guard, earning.review, calibrating.calibrate):
        try:
            told = await check(house)
        except RainmakerError as error:
            log.warning("check_failed", extra={"check": check.__name__, "code": error.code})
            told = [error.message]
        total.problems = tuple(dict.fromkeys((*total.problems, *told)))


async def _has_work(database: Database) -> bool:
    async with database.read() as tx:
        counts = await outbox.counts(tx)
    return any(counts.get(str(state)) for state in outbox.OPEN)


def _add(total: Ticked, report: Report) -> None:
    total.signals += 1
    total.sent += report.sent
    total.failed += report.failed
    total.refused += report.refused
    total.held += report.held
    total.reconciled += report.reconciled
    total.problems = tuple(dict.fromkeys((*total.problems, *report.problems)))


async def _look(house: House, total: Ticked) -> None:
    now = await house.clock.now()
    async with house.database.read() as tx:
        counts = await outbox.counts(tx)
        total.next_due = await outbox.next_due(tx)
        total.asked = len(await approvals.listing(tx, now))
        total.deferred = await ask_budget.deferred(tx)
        waiting = await outbox.due(tx, now, 1)
        stopped = bool(waiting) and await _all_stopped(tx, house)
    total.in_doubt = counts.get(str(OutboxState.CLAIMED), 0) + counts.get(str(OutboxState.IN_DOUBT), 0)
    total.idle = total.in_doubt == 0 and (not waiting or stopped)


async def _all_stopped(tx: Any, house: House) -> bool:
    """True when what is due waits for a person: a stop or a paused campaign."""
    from runtime.store import people

    if await people.thrown_switches(tx) or stop_reason(house.terms.stop_file) is not None:
        return True
    campaign = await campaigns.latest_campaign(tx)
    return campaign is not None and campaign.state is CampaignState.PAUSED


async def finish_campaigns(house: House) -> None:
    """A running campaign with nothing left to decide, queue or settle is finished.

    One whose ask expired unanswered is planned again, so that it can be launched anew.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        asked = {row["cause"] for row in await approvals.listing(tx, now, deferred=True)}
        for campaign_id in await campaigns.in_state(tx, CampaignState.RUNNING):
            counts = await outbox.counts(tx, campaign_id)
            still = any(counts.get(str(state)) for state in outbox.OPEN)
            if not still and campaign_id not in asked:
                await campaigns.set_state(tx, campaign_id, CampaignState.FINISHED)
        for campaign_id in await campaigns.in_state(tx, CampaignState.ASKED):
            if campaign_id not in asked:
                await campaigns.set_state(tx, campaign_id, CampaignState.PLANNED)
