"""Taking one mail in: whose it is, what must happen at once, and what waits to be handled. One transaction.

At once: a person's reply stops their sequence, an opt-out or complaint suppresses, a bounce marks the address.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import own_people, suppression
from domain.actions import Suppress
from domain.decisions import Actor, OutboxState
from domain.labels import Integrity, Label
from domain.leads import LeadState
from domain.mail import Authenticated, Bounce, BounceKind, FeedbackType, InboundMail, MailKind
from domain.replies import ReplyKind
from runtime.store import audit, harms, inbound, outbox, people, talks, threads
from service.admitting import admitted
from service.bootstrap import House
from service.carrying_out import carry_out, decide_on
from service.mailbook import MailBook, without_thread
from tools.read.mail.subjects import plain_subject
from tools.read.mail.threading import PlacedBy, Placement, place

SYSTEM = Actor(kind="system", name="system")
IGNORED = frozenset({MailKind.BULK, MailKind.LOOP})
WAITS = frozenset({MailKind.HUMAN, MailKind.AUTO, MailKind.CALENDAR})  # to be read and handled
_DOUBTED = (OutboxState.CLAIMED, OutboxState.IN_DOUBT, OutboxState.HELD)
LONGEST_ID = 998


@dataclass(frozen=True)
class _Case:
    """One mail with its place."""

    id: str
    mail: InboundMail
    placed: Placement
    now: datetime
    leaves: bool  # its words mean "no more mail"


async def new_threads(tx: AsyncConnection, house: House) -> int:
    """A thread for every person we wrote to who has none yet."""
    rows = await without_thread(tx)
    for row in rows:
        await threads.make(
            tx,
            {
                "id": house.ids.new("thr"),
                "contact_id": row["contact_id"],
                "account_id": row["account_id"],
                "campaign_id": row["campaign_id"],
                "subject": plain_subject(str(row["action"].get("subject", ""))),
                "state": str(LeadState.CONTACTED),
                "reason": "We wrote to them.",
                "last_out_at": row["sent_at"],
                "made_at": row["sent_at"] or await house.clock.now(),
                "label": Label(integrity=Integrity.CRM, origin="outbox"),
            },
        )
    return len(rows)


async def wants_out(mail: InboundMail) -> bool:
    """True when a person's free words mean "no more mail", by rule, whatever brain is active."""
    if mail.kind is not MailKind.HUMAN:
        return False
    words = "\n".join(part for part in (mail.new_text, mail.signature) if part)
    return await asyncio.to_thread(_says_stop, words, mail.subject)


def _says_stop(words: str, subject: str) -> bool:
    from language.offline.replies.reader import opt_out_findings  # a worker that only sends never needs it

    kinds = {finding.kind for finding in opt_out_findings(words, subject)}
    return bool(kinds & {ReplyKind.UNSUBSCRIBE, ReplyKind.COMPLAINT})


async def take_in(
    tx: AsyncConnection,
    house: House,
    mailbox: str,
    mail: InboundMail,
    raw: bytes | None,
    now: datetime,
    *,
    leaves: bool | None = None,
) -> str:
    """File one mail and do what must be done at once; returns the kind it counts as.

    `leaves` is what `wants_out` said of it, asked for before the transaction began: it takes a while.
    """
    if leaves is None:
        leaves = await wants_out(mail)
    if await _is_erased(tx, house, mail):
        mail, raw = InboundMail(raw_sha256=mail.raw_sha256, size=mail.size, kind=MailKind.LOOP), None
    # the nearest references come last in the header, and only so many are looked for
    named = (*mail.original_message_ids, *mail.in_reply_to, *reversed(mail.references))
    intents = await threads.mails_with_id(tx, list(dict.fromkeys(named)))
    inbound_id, placed = house.ids.new("inb"), await place(mail, MailBook(tx, intents))
    placed = await admitted(tx, house, mail, placed, cause=inbound_id, now=now)
    case = _Case(inbound_id, mail, placed, now, leaves)
    await _settle_doubt(tx, intents, case)
    state, detail = await _at_once(tx, house, case, intents)
    await inbound.keep(tx, _row(mailbox, case, state, detail, intents), raw)
    return str(mail.kind)


async def _is_erased(tx: AsyncConnection, house: House, mail: InboundMail) -> bool:
    """True when the sender was erased: then nothing of what they write is kept, only that it was seen."""
    if mail.sender is None:
        return False
    hashes = suppression.hashes_of(house.terms.salt, mail.sender.address)
    return await people.suppressed(tx, hashes) == "erased"


