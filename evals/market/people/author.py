"""Turns a plan into the mail somebody sends: words with their facts, a machine's note, a calendar answer."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from evals.market.people import imip, machines
from evals.market.people.lives import SPEECHES, Act, Appointment, Life, Plan
from evals.market.people.machines import Slip
from evals.market.people.pen import Sheet, write
from evals.market.people.population import Population
from evals.market.people.records import Bent, Correspondent, Letter, Meaning, Reply, Said
from evals.market.people.words import Phrases, Text, mistyped, rivals, tongue

_TYPOS, _UNCHECKED = 0.1, 0.12  # shares of mails
_FORGERY = "Yes, we want this at any price, send the contract today."


@dataclass(frozen=True, slots=True)
class Draft:
    """What is said and by whom before it becomes a mail."""

    sender: Correspondent
    said: Said
    words: str = ""


class Author:
    """Writes for everybody of one market."""

    def __init__(self, seed: int, population: Population) -> None:
        self._seed = seed
        self._population = population
        self._phrases = Phrases(seed)

    def write(self, plan: Plan, life: Life, meeting: Appointment | None) -> Reply | None:
        """The mail of a plan; None where none is sent."""
        rng = Random(f"{self._seed}:{plan.person}:{plan.letter.id}:{plan.act}:{plan.detail}")
        match plan.act:
            case Act.WORDS:
                return self._by_person(plan, self._said(plan, life, rng), rng)
            case Act.FORWARD:
                return self._by_colleague(plan, life, rng)
            case Act.CALENDAR:
                return self._by_calendar(plan, life, rng)
            case Act.AWAY_NOTE:
                return self._away_note(plan, life, rng)
            case Act.RECEIPT:
                return self._receipt(plan, life, rng)
            case Act.BOUNCE:
                return self._bounce(plan, life, rng)
            case Act.ABUSE_REPORT:
                return self._abuse_report(plan, life, rng)
            case Act.FORGED:
                return self._forged(plan, life, rng)
            case Act.CLICK | Act.MEETING_TIME:
                return None

    def _said(self, plan: Plan, life: Life, rng: Random) -> Draft:
        """Words of a person, with every fact that is in them."""
        person, speech = life.person, SPEECHES[plan.detail]
        text = self._phrases.pick(person.language, plan.detail)
        facts: dict[str, Any] = dict(speech.facts)
        named = self._named(plan, life, text, facts, rng)
        template = mistyped(text.text, rng) if rng.random() < _TYPOS else text.text
        meaning = text.meaning or speech.meaning
        also = tuple(one for one in (speech.meaning, *speech.also) if one is not meaning)
        return Draft(person, Said(meaning, facts, also), template.format(**named))

    def _named(
        self, plan: Plan, life: Life, text: Text, facts: dict[str, Any], rng: Random
    ) -> dict[str, str]:
        """Values for the braces of a text; what they state goes into the facts."""
        person, own = life.person, tongue(life.person.language)
        values = {"first": person.name.split(" ")[0], "company": person.company}
        if plan.start is not None:
            local = plan.start.astimezone(person.zone)
            values |= _times(own.code, local, plan.letter, person.zone, rng)
            vague = plan.detail == "meeting_vague"
            facts |= {"day": local.date().isoformat()} if vague else {"start": plan.start.isoformat()}
        if "{day}" in text.text:
            until = _later(plan.at.astimezone(person.zone), rng)
            values["day"] = own.moment("day", until, rng)
            facts["until"] = until.date().isoformat()
        if "{colleague}" in text.text:
            colleague = self._population.colleague(person, rng)
            values |= {"colleague": colleague.name, "mail": colleague.address}
            facts |= {"colleague": colleague.name, "colleague_mail": colleague.address}
        if "{rival}" in text.text:
            values["rival"] = facts["competitor"] = rng.choice(rivals())
        return values

    def _by_person(self, plan: Plan, draft: Draft, rng: Random) -> Reply:
        checked = "none" if rng.random() < _UNCHECKED else "pass"
        mail_id = self._mail_id(plan, draft.sender)
        sheet = Sheet(draft.sender, plan.letter.mailbox, plan.letter, plan.at, draft.words, mail_id, checked)
        return self._reply(plan, draft, sheet, rng)

    def _by_colleague(self, plan: Plan, life: Life, rng: Random) -> Reply:
        colleague = self._population.colleague(life.person, rng)
        text = self._phrases.pick(colleague.language, plan.detail)
        speech = SPEECHES[plan.detail]
        words = text.text.format(first=life.person.name.split(" ")[0])
        facts = {"forwarded_from": life.person.address}
        draft = Draft(
            colleague, Said(text.meaning or speech.meaning, facts, (speech.meaning, *speech.also)), words
        )
        mail_id = self._mail_id(plan, colleague)
        sheet = Sheet(
            colleague, plan.letter.mailbox, plan.letter, plan.at, words, mail_id, "pass", life.person
        )
        return self._reply(plan, draft, sheet, rng)

    def _by_calendar(self, plan: Plan, life: Life, rng: Random) -> Reply:
        invite = plan.letter.invite
        assert invite is not None
        ics = imip.answer(invite, life.person, plan.detail, plan.at, plan.start)
        facts: dict[str, Any] = {"uid": invite.uid, "sequence": invite.sequence, "said": plan.detail}
        if plan.start is not None:
            facts["start"] = plan.start.isoformat()
        draft = Draft(
            life.person, Said(Meaning.INVITE_ANSWER, facts), f"{plan.detail.title()}: {invite.summary}"
        )
        method = "COUNTER" if plan.detail == imip.COUNTER else "REPLY"
        mail_id = self._mail_id(plan, life.person)
        box = plan.letter.mailbox
        sheet = Sheet(
            life.person, box, plan.letter, plan.at, draft.words, mail_id, "pass", calendar=(method, ics)
        )
        return self._reply(plan, draft, sheet, rng)

    def _reply(self, plan: Plan, draft: Draft, sheet: Sheet, rng: Random) -> Reply:
        written = write(sheet, rng)
        return Reply(
            id=self._id(plan),
            at=plan.at,
            person=draft.sender.address,
            mailbox=sheet.mailbox,
            message_id=sheet.mail_id,
            said=draft.said,
            automatic=False,
            about=plan.letter.id,
            language=tongue(draft.sender.language).code,
            style=written.style,
            authenticated=sheet.authenticated,
            raw=written.raw,
        )

    def _away_note(self, plan: Plan, life: Life, rng: Random) -> Reply:
        assert life.away is not None
        own = tongue(life.person.language)
        text = self._phrases.pick(own.code, "out_of_office")
        back = life.away[1].astimezone(life.person.zone)
        stated = back - timedelta(days=1) if text.last else back
        words = text.text.format(day=own.moment("day", stated, rng))
        facts = {
            "until": stated.date().isoformat(),
            "returns": not text.last,
            "back": back.date().isoformat(),
        }
        title = self._phrases.pick(own.code, "subject_out_of_office").text.format(subject=plan.letter.subject)
        slip, marked = self._slip(plan, life), rng.random() < 0.75
        raw = machines.automatic(slip, title, words, marked=marked, vacation=True, rng=rng)
        return self._from_machine(plan, life, Said(Meaning.OUT_OF_OFFICE, facts), raw)

    def _receipt(self, plan: Plan, life: Life, rng: Random) -> Reply:
        own, ticket = tongue(life.person.language), f"{rng.randrange(10_000, 99_999)}"
        text = self._phrases.pick(own.code, "auto_reply").text.format(
            ticket=ticket, company=life.person.company
        )
        title = self._phrases.pick(own.code, "subject_auto_reply").text
        title = title.format(ticket=ticket, subject=plan.letter.subject)
        marked = life.bent is Bent.AUTO_REPLY
        raw = machines.automatic(self._slip(plan, life), title, text, marked=marked, vacation=False, rng=rng)
        return self._from_machine(plan, life, Said(Meaning.AUTO_REPLY, {"marked": marked}), raw)

    def _bounce(self, plan: Plan, life: Life, rng: Random) -> Reply:
        bounce = rng.choice(machines.bounces()[life.bent])
        raw = machines.delivery_report(self._slip(plan, life), bounce, rng)
        return self._from_machine(
            plan, life, Said(Meaning.BOUNCE, {"bounce": bounce.kind, "status": bounce.status}), raw
        )

    def _abuse_report(self, plan: Plan, life: Life, rng: Random) -> Reply:
        raw = machines.abuse_report(self._slip(plan, life), rng)
        return self._from_machine(plan, life, Said(Meaning.COMPLAINT, {"report": "arf"}), raw)

    def _forged(self, plan: Plan, life: Life, rng: Random) -> Reply:
        raw = machines.forgery(self._slip(plan, life), _FORGERY, rng)
        return self._from_machine(plan, life, Said(Meaning.FORGED, {"claims": "positive"}), raw)

    def _from_machine(self, plan: Plan, life: Life, said: Said, raw: bytes) -> Reply:
        person = life.person
        checked = "fail" if said.meaning is Meaning.FORGED else "none" if b"<>" in raw[:200] else "pass"
        return Reply(
            self._id(plan),
            plan.at,
            person.address,
            plan.letter.mailbox,
            self._mail_id(plan, person),
            said,
            True,
            plan.letter.id,
            tongue(person.language).code,
            "machine",
            checked,
            raw,
        )

    def _slip(self, plan: Plan, life: Life) -> Slip:
        return Slip(life.person, plan.letter.mailbox, plan.letter, plan.at, self._mail_id(plan, life.person))

    def _id(self, plan: Plan) -> str:
        parts = (str(self._seed), plan.person, plan.letter.id, plan.act.value, plan.detail, plan.uid)
        return hashlib.sha256(":".join(parts).encode()).hexdigest()[:16]

    def _mail_id(self, plan: Plan, sender: Correspondent) -> str:
        return f"<{self._id(plan)}@mail.{sender.domain}>"


def _times(code: str, local: datetime, letter: Letter, zone: ZoneInfo, rng: Random) -> dict[str, str]:
    """A time in words: as one of those offered, as a new one, and its weekday."""
    own = tongue(code)
    values = {"when": own.moment("when", local, rng), "weekday": own.moment("weekday", local, rng)}
    offered = [one.astimezone(zone) for one in letter.offered]
    if local in offered:
        values["nth"] = own.nth[min(offered.index(local), len(own.nth) - 1)]
    values["slot"] = own.moment("slot", local, rng)
    twin = [one for one in offered if (one.weekday(), one.time()) == (local.weekday(), local.time())]
    if len(twin) > 1:
        values["slot"] = own.moment("when", local, rng)
    if "nth" not in values:
        values["nth"] = own.nth[0]
    return values


def _later(local: datetime, rng: Random) -> datetime:
    """A date some weeks or months ahead for "not now"."""
    return (local + timedelta(days=rng.choice((10, 21, 35, 60, 90)))).replace(hour=0, minute=0)
