"""The screen of health: mailboxes, the queue, the timetable, how far the chain was checked; and the doctor's checks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.store import audit, screen_day
from runtime.store.audit import Verified
from runtime.store.audit_head import verify_with_head
from service import doctor
from service.bootstrap import House


@dataclass(frozen=True)
class Health:
    """What is known at once, without asking any server."""

    now: datetime
    mailboxes: tuple[dict[str, Any], ...]
    mails: dict[str, int]
    work: tuple[dict[str, Any], ...]
    failed: tuple[dict[str, Any], ...]
    work_states: dict[str, int]
    records: int
    checked: (
        int  # records of the chain that the running checks have walked; 0 in a process that makes no turns
    )
    language: str
    limits: str
    offline: bool


async def health(house: House) -> Health:
    """How the house stands."""
    now = await house.clock.now()
    info = house.language.info
    async with house.database.read() as tx:
        return Health(
            now=now,
            mailboxes=tuple(await screen_day.mailboxes_now(tx)),
            mails=await screen_day.states_of_mails(tx),
            work=tuple(await screen_day.due_next(tx, 12)),
            failed=tuple(await screen_day.due_failed(tx, 8)),
            work_states=await screen_day.due_states(tx),
            records=(await audit.head(tx)).records,
            checked=house.watch.chain.records,
            language=info.name,
            limits=info.limits,
            offline=info.offline,
        )


async def checks(house: House) -> list[dict[str, str]]:
    """What the doctor says; it asks servers, so it may take seconds."""
    found = await doctor.examine(house.settings)
    return list(found["checks"])


async def verified(house: House) -> Verified:
    """The whole chain walked from its first record."""
    async with house.database.read() as tx:
        return await verify_with_head(tx, house.audit_head)
