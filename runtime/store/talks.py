"""Conversations and their messages, and the list of events."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.labels import Label
from runtime.store.rows import insert_new, label_columns
from runtime.store.tables import conversations, events, messages


async def ensure_conversation(tx: AsyncConnection, conversation_id: str, user_id: str, at: datetime) -> None:
    """Make the conversation when it does not exist."""
    row = {"id": conversation_id, "user_id": user_id, "state": {}, "made_at": at, "title": ""}
    await insert_new(tx, conversations, row, unique=["id"])


async def conversation_state(tx: AsyncConnection, conversation_id: str) -> dict[str, Any]:
    """What was shown last, the focus and the digest."""
    query = select(conversations.c.state).where(conversations.c.id == conversation_id)
    return (await tx.execute(query)).scalar_one_or_none() or {}


async def set_conversation_state(tx: AsyncConnection, conversation_id: str, state: dict[str, Any]) -> None:
    """Remember what was shown."""
    await tx.execute(update(conversations).where(conversations.c.id == conversation_id).values(state=state))


async def add_message(
    tx: AsyncConnection,
    *,
    message_id: str,
    conversation_id: str,
    role: str,
    text: str,
    body: dict[str, Any],
    label: Label,
    at: datetime,
) -> None:
    """Store one message."""
    await tx.execute(
        insert(messages).values(
            id=message_id,
            conversation_id=conversation_id,
            role=role,
            text=text,
            body=body,
            at=at,
            **label_columns(label),
        )
    )


async def last_messages(tx: AsyncConnection, conversation_id: str, limit: int) -> list[tuple[str, str]]:
    """(role, text) of the newest messages, oldest first."""
    query = (
        select(messages.c.role, messages.c.text)
        .where(messages.c.conversation_id == conversation_id)
        .order_by(messages.c.at.desc(), messages.c.id.desc())
        .limit(limit)
    )
    return [(row.role, row.text) for row in reversed((await tx.execute(query)).all())]


async def message(tx: AsyncConnection, message_id: str) -> dict[str, Any] | None:
    """One message row."""
    row = (await tx.execute(select(messages).where(messages.c.id == message_id))).mappings().one_or_none()
    return dict(row) if row else None


async def add_event(
    tx: AsyncConnection,
    *,
    event_id: str,
    kind: str,
    subject: str,
    body: dict[str, Any],
    cause: str,
    at: datetime,
) -> None:
    """Store one event (past tense)."""
    await tx.execute(
        insert(events).values(id=event_id, kind=kind, subject=subject, body=body, cause=cause, at=at)
    )
