"""The screens of campaigns: the list, and one with its funnel, days, steps and arms. Figures are the report's."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campaigns import Campaign
from domain.errors import Correctable
from runtime.store import campaigns, people, screen_campaigns
from runtime.store.paging import Page
from runtime.store.screen_campaigns import Arm, Funnel
from service.bootstrap import House
from service.cadence import zone_named

MOST_DAYS = 35  # of one chart; older ones fall off


@dataclass(frozen=True)
class Listed:
    """A campaign in the list."""

    id: str
    name: str
    state: str
    audience: str
    made_at: datetime
    funnel: Funnel


@dataclass(frozen=True)
class Day:
    """What left, is to leave and came back on one day on the owner's wall."""

    day: date
    sent: int
    planned: int
    replies: int


@dataclass(frozen=True)
class Told:
    """One campaign."""

    campaign: Campaign
    state: str
    stopped_as_whole: bool
    funnel: Funnel
    days: tuple[Day, ...]
    arms: tuple[Arm, ...]
    steps: tuple[Arm, ...]
    drafts: Page


async def listing(house: House, *, after: str = "") -> tuple[tuple[Listed, ...], str]:
    """Campaigns with their funnels, the newest first, and the place of the next page.

    Raises:
        Correctable: bad_page.
    """
    async with house.database.read() as tx:
        page = await screen_campaigns.page(tx, after=after)
        stopped = await _stopped(tx)
        found = [
            Listed(
                id=row["id"],
                name=row["name"],
                state=_state(row["id"], row["state"], stopped),
                audience=str(row["body"].get("audience", "")),
                made_at=row["made_at"],
                funnel=await screen_campaigns.funnel(tx, row["id"]),
            )
            for row in page.rows
        ]
    return tuple(found), page.next


async def one(house: House, campaign_id: str, *, after: str = "") -> Told:
    """One campaign; `after` is the place in its drafts.

    Raises:
        Correctable: unknown_campaign, bad_page.
    """
    zone = zone_named(house.settings.calendar_zone)
    async with house.database.read() as tx:
        found = await campaigns.campaign(tx, campaign_id)
        if found is None:
            told = campaign_id[:60]
            raise Correctable(f"There is no campaign {told}.", code="unknown_campaign", where=told)
        stopped = await _stopped(tx)
        return Told(
            campaign=found,
            state=_state(found.id, str(found.state), stopped),
            stopped_as_whole="workspace" in stopped,
            funnel=await screen_campaigns.funnel(tx, found.id),
            days=await _days(tx, found.id, zone),
            arms=tuple(await screen_campaigns.arms(tx, found.id)),
            steps=tuple(await screen_campaigns.arms(tx, found.id, "step")),
            drafts=await screen_campaigns.drafts_page(tx, found.id, after=after),
        )


async def _stopped(tx: AsyncConnection) -> set[str]:
    rows: list[Any] = list(await people.thrown_switches(tx))
    return {row["scope"] for row in rows}


def _state(campaign_id: str, state: str, stopped: set[str]) -> str:
    return "paused" if f"campaign:{campaign_id}" in stopped else state


async def _days(tx: AsyncConnection, campaign_id: str, zone: ZoneInfo) -> tuple[Day, ...]:
    """Every day from the first mail to the last thing that happened or is planned, empty ones too."""
    found: dict[date, Day] = {}

    def on(at: datetime) -> Day:
        day = at.astimezone(zone).date()
        return found.get(day, Day(day, 0, 0, 0))

    for touch in await screen_campaigns.touches(tx, campaign_id):
        day = on(touch.at)
        sent, planned = int(touch.is_sent), int(not touch.is_sent)
        found[day.day] = replace(day, sent=day.sent + sent, planned=day.planned + planned)
    for day_of, count in Counter(
        at.astimezone(zone).date() for at in await screen_campaigns.replies_at(tx, campaign_id)
    ).items():
        found[day_of] = replace(found.get(day_of, Day(day_of, 0, 0, 0)), replies=count)
    if not found:
        return ()
    last = max(found)
    first = max(min(found), last - timedelta(days=MOST_DAYS - 1))
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(found.get(day, Day(day, 0, 0, 0)) for day in span)
