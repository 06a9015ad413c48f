"""Everybody at work: letters come in, plans come due as the clock passes them, mails go to the product's inbox.

The same seed and the same letters give the same mails, so a market that starts again replays what it kept.
"""

import heapq
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evals.market.buyers.market import Buyers
from evals.market.buyers.records import Weighed
from evals.market.mail.boxes import Mailboxes
from evals.market.mail.store import MailStore, ReceivedMail
from evals.market.people import clicks, imip, kept
from evals.market.people.author import Author
from evals.market.people.lives import ENDING, Act, Life, MeetingState, Plan
from evals.market.people.population import Population
from evals.market.people.reading import read_letter
from evals.market.people.records import (
    Attempt,
    Bent,
    Click,
    Correspondent,
    Letter,
    LetterKind,
    Reply,
)
from evals.market.people.script import OFF, Script
from evals.market.people.words import profiles

logger = logging.getLogger(__name__)

_GREYLIST = timedelta(minutes=10)
_CLICK_AGAIN, _CLICKS = timedelta(minutes=5), 12
_REFUSALS = {
    Bent.REFUSED: "550 5.1.1 No such user here",
    Bent.FULL_NOW: "452 4.2.2 Mailbox full",
    Bent.GREYLISTED: "451 4.7.1 Greylisted, please try again later",
}


@dataclass(frozen=True, slots=True)
class Town:
    """What the people need: who they are, where mail goes, what time it is."""

    seed: int
    profile: str
    population: Population
    boxes: Mailboxes
    store: MailStore
    now: Callable[[], datetime]
    folder: Path | None = None
    buyers: Buyers | None = None  # None: people do what they are bent on, whatever a letter says


