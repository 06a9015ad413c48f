"""What the deal steps read and keep: the mails and meetings around a deal, their proofs and people, its pulse.

Stores what was shown and by whom, with the label of its source; opens, moves and decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account
from domain.deals import DealFact, DealStage, FoundIn, Proof, StakeholderRole
from domain.errors import Correctable
from domain.ids import Ids
from domain.labels import Integrity, Label, combine
from domain.mail import InboundMail
from domain.replies import ReplyKind, ReplyReading
from graph.specialists.dealing import Person, people_in, proofs_in, role_of
from learning.deal_health import MeetingNews, Mood, Pulse
from runtime.store import crm, deal_history, deals, inbound, meetings
from runtime.store.rows import label_of
from tools.read.identity import company_domain

_GOOD = frozenset({ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT})
_BAD = frozenset({ReplyKind.NOT_INTERESTED, ReplyKind.UNSUBSCRIBE, ReplyKind.COMPLAINT})
_NEWS: dict[str, MeetingNews] = {
    "held": "held",
    "no_show": "no_show",
    "declined": "declined",
    "cancelled": "declined",
}
OWN_RECORD = Label(integrity=Integrity.AGENT, origin="meeting")


@dataclass(frozen=True)
class Heard:
    """A stored mail of theirs, parsed: what it says and how it was read."""

    id: str
    came_at: datetime
    mail: InboundMail
    reading: ReplyReading | None
    label: Label
    contact_id: str

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """What it shows."""
        return proofs_in(self.reading, self.mail, self.id, self.came_at) if self.reading else ()


def heard(row: dict[str, Any]) -> Heard | None:
    """A mail from its row; None when nobody could read it."""
    try:
        mail = InboundMail.model_validate(row["body"])
        reading = ReplyReading.model_validate(row["reading"]) if row["reading"] else None
    except ValidationError:
        return None
    return Heard(row["id"], row["came_at"], mail, reading, label_of(row), row["contact_id"])


async def heard_from(tx: AsyncConnection, account_id: str, *, deal_id: str = "") -> list[Heard]:
    """Mails of an account since its deal before ended, oldest first."""
    since = await _since(tx, account_id, deal_id)
    found = [heard(row) for row in await deal_history.mails_from(tx, account_id) if row["came_at"] > since]
    return [one for one in found if one is not None]


async def _since(tx: AsyncConnection, account_id: str, deal_id: str) -> datetime:
    """When the deal before ended: what was said until then belongs to that one."""
    ended = [
        row["closed_at"]
        for row in await deal_history.of_account(tx, account_id)
        if row["closed_at"] is not None and row["id"] != deal_id
    ]
    return max(ended, default=datetime.min.replace(tzinfo=UTC))


async def find_deal(tx: AsyncConnection, wanted: str) -> dict[str, Any]:
    """A deal by its id, its account's id, or the name of the company or of a person there.

    Raises:
        Correctable: unknown_deal, which_deal.
    """
    row = await deals.one(tx, wanted)
    if row is not None:
        return row
    accounts = [wanted, *await crm.accounts_named(tx, wanted, 5)]
    for prospect_id in await crm.prospects_named(tx, wanted, 5):
        prospect = await crm.prospect(tx, prospect_id)
        accounts += [prospect.account_id] if prospect else []
    found = [await _deal_of(tx, one) for one in dict.fromkeys(accounts)]
    rows = [one for one in found if one is not None] or await _by_contact(tx, wanted)
    if not rows:
        raise Correctable(
            f"There is no deal with “{wanted[:60]}”.",
            code="unknown_deal",
            where=wanted[:60],
            hint="See them with `rainmaker deals`.",
        )
    if len(rows) > 1:
        names = ", ".join(f"{row['name']} ({row['id']})" for row in rows[:5])
        raise Correctable(f"More than one deal fits: {names}.", code="which_deal", where=wanted[:60])
    return rows[0]


async def _deal_of(tx: AsyncConnection, account_id: str) -> dict[str, Any] | None:
    return await deals.open_of(tx, account_id) or next(
        iter(await deal_history.of_account(tx, account_id)), None
    )


async def _by_contact(tx: AsyncConnection, wanted: str) -> list[dict[str, Any]]:
    """Deals whose contact, or somebody who has a say, is called like this."""
    words = wanted.casefold().split()
    found = []
    for row in await deals.listing(tx):
        names = await crm.contact_names(tx, [row["contact_id"]])
        known = [*names.values(), *(one["name"] for one in await deals.people_of(tx, row["id"]))]
        if words and any(set(words) <= set(name.casefold().replace(",", " ").split()) for name in known):
            found.append(row)
    return found


async def collect(tx: AsyncConnection, deal: dict[str, Any], *, ids: Ids, ours: str, now: datetime) -> int:
    """Keep what the account's mails and held meetings show about a deal; returns how much was new."""
    account = await crm.account(tx, deal["account_id"])
    mails = await heard_from(tx, deal["account_id"], deal_id=deal["id"])
    new = 0
    for one in mails:
        for proof in one.proofs:
            new += await deals.add_proof(tx, ids.new("prf"), deal["id"], proof, one.label)
    since = await _since(tx, deal["account_id"], deal["id"])
    for row in await deal_history.meetings_with(tx, deal["account_id"]):
        if row["state"] == "held" and row["ends_at"] > since:
            proof = held_proof(row)
            new += await deals.add_proof(tx, ids.new("prf"), deal["id"], proof, OWN_RECORD)
    company = company_of(account, mails)
    people = [(one, people_in(one.mail, one.reading, one.id, company=company, ours=ours)) for one in mails]
    book = _PeopleBook(tx, deal["id"], ids, now, await deals.people_of(tx, deal["id"]))
    new += await book.add_contact(deal["contact_id"])
    for mail, persons in people:
        for person in persons:
            new += await book.add(person, mail)
    return new


