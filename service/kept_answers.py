"""Answers kept for an Idempotency-Key: the same call again hears the same answer and changes nothing."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from domain.errors import Correctable
from domain.ids import digest
from runtime.store.due import DueRow
from runtime.store.rest_tables import hook_calls, kept_answers
from service.bootstrap import House
from service.sealing import opened, seal
from service.timetable import KEPT, Worked

LIFE = timedelta(hours=24)  # of business time
_KEY = re.compile(r"[!-~]{1,200}")  # visible ASCII
_SEALED = "kept answer"


@dataclass(frozen=True)
class Kept:
    """An answer given before."""

    status: int
    body: Any


async def begin(house: House, key: str, fingerprint: str) -> Kept | None:
    """Claim a key: None means the caller does the work now; else the answer that was given before.

    Work of a process that has died is begun anew.

    Raises:
        Correctable: idempotency_key_reused, idempotency_in_flight.
    """
    now = await house.clock.now()
    live = await house.standing.live()
    async with house.database.write() as tx:
        row = (await tx.execute(select(kept_answers).where(kept_answers.c.key == key))).mappings().first()
        if row is not None and row["expires_at"] > now:
            if row["fingerprint"] != fingerprint:
                raise Correctable(
                    "This Idempotency-Key was used for another call.",
                    code="idempotency_key_reused",
                    where="Idempotency-Key",
                    hint="Use a new key for a new call.",
                )
            if row["status"] is not None:
                return Kept(row["status"], json.loads(opened(house, _SEALED, row["answer"])))
            if row["owner"] in live:
                raise Correctable(
                    "The same call is still at work.",
                    code="idempotency_in_flight",
                    where="Idempotency-Key",
                    hint="Wait for its answer, or ask again with the same key in a moment.",
                )
        await tx.execute(delete(kept_answers).where(kept_answers.c.key == key))
        values = {"key": key, "fingerprint": fingerprint, "owner": house.standing.executor}
        await tx.execute(insert(kept_answers).values(**values, expires_at=now + LIFE))
    return None


async def keep(house: House, key: str, status: int, body: Any) -> None:
    """Keep the answer of a claimed key, sealed: it may name people, or hold what is shown once."""
    sealed = seal(house, _SEALED, json.dumps(body, ensure_ascii=False, default=str).encode())
    async with house.database.write() as tx:
        mine = (kept_answers.c.key == key) & (kept_answers.c.owner == house.standing.executor)
        await tx.execute(update(kept_answers).where(mine).values(status=status, answer=sealed))


async def drop(house: House, key: str) -> None:
    """Give a key back: the work failed for a passing reason and may be tried again."""
    async with house.database.write() as tx:
        mine = (kept_answers.c.key == key) & kept_answers.c.status.is_(None)
        await tx.execute(delete(kept_answers).where(mine))


def key_of(caller: str, given: str) -> str:
    """The key as it is stored: one caller's keys are none of another's.

    Raises:
        Correctable: bad_idempotency_key.
    """
    if not _KEY.fullmatch(given):
        raise Correctable(
            "An Idempotency-Key has 1 to 200 visible ASCII characters.",
            code="bad_idempotency_key",
            where="Idempotency-Key",
        )
    return digest([caller, given])


async def forget_old(house: House, due_row: DueRow) -> Worked:
    """Drop answers older than a day, and calls of hooks that were done long ago."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        gone = await tx.execute(delete(kept_answers).where(kept_answers.c.expires_at <= now))
        done = (hook_calls.c.state != "waiting") & (hook_calls.c.came_at < now - KEPT)
        await tx.execute(delete(hook_calls).where(done))
    return Worked(counts={"dropped": gone.rowcount})
