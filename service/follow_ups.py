"""The next touch of each sequence: who did not answer for long enough, and who was away and is back."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campaigns import Campaign, CampaignState, Touch
from domain.decisions import Actor
from domain.errors import RainmakerError
from domain.leads import LeadState
from runtime.store import campaigns, outbox, threads
from runtime.store.due import DueRow
from service.bootstrap import House
from service.taking_in import new_threads
from service.timetable import Worked
from service.turns import handle_signal

SYSTEM = Actor(kind="system", name="system")
MOST = 200  # people in one ask
_MAY_GET_MORE = (LeadState.CONTACTED, LeadState.PAUSED)


async def write_follow_ups(house: House, due_row: DueRow) -> Worked:
    """Write what is due today and put it before the gate, one ask a campaign and step."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        await new_threads(tx, house)
        await _wake(tx, now)
    async with house.database.read() as tx:
        due = await _due(tx, now)
    problems = []
    for (campaign_id, step), people in due.items():
        args = {"campaign_id": campaign_id, "step": step, "contact_ids": people[:MOST]}
        try:
            await handle_signal(house, "follow_up_due", args, actor=SYSTEM, lenient=True)
        except RainmakerError as error:
            problems.append(error.message)
    return Worked(counts={"decisions": len(due)}, problems=tuple(problems))


async def _wake(tx: AsyncConnection, now: datetime) -> None:
    """Who was away or asked for later is back in the sequence."""
    for row in await threads.in_states(tx, [LeadState.PAUSED], until=now):
        values = {"state": str(LeadState.CONTACTED), "until": None, "reason": "The date they named has come."}
        await threads.change(tx, row["id"], **values)


async def _due(tx: AsyncConnection, now: datetime) -> dict[tuple[str, int], list[str]]:
    due: dict[tuple[str, int], list[str]] = defaultdict(list)
    plans: dict[str, Campaign | None] = {}
    for row in await threads.in_states(tx, [LeadState.CONTACTED]):
        if row["campaign_id"] not in plans:
            plans[row["campaign_id"]] = await campaigns.campaign(tx, row["campaign_id"])
        campaign = plans[row["campaign_id"]]
        if campaign is None or campaign.state is not CampaignState.RUNNING:
            continue
        touch = await _next_touch(tx, campaign, row, now)
        if touch is not None:
            due[(campaign.id, touch.step)].append(row["contact_id"])
    return due


async def _next_touch(
    tx: AsyncConnection, campaign: Campaign, row: dict[str, Any], now: datetime
) -> Touch | None:
    """The touch that comes next and is due; None while it is too early, asked for, queued, or there is none."""
    sent = await outbox.touches_of(tx, campaign.id, row["contact_id"])
    if not sent or any(one["state"] != "sent" for one in sent):
        return None
    last = max(sent, key=lambda one: int(one["action"]["step"]))
    step = int(last["action"]["step"]) + 1
    touch = next((one for one in campaign.touches if one.step == step), None)
    if touch is None or (now.date() - last["sent_at"].date()).days < touch.delay_days:
        return None
    drafted = [one for one in await campaigns.drafts_of(tx, campaign.id) if one.touch_id == touch.id]
    return None if any(one.contact_id == row["contact_id"] for one in drafted) else touch


async def goes_on(tx: AsyncConnection, campaign_id: str) -> bool:
    """True while somebody of this campaign may still get a mail of its sequence."""
    campaign = await campaigns.campaign(tx, campaign_id)
    if campaign is None:
        return False
    last = max((touch.step for touch in campaign.touches if touch.channel == "email"), default=0)
    reached: dict[str, int] = {}
    for row in await outbox.of_campaign(tx, campaign_id):
        step = int(row["action"]["step"]) if row["state"] == "sent" else last
        reached[row["contact_id"]] = max(step, reached.get(row["contact_id"], 0))
    open_ended = [contact_id for contact_id, step in reached.items() if step < last]
    states = await threads.states_of(tx, campaign_id)
    return any(states.get(one, LeadState.CONTACTED) in _MAY_GET_MORE for one in open_ended)
