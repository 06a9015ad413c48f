"""The screen of today: what each agent did, does and waits for, what needs a person, what is next, what it cost.

Counts as the morning page counts them. Looks only; no words of a page stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals, budgets
from autonomy.stop_file import with_stop_file
from graph.specialists.deal_views import task_json
from graph.specialists.table import SPECIALISTS
from runtime.store import inbound, meetings, people, screen_day, screen_deals, screen_lists
from runtime.store.screen_day import Acts, DayCounts, Queued
from service.bootstrap import House
from service.cadence import zone_named
from tools.read.digest import DAY, harmless

State = Literal["stopped", "working", "waiting for you", "waiting", "quiet"]
MOST = 4  # of each kind of thing that needs a person
_OWN_WORK = {  # whose unattended work a row of the timetable is
    "after_meeting": "relationship",
    "follow_ups": "outreach",
    "deals": "deal",
}
_OWN_MAILS = {
    "send_email": "outreach",
    "answer_mail": "relationship",
    "book_meeting": "relationship",
    "change_meeting": "relationship",
}


@dataclass(frozen=True)
class Agent:
    """One specialist today."""

    name: str
    mandate: str
    state: State
    why: str
    acts: tuple[Acts, ...]
    refused: int
    asks: int
    queued: tuple[Queued, ...]
    next_work: dict[str, Any] | None
    last_at: datetime | None


@dataclass(frozen=True)
class Used:
    """What of a day's budget is used."""

    kind: budgets.Kind
    used: int
    cap: int


@dataclass(frozen=True)
class Needs:
    """What waits for a person: the first of each kind, and how many there are."""

    asks: tuple[dict[str, Any], ...]
    asks_count: int
    tasks: tuple[dict[str, Any], ...]
    tasks_count: int
    letters: tuple[dict[str, Any], ...]
    letters_count: int
    held: int
    stops: tuple[Mapping[str, Any], ...]
    troubles: tuple[dict[str, Any], ...]

    @property
    def count(self) -> int:
        """All of it."""
        return (
            self.asks_count
            + self.tasks_count
            + self.letters_count
            + bool(self.held)
            + len(self.stops)
            + len(self.troubles)
        )


@dataclass(frozen=True)
class Today:
    """The whole screen."""

    now: datetime
    since: datetime
    counts: DayCounts
    needs: Needs
    agents: tuple[Agent, ...]
    meetings: tuple[dict[str, Any], ...]
    deals_due: tuple[dict[str, Any], ...]
    deals_overdue: int
    work: tuple[dict[str, Any], ...]
    queued: tuple[Queued, ...]
    cost: tuple[Used, ...]


def day_start(house: House, now: datetime) -> datetime:
    """Midnight on the owner's wall."""
    local = now.astimezone(zone_named(house.settings.calendar_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


async def today(house: House) -> Today:
    """Today so far."""
    now = await house.clock.now()
    since = day_start(house, now)
    async with house.database.read() as tx:
        needs = await _needs(tx, house, now)
        queued = await screen_day.queued(tx)
        work = await screen_day.due_next(tx, 8)
        return Today(
            now=now,
            since=since,
            counts=await screen_day.counts(tx, since),
            needs=needs,
            agents=await _agents(tx, since, needs, queued, work),
            meetings=tuple(await _meetings(tx, now)),
            deals_due=await _deals_due(tx),
            deals_overdue=await screen_deals.overdue(tx, now),
            work=tuple(work),
            queued=tuple(queued),
            cost=await _cost(tx, house, now),
        )


@dataclass(frozen=True)
class Waiting:
    """What the frame of every page shows beside its links."""

    asks: int
    tasks: int
    stopped: bool


async def waiting(house: House) -> Waiting:
    """How much waits for a person, and whether something is stopped."""
    async with house.database.read() as tx:
        asks, tasks = await screen_day.asks_count(tx), await screen_lists.open_tasks_count(tx)
        stops = with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)
    return Waiting(asks, tasks, bool(stops))


async def _needs(tx: AsyncConnection, house: House, now: datetime) -> Needs:
    asks = await approvals.listing(tx, now)
    tasks = await screen_lists.open_tasks(tx, size=MOST)
    looked_at = screen_lists.ReplyFilter(
        states=(inbound.WAITING,), without_task=True
    )  # a task is told as such
    letters = await screen_lists.replies(tx, looked_at, size=MOST)
    return Needs(
        asks=tuple(asks[:MOST]),
        asks_count=len(asks),
        tasks=tuple([await task_json(tx, row, now) for row in tasks.rows]),
        tasks_count=await screen_lists.open_tasks_count(tx),
        letters=tuple({**row, "detail": harmless(row["detail"])} for row in letters.rows),
        letters_count=await screen_lists.replies_count(tx, looked_at),
        held=(await screen_day.states_of_mails(tx)).get("held", 0),
        stops=tuple(with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)),
        troubles=tuple(box for box in await screen_day.mailboxes_now(tx) if box["trouble"]),
    )


async def _agents(
    tx: AsyncConnection, since: datetime, needs: Needs, queued: list[Queued], work: list[dict[str, Any]]
) -> tuple[Agent, ...]:
    acts, asks = await screen_day.acts_of_agents(tx, since), await screen_day.asks_of_agents(tx)
    found = []
    for one in SPECIALISTS:
        own = sorted((act for act in acts if act.agent == one.name), key=lambda act: -act.count)
        rows = [row for row in work if _OWN_WORK.get(row["kind"]) == one.name]
        mails = tuple(row for row in queued if _OWN_MAILS.get(row.kind) == one.name)
        state, why = _state(one.name, needs, rows, mails, asks.get(one.name, 0))
        found.append(
            Agent(
                name=one.name,
                mandate=one.mandate,
                state=state,
                why=why,
                acts=tuple(act for act in own if act.verdict != "refuse"),
                refused=sum(act.count for act in own if act.verdict == "refuse"),
                asks=asks.get(one.name, 0),
                queued=mails,
                next_work=next((row for row in rows if row["state"] == "waiting"), None),
                last_at=max((act.last_at for act in own), default=None),
            )
        )
    return tuple(found)


def _state(
    name: str, needs: Needs, rows: list[dict[str, Any]], mails: tuple[Queued, ...], asks: int
) -> tuple[State, str]:
    """What an agent is about, the strongest reason first."""
    stop = next((row for row in needs.stops if row["scope"] in ("workspace", f"agent:{name}")), None)
    if stop is not None:
        return "stopped", str(stop["reason"])
    if any(row["state"] == "running" for row in rows):
        return "working", ""
    if asks:
        return "waiting for you", ""
    return ("waiting", "") if mails else ("quiet", "")


async def _meetings(tx: AsyncConnection, now: datetime) -> list[dict[str, Any]]:
    """Meetings of the next day, as the morning page plans them."""
    span = screen_lists.MeetingFilter(states=meetings.TAKES_TIME, starts_from=now, starts_before=now + DAY)
    return list((await screen_lists.meetings_page(tx, span, down=False)).rows)


async def _deals_due(tx: AsyncConnection) -> tuple[dict[str, Any], ...]:
    return (await screen_deals.page(tx, screen_deals.DealFilter(is_open=True), size=MOST)).rows


async def _cost(tx: AsyncConnection, house: House, now: datetime) -> tuple[Used, ...]:
    kinds: tuple[budgets.Kind, ...] = ("mails", "fetches", "tokens")
    caps = house.terms.budgets
    return tuple([Used(kind, await budgets.used(tx, kind, now), getattr(caps, kind)) for kind in kinds])
