"""What we answered somebody before: the texts of our answers, and whether a mail of theirs has its one answer."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.outbox import COUNTED
from runtime.store.tables import outbox

_ANSWERS = (
    select(outbox.c.action)
    .where(
        outbox.c.contact_id == bindparam("contact"),
        outbox.c.kind == "answer_mail",
        outbox.c.state.in_([*COUNTED, "queued"]),
    )
    .order_by(outbox.c.made_at.desc())
    .limit(20)
)


async def texts_to(tx: AsyncConnection, contact_id: str) -> tuple[str, ...]:
    """The texts of our last answers to a person, newest first; of what never left, none."""
    rows = (await tx.execute(_ANSWERS, {"contact": contact_id})).scalars()
    return tuple(str(row.get("body", "")) for row in rows)


async def answered(tx: AsyncConnection, contact_id: str, message_ids: set[str]) -> set[str]:
    """Those of a person's mails, by what identifies them, that were answered or are about to be."""
    rows = (await tx.execute(_ANSWERS, {"contact": contact_id})).scalars()
    return message_ids & {str(row.get("answers", "")) for row in rows}
