"""Campaigns in flight, once a day: what they brought is scored, harmful ones are held, the day's mails divided.

Every change is an act with its reason. The kill switch and its own limits stay above all of this.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals
from autonomy.limits import ramp_cap
from domain.actions import PaceCampaign
from domain.experiments import ExperimentState
from domain.labels import Integrity, Label
from graph.specialists.expecting import WINDOW, past_of
from learning.campaigns.chance import expect
from learning.campaigns.dividing import Claimant, divide
from learning.campaigns.thresholds import PROBE, Harms, may_go_on, too_much
from learning.experiments.people import Person, people_of
from runtime.store import campaign_course, experience, experiments
from runtime.store.campaign_course import Bet, Pace
from runtime.store.due import DueRow
from service.bootstrap import House
from service.experimenting import SYSTEM, act, stopped
from service.timetable import Worked

log = logging.getLogger(__name__)
LABEL = Label(integrity=Integrity.AGENT, origin="campaign strategy")
SETTLED = timedelta(days=60)  # after a plan, what did not leave by then never does
NOTICEABLE = 0.2  # a smaller change of a pace is not worth an act
MOST_REASON = 600


@dataclass(frozen=True)
class _Day:
    """What is known this morning."""

    now: datetime
    people: Mapping[str, list[Person]]  # by campaign
    running: list[str]
    paces: Mapping[str, Pace]


async def review(house: House, due_row: DueRow) -> Worked:
    """Score what is known, hold and restart, divide the day."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        open_bets = [one for one in await campaign_course.bets(tx) if one.happened is None]
        running = await campaign_course.in_progress(tx)
        if (not open_bets and not running) or await stopped(tx, house):
            return Worked()
        people: dict[str, list[Person]] = {}
        for one in people_of(await experience.as_of(tx, now)).values():
            people.setdefault(one.campaign_id, []).append(one)
        paces = {one: await campaign_course.pace(tx, one) for one in running}
    day = _Day(now, people, running, paces)
    await _score(house, open_bets, day)
    made = await _hold(house, day)
    made += await _divide(house, day)
    return Worked(counts={"decisions": made}, detail=f"{len(running)} campaigns looked at")


async def _score(house: House, open_bets: Sequence[Bet], day: _Day) -> None:
    known = [(one.campaign_id, _happened(one, day)) for one in open_bets]
    told = [(campaign_id, happened) for campaign_id, happened in known if happened is not None]
    if told:
        async with house.database.write() as tx:
            for campaign_id, happened in told:
                await campaign_course.score(tx, campaign_id, happened, day.now)


def _happened(bet: Bet, day: _Day) -> bool | None:
    """Whether somebody gave a good answer; None while somebody may still. A campaign never sent is no case."""
    mine = [one for one in day.people.get(bet.campaign_id, ()) if one.sent_at is not None]
    if any(one.good(WINDOW) and one.matured(WINDOW, day.now) for one in mine):
        return True
    if not mine or not all(one.matured(WINDOW, day.now) for one in mine):
        return None
    everybody = len(mine) >= bet.people or day.now > bet.made_at + SETTLED
    over = bet.campaign_id not in day.running
    return False if everybody or over else None


async def _hold(house: House, day: _Day) -> int:
    made = 0
    for campaign_id in day.running:
        pace = day.paces[campaign_id]
        action = await _held_or_not(house, campaign_id, pace, day)
        if action is None:
            continue
        async with house.database.write() as tx:
            if action.before == 0 and await _asked(tx, campaign_id, day.now):
                continue
            await act(tx, house, action, action.reason, SYSTEM, LABEL, cause=campaign_id)
        log.warning("campaign_paced", extra={"campaign": campaign_id, "to": action.after})
        made += 1
    return made


async def _held_or_not(house: House, campaign_id: str, pace: Pace, day: _Day) -> PaceCampaign | None:
    """Hold a campaign that harms; let a held one start slowly when what is left of it does not."""
    closed = await _closed_arms(house, campaign_id)
    mine = [one for one in day.people.get(campaign_id, ()) if one.sent_at is not None]
    if pace.first_mails == 0:
        left = harms_of([one for one in mine if one.unit not in closed])
        why = await asyncio.to_thread(may_go_on, left, pace.since or day.now, day.now)
        return _paced(campaign_id, pace, PROBE, why) if why else None
    seen = harms_of([one for one in mine if one.unit not in closed])
    why = await asyncio.to_thread(too_much, seen)
    return _paced(campaign_id, pace, 0, why) if why else None