def _row(mailbox: str, case: _Case, state: str, detail: str, intents: list[dict[str, Any]]) -> dict[str, Any]:
    mail, placed = case.mail, case.placed
    proven = mail.authenticated is Authenticated.YES and placed.contact_id
    integrity = Integrity.MAIL if proven else Integrity.UNTRUSTED
    return {
        "id": case.id,
        "mailbox": mailbox,
        "sha256": mail.raw_sha256,
        "message_id": mail.message_id[:LONGEST_ID],
        "came_at": case.now,
        "kind": str(mail.kind),
        "state": state,
        "from_address": mail.sender.address[:320] if mail.sender else "",
        "subject": mail.subject,
        "body": mail.model_dump(mode="json"),
        "thread_id": placed.thread_id or "",
        "contact_id": placed.contact_id or "",
        "account_id": placed.account_id or "",
        "outbox_id": intents[0]["id"] if intents else "",
        "detail": detail,
        "label": Label(integrity=integrity, origin=f"mail:{case.id}"),
    }


async def _settle_doubt(tx: AsyncConnection, intents: list[dict[str, Any]], case: _Case) -> None:
    """Who answers or reports on a mail has had it: doubt about that send is over."""
    for row in intents:
        if row["state"] not in _DOUBTED:
            continue
        values = {"sent_at": row["sent_at"] or case.now, "code": "seen_in_answer"}
        if await outbox.move(tx, row["id"], list(_DOUBTED), OutboxState.SENT, **values):
            body = {
                "outbox": row["id"],
                "message_id": row["message_id"],
                "code": "seen_in_answer",
                "detail": "",
            }
            await audit.append(
                tx, at=case.now, kind="sent", subject=row["decision_id"], by="inbox", body=body
            )


async def _at_once(
    tx: AsyncConnection, house: House, case: _Case, intents: list[dict[str, Any]]
) -> tuple[str, str]:
    """What cannot wait; the state of the mail and what was done, in words."""
    kind = case.mail.kind
    if kind is MailKind.BOUNCE:
        return await _bounced(tx, house, case)
    if kind is MailKind.COMPLAINT:
        return await _complained(tx, house, case)
    if kind in IGNORED:
        return inbound.IGNORED, "Our own mail come back." if kind is MailKind.LOOP else "Written for many."
    own = await _from_our_own(tx, house, case, intents)
    if own:
        return inbound.IGNORED, own
    out = await _opted_out(tx, house, case) if case.leaves and kind is MailKind.HUMAN else ""
    if out:
        return inbound.HANDLED, out
    if case.placed.thread_id is None and case.placed.contact_id is None:
        return await _from_nobody_known(tx, house, case)
    if kind is MailKind.HUMAN:
        await _stop_sequence(tx, house, case)
    return (inbound.NEW, "") if kind in WAITS else (inbound.IGNORED, "Nothing to do.")


async def _from_our_own(tx: AsyncConnection, house: House, case: _Case, intents: list[dict[str, Any]]) -> str:
    """Why a mail of one of our own people is no prospect's; empty when it is, or may be, somebody's we wrote to."""
    sender = case.mail.sender.address if case.mail.sender else ""
    if not await own_people.is_ours(tx, house.terms, sender):
        return ""
    if any(row["kind"] == "notify_owner" for row in intents):
        return "One of our own people answered the morning page; such mail is not read, the chat is."
    return "" if case.placed.contact_id else "From one of our own people."


async def _bounced(tx: AsyncConnection, house: House, case: _Case) -> tuple[str, str]:
    done = []
    for bounce in case.mail.bounces:
        ours = await threads.mails_with_id(
            tx, [bounce.original_message_id] if bounce.original_message_id else []
        )
        if not ours or bounce.kind is BounceKind.DELIVERED:
            continue
        if ours[0]["kind"] == "notify_owner":  # nobody's contact, and no mail of a campaign
            done.append(f"{bounce.kind} bounce of the morning page {ours[0]['id']}")
            continue
        await _note_bounce(tx, house, case, ours[0], bounce)
        done.append(f"{bounce.kind} bounce of the mail {ours[0]['id']}")
    return inbound.HANDLED, "; ".join(done) or "It reports on no mail of ours."


async def _note_bounce(
    tx: AsyncConnection, house: House, case: _Case, intent: dict[str, Any], bounce: Bounce
) -> None:
    hard = bounce.kind is BounceKind.HARD
    body = {"hard": hard, "kind": str(bounce.kind), "status": bounce.status, "inbound": case.id}
    await _event(tx, house, harms.BOUNCED, intent["id"], body, case.now)
    if hard:
        await leave_alone(tx, house, intent["contact_id"], "hard bounce", case.id)
        await leave_threads(tx, intent["contact_id"], LeadState.UNREACHABLE, "The address does not exist.")