def company_of(account: Account | None, mails: Sequence[Heard]) -> str:
    """The registrable domain of a company: as we know it, else that of who wrote to us."""
    known = company_domain(account.domain) if account and account.domain else ""
    senders = [company_domain(one.mail.sender.address) for one in mails if one.mail.sender]
    return known or next((one for one in senders if one), "")


def held_proof(meeting: dict[str, Any]) -> Proof:
    """That a meeting was held."""
    return Proof(fact=DealFact.MEETING_HELD, source=meeting["id"], at=meeting["ends_at"])


class _PeopleBook:
    """Who is known of one deal, so that nobody is kept twice."""

    def __init__(
        self, tx: AsyncConnection, deal_id: str, ids: Ids, now: datetime, rows: list[dict[str, Any]]
    ) -> None:
        self._tx, self._deal_id, self._ids, self._now = tx, deal_id, ids, now
        self._rows = {_person_key(row["email"], row["name"]): row for row in rows}

    async def add_contact(self, contact_id: str) -> bool:
        """The deal's own contact, as we know them."""
        contact = await crm.contact(self._tx, contact_id) if contact_id else None
        if contact is None or not (contact.email or contact.name):
            return False
        values = {"contact_id": contact.id, "name": contact.name, "title": contact.title}
        return await self._keep(contact.email, values, FoundIn.CRM, contact.id, contact.label)

    async def add(self, person: Person, mail: Heard) -> bool:
        """Somebody a mail showed; a title that was missing is noted."""
        known = self._rows.get(_person_key(person.email, person.name))
        if known is not None:
            if person.title and not known["title"]:
                role = str(person.role)
                await deal_history.give_title(self._tx, known["id"], person.title, role, person.source)
                known["title"] = person.title
            return False
        is_writer = mail.mail.sender is not None and mail.mail.sender.address == person.email
        contact_id = mail.contact_id if is_writer else ""
        values = {"contact_id": contact_id, "name": person.name, "title": person.title}
        return await self._keep(person.email, values, person.found_in, person.source, mail.label)

    async def _keep(
        self, email: str, values: dict[str, str], found_in: FoundIn, source: str, label: Label
    ) -> bool:
        row = {
            "id": self._ids.new("stk"),
            "deal_id": self._deal_id,
            "email": email,
            "role": str(role_of(values["title"])),
            "found_in": str(found_in),
            "source": source,
            "made_at": self._now,
            **values,
        }
        if _person_key(email, values["name"]) in self._rows:
            return False
        self._rows[_person_key(email, values["name"])] = row
        return await deals.add_stakeholder(self._tx, row, label)


