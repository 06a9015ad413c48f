"""The automatic kill switch: looks at complaints, bounces, the chain, the clock and the invariants each turn.

Each trip is a PauseSending by the system, through the gate like any act. Clears nothing.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression, triggers
from autonomy.triggers import Trip
from domain.accounts import ContactStatus
from domain.actions import PauseSending
from domain.decisions import Actor, Decision
from domain.errors import Refused
from domain.labels import Integrity, Label
from runtime.clock import SystemClock
from runtime.store import audit, audit_walk, crm, harms, inbound, outbox, people, talks, threads
from runtime.store.audit import Head
from runtime.store.audit_walk import Walked
from service.bootstrap import House
from service.carrying_out import carry_out, decide_on

log = logging.getLogger(__name__)
SYSTEM = Actor(kind="system", name="system")
FULL_WALK = 3600.0  # seconds of machine time between walks of the whole chain


@dataclass(frozen=True)
class Machine:
    """The machine's own time, sleep of the machine included; a test hands in its own."""

    seconds: float

    @staticmethod
    def read() -> "Machine":
        """Seconds since the machine started."""
        kind = getattr(time, "CLOCK_BOOTTIME", None)
        return Machine(time.monotonic() if kind is None else time.clock_gettime(kind))


async def guard(house: House, *, machine: Machine | None = None) -> list[str]:
    """Look at every trigger once and stop what must stop; returns the reasons of fresh trips.

    A trip is not repeated for what an earlier one rested on: an owner who cleared it knew of that.
    """
    at = machine or Machine.read()
    now = await house.clock.now()
    watched = machine is not None or isinstance(house.clock, SystemClock)  # a sandbox's clock is stepped
    found = [
        *await _chain(house, at, watched),
        *_clock(house, now, at, watched=watched),
        *await _numbers(house, now),
        *await _invariants(house),
    ]
    return [trip.reason for trip in found if await _trip(house, trip, now)]


async def _chain(house: House, at: Machine, watched: bool) -> list[Trip]:
    watch = house.watch
    full = at.seconds - watch.chain_full_at >= FULL_WALK
    kept, expected = await _head(house)  # before the look, never after
    now = await house.clock.now()
    async with house.database.read() as tx:
        first = watch.chain.records == 0 and watched
        trips = [triggers.clock_at_start(await audit_walk.last_at(tx), now)] if first else []
        breaks, end = await _breaks(tx, audit_walk.START if full else watch.chain)
        ended = await audit_walk.against(tx, Walked(end), kept, expected=expected)
    if full:
        watch.chain_full_at = at.seconds
    watch.chain = end
    trips += [triggers.chain(one.first_bad, one.problem, one.key) for one in (*breaks, ended)]
    return [trip for trip in trips if trip is not None]


async def _head(house: House) -> tuple[Head | None, bool]:
    """The signed head, and whether there must be one."""
    kept = house.audit_head
    if kept.path.exists():
        return kept.read(), True
    async with house.database.read() as tx:
        begun = await audit_walk.last_at(tx) is not None
    return (await kept.awaited(), True) if begun else (None, False)


async def _breaks(tx: AsyncConnection, start: Head) -> tuple[list[Walked], Head]:
    """Every break after a record, and the end of the chain: one the owner knows of hides no later one."""
    walked = await audit_walk.walk(tx, start)
    breaks = []
    if walked.problem and walked.first_bad == start.records:  # what was sound was touched: look at everything
        breaks, walked = [walked], await audit_walk.walk(tx, audit_walk.START)
    while walked.problem:
        breaks.append(walked)
        walked = await audit_walk.walk(tx, walked.to)
    return breaks, walked.to


def _clock(house: House, now: datetime, at: Machine, *, watched: bool) -> list[Trip]:
    before, house.watch.clock = house.watch.clock, (now, at.seconds)
    if before is None or not watched:
        return []
    trip = triggers.clock(before[0], before[1], now, at.seconds)
    return [trip] if trip else []


async def _numbers(house: House, now: datetime) -> list[Trip]:
    since = now - triggers.WINDOW
    trips = []
    async with house.database.read() as tx:
        for code, kind, judge in (
            ("complaints", harms.COMPLAINED, triggers.complaints),
            ("bounces", harms.BOUNCED, triggers.bounces),
        ):
            keys = await harms.came_back(tx, kind, since)
            if len(keys) < triggers.COMPLAINTS:
                continue
            known = await harms.trip_keys(tx, code)
            fresh = tuple(key for key in keys if key not in known)
            trips.append(judge(await harms.sent_since(tx, since), fresh))
    return [trip for trip in trips if trip is not None]