async def _complained(tx: AsyncConnection, house: House, case: _Case) -> tuple[str, str]:
    complaint = case.mail.complaint
    wants_out = complaint is not None and complaint.type is FeedbackType.OPT_OUT
    found = await threads.mails_with_id(tx, list(case.mail.original_message_ids))
    named = [row for row in found if row["kind"] != "notify_owner"]
    ids = {row["contact_id"] for row in named}
    if not ids and complaint is not None and complaint.original_recipient:
        ids = set(await threads.contacts_at(tx, complaint.original_recipient))
    for contact_id in sorted(ids):
        kind = harms.OPTED_OUT if wants_out else harms.COMPLAINED
        subject = next((row["id"] for row in named if row["contact_id"] == contact_id), contact_id)
        await _event(tx, house, kind, subject, {"inbound": case.id}, case.now)
        await leave_alone(tx, house, contact_id, "opted out" if wants_out else "complained", case.id)
        await leave_threads(tx, contact_id, LeadState.OPTED_OUT, "They complained or opted out.")
    return (
        inbound.HANDLED,
        f"{len(ids)} people are left alone for good." if ids else "It names nobody we wrote to.",
    )


async def _opted_out(tx: AsyncConnection, house: House, case: _Case) -> str:
    """Free words that mean "no more mail" work at once, whoever reads them later."""
    placed = case.placed
    claimed = await threads.one(tx, placed.claimed_thread_id) if placed.claimed_thread_id else None
    ids = {one for one in (placed.contact_id, claimed["contact_id"] if claimed else None) if one}
    for contact_id in sorted(ids):
        await _event(tx, house, harms.OPTED_OUT, contact_id, {"inbound": case.id}, case.now)
        await leave_alone(tx, house, contact_id, "opted out in words", case.id)
        await leave_threads(tx, contact_id, LeadState.OPTED_OUT, "They want no more mail.")
    return "They want no more mail; they are left alone for good." if ids else ""


async def _from_nobody_known(tx: AsyncConnection, house: House, case: _Case) -> tuple[str, str]:
    if case.placed.reason is PlacedBy.STRANGER and case.placed.claimed_thread_id is None:
        return inbound.IGNORED, f"From a stranger. {case.placed.because}"
    return inbound.WAITING, f"For a person to look at: {case.placed.because}"


async def _stop_sequence(tx: AsyncConnection, house: House, case: _Case) -> None:
    """A person wrote: nothing of a sequence leaves to them any more."""
    contact_id = case.placed.contact_id
    if contact_id is None:
        return
    stopped = await outbox.cancel_touches(tx, contact_id, "replied", f"they wrote to us ({case.id})")
    for row in await threads.of_contact(tx, contact_id):
        own = row["id"] == case.placed.thread_id
        values: dict[str, Any] = {"last_in_at": case.now} if own else {}
        if own or row["state"] == LeadState.CONTACTED:
            values |= {"state": str(LeadState.REPLIED), "reason": "A person wrote to us.", "until": None}
        if values:
            await threads.change(tx, row["id"], **values)
    if stopped:
        body = {"contact": contact_id, "inbound": case.id, "cancelled": stopped}
        await audit.append(
            tx, at=case.now, kind="sequence_stopped", subject=contact_id, by="inbox", body=body
        )


async def leave_alone(
    tx: AsyncConnection, house: House, contact_id: str, reason: str, inbound_id: str
) -> None:
    """Suppress somebody, through the gate like any act; who was suppressed before stays so."""
    made = await decide_on(
        tx,
        house,
        Suppress(contact_id=contact_id, reason=reason),
        actor=SYSTEM,
        reason=f"{reason}: mail {inbound_id}",
        label=Label(integrity=Integrity.MAIL, origin=f"mail:{inbound_id}"),
        cause=inbound_id,
    )
    await carry_out(tx, house, made, by="inbox")


async def leave_threads(tx: AsyncConnection, contact_id: str, state: LeadState, reason: str) -> None:
    """Put every thread of a person into a state that ends it."""
    for row in await threads.of_contact(tx, contact_id):
        await threads.change(tx, row["id"], state=str(state), reason=reason, until=None)


async def _event(
    tx: AsyncConnection, house: House, kind: str, subject: str, body: dict[str, Any], now: datetime
) -> None:
    await talks.add_event(
        tx, event_id=house.ids.new("evt"), kind=kind, subject=subject, body=body, cause="", at=now
    )
