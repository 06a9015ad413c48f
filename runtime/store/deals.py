"""Deals, what shows their facts, who has a say, and tasks for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import CLOSED, DealFact, Proof
from domain.labels import Label
from runtime.store.deal_tables import deal_moves, deal_proofs, deals, stakeholders, tasks
from runtime.store.rows import label_columns
from runtime.store.tables import accounts, contacts
from runtime.store.talk_tables import meetings, threads

_CLOSED = tuple(str(stage) for stage in CLOSED)


async def make(tx: AsyncConnection, row: dict[str, Any], label: Label) -> None:
    """Store a deal."""
    await tx.execute(insert(deals).values(**row, **label_columns(label)))


async def one(tx: AsyncConnection, deal_id: str) -> dict[str, Any] | None:
    """One deal."""
    row = (await tx.execute(select(deals).where(deals.c.id == deal_id))).mappings().one_or_none()
    return dict(row) if row else None


async def open_of(tx: AsyncConnection, account_id: str) -> dict[str, Any] | None:
    """The open deal of an account."""
    query = select(deals).where(deals.c.account_id == account_id, deals.c.stage.not_in(_CLOSED))
    row = (await tx.execute(query.order_by(deals.c.opened_at.desc()).limit(1))).mappings().one_or_none()
    return dict(row) if row else None


async def listing(tx: AsyncConnection, *, closed: bool = False) -> list[dict[str, Any]]:
    """Open deals, the next step that is due first; with `closed` all of them."""
    query = select(deals).order_by(deals.c.next_step_at, deals.c.id)
    if not closed:
        query = query.where(deals.c.stage.not_in(_CLOSED))
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def change(tx: AsyncConnection, deal_id: str, **values: object) -> None:
    """Change a deal."""
    await tx.execute(update(deals).where(deals.c.id == deal_id).values(**values))


async def add_proof(tx: AsyncConnection, row_id: str, deal_id: str, proof: Proof, label: Label) -> bool:
    """Keep what shows a fact; False when it is there already."""
    same = (
        (deal_proofs.c.deal_id == deal_id)
        & (deal_proofs.c.fact == str(proof.fact))
        & (deal_proofs.c.source == proof.source)
    )
    if (await tx.execute(select(deal_proofs.c.id).where(same))).scalar_one_or_none() is not None:
        return False
    values = {**proof.model_dump(), "fact": str(proof.fact), "id": row_id, "deal_id": deal_id}
    await tx.execute(insert(deal_proofs).values(**values, **label_columns(label)))
    return True


async def proofs(tx: AsyncConnection, deal_id: str) -> list[Proof]:
    """What is shown about a deal, oldest first."""
    query = select(deal_proofs).where(deal_proofs.c.deal_id == deal_id).order_by(deal_proofs.c.at)
    return [
        Proof(fact=DealFact(row.fact), source=row.source, quote=row.quote, at=row.at)
        for row in await tx.execute(query)
    ]


async def add_move(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Keep a move of a deal."""
    await tx.execute(insert(deal_moves).values(**row))


async def moves(tx: AsyncConnection, deal_id: str) -> list[dict[str, Any]]:
    """The moves of a deal, oldest first."""
    query = select(deal_moves).where(deal_moves.c.deal_id == deal_id).order_by(deal_moves.c.at)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def add_stakeholder(tx: AsyncConnection, row: dict[str, Any], label: Label) -> bool:
    """Keep somebody who has a say; False when they are known already."""
    same = (
        (stakeholders.c.deal_id == row["deal_id"])
        & (stakeholders.c.email == row.get("email", ""))
        & (stakeholders.c.name == row.get("name", ""))
    )
    if (await tx.execute(select(stakeholders.c.id).where(same))).scalar_one_or_none() is not None:
        return False
    await tx.execute(insert(stakeholders).values(**row, **label_columns(label)))
    return True


async def people_of(tx: AsyncConnection, deal_id: str) -> list[dict[str, Any]]:
    """Everybody who has a say in a deal."""
    query = select(stakeholders).where(stakeholders.c.deal_id == deal_id).order_by(stakeholders.c.made_at)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def add_task(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Put a task before people."""
    await tx.execute(insert(tasks).values(**row))


async def is_subject(tx: AsyncConnection, subject_id: str) -> bool:
    """True when a task may be about this id: a contact, an account, a thread, a meeting or a deal."""
    tables = (contacts, accounts, threads, meetings, deals)
    there = [select(table.c.id).where(table.c.id == subject_id) for table in tables]
    return (await tx.execute(union_all(*there).limit(1))).first() is not None


async def task(tx: AsyncConnection, task_id: str) -> dict[str, Any] | None:
    """One task."""
    row = (await tx.execute(select(tasks).where(tasks.c.id == task_id))).mappings().one_or_none()
    return dict(row) if row else None


async def open_tasks(tx: AsyncConnection, *, about: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Open tasks, the most urgent first."""
    query = select(tasks).where(tasks.c.state == "open")
    if about:
        query = query.where(tasks.c.about.in_(list(about)))
    return [dict(row) for row in (await tx.execute(query.order_by(tasks.c.due_at, tasks.c.id))).mappings()]


async def close_task(
    tx: AsyncConnection, task_id: str, state: str, by: str, result: str, at: datetime
) -> bool:
    """Close an open task; False when somebody was quicker."""
    where = (tasks.c.id == task_id) & (tasks.c.state == "open")
    values = {"state": state, "done_by": by, "done_at": at, "result": result}
    return (await tx.execute(update(tasks).where(where).values(**values))).rowcount == 1