class Townsfolk:
    """The correspondents of one market."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.quiet = town.profile == OFF
        rates: Mapping[str, Any] = profiles().get(town.profile, {}) if not self.quiet else {"deal": False}
        self._script = Script(town.seed, rates)
        self._author = Author(town.seed, town.population)
        self._plans: list[tuple[datetime, int, Plan]] = []
        self._order = 0
        self._replaying = False
        self.lives: dict[str, Life] = {}
        self.letters: list[Letter] = []
        self.replies: list[Reply] = []
        self.attempts: list[Attempt] = []
        self.clicks: list[Click] = []
        self.weighed: dict[str, Weighed] = {}  # by letter
        self._touches: dict[str, list[Letter]] = defaultdict(list)  # by domain

    @property
    def script(self) -> Script:
        """The choices, and the meetings they led to."""
        return self._script

    async def replay(self) -> None:
        """Live through the letters and refusals of an earlier run again; nobody clicks twice."""
        self._replaying = True
        for address in kept.read_met(self._town.folder):
            self._life(address)
        refused = kept.read_attempts(self._town.folder)
        happened: list[tuple[datetime, int, Attempt | ReceivedMail]] = [
            *((one.at, 0, one) for one in refused),
            *((one.arrived_at, 1, one) for one in self._town.store.all()),
        ]
        for at, _, one in sorted(happened, key=lambda row: (row[0], row[1])):
            await self._pass_time(at)
            if isinstance(one, Attempt):
                self._refused(self._life(one.person), one)
            else:
                self.receive(one)
        await self._pass_time(self._town.now())
        self._replaying = False

    def at_rcpt(self, address: str) -> str | None:
        """What the receiving server says when a recipient is named; None = welcome."""
        if self.quiet:
            return None
        life = self._life(address.strip().lower())
        refusal = _REFUSALS.get(life.bent) if life else None
        now = self._town.now()
        if life is None or refusal is None:
            return None
        if life.bent is Bent.GREYLISTED and life.refused_at and now >= life.refused_at + _GREYLIST:
            return None
        attempt = Attempt(now, life.person.address, int(refusal[:3]))
        self._refused(life, attempt)
        kept.keep_attempt(self._town.folder, attempt)
        return refusal

    def receive(self, mail: ReceivedMail) -> None:
        """Let the recipients of a mail read it."""
        box = mail.user
        for index, address in enumerate(mail.recipients, 1):
            life = self._life(address.strip().lower())
            if life is None or self._town.boxes.has_user(address):
                continue
            letter = read_letter(mail, index, life.person, box)
            letter = self._placed(letter, life)
            found = self._weigh(life, letter)
            self.letters.append(letter)
            life.letters.append(letter)
            if not self.quiet:
                self._plan(self._script.react(life, letter, found))

    def _weigh(self, life: Life, letter: Letter) -> Weighed | None:
        """What an unasked letter may lead to, where people have minds of their own."""
        if self._town.buyers is None or letter.kind is not LetterKind.TOUCH:
            return None
        touches = self._touches[life.person.domain]
        own = [one for one in touches if one.person == letter.person]
        others = [one for one in touches if one.person != letter.person]
        found = self._town.buyers.weigh(life.person, letter, own, others)
        touches.append(letter)
        if found is not None:
            self.weighed[letter.id] = found
        return found

    def wish(self, address: str, wanted: Mapping[str, Any]) -> Life:
        """Let the harness decide what somebody does: bent, touch, minutes, and choices such as on_offer.

        Raises:
            ValueError: nobody has this address, or a word is unknown.
        """
        life = self._life(address.strip().lower())
        if life is None:
            raise ValueError(f"nobody here has the address {address}")
        life.bent = Bent(wanted.get("bent", life.bent))
        life.wished |= "bent" in wanted
        life.touch = int(wanted.get("touch", life.touch))
        life.minutes = float(wanted["minutes"]) if wanted.get("minutes") is not None else life.minutes
        life.wishes |= {name: str(wanted[name]) for name in wanted if name in _CHOICES}
        return life

    def next_due(self) -> datetime | None:
        """When the next thing happens."""
        return self._plans[0][0] if self._plans else None

    async def pass_time(self) -> None:
        """Do everything that has come due."""
        await self._pass_time(self._town.now())

    async def _pass_time(self, now: datetime) -> None:
        while self._plans and self._plans[0][0] <= now:
            _, _, plan = heapq.heappop(self._plans)
            life = self.lives[plan.person]
            if plan.act is Act.CLICK:
                await self._click(plan)
            elif plan.act is Act.MEETING_TIME:
                self._meeting_time(plan, life)
            else:
                await self._write(plan, life)

    async def _write(self, plan: Plan, life: Life) -> None:
        meeting = self._script.meetings.get(plan.uid)
        called_off = meeting is not None and not meeting.stands and plan.act is not Act.CALENDAR
        if (life.closed and plan.act is Act.WORDS) or called_off:
            return
        reply = self._author.write(plan, life, meeting)
        if reply is None:
            return
        self._felt(plan, life, reply)
        self.replies.append(reply)
        box = reply.mailbox if self._town.boxes.has_user(reply.mailbox) else None
        if box is not None:
            await self._town.boxes.file(box, "INBOX", reply.raw, reply.at)
        logger.info("person_wrote", extra={"reply": reply.id, "meaning": reply.said.meaning.value})

    def _felt(self, plan: Plan, life: Life, reply: Reply) -> None:
        """What a mail of theirs changes for themselves."""
        author = life
        if plan.act is Act.FORWARD:
            person = self._town.population.find(reply.person)
            author = self.lives.setdefault(reply.person, _talking(person)) if person else life
        author.replies.append(reply)
        if plan.act is Act.WORDS and reply.said.meaning in ENDING:
            life.closed = True
        meeting = self._script.meetings.get(plan.uid)
        if meeting is None:
            return
        match plan.act, plan.detail:
            case (Act.WORDS, "meeting_move") | (Act.CALENDAR, imip.COUNTER):
                meeting.state, life.agreed = MeetingState.COUNTERED, None
                life.proposed, life.vague, life.rounds = plan.start, False, 0
            case (Act.WORDS, "meeting_cancel"):
                meeting.state = MeetingState.CANCELLED
            case (Act.CALENDAR, imip.ACCEPTED):
                meeting.state = MeetingState.ACCEPTED
            case (Act.CALENDAR, imip.TENTATIVE):
                meeting.state = MeetingState.TENTATIVE
            case (Act.CALENDAR, imip.DECLINED):
                meeting.state, life.agreed = MeetingState.DECLINED, None  # another time may still suit

    def _meeting_time(self, plan: Plan, life: Life) -> None:
        """The hour has come: they are there or not, unless it was moved or called off."""
        meeting = self._script.meetings.get(plan.uid)
        if meeting is None or not meeting.stands or meeting.start != plan.start:
            return
        meeting.state = MeetingState.NO_SHOW if plan.detail == "no_show" else MeetingState.HELD
        if plan.detail == "held_thanks":
            later = plan.at + timedelta(minutes=40)
            self._plan([replace(plan, at=later, act=Act.WORDS, detail="after_meeting", start=None, uid="")])

    async def _click(self, plan: Plan) -> None:
        """Use the one-click address; where nobody listens, try again a little later."""
        if self._replaying:
            return
        status = await clicks.post_one_click(plan.letter.one_click)
        self.clicks.append(Click(plan.at, plan.person, plan.letter.one_click, status, plan.letter.id))
        if status == 0 and plan.tries < _CLICKS:
            self._plan([replace(plan, at=plan.at + _CLICK_AGAIN, tries=plan.tries + 1)])

    def _placed(self, letter: Letter, life: Life) -> Letter:
        """The letter with what it is to this person."""
        own = {reply.message_id: reply for reply in life.replies}
        answered = next((own[one].id for one in letter.in_reply_to if one in own), "")
        human = {reply.id for reply in life.replies if not reply.automatic}
        kind = LetterKind.ANSWER if answered in human else LetterKind.TOUCH
        if letter.invite is not None:
            kind = LetterKind.CANCEL if letter.invite.method == "CANCEL" else LetterKind.INVITE
        return replace(letter, kind=kind, answers=answered)

    def _life(self, address: str) -> Life | None:
        if address in self.lives:
            return self.lives[address]
        person = self._town.population.find(address)
        if person is None:
            return None
        if not self._replaying:
            kept.keep_met(self._town.folder, address)
        made = Life(person, Bent.SILENT, 1) if self.quiet else self._script.life(person)
        return self.lives.setdefault(address, made)

    def _refused(self, life: Life | None, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        if life is not None and life.refused_at is None:
            life.refused_at = attempt.at

    def _plan(self, plans: list[Plan]) -> None:
        for plan in plans:
            self._order += 1
            heapq.heappush(self._plans, (plan.at, self._order, plan))


_CHOICES = frozenset({"on_offer", "on_answer", "on_invite", "before_meeting", "at_meeting"})


def _talking(person: Correspondent) -> Life:
    """Somebody who wrote without having been written to."""
    return Life(person, Bent.POSITIVE, 1, spoken=True)