def _person_key(email: str, name: str) -> str:
    return email.casefold() or f"name:{name.casefold()}"


async def label_behind(tx: AsyncConnection, proofs: Sequence[Proof]) -> Label:
    """The label of everything that proofs rest on."""
    labels = []
    for proof in proofs:
        row = await inbound.one(tx, proof.source)
        if row is not None:
            labels.append(label_of(row))
        elif await meetings.one(tx, proof.source) is not None:
            labels.append(OWN_RECORD)
        else:
            labels.append(Label(origin=proof.source))
    return combine(labels or [OWN_RECORD], origin="deal")


async def pulse_of(
    tx: AsyncConnection, deal: dict[str, Any], now: datetime, *, days: tuple[float, ...] | None = None
) -> Pulse:
    """What is known of a deal now; whoever asks of many brings the days that deals stay in its stage."""
    stage = DealStage(deal["stage"])
    if days is None:
        days = await deal_history.days_in(tx, stage)
    mails = [one for one in await heard_from(tx, deal["account_id"], deal_id=deal["id"]) if not _auto(one)]
    people = await deals.people_of(tx, deal["id"])
    facts = {proof.fact for proof in await deals.proofs(tx, deal["id"])}
    news, met_at = _meeting_news(await deal_history.meetings_with(tx, deal["account_id"]), now)
    week, month = now - timedelta(days=7), now - timedelta(days=28)
    return Pulse(
        now=now,
        stage=stage,
        stage_since=deal["stage_since"],
        next_step_at=deal["next_step_at"],
        last_in_at=mails[-1].came_at if mails else None,
        last_out_at=await deal_history.last_sent(tx, deal["account_id"]),
        replies_this_week=sum(one.came_at > week for one in mails),
        replies_a_week_before=sum(month < one.came_at <= week for one in mails) / 3,
        people=len({_person_key(row["email"], row["name"]) for row in people}),
        decider_known=DealFact.AUTHORITY in facts
        or any(row["role"] == StakeholderRole.DECIDER for row in people),
        meeting=news,
        meeting_at=met_at,
        competitors=_competitors(mails),
        close_on=_named_day(mails),
        last_reply=_mood(mails[-1].reading) if mails else "",
        days_in_stage=days,
    )


def _auto(one: Heard) -> bool:
    return one.reading is not None and one.reading.automated


def _meeting_news(rows: Sequence[dict[str, Any]], now: datetime) -> tuple[MeetingNews, datetime | None]:
    """The latest news of meetings: one that stands, else how the last one ended."""
    ahead = [row for row in rows if row["state"] in meetings.LIVE and row["starts_at"] > now]
    if ahead:
        return "ahead", ahead[0]["starts_at"]
    ended = [row for row in rows if row["state"] in _NEWS]
    return (_NEWS[ended[-1]["state"]], ended[-1]["starts_at"]) if ended else ("", None)


def _competitors(mails: Sequence[Heard]) -> tuple[str, ...]:
    readings = [one.reading for one in mails if one.reading]
    named = [one.competitor for reading in readings for one in reading.objections if one.competitor]
    return tuple({name.casefold(): name for name in named}.values())


def _named_day(mails: Sequence[Heard]) -> Any:
    days = [one.reading.until.day for one in mails if one.reading and one.reading.until]
    return days[-1] if days else None


def _mood(reading: ReplyReading | None) -> Mood:
    kinds = set(reading.kinds) if reading else set()
    if kinds & _BAD:
        return "negative"
    return "positive" if kinds & _GOOD else "neutral"
