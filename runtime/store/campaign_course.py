"""What a campaign was expected to bring and what came of that; how fast it may go; which campaigns run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campaigns import CampaignState
from runtime.store.experience_tables import made_touches
from runtime.store.experiment_tables import campaign_bets, campaign_paces
from runtime.store.outbox import COUNTED, LEFT_AT
from runtime.store.rows import by, insert_new, insert_or_change
from runtime.store.tables import campaigns, outbox

_SINCE = bindparam("since", type_=outbox.c.due_at.type)


@dataclass(frozen=True)
class Bet:
    """How likely a campaign was to bring a good answer, said before its first mail; `happened` once it is known."""

    campaign_id: str
    chance: float
    base_rate_chance: float
    people: int
    basis: Mapping[str, Any]
    made_at: datetime
    happened: bool | None = None
    scored_at: datetime | None = None


@dataclass(frozen=True)
class Pace:
    """First mails a day; 0: nothing leaves; None: no limit of its own."""

    first_mails: int | None
    reason: str = ""
    since: datetime | None = None
    decision_id: str = ""


async def keep_bet(tx: AsyncConnection, bet: Bet) -> bool:
    """Keep a bet; False when there is one: nobody bets twice."""
    return await insert_new(
        tx, campaign_bets, {**vars(bet), "basis": dict(bet.basis)}, unique=["campaign_id"]
    )


async def bets(tx: AsyncConnection) -> list[Bet]:
    """Every bet, the oldest first."""
    query = select(campaign_bets).order_by(campaign_bets.c.made_at, campaign_bets.c.campaign_id)
    return [
        Bet(**{str(name): value for name, value in row.items()})
        for row in (await tx.execute(query)).mappings()
    ]


async def score(tx: AsyncConnection, campaign_id: str, happened: bool, at: datetime) -> None:
    """Say once what came of it."""
    await tx.execute(
        update(campaign_bets)
        .where(campaign_bets.c.campaign_id == campaign_id, campaign_bets.c.happened.is_(None))
        .values(happened=happened, scored_at=at)
    )


async def pace(tx: AsyncConnection, campaign_id: str) -> Pace:
    """How fast a campaign may go."""
    row = (
        (await tx.execute(by(campaign_paces.c.campaign_id), {"campaign_id": campaign_id}))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return Pace(None)
    return Pace(row["first_mails"], row["reason"], row["since"], row["decision_id"])


async def set_pace(tx: AsyncConnection, campaign_id: str, new: Pace) -> None:
    """Let a campaign go faster or slower."""
    await insert_or_change(
        tx, campaign_paces, {"campaign_id": campaign_id, **vars(new)}, unique=["campaign_id"]
    )


async def first_mails_since(tx: AsyncConnection, campaign_id: str, since: datetime) -> int:
    """First mails of a campaign that left since a moment, or may have."""
    query = (
        select(func.count())
        .select_from(outbox.join(made_touches, made_touches.c.key == outbox.c.key))
        .where(
            outbox.c.campaign_id == campaign_id,
            made_touches.c.step == 1,
            outbox.c.state.in_(COUNTED),
            LEFT_AT >= _SINCE,
        )
    )
    return int((await tx.execute(query, {"since": since})).scalar_one())


async def waiting(tx: AsyncConnection, until: datetime) -> dict[str, tuple[int, int]]:
    """Queued mails due by a moment, by campaign: first ones, later ones."""
    query = (
        select(outbox.c.campaign_id, made_touches.c.step, func.count())
        .join(made_touches, made_touches.c.key == outbox.c.key)
        .where(outbox.c.state == "queued", outbox.c.kind == "send_email", outbox.c.due_at <= until)
        .group_by(outbox.c.campaign_id, made_touches.c.step)
    )
    found: dict[str, tuple[int, int]] = {}
    for campaign_id, step, count in (await tx.execute(query)).all():
        first, later = found.get(campaign_id, (0, 0))
        found[campaign_id] = (first + count, later) if step == 1 else (first, later + count)
    return found


async def in_progress(tx: AsyncConnection) -> list[str]:
    """Ids of running campaigns, the oldest first."""
    query = (
        select(campaigns.c.id)
        .where(campaigns.c.state == str(CampaignState.RUNNING))
        .order_by(campaigns.c.made_at, campaigns.c.id)
    )
    return list((await tx.execute(query)).scalars())
