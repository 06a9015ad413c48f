"""Generated conversations whose mails arrive with changed subjects, lost references, forwards and forgeries.

Every mail is written as bytes and read like any other; the truth of who wrote it stays here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.mail import InboundMail
from evals.suites.figures import Figure, share
from tools.read.mail.read import read_mail
from tools.read.mail.subjects import plain_subject
from tools.read.mail.threading import KnownContact, KnownThread, Placement, place

SEED = 4
THREADS = 200
_START = datetime(2026, 9, 1, 8, tzinfo=UTC)
_TOPICS = """
    shorter lead times|a question about your warehouse|idea for Q4|returns at the counter|data for your planners
    |Ihr Messeauftritt|des délais plus courts|nuevos proveedores|planning voor het voorjaar|visita in stabilimento
    |energy costs in Hall 3|onboarding new dealers
"""
_REPLIES = (
    "Re: ",
    "RE: ",
    "AW: ",
    "Antw: ",
    "SV: ",
    "RES: ",
    "Odp: ",
    "R: ",
    "Re[2]: ",
    "Re: AW: ",
    "[EXTERNAL] Re: ",
    "回复：",
    "VS: ",
)
_FORWARDS = ("Fwd: ", "FW: ", "WG: ", "TR: ", "RV: ", "Fwd: Re: ", "I: ", "ENC: ")
_NEW_SUBJECTS = ("Tuesday?", "my colleague", "Unterlagen", "next steps", "Call", "")
_OWN = "maria@seller.example"


@dataclass(frozen=True)
class Arrival:
    """One mail and where it belongs."""

    case: str
    raw: bytes
    thread_id: str | None
    contact_id: str | None
    account_id: str | None


@dataclass
class World:
    """Contacts, their threads and every Message-ID we sent or filed. Answers as the store would."""

    contacts: list[KnownContact] = field(default_factory=list)
    threads: list[KnownThread] = field(default_factory=list)
    ids: dict[str, KnownThread] = field(default_factory=dict)

    async def thread_of(self, message_id: str) -> KnownThread | None:
        """By Message-ID."""
        return self.ids.get(message_id)

    async def contact_with(self, address: str) -> KnownContact | None:
        """By address."""
        return next((one for one in self.contacts if one.address == address), None)

    async def open_threads(self, contact_id: str) -> Sequence[KnownThread]:
        """All of a contact's threads are open here."""
        return [one for one in self.threads if one.contact.id == contact_id]

    async def contacts_at(self, domain: str) -> Sequence[KnownContact]:
        """By domain."""
        return [one for one in self.contacts if one.address.endswith("@" + domain)]


def generate(seed: int = SEED, threads: int = THREADS) -> tuple[World, list[Arrival]]:
    """A world and one arrival for each thread, every case in turn."""
    chance = random.Random(seed)
    world = _world(chance, threads)
    cases = (
        _answer, _answer, _lost_references, _lost_references, _changed_subject, _changed_both, _colleague,
        _known_colleague, _forward_to_us, _forged, _plus_address, _upper_case, _free_mail_forgery,
    )  # fmt: skip
    arrivals = [
        cases[number % len(cases)](thread, world, chance)
        for number, thread in enumerate(world.threads[:threads])
    ]
    return world, arrivals


async def measure(seed: int = SEED) -> dict[str, Figure]:
    """Share of arrivals put where they belong, and how many went to somebody else's thread."""
    world, arrivals = generate(seed)
    right = wrong_contact = simple = 0
    for arrival in arrivals:
        mail = read_mail(arrival.raw)
        if not isinstance(mail, InboundMail):
            continue
        placement = await place(mail, world)
        right += _matches(placement, arrival)
        wrong_contact += placement.contact_id not in (None, arrival.contact_id)
        simple += _by_header_or_subject(mail, world) == arrival.thread_id
    return {
        "threading_correct": share(right, len(arrivals), "≥ 0.98", simple / len(arrivals)),
        "threading_to_another_contact": Figure(wrong_contact, "mails", "0", None, len(arrivals)),
    }


def _matches(placement: Placement, arrival: Arrival) -> bool:
    got = (placement.thread_id, placement.contact_id, placement.account_id)
    return got == (arrival.thread_id, arrival.contact_id, arrival.account_id)


def _by_header_or_subject(mail: InboundMail, world: World) -> str | None:
    """The baseline every mail program uses: references, else the same subject from anybody."""
    for message_id in (*mail.in_reply_to, *mail.references):
        if thread := world.ids.get(message_id):
            return thread.id
    subject = plain_subject(mail.subject)
    return next((one.id for one in world.threads if plain_subject(one.subject) == subject), None)