def _paced(campaign_id: str, pace: Pace, after: int | None, why: str) -> PaceCampaign:
    return PaceCampaign(
        campaign_id=campaign_id, before=pace.first_mails, after=after, reason=why[:MOST_REASON]
    )


def harms_of(people: Sequence[Person]) -> Harms:
    """People written to, and those who bounced, opted out or complained."""
    return Harms(
        people=len(people),
        bounces=sum(one.bounced for one in people),
        opt_outs=sum(one.opt_out_at is not None for one in people),
        complaints=sum(one.complaint_at is not None for one in people),
    )


async def _closed_arms(house: House, campaign_id: str) -> set[str]:
    """People whose arm was closed since: what harmed them reaches nobody new."""
    found: set[str] = set()
    async with house.database.read() as tx:
        for experiment_id in await experiments.of_campaign(tx, campaign_id):
            one = await experiments.one(tx, experiment_id)
            if one is None or one.state is ExperimentState.ENDED:
                continue
            still = {one.winner} if one.winner else {share.arm for share in one.shares}
            given = await experiments.assigned(tx, experiment_id)
            found |= {row.unit for row in given if row.arm not in still}
    return found


async def _asked(tx: AsyncConnection, campaign_id: str, now: datetime) -> bool:
    """True while a person is asked about this campaign's pace already."""
    waiting = await approvals.listing(tx, now, deferred=True)
    return any((row["action"], row["cause"]) == ("pace_campaign", campaign_id) for row in waiting)


async def _divide(house: House, day: _Day) -> int:
    """Give each running campaign its part of today's first mails, when there are several and too little for all."""
    midnight = day.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with house.database.read() as tx:
        paces = {one: await campaign_course.pace(tx, one) for one in day.running}
        waiting = await campaign_course.waiting(tx, midnight + timedelta(days=1))
    going = [one for one in day.running if paces[one].first_mails != 0]
    cap = min(
        ramp_cap(house.terms.mailbox_started or day.now.date(), day.now.date()), house.terms.budgets.mails
    )
    capacity = max(0, cap - sum(later for _, later in waiting.values()))
    claimants = [_claimant(one, waiting.get(one, (0, 0))[0], day) for one in going]
    claimants = [one for one in claimants if one.waiting]
    wanted: dict[str, int | None] = {one: None for one in going}
    base = expect(1, past_of([one for mine in day.people.values() for one in mine], day.now)).rate
    if len(claimants) > 1 and sum(one.waiting for one in claimants) > capacity > 0:
        wanted |= await asyncio.to_thread(divide, capacity, claimants, base)
    made = 0
    for campaign_id in going:
        made += await _paced_to(house, campaign_id, paces[campaign_id], wanted[campaign_id], claimants, base)
    return made


def _claimant(campaign_id: str, waiting: int, day: _Day) -> Claimant:
    over = [one for one in day.people.get(campaign_id, ()) if one.matured(WINDOW, day.now)]
    return Claimant(campaign_id, waiting, len(over), sum(one.good(WINDOW) for one in over))


async def _paced_to(
    house: House, campaign_id: str, pace: Pace, after: int | None, claimants: Sequence[Claimant], base: float
) -> int:
    before = pace.first_mails
    if before == after or (before is not None and pace.reason.startswith("Held since") and after is None):
        return 0  # a campaign that starts again keeps its slow pace until a person lifts it
    if after == 0 or (before and after and abs(after - before) < max(1, NOTICEABLE * before)):
        return 0
    action = _paced(campaign_id, pace, after, _why(campaign_id, after, claimants, base))
    async with house.database.write() as tx:
        await act(tx, house, action, action.reason, SYSTEM, LABEL, cause=campaign_id)
    return 1


def _why(campaign_id: str, after: int | None, claimants: Sequence[Claimant], base: float) -> str:
    if after is None:
        return "Today's mails are enough for every running campaign; none needs a limit of its own."
    mine = next(one for one in claimants if one.campaign_id == campaign_id)
    total = sum(one.waiting for one in claimants)
    return (
        f"{total} first mails of {len(claimants)} campaigns wait for fewer places. This one gets {after} a day: "
        f"{mine.good} good answers among {mine.people} people so far, about {mine.rate(base):.2%} for the next "
        f"one (pooled with all campaigns' {base:.2%})."
    )
