"""The next touch of each sequence: who did not answer for long enough, and who was away and is back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import AddTask
from domain.campaigns import Campaign, CampaignState, Touch
from domain.decisions import Actor
from domain.errors import RainmakerError
from domain.ids import derived
from domain.leads import LeadState
from graph.specialists.assigning import own_sequence, personal
from graph.specialists.deal_steps import person_named
from graph.specialists.follow_up_steps import call_task_id
from runtime.store import campaigns, deal_history, outbox, threads
from runtime.store.due import DueRow
from service.bootstrap import House
from service.deal_tasks import propose_task
from service.taking_in import new_threads
from service.timetable import Worked
from service.turns import handle_signal

SYSTEM = Actor(kind="system", name="system")
MOST = 200  # people in one ask
TASK_DAYS = 1  # in which a person writes to somebody whose date has come
# Why a mail of a sequence was cancelled though the person may still get the next one.
_MISSED = frozenset({"replied", "approval_expired"})
_LIVE = (CampaignState.RUNNING, CampaignState.FINISHED)
_MAY_GET_MORE = (LeadState.CONTACTED, LeadState.PAUSED)


async def write_follow_ups(house: House, due_row: DueRow) -> Worked:
    """Write what is due today and put it before the gate, one ask a campaign and step."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        await new_threads(tx, house)
        await _wake(tx, house, now)
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


async def _wake(tx: AsyncConnection, house: House, now: datetime) -> None:
    """Who was away or asked for later is back in the sequence; where nothing is left of it a person writes."""
    for row in await threads.in_states(tx, [LeadState.PAUSED], until=now):
        reason = "The date they named has come."
        more = await _has_more(tx, row)
        state = LeadState.CONTACTED if more else LeadState.HANDED
        await threads.change(tx, row["id"], state=str(state), until=None, reason=reason)
        if not more:
            task = await _reminder(tx, row, reason, now)
            await propose_task(tx, house, task, cause=row["id"], now=now)


async def _has_more(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    campaign = await campaigns.campaign(tx, row["campaign_id"]) if row["campaign_id"] else None
    if campaign is None or campaign.state is not CampaignState.RUNNING:
        return False
    arms = await personal(tx, campaign.id, [row["contact_id"]])
    campaign = own_sequence(campaign, arms.get(row["contact_id"], {}))
    return _after(campaign, await outbox.touches_of(tx, campaign.id, row["contact_id"])) is not None


async def _reminder(tx: AsyncConnection, row: dict[str, Any], reason: str, now: datetime) -> AddTask:
    return AddTask(
        task_id=derived("tsk", row["id"], "back", now.date().isoformat()),
        about=row["id"],
        title=f"Write to {await person_named(tx, row['contact_id'])} again",
        due_at=now + timedelta(days=TASK_DAYS),
        why=f"{reason} No mail of the campaign is left.",
    )


async def _due(tx: AsyncConnection, now: datetime) -> dict[tuple[str, int], list[str]]:
    due: dict[tuple[str, int], list[str]] = defaultdict(list)
    plans: dict[str, Campaign | None] = {}
    rows = await threads.in_states(tx, [LeadState.CONTACTED])
    for campaign_id in dict.fromkeys(row["campaign_id"] for row in rows):
        plans[campaign_id] = await campaigns.campaign(tx, campaign_id)
    arms = await _arms(tx, rows)
    for row in rows:
        campaign = plans[row["campaign_id"]]
        if campaign is None or campaign.state not in _LIVE:
            continue
        campaign = own_sequence(campaign, arms.get((campaign.id, row["contact_id"]), {}))
        touch = await _next_touch(tx, campaign, row, now)
        # a campaign is finished with its last mail; a call comes later
        if touch is not None and (touch.channel == "task" or campaign.state is CampaignState.RUNNING):
            due[(campaign.id, touch.step)].append(row["contact_id"])
    return due


async def _arms(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], dict[str, str]]:
    """What differs for these people, by campaign and person."""
    found = {}
    for campaign_id in dict.fromkeys(row["campaign_id"] for row in rows):
        people = [row["contact_id"] for row in rows if row["campaign_id"] == campaign_id]
        for contact_id, arms in (await personal(tx, campaign_id, people)).items():
            found[campaign_id, contact_id] = arms
    return found


async def _next_touch(
    tx: AsyncConnection, campaign: Campaign, row: dict[str, Any], now: datetime
) -> Touch | None:
    """The touch that comes next and is due; None while it is too early, asked for, queued, or there is none."""
    intents = await outbox.touches_of(tx, campaign.id, row["contact_id"])
    touch = _after(campaign, intents)
    left = [one["sent_at"].date() for one in intents if one["state"] == "sent"]
    if touch is None or (now.date() - max(left)).days < touch.delay_days:
        return None
    if touch.channel == "task":
        wanted = await deal_history.task_wanted(tx, call_task_id(touch.id, row["contact_id"]))
        return None if wanted else touch
    drafted = [one for one in await campaigns.drafts_of(tx, campaign.id) if one.touch_id == touch.id]
    return None if any(one.contact_id == row["contact_id"] for one in drafted) else touch


def _after(campaign: Campaign, intents: Sequence[dict[str, Any]]) -> Touch | None:
    """The step behind the last one; None while one is on its way, or was stopped for a reason that stays."""
    if not any(one["state"] == "sent" for one in intents):
        return None
    if any(one["state"] != "sent" and not _missed(one) for one in intents):
        return None
    last = max(int(one["action"]["step"]) for one in intents)
    return next((touch for touch in campaign.touches if touch.step > last), None)


def _missed(intent: dict[str, Any]) -> bool:
    return intent["state"] == "cancelled" and intent["code"] in _MISSED


async def goes_on(tx: AsyncConnection, campaign_id: str) -> bool:
    """True while somebody of this campaign may still get a mail of its sequence."""
    campaign = await campaigns.campaign(tx, campaign_id)
    if campaign is None:
        return False
    whole = _last_mail(campaign)
    reached: dict[str, int] = {}
    for row in await outbox.of_campaign(tx, campaign_id):
        step = int(row["action"]["step"]) if row["state"] == "sent" or _missed(row) else whole
        reached[row["contact_id"]] = max(step, reached.get(row["contact_id"], 0))
    arms = await personal(tx, campaign_id, list(reached))
    last = {one: _last_mail(own_sequence(campaign, arms.get(one, {}))) for one in reached}
    open_ended = [contact_id for contact_id, step in reached.items() if step < last[contact_id]]
    states = await threads.states_of(tx, campaign_id)
    return any(states.get(one, LeadState.CONTACTED) in _MAY_GET_MORE for one in open_ended)


def _last_mail(campaign: Campaign) -> int:
    return max((touch.step for touch in campaign.touches if touch.channel == "email"), default=0)