def _world(chance: random.Random, threads: int) -> World:
    world = World()
    topics = [topic.strip() for topic in _TOPICS.split("|")]
    number = 0
    while len(world.threads) < threads:
        number += 1
        for seat in range(chance.randint(1, 3)):
            contact = KnownContact(
                f"con_{number}_{seat}", f"acc_{number}", f"p{seat}.n{number}@firm{number}.example"
            )
            world.contacts.append(contact)
            for topic in chance.sample(topics, 2):  # the same subjects go to many people
                thread = KnownThread(
                    f"thr_{len(world.threads)}", contact, topic, _START + timedelta(hours=len(world.threads))
                )
                world.threads.append(thread)
                world.ids[_id(thread)] = thread
    return world


def _id(thread: KnownThread) -> str:
    return f"<{thread.id}@seller.example>"


def _raw(sender: str, subject: str, references: str = "", body: str = "Thank you, let us talk.") -> bytes:
    lines = [f"From: {sender}", f"To: {_OWN}", f"Subject: {subject}", "Message-ID: <x@y.example>"]
    lines += (
        [f"In-Reply-To: {references}", f"References: <other@there.example> {references}"]
        if references
        else []
    )
    lines += [
        "Date: Mon, 02 Nov 2026 09:00:00 +0000",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _own(case: str, raw: bytes, thread: KnownThread) -> Arrival:
    return Arrival(case, raw, thread.id, thread.contact.id, thread.contact.account_id)


def _answer(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    subject = chance.choice(_REPLIES) + thread.subject
    return _own("answer", _raw(thread.contact.address, subject, _id(thread)), thread)


def _lost_references(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    subject = chance.choice(_REPLIES) + thread.subject.upper()
    return _own("lost_references", _raw(thread.contact.address, subject), thread)


def _changed_subject(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    return _own(
        "changed_subject", _raw(thread.contact.address, chance.choice(_NEW_SUBJECTS), _id(thread)), thread
    )


def _changed_both(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    """Nothing but the address is left: it belongs to what was last talked about."""
    last = [one for one in world.threads if one.contact == thread.contact][-1]
    return _own("changed_both", _raw(thread.contact.address, chance.choice(_NEW_SUBJECTS)), last)


def _colleague(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    """Our mail was passed on inside the company, and the colleague answers it."""
    sender = f"New Person <new.{thread.id}@{thread.contact.address.partition('@')[2]}>"
    raw = _raw(sender, chance.choice(_REPLIES + _FORWARDS) + thread.subject, chance.choice(("", _id(thread))))
    return Arrival("colleague", raw, None, None, thread.contact.account_id)


def _known_colleague(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    """Another contact of ours answers this contact's mail: it belongs to the other one."""
    others = [
        one
        for one in world.threads
        if one.contact.account_id == thread.contact.account_id and one.contact != thread.contact
    ]
    if not others:
        return _answer(thread, world, chance)
    writer = others[0].contact
    theirs = [one for one in others if one.contact == writer]
    same = [one for one in theirs if one.subject == thread.subject]
    raw = _raw(writer.address, chance.choice(_REPLIES) + thread.subject, _id(thread))
    return _own("known_colleague", raw, (same or theirs)[-1])


def _forward_to_us(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    body = (
        "Please see below.\n\n---------- Forwarded message ---------\n"
        f"From: Maria <{_OWN}>\nDate: Mon, Nov 2, 2026\n"
        f"Subject: {thread.subject}\nTo: {thread.contact.address}\n\nHello"
    )
    raw = _raw(thread.contact.address, chance.choice(_FORWARDS) + thread.subject, body=body)
    return _own("forward_to_us", raw, thread)


def _forged(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    """Right references, foreign sender who shows the contact's address as a name."""
    raw = _raw(f'"{thread.contact.address}" <x@foreign.example>', "Re: " + thread.subject, _id(thread))
    return Arrival("forged", raw, None, None, None)


def _plus_address(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    local, _, domain = thread.contact.address.partition("@")
    return _own("plus_address", _raw(f"{local}+sales@{domain}", "Re: " + thread.subject, _id(thread)), thread)


def _upper_case(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    raw = _raw(thread.contact.address.upper(), chance.choice(_REPLIES) + thread.subject)
    return _own("upper_case", raw, thread)


def _free_mail_forgery(thread: KnownThread, world: World, chance: random.Random) -> Arrival:
    raw = _raw("somebody@gmail.com", chance.choice(_REPLIES) + thread.subject, _id(thread))
    return Arrival("free_mail", raw, None, None, None)
