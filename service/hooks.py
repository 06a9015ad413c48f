"""Webhooks in: a named door with a secret; a call that is signed, fresh and new becomes one typed signal."""

import json
import logging
import secrets
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import delete, select, update

from domain.decisions import Actor
from domain.errors import Correctable, RainmakerError, Retryable
from domain.ids import derived
from domain.labels import Integrity, Label
from runtime.store import audit
from runtime.store.due import DueRow
from runtime.store.rest_tables import hook_calls, hooks
from runtime.store.rows import insert_new, label_columns
from service import proposing, signatures
from service.bootstrap import House
from service.proposing import WantedStop, WantedTask
from service.sealing import opened, seal
from service.timetable import Worked, plan
from service.turns import handle_signal

log = logging.getLogger(__name__)
CALL = "hook_call"  # the kind of due work
LONGEST_BODY = 100_000  # bytes
Takes = Literal["stop", "task", "meeting_held"]
_SEALED = "hook secret"


class MeetingHeld(BaseModel):
    """A meeting took place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meeting_id: str = Field(min_length=1, max_length=60)


_BODIES: dict[str, TypeAdapter[Any]] = {
    "stop": TypeAdapter(WantedStop),
    "task": TypeAdapter(WantedTask),
    "meeting_held": TypeAdapter(MeetingHeld),
}


async def add(house: House, actor: Actor, *, name: str, takes: Takes) -> dict[str, Any]:
    """Open a hook; its secret is in the answer and nowhere else.

    Raises:
        Correctable: hook_exists.
    """
    now = await house.clock.now()
    secret = secrets.token_urlsafe(32)
    row = {"name": name, "takes": takes, "made_by": actor.name, "made_at": now}
    sealed = seal(house, _SEALED, secret.encode())
    async with house.database.write() as tx:
        if not await insert_new(tx, hooks, {**row, "secret": sealed}, unique=["name"]):
            raise Correctable(f"There is already a hook {name}.", code="hook_exists", where=name)
        body = {"takes": takes}
        await audit.append(tx, at=now, kind="hook_added", subject=name, by=actor.name, body=body)
    return {**_shown(row), "path": f"/hooks/{name}", "secret": secret}


async def listed(house: House) -> list[dict[str, Any]]:
    """Every hook."""
    async with house.database.read() as tx:
        rows = (await tx.execute(select(hooks).order_by(hooks.c.name))).mappings()
        return [_shown(dict(row)) for row in rows]


async def remove(house: House, name: str, actor: Actor) -> dict[str, Any]:
    """Close a hook; what it took stays on record.

    Raises:
        Correctable: unknown_hook.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        if not (await tx.execute(delete(hooks).where(hooks.c.name == name))).rowcount:
            raise _unknown(name)
        await audit.append(tx, at=now, kind="hook_removed", subject=name, by=actor.name, body={})
    return {"name": name, "removed": True}


async def take(
    house: House, name: str, body: bytes, *, timestamp: str, signature: str, delivery: str, moment: datetime
) -> dict[str, Any]:
    """Take a call: check its signature, keep it once, and have its signal handled with the next turn.

    `moment` is the machine's time: a sandbox's clock must not make a fresh signature old.

    Raises:
        Correctable: unknown_hook, bad_hook_body. Refused: bad_signature, stale_signature.
    """
    async with house.database.read() as tx:
        row = (await tx.execute(select(hooks).where(hooks.c.name == name))).mappings().one_or_none()
    if row is None:
        raise _unknown(name)
    secret = opened(house, _SEALED, row["secret"]).decode()
    signatures.check(secret, timestamp, signature, body, moment)
    told = _read(row["takes"], body)
    call_id = derived("hkc", name, delivery or signature)
    now = await house.clock.now()
    label = Label(integrity=Integrity.UNTRUSTED, origin=f"hook:{name}")
    kept = {
        "id": call_id,
        "hook": name,
        "takes": row["takes"],
        "body": told,
        "state": "waiting",
        "came_at": now,
        **label_columns(label),
    }
    async with house.database.write() as tx:
        if not await insert_new(tx, hook_calls, {**kept, "detail": ""}, unique=["id"]):
            return {"id": call_id, "state": "duplicate"}
        await plan(tx, CALL, f"{CALL}:{call_id}", now, subject=call_id)
        taken = {"hook": name, "takes": row["takes"]}
        await audit.append(tx, at=now, kind="hook_called", subject=call_id, by=f"hook:{name}", body=taken)
    return {"id": call_id, "state": "taken"}


def _read(takes: str, body: bytes) -> dict[str, Any]:
    try:
        read = _BODIES[takes].validate_python(json.loads(body.decode()))
    except (ValueError, RecursionError) as error:
        where = ""
        if isinstance(error, ValidationError):
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Correctable(
            f"The body is not what a hook that takes {takes} expects.",
            code="bad_hook_body",
            where=where or None,
        ) from error
    return dict(read.model_dump(mode="json"))


async def handle(house: House, due_row: DueRow) -> Worked:
    """Hand one call's signal to the brain or to the gate, and note what became of it."""
    async with house.database.read() as tx:
        row = (
            (await tx.execute(select(hook_calls).where(hook_calls.c.id == due_row.subject)))
            .mappings()
            .first()
        )
    if row is None or row["state"] != "waiting":
        return Worked(detail="done before")
    try:
        detail = await _signal(house, row["hook"], row["takes"], row["body"], row["id"])
    except Retryable:
        raise
    except RainmakerError as error:
        await _settle(house, row["id"], "failed", error.message)
        raise
    await _settle(house, row["id"], "done", detail)
    return Worked(counts={"signals": 1}, detail=detail)


async def _signal(house: House, hook: str, takes: str, body: dict[str, Any], call_id: str) -> str:
    who = f"hook:{hook}"
    if takes == "task":
        done = await proposing.propose(house, WantedTask.model_validate(body), by=who, cause=call_id)
        return f"asked as {done['approval']}"
    actor = Actor(kind="system", name=who)
    if takes == "stop":  # a brake is pulled at once; only an owner lets go again
        args = WantedStop.model_validate(body).model_dump(exclude={"kind"})
        result = await handle_signal(house, "stop_wanted", args, actor=actor)
    else:
        result = await handle_signal(house, "meeting_held", body, actor=actor, lenient=True)
    return "; ".join(f"{one['kind']}: {one['verdict']}" for one in result.outcome) or "nothing to do"


async def _settle(house: House, call_id: str, state: str, detail: str) -> None:
    async with house.database.write() as tx:
        found = (hook_calls.c.id == call_id) & (hook_calls.c.state == "waiting")
        await tx.execute(update(hook_calls).where(found).values(state=state, detail=detail[:300]))


def _unknown(name: str) -> Correctable:
    return Correctable("There is no such hook.", code="unknown_hook", where=name[:60])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "takes": row["takes"],
        "made_by": row["made_by"],
        "made_at": row["made_at"].isoformat(),
    }
