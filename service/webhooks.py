"""Webhooks out: who wants to hear of which events, and each delivery as a row of the timetable until it is taken.

An event is a record of the audit chain: ids and facts, no addresses and no texts. A delivery is tried again with
growing pauses; one that was never taken stays as failed, for a person to see and to send once more.
"""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import switch
from autonomy.stop_file import with_stop_file
from domain.decisions import Actor
from domain.errors import Correctable, RainmakerError, Refused
from runtime.store import audit, people
from runtime.store.due import DueRow, DueState
from runtime.store.engine_tables import due
from runtime.store.rest_tables import webhooks
from service import signatures
from service.bootstrap import House
from service.events import Event, events_after
from service.sealing import opened, seal
from service.timetable import Worked, plan
from service.webhook_calls import call, check_target

DELIVERY = "webhook_delivery"  # the kind of due work
MOST = 500  # events looked at in one turn
MOST_WEBHOOKS = 50
TRIED_FOR = timedelta(days=1)
_SEALED = "webhook secret"
_REST = 60.0  # seconds a host that just failed is left alone


async def subscribe(house: House, actor: Actor, *, url: str, events: tuple[str, ...]) -> dict[str, Any]:
    """Tell this address of these kinds of events from now on; the secret is in the answer and nowhere else.

    Raises:
        Correctable: bad_webhook_url, too_many_webhooks. Refused: the fetch guard is against the address.
    """
    target = check_target(house.settings, url)
    now = await house.clock.now()
    secret = secrets.token_urlsafe(32)
    webhook_id = house.ids.new("whk")
    async with house.database.write() as tx:
        if len((await tx.execute(select(webhooks.c.id))).all()) >= MOST_WEBHOOKS:
            raise Correctable(f"There are {MOST_WEBHOOKS} webhooks already.", code="too_many_webhooks")
        head = await audit.head(tx)
        row = {
            "id": webhook_id,
            "url": target,
            "events": list(events),
            "made_by": actor.name,
            "made_at": now,
        }
        sealed = seal(house, _SEALED, secret.encode())
        await tx.execute(insert(webhooks).values(**row, secret=sealed, after_seq=head.records))
        body = {"events": list(events)}
        await audit.append(tx, at=now, kind="webhook_added", subject=webhook_id, by=actor.name, body=body)
    return {**_shown(row), "secret": secret}


async def listed(house: House) -> list[dict[str, Any]]:
    """Every webhook with how its deliveries stand."""
    async with house.database.read() as tx:
        rows = (
            (await tx.execute(select(webhooks).order_by(webhooks.c.made_at, webhooks.c.id))).mappings().all()
        )
        counts = await _counts(tx)
    return [{**_shown(dict(row)), "deliveries": counts.get(row["id"], {})} for row in rows]


async def unsubscribe(house: House, webhook_id: str, actor: Actor) -> dict[str, Any]:
    """Forget a webhook and what it was still to hear.

    Raises:
        Correctable: unknown_webhook.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        gone = await tx.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
        if not gone.rowcount:
            raise _unknown(webhook_id)
        await tx.execute(delete(due).where(due.c.kind == DELIVERY, due.c.subject == webhook_id))
        await audit.append(tx, at=now, kind="webhook_removed", subject=webhook_id, by=actor.name, body={})
    return {"id": webhook_id, "removed": True}


async def deliveries(house: House, webhook_id: str) -> list[dict[str, Any]]:
    """Deliveries of a webhook, the newest first; those that failed for good have the state `failed`.

    Raises:
        Correctable: unknown_webhook.
    """
    async with house.database.read() as tx:
        await _row(tx, webhook_id)
        query = select(due).where(due.c.kind == DELIVERY, due.c.subject == webhook_id)
        rows = await tx.execute(query.order_by(due.c.due_at.desc(), due.c.id))
        return [_delivery(dict(row)) for row in rows.mappings()]


async def again(house: House, delivery_id: str, actor: Actor) -> dict[str, Any]:
    """Send a delivery that failed once more, with the next turn.

    Raises:
        Correctable: unknown_delivery, delivery_not_failed.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        query = select(due).where(due.c.id == delivery_id, due.c.kind == DELIVERY)
        row = (await tx.execute(query)).mappings().one_or_none()
        if row is None:
            raise Correctable("There is no such delivery.", code="unknown_delivery", where=delivery_id[:60])
        if row["state"] != DueState.FAILED:
            raise Correctable(
                f"This delivery is {row['state']}.", code="delivery_not_failed", where=delivery_id[:60]
            )
        values = {"state": str(DueState.WAITING), "attempts": 0, "due_at": now}
        await tx.execute(update(due).where(due.c.id == delivery_id).values(**values))
        return _delivery({**_named(row), **values})


