"""Models, their training runs and turns, and what each model said. A body is never changed; `state` and `why` are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.sealed import BASE_RATE, FORMAT, seal
from runtime.store.model_tables import model_runs, model_scores, model_turns, models
from runtime.store.rows import CHUNK, insert_many
from runtime.store.tables import accounts, outbox, prospects
from runtime.store.versions import activate_version, active_version

Row = dict[str, Any]
SHADOW, CHAMPION, RETIRED, REFUSED = "shadow", "champion", "retired", "refused"


async def add(
    tx: AsyncConnection, model_id: str, purpose: str, body: Row, *, state: str, why: str, at: datetime
) -> int:
    """Store a model under its seal; returns its number within the purpose."""
    newest = select(func.coalesce(func.max(models.c.number), 0)).where(models.c.purpose == purpose)
    number = 1 + int((await tx.execute(newest)).scalar_one())
    values = {"id": model_id, "purpose": purpose, "number": number, "format": FORMAT, "body": body}
    await tx.execute(insert(models).values(**values, digest=seal(body), state=state, why=why, made_at=at))
    return number


async def one(tx: AsyncConnection, model_id: str) -> Row | None:
    """One model with its body, as it is stored."""
    row = (await tx.execute(select(models).where(models.c.id == model_id))).mappings().one_or_none()
    return dict(row) if row else None


async def listed(tx: AsyncConnection, purpose: str = "") -> list[Row]:
    """Every model without its body, the newest first."""
    query = select(*(column for column in models.c if column.name != "body"))
    if purpose:
        query = query.where(models.c.purpose == purpose)
    query = query.order_by(models.c.purpose, models.c.number.desc())
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def in_state(tx: AsyncConnection, purpose: str, state: str) -> Row | None:
    """The newest model of a purpose in a state, with its body."""
    query = select(models).where(models.c.purpose == purpose, models.c.state == state)
    row = (await tx.execute(query.order_by(models.c.number.desc()).limit(1))).mappings().one_or_none()
    return dict(row) if row else None


async def mark(tx: AsyncConnection, model_id: str, state: str, why: str = "") -> None:
    """Say how a model stands now, and why; without a reason the one before stays."""
    values = {"state": state, "why": why} if why else {"state": state}
    await tx.execute(update(models).where(models.c.id == model_id).values(**values))


async def champion_id(tx: AsyncConnection, purpose: str) -> str:
    """Id of the model in force; "" while the base rate is."""
    found = await active_version(tx, _kind(purpose))
    return "" if found in (None, BASE_RATE) else str(found)


async def turn(
    tx: AsyncConnection, *, purpose: str, model_id: str, before_id: str, why: str, by: str, at: datetime
) -> None:
    """Put a model in force ("" is the base rate), and keep that it was."""
    await activate_version(tx, _kind(purpose), model_id or BASE_RATE, at)
    count = select(func.count()).where(model_turns.c.purpose == purpose)
    number = int((await tx.execute(count)).scalar_one())
    row = {
        "id": f"trn_{purpose}_{number:06}",
        "purpose": purpose,
        "model_id": model_id,
        "before_id": before_id,
    }
    await tx.execute(insert(model_turns).values(**row, why=why, by=by, at=at))


def _kind(purpose: str) -> str:
    return f"model:{purpose}"


async def turns(tx: AsyncConnection, purpose: str) -> list[Row]:
    """What was put in force, the newest first."""
    query = select(model_turns).where(model_turns.c.purpose == purpose)
    query = query.order_by(model_turns.c.id.desc())
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def add_run(tx: AsyncConnection, row: Row) -> None:
    """Keep a training run, whatever it found."""
    await tx.execute(insert(model_runs).values(**row))


async def last_run(tx: AsyncConnection, purpose: str) -> Row | None:
    """The newest training run."""
    query = select(model_runs).where(model_runs.c.purpose == purpose)
    query = query.order_by(model_runs.c.at.desc(), model_runs.c.id.desc()).limit(1)
    row = (await tx.execute(query)).mappings().one_or_none()
    return dict(row) if row else None


async def tried(tx: AsyncConnection, purpose: str) -> int:
    """How many models of a purpose were tried on the frozen hold-out so far."""
    query = select(func.count()).where(model_runs.c.purpose == purpose, model_runs.c.model_id != "")
    return int((await tx.execute(query)).scalar_one())


async def mails_out(tx: AsyncConnection, until: datetime) -> int:
    """Mails of campaigns that had left by a moment: cheap to count, and training again pays only when it grew."""
    query = select(func.count()).where(
        outbox.c.kind == "send_email", outbox.c.state == "sent", outbox.c.sent_at <= until
    )
    return int((await tx.execute(query)).scalar_one())


async def keep_scores(
    tx: AsyncConnection, model_id: str, about: str, said: Sequence[tuple[str, float, list[Row]]], at: datetime
) -> None:
    """Keep what a model says of prospects or touches; what it said of them before is replaced."""
    subjects = [one[0] for one in said]
    for start in range(0, len(subjects), CHUNK):
        gone = model_scores.c.subject.in_(subjects[start : start + CHUNK])
        await tx.execute(delete(model_scores).where(model_scores.c.model_id == model_id, gone))
    rows = [
        {
            "model_id": model_id,
            "subject": subject,
            "about": about,
            "chance": chance,
            "reasons": reasons,
            "at": at,
        }
        for subject, chance, reasons in said
    ]
    await insert_many(tx, model_scores, rows)


async def scores(tx: AsyncConnection, model_id: str, about: str) -> dict[str, float]:
    """What a model said, by subject."""
    query = select(model_scores.c.subject, model_scores.c.chance).where(
        model_scores.c.model_id == model_id, model_scores.c.about == about
    )
    return {row.subject: row.chance for row in await tx.execute(query)}


async def unscored(tx: AsyncConnection, model_id: str, limit: int) -> list[tuple[str, str | None, str]]:
    """Prospects of which this model said nothing since they were judged last: id, contact and company."""
    mine = (model_scores.c.subject == prospects.c.id) & (model_scores.c.model_id == model_id)
    query = (
        select(prospects.c.id, prospects.c.contact_id, prospects.c.account_id)
        .join(accounts, accounts.c.id == prospects.c.account_id)
        .outerjoin(model_scores, mine)
        .where(model_scores.c.subject.is_(None) | (model_scores.c.at < prospects.c.scored_at))
        .order_by(prospects.c.id)
        .limit(limit)
    )
    return [(row.id, row.contact_id, row.account_id) for row in await tx.execute(query)]