async def _invariants(house: House) -> list[Trip]:
    watch = house.watch
    async with house.database.read() as tx:
        rows = await harms.sends_recorded(tx, watch.sends_seq)
        broken = [one for row in rows for one in await _broken(tx, row, house.terms.salt)]
        if watch.sends_seq == 0:
            broken += [
                (f"I2:{one}", f"Intent {one} counts as sent, but the chain holds no send.")
                for one in await harms.sent_unrecorded(tx)
            ]
        known = await harms.trip_keys(tx, "invariant")
    if rows:
        watch.sends_seq = rows[-1]["seq"]
    trip = triggers.invariants(tuple(one for one in dict(broken).items() if one[0] not in known))
    return [trip] if trip else []


async def _broken(tx: AsyncConnection, record: dict[str, Any], salt: bytes) -> list[tuple[str, str]]:
    """What one recorded send breaks of I1–I3."""
    decision_id, intent = record["decision_id"], record["outbox"]
    found = []
    times = (await harms.times_recorded(tx, [decision_id])).get(decision_id, 0)
    if times > 1:
        found.append((f"I1:{decision_id}", f"Intent {intent} was delivered {times} times."))
    row = await outbox.one(tx, intent)
    if row is None:
        return [*found, (f"I2:{intent}", f"A send of intent {intent or 'without id'} is on no record.")]
    decided = await harms.decided_at(tx, decision_id)
    entitled = await audit.entitled(tx, decision_id, row["action_hash"])
    if not entitled or decided is None or decided > record["seq"]:
        found.append((f"I2:{intent}", f"Intent {intent} was sent without a decision that allows it."))
    if row["kind"] == "notify_owner":  # to our own people, of whom nobody is ever deleted
        known = not row["contact_id"] or await people.user_by_id(tx, row["contact_id"])
        return (
            found if known else [*found, (f"I3:{intent}", f"Intent {intent} was sent to none of our people.")]
        )
    contact = await crm.contact(tx, row["contact_id"])
    if contact is None or (contact.status is ContactStatus.CANDIDATE and not await _wrote(tx, row)):
        return [*found, (f"I3:{intent}", f"Intent {intent} was sent to nobody's approved contact.")]
    hashes = suppression.hashes_of(salt, contact.email)
    if contact.email and await harms.suppressed_before(tx, hashes, row["due_at"]):
        found.append((f"I3:{intent}", f"Intent {intent} was sent to a person who was suppressed before."))
    return found


async def _wrote(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Whether a send that is no touch went to somebody who wrote to us, as the receiving server confirmed."""
    if row["kind"] == "send_email":
        return False
    talks_of = [one["id"] for one in await threads.of_contact(tx, row["contact_id"])]
    mails = [mail for thread in talks_of for mail in await inbound.of_thread(tx, thread)]
    return any(one["contact_id"] == row["contact_id"] and one["integrity"] >= Integrity.MAIL for one in mails)


async def _trip(house: House, trip: Trip, now: datetime) -> bool:
    """Throw the switch for a trip that does not stand on known ground alone."""
    async with house.database.write() as tx:
        known = await harms.trip_keys(tx, trip.code)
        if set(trip.keys) <= known:
            return False
        action = PauseSending(level=trip.level, scope="workspace", reason=trip.reason[:600])
        label = Label(integrity=Integrity.AGENT, origin=f"guard:{trip.code}")
        made = await decide_on(tx, house, action, actor=SYSTEM, reason=trip.reason, label=label)
        refused = await _carried_out(tx, house, made)
        await talks.add_event(
            tx,
            event_id=house.ids.new("evt"),
            kind=harms.TRIPPED,
            subject=trip.code,
            body={"keys": list(trip.keys), "reason": trip.reason, "level": trip.level, "refused": refused},
            cause=made.id,
            at=now,
        )
    log.warning("guard_tripped", extra={"trigger": trip.code, "decision": made.id})
    return True


async def _carried_out(tx: AsyncConnection, house: House, made: Decision) -> str:
    """Stop, unless the owner's own table forbids the system to; then say so once instead of every turn."""
    try:
        await carry_out(tx, house, made)
    except Refused as error:
        log.error("guard_may_not_stop", extra={"decision": made.id, "why": error.message})
        return error.message
    return ""
