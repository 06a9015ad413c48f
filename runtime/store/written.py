"""What was queued for or sent to one person and their company: one look, from which a claim answers all it asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import OutboxState
from runtime.store.outbox import COUNTED, LEFT_AT, MAILS
from runtime.store.tables import outbox


@dataclass(frozen=True)
class Intent:
    """One intent, as far as its successors care."""

    key: str
    kind: str
    state: str
    contact_id: str
    account_id: str
    campaign_id: str
    at: datetime  # when it left; of one that may have left, when it was claimed


@dataclass(frozen=True)
class Written:
    """Every intent for one person and their company, and the one of the business fact in question."""

    intents: tuple[Intent, ...] = ()

    def state_of(self, key: str) -> str | None:
        """Where the intent of a business fact stands; None when there is none."""
        return next((one.state for one in self.intents if one.key == key), None)

    def to_contact(
        self,
        contact_id: str,
        *,
        campaign_id: str = "",
        kind: str = "send_email",
        since: datetime | None = None,
    ) -> tuple[datetime, ...]:
        """When mails of a kind left for a person, or may have, in one campaign or in all."""
        return tuple(
            one.at
            for one in self._counted(kind, since)
            if one.contact_id == contact_id and campaign_id in ("", one.campaign_id)
        )

    def to_account(self, account_id: str, since: datetime | None = None) -> tuple[datetime, ...]:
        """When mails nobody asked for left for anyone at a company, or may have."""
        return tuple(one.at for one in self._counted("send_email", since) if one.account_id == account_id)

    def reached(self, contact_id: str) -> bool:
        """True when a mail certainly reached this person's server; doubtful ones do not count."""
        sent = (one for one in self.intents if one.state == OutboxState.SENT)
        return any(one.contact_id == contact_id and one.kind in MAILS for one in sent)

    def _counted(self, kind: str, since: datetime | None) -> Sequence[Intent]:
        """A cap must hold even if a claimed or doubtful mail did arrive."""
        return [
            one
            for one in self.intents
            if one.kind == kind and one.state in COUNTED and (since is None or one.at >= since)
        ]


async def written(tx: AsyncConnection, contact_id: str, account_id: str, key: str) -> Written:
    """What the outbox holds about a person, their company and a business fact."""
    rows = await tx.execute(_LOOK, {"contact": contact_id, "account": account_id, "fact": key})
    return Written(tuple(Intent(*row) for row in rows))


_LOOK = select(
    outbox.c.key,
    outbox.c.kind,
    outbox.c.state,
    outbox.c.contact_id,
    outbox.c.account_id,
    outbox.c.campaign_id,
    LEFT_AT,
).where(
    (outbox.c.contact_id == bindparam("contact"))
    | (outbox.c.account_id == bindparam("account"))
    | (outbox.c.key == bindparam("fact"))
)
