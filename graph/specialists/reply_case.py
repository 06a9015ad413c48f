"""A mail that came in with all that is known about who wrote it, the times that are free for them, and our answer.

Reads the store and the calendar; decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Contact
from domain.actions import AnswerMail
from domain.campaigns import WrittenMail
from domain.errors import Correctable
from domain.icp import ProfileFact
from domain.labels import Integrity, Label, combine
from domain.mail import InboundMail
from domain.meetings import Meeting
from domain.replies import ProposedTime
from graph.desk import Desk
from graph.specialists.next_step import Lead
from graph.state import Wanted
from runtime.store import answers, crm, inbound, knowledge, meetings, threads
from runtime.store.inbound import answer_key

SLOTS = 3  # times offered in one mail


@dataclass(frozen=True)
class Case:
    """A mail with all that is known about who wrote it."""

    row: dict[str, Any]
    mail: InboundMail
    contact: Contact
    account: Account | None
    thread: dict[str, Any]
    lead: Lead
    choices: tuple[datetime, ...]  # times we offered, in the order told, past ones too
    meeting: Meeting | None  # the one that stands
    turned_down: frozenset[datetime]  # times of meetings they declined
    said_before: tuple[str, ...]  # our answers to them
    seller: str
    language: str
    facts: tuple[ProfileFact, ...]  # what our own site says
    label: Label

    @property
    def zone(self) -> str:
        """Where its writer lives, as far as we know."""
        return self.contact.zones[0] if self.contact.zones else "UTC"


async def case_of(desk: Desk, inbound_id: str) -> Case:
    """The case of a mail.

    Raises:
        Correctable: unknown_sender.
    """
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        row = await inbound.one(tx, inbound_id)
        contact = await crm.contact(tx, row["contact_id"]) if row else None
        thread = await threads.one(tx, row["thread_id"]) if row else None
        if row is None or contact is None or thread is None:
            raise Correctable("Nobody we know wrote this mail.", code="unknown_sender", where=inbound_id)
        profile = await knowledge.active_profile(tx)
        choices = tuple(one["starts_at"] for one in await meetings.offered(tx, contact.id))
        meeting = await _standing(tx, contact, now)
        return Case(
            row=row,
            mail=InboundMail.model_validate(row["body"]),
            contact=contact,
            account=await crm.account(tx, contact.account_id),
            thread=thread,
            lead=Lead(
                now=now,
                offered=tuple(at for at in choices if at > now),
                meeting_at=meeting.slot.start if meeting else None,
                can_offer=desk.calendar is not None,
            ),
            choices=choices,
            meeting=meeting,
            turned_down=frozenset(await meetings.turned_down(tx, contact.id)),
            said_before=await answers.texts_to(tx, contact.id),
            seller=profile.name if profile else desk.terms.sender_name,
            language=contact.language or "en",
            facts=profile.facts if profile else (),
            label=Label(
                integrity=Integrity(row["integrity"]), readers=frozenset(row["readers"]), origin=row["origin"]
            ),
        )


async def _standing(tx: AsyncConnection, contact: Contact, now: datetime) -> Meeting | None:
    ahead = [one for one in await meetings.live(tx, contact_id=contact.id) if one["starts_at"] > now]
    return meetings.of(ahead[0]) if ahead else None


async def free_times(desk: Desk, case: Case, named: Sequence[ProposedTime] = ()) -> tuple[datetime, ...]:
    """Times to offer, near those they named; none that stands already or that they turned down before."""
    if desk.calendar is None:
        return ()
    country = case.account.country if case.account else ""
    wished = tuple((one.start, one.end) if one.end else _day_of(one.start) for one in named)
    found = await desk.calendar.free_times(
        case.zone, country, SLOTS + len(case.turned_down), contact_id=case.contact.id, wished=wished
    )
    left = (at for at in found if at != case.lead.meeting_at and at not in case.turned_down)
    return tuple(left)[:SLOTS]


def answer_to(desk: Desk, case: Case, mail: WrittenMail, slots: tuple[datetime, ...], reason: str) -> Wanted:
    """The proposal of an answer: resting on their mail and on what is known of them."""
    action = AnswerMail(
        contact_id=case.contact.id,
        subject=mail.subject,
        body=mail.body,
        claims=mail.claims,
        inbound_id=case.row["id"],
        answers=answer_key(case.row),
        thread_id=case.thread["id"],
        slots=slots,
        minutes=desk.meeting_minutes,
    )
    label = combine([case.label, case.contact.label], origin=desk.language.info.name)
    return Wanted(action=action, reason=reason, label=label)


def _day_of(at: datetime) -> tuple[datetime, datetime]:
    begins = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return begins, begins + timedelta(days=1)
