"""What every unattended turn looks at: asks, checks, the outbox, campaigns, and once a day the house itself."""

import logging
from datetime import timedelta
from typing import Any

from autonomy import approvals, ask_budget
from domain.campaigns import CampaignState
from domain.errors import Bug
from runtime.store import campaigns, due, inbound, outbox
from runtime.store.audit_head import verify_with_head
from runtime.store.due import DueRow
from service import calibrating, earning, follow_ups, guarding
from service.bootstrap import House
from service.leasing import leased
from service.timetable import KEPT, Worked
from tools.effector import Report

log = logging.getLogger(__name__)


async def close_asks(house: House, due_row: DueRow) -> Worked:
    """Close asks nobody answered; put deferred ones before people as far as today's budget goes."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        await approvals.expire(tx, now)
        await ask_budget.release(tx, now, house.terms.asks_per_day)
    return Worked()


async def guard(house: House, due_row: DueRow) -> Worked:
    """Look at every trigger of the kill switch."""
    return Worked(problems=tuple(await guarding.guard(house)))


async def review_levels(house: House, due_row: DueRow) -> Worked:
    """Move earned levels that must move."""
    return Worked(problems=tuple(await earning.review(house)))


async def calibrate(house: House, due_row: DueRow) -> Worked:
    """Fit risk anew when a day has passed."""
    return Worked(problems=tuple(await calibrating.calibrate(house)))


async def drain(house: House, due_row: DueRow) -> Worked:
    """Settle doubt and send what is due. Without open intents no mailbox is needed."""
    if not await mails_wait(house):
        return Worked()
    async with leased(house) as at_work:
        return worked(await at_work.effector().drain())


async def mails_wait(house: House) -> bool:
    """True when an intent is open: due, claimed or in doubt."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        counts = await outbox.counts(tx)
        if any(counts.get(str(state)) for state in outbox.OPEN if state != "queued"):
            return True
        return bool(await outbox.due(tx, now, 1))


def worked(report: Report) -> Worked:
    """A drain's report as what a handler did."""
    counts = {
        "signals": 1,
        "sent": report.sent,
        "failed": report.failed,
        "refused": report.refused,
        "held": report.held,
        "reconciled": report.reconciled,
    }
    return Worked(counts=counts, problems=tuple(dict.fromkeys(report.problems)))


async def finish_campaigns(house: House, due_row: DueRow) -> Worked:
    """Finish campaigns that came to their end."""
    await close_campaigns(house)
    return Worked()


async def close_campaigns(house: House) -> None:
    """A running campaign with nothing left to decide, queue or settle is finished.

    One whose ask expired unanswered is planned again, so that it can be launched anew.
    """
    now = await house.clock.now()
    async with house.database.read() as tx:
        ended = await _ended(tx, now)
    if ended:
        async with house.database.write() as tx:
            for campaign_id, state in await _ended(tx, now):
                await campaigns.set_state(tx, campaign_id, state)


async def _ended(tx: Any, now: Any) -> list[tuple[str, CampaignState]]:
    asked = {row["cause"] for row in await approvals.listing(tx, now, deferred=True)}
    ended = []
    for campaign_id in await campaigns.in_state(tx, CampaignState.RUNNING):
        counts = await outbox.counts(tx, campaign_id)
        still = any(counts.get(str(state)) for state in outbox.OPEN)
        if not still and campaign_id not in asked and not await follow_ups.goes_on(tx, campaign_id):
            ended.append((campaign_id, CampaignState.FINISHED))
    for campaign_id in await campaigns.in_state(tx, CampaignState.ASKED):
        if campaign_id not in asked:
            ended.append((campaign_id, CampaignState.PLANNED))
    return ended


async def keep_house(house: House, due_row: DueRow) -> Worked:
    """Walk the whole audit chain; drop rows of single work that was done long ago and old raw copies of mails."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        found = await verify_with_head(tx, house.audit_head)
    if not found.ok:
        raise Bug(f"The audit chain does not verify: {found.problem}.", code="audit_broken")
    async with house.database.write() as tx:
        dropped = await due.prune(tx, now - KEPT)
        raw = await inbound.forget_raw(tx, now - timedelta(days=house.settings.raw_mail_days))
    house.handovers().forget_old()
    return Worked(counts={"dropped": dropped, "raw_mails": raw}, detail=f"{found.records} audit records fit")