async def plan_deliveries(house: House, due_row: DueRow) -> Worked:
    """Every turn: what happened since each webhook was last told becomes a delivery for it."""
    async with house.database.read() as tx:
        rows = (await tx.execute(select(webhooks))).mappings().all()
        head = (await audit.head(tx)).records
    planned = 0
    for row in (one for one in rows if one["after_seq"] < head):
        async with house.database.write() as tx:
            planned += await _plan(tx, dict(row), await house.clock.now())
    return Worked(detail=f"{planned} deliveries planned")


async def _plan(tx: AsyncConnection, row: dict[str, Any], now: datetime) -> int:
    found = await events_after(tx, row["after_seq"], limit=MOST)
    wanted = [one for one in found if not row["events"] or one.type in row["events"]]
    for place, event in enumerate(wanted):
        key = f"{DELIVERY}:{row['id']}:{event.id}"
        due_at = now - timedelta(microseconds=len(wanted) - place)  # so they are told in order
        await plan(tx, DELIVERY, key, due_at, subject=row["id"], cause=str(event.id))
    if found:
        seen = (webhooks.c.id == row["id"]) & (webhooks.c.after_seq == row["after_seq"])
        await tx.execute(update(webhooks).where(seen).values(after_seq=found[-1].id))
    return len(wanted)


async def deliver(house: House, due_row: DueRow) -> Worked:
    """Tell one webhook of one event. A stop of every effect holds for this one too."""
    async with house.database.read() as tx:
        stops = with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)
        found = (
            (await tx.execute(select(webhooks).where(webhooks.c.id == due_row.subject))).mappings().first()
        )
        events = await events_after(tx, int(due_row.cause) - 1, limit=1)
    if found is None or not events:
        return Worked(detail="the webhook or its event is gone")
    now = await house.clock.now()
    if now - datetime.fromisoformat(events[0].at) > TRIED_FOR:
        raise Refused("It was not taken within a day.", code="webhook_given_up", where=due_row.subject)
    if switch.stopped(stops, "effects", ()) or _rests(house, found["url"]):
        return Worked(again_at=now + timedelta(minutes=1))
    try:
        await _tell(house, dict(found), due_row.id, events[0])
    except RainmakerError:
        house.watch.failing_hosts[found["url"]] = time.monotonic()
        raise
    return Worked(detail="taken")


async def _tell(house: House, row: dict[str, Any], delivery_id: str, event: Event) -> None:
    secret = opened(house, _SEALED, row["secret"]).decode()
    stamp = str(int((await house.clock.now()).timestamp()))
    body = json.dumps(event.as_json(), ensure_ascii=False).encode()
    headers = {
        signatures.TIMESTAMP: stamp,
        signatures.SIGNATURE: signatures.signature(secret, stamp, body),
        signatures.DELIVERY: delivery_id,
        signatures.EVENT: event.type,
    }
    await call(house.settings, row["url"], body, headers)


def _rests(house: House, url: str) -> bool:
    """A host that is down must not cost every other piece of work its time-out."""
    failed = house.watch.failing_hosts.get(url)
    return failed is not None and time.monotonic() - failed < _REST


async def _row(tx: AsyncConnection, webhook_id: str) -> dict[str, Any]:
    row = (await tx.execute(select(webhooks).where(webhooks.c.id == webhook_id))).mappings().one_or_none()
    if row is None:
        raise _unknown(webhook_id)
    return dict(row)


def _unknown(webhook_id: str) -> Correctable:
    return Correctable("There is no such webhook.", code="unknown_webhook", where=webhook_id[:60])


async def _counts(tx: AsyncConnection) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for row in await tx.execute(select(due.c.subject, due.c.state).where(due.c.kind == DELIVERY)):
        mine = counts.setdefault(row.subject, {})
        mine[row.state] = mine.get(row.state, 0) + 1
    return counts


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "url": row["url"],
        "events": row["events"],
        "made_by": row["made_by"],
        "made_at": row["made_at"].isoformat(),
    }


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in row.items()}


def _delivery(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "webhook": row["subject"],
        "event": row["cause"],
        "state": row["state"],
        "attempts": row["attempts"],
        "due_at": row["due_at"].isoformat(),
        "detail": row["detail"],
    }
