"""Decides what a person does about a letter, and when. Seeded choices only; nothing is written or sent here."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from evals.market.buyers.records import Weighed
from evals.market.people import imip
from evals.market.people.lives import Act, Appointment, Life, MeetingState, Plan
from evals.market.people.records import Bent, Correspondent, Letter, LetterKind
from evals.market.people.words import office_time, pick_weighted

OFF = "off"
_WORDS_OF = {
    bent: bent.value
    for bent in Bent
    if bent.value.startswith("objection") or bent in {
        Bent.POSITIVE, Bent.SEND_TIMES, Bent.QUESTION, Bent.NOT_INTERESTED, Bent.NOT_NOW, Bent.REFERRAL,
        Bent.WRONG_PERSON, Bent.UNSUBSCRIBE, Bent.COMPLAINT, Bent.BOT_QUESTION,
    }
} | {Bent.THANKS: "neutral", Bent.AWAY: "send_times"}  # fmt: skip
_BOUNCES = frozenset({Bent.BOUNCED, Bent.BOUNCED_FULL, Bent.BOUNCED_POLICY, Bent.DELAYED})
_RECEIPTS = frozenset({Bent.AUTO_REPLY, Bent.AUTO_REPLY_BARE})
_TALKERS = frozenset(
    {
        Bent.POSITIVE, Bent.SEND_TIMES, Bent.QUESTION, Bent.FORWARD, Bent.BOT_QUESTION, Bent.AWAY,
        Bent.OBJECTION_PRICE, Bent.OBJECTION_TIMING, Bent.OBJECTION_NEED, Bent.OBJECTION_COMPETITOR,
    }
)  # fmt: skip
_MOST_ROUNDS = 3
_LONGEST_HOURS = 60.0
_NOTICE = timedelta(hours=5)
_SAME = timedelta(minutes=1)


class Script:
    """The choices of one market."""

    def __init__(self, seed: int, profile: Mapping[str, Any]) -> None:
        self._seed = seed
        self._profile = profile
        self._dealt: dict[str, int] = {}
        self.meetings: dict[str, Appointment] = {}

    def life(self, person: Correspondent) -> Life:
        """A new life: what this person is bent on."""
        rng = self._rng(person.address, "bent")
        if not person.reachable:
            bent = Bent.BOUNCED
        elif self._profile["deal"]:
            bent = Bent(self._choose("bents", rng))
        else:
            shares = self._profile["bents"]
            bent = Bent(pick_weighted({**shares, Bent.SILENT.value: 1 - sum(shares.values())}, rng))
        shares = {str(n): share for n, share in enumerate(self._profile["touches"], 1)}
        return Life(person, bent, int(pick_weighted(shares, rng)))

    def react(self, life: Life, letter: Letter, found: Weighed | None = None) -> list[Plan]:
        """What follows from one letter; `found` says how an unasked one struck a mind of their own."""
        match letter.kind:
            case LetterKind.TOUCH:
                return self._on_touch(life, letter, found)
            case LetterKind.ANSWER:
                return self._on_answer(life, letter)
            case LetterKind.INVITE:
                return self._on_invite(life, letter)
            case LetterKind.CANCEL:
                return self._on_cancel(letter)

    def _on_touch(self, life: Life, letter: Letter, found: Weighed | None) -> list[Plan]:
        life.touches += 1
        rng = self._rng(life.person.address, "touch", letter.id)
        if life.bent in _BOUNCES:
            hours = rng.uniform(4, 7) if life.bent is Bent.DELAYED else rng.uniform(0.05, 3)
            return [self._soon(letter, Act.BOUNCE, hours * 60)]
        if life.bent in _RECEIPTS:
            return [self._soon(letter, Act.RECEIPT, rng.uniform(0.5, 4))]
        if life.bent is Bent.AWAY:
            return self._while_away(life, letter, rng)
        if found is not None and not (life.spoken or life.wished) and life.bent is not Bent.FORGED:
            life.bent, life.touch = self._struck(found, rng), life.touches
        if life.spoken or life.touches != life.touch or life.bent is Bent.SILENT:
            return []
        life.spoken = True
        return self._first_words(life, letter, rng)

    def _first_words(self, life: Life, letter: Letter, rng: Random) -> list[Plan]:
        at = self._human(life, letter.at, rng)
        match life.bent:
            case Bent.SILENT | Bent.REFUSED | Bent.GREYLISTED | Bent.FULL_NOW:
                return []
            case Bent.ONE_CLICK:
                return [Plan(at, Act.CLICK, life.person.address, letter)]
            case Bent.COMPLAINT_REPORT:
                return [Plan(at, Act.ABUSE_REPORT, life.person.address, letter)]
            case Bent.FORGED:
                return [Plan(at, Act.FORGED, life.person.address, letter)]
            case Bent.FORWARD:
                return [Plan(at, Act.FORWARD, life.person.address, letter, "forward_cover")]
            case _:
                return [self._words(life, letter, _WORDS_OF[life.bent], at)]

    def _struck(self, found: Weighed, rng: Random) -> Bent:
        """What this letter moves them to."""
        dice = rng.random()
        for name, share in found.chances.items():
            dice -= share
            if dice < 0:
                return Bent(name)
        return Bent.SILENT

    def _while_away(self, life: Life, letter: Letter, rng: Random) -> list[Plan]:
        if life.away is None:
            low, high = self._profile["away_days"]
            back = letter.at.astimezone(life.person.zone) + timedelta(days=rng.randint(low, high))
            while back.weekday() >= 5:
                back += timedelta(days=1)
            back = back.replace(hour=0, minute=0, second=0, microsecond=0)
            life.away = (letter.at - timedelta(days=1), back.astimezone(UTC))
        if letter.at >= life.away[1]:
            return []
        plans = [] if life.told_away else [self._soon(letter, Act.AWAY_NOTE, rng.uniform(0.3, 3))]
        life.told_away = True
        if not life.spoken and rng.random() < 0.5:
            life.spoken = True
            morning = office_time(life.away[1].astimezone(life.person.zone), rng)
            plans.append(self._words(life, letter, "send_times", morning.astimezone(UTC)))
        return plans

    def _on_answer(self, life: Life, letter: Letter) -> list[Plan]:
        """They read an answer; at most a few times, and only while they talk."""
        talking = life.spoken and not life.closed and life.bent in _TALKERS
        if not talking or life.rounds >= _MOST_ROUNDS or life.agreed is not None:
            return []
        life.rounds += 1
        rng = self._rng(life.person.address, "answer", letter.id)
        at = self._human(life, letter.at, rng)
        if letter.offered:
            return self._on_offer(life, letter, at, rng)
        if life.proposed is not None:
            return []
        mood = self._wish(life, "on_answer", rng)
        slot = {"send_times": "send_times", "thanks": "thanks_answer", "no": "not_interested"}.get(mood)
        return [self._words(life, letter, slot, at)] if slot else []

    def _on_offer(self, life: Life, letter: Letter, at: datetime, rng: Random) -> list[Plan]:
        match self._wish(life, "on_offer", rng):
            case "accept":
                ahead = [one for one in letter.offered if one > at + timedelta(minutes=30)]
                if not ahead:
                    return [self._counter(life, letter, at, rng)]
                life.agreed = rng.choice(ahead)
                return [self._words(life, letter, "meeting_accept", at, life.agreed)]
            case "counter":
                return [self._counter(life, letter, at, rng)]
            case "vague":
                day = imip.another_start(at, rng.randint(1, 3), 9, life.person)
                life.proposed, life.vague = day, True
                return [self._words(life, letter, "meeting_vague", at, day)]
            case "no":
                return [self._words(life, letter, "not_interested", at)]
            case _:
                return []

    def _counter(self, life: Life, letter: Letter, at: datetime, rng: Random) -> Plan:
        life.proposed, life.vague = (
            imip.another_start(at, rng.randint(1, 3), rng.randint(9, 15), life.person),
            False,
        )
        return self._words(life, letter, "meeting_counter", at, life.proposed)

    def _on_invite(self, life: Life, letter: Letter) -> list[Plan]:
        invite = letter.invite
        assert invite is not None
        known = self.meetings.get(invite.uid)
        again = known is not None and invite.sequence > known.sequence
        if known is not None and not again:
            return []
        agreed = life.agreed or (None if life.vague else life.proposed)
        meeting = Appointment(
            invite.uid,
            life.person.address,
            invite.start,
            invite.end,
            invite.sequence,
            MeetingState.INVITED,
            agreed,
        )
        self.meetings[invite.uid] = meeting
        if life.closed:
            return []
        rng = self._rng(life.person.address, "invite", letter.id)
        at = self._human(life, letter.at, rng)
        mood = "accept" if again or life.proposed else self._wish(life, "on_invite", rng)
        if agreed is not None and abs(agreed - invite.start) > _SAME:
            mood = "decline"  # that is not what was said
        return self._answer_invite(life, letter, meeting, mood, at, rng)

    def _answer_invite(
        self, life: Life, letter: Letter, meeting: Appointment, mood: str, at: datetime, rng: Random
    ) -> list[Plan]:
        if mood == "counter":
            life.proposed = imip.another_start(meeting.start, 1, rng.randint(9, 15), life.person)
            return [self._calendar(life, letter, meeting, imip.COUNTER, at, life.proposed)]
        if mood == "decline":
            return [self._calendar(life, letter, meeting, imip.DECLINED, at)]
        said = {"accept": imip.ACCEPTED, "tentative": imip.TENTATIVE}.get(mood)
        meeting.expected = said is not None or life.agreed is not None
        answer = [self._calendar(life, letter, meeting, said, at)] if said else []
        return [*answer, *(self._until_meeting(life, letter, meeting, at, rng) if meeting.expected else [])]

    def _until_meeting(
        self, life: Life, letter: Letter, meeting: Appointment, at: datetime, rng: Random
    ) -> list[Plan]:
        """They come, or think better of it in time."""
        room = meeting.start - _NOTICE - at
        mood = "come" if meeting.sequence or room <= timedelta(0) else self._wish(life, "before_meeting", rng)
        if mood == "come":
            plan = Plan(meeting.end, Act.MEETING_TIME, meeting.person, letter, uid=meeting.uid)
            return [replace(plan, start=meeting.start, detail=self._wish(life, "at_meeting", rng))]
        when = at + room * rng.uniform(0.3, 0.9)
        if mood == "cancel":
            return [replace(self._words(life, letter, "meeting_cancel", when), uid=meeting.uid)]
        new = imip.another_start(meeting.start, rng.randint(1, 2), rng.randint(9, 15), life.person)
        return [replace(self._words(life, letter, "meeting_move", when, new), uid=meeting.uid)]

    def _on_cancel(self, letter: Letter) -> list[Plan]:
        assert letter.invite is not None
        meeting = self.meetings.get(letter.invite.uid)
        if meeting is not None and meeting.stands:
            meeting.state = MeetingState.CANCELLED
            meeting.sequence = max(meeting.sequence, letter.invite.sequence)
        return []

    def _calendar(
        self,
        life: Life,
        letter: Letter,
        meeting: Appointment,
        said: str,
        at: datetime,
        start: datetime | None = None,
    ) -> Plan:
        return Plan(at, Act.CALENDAR, life.person.address, letter, said, start, meeting.uid)

    def _words(
        self, life: Life, letter: Letter, slot: str, at: datetime, start: datetime | None = None
    ) -> Plan:
        return Plan(at, Act.WORDS, life.person.address, letter, slot, start)

    def _soon(self, letter: Letter, act: Act, minutes: float) -> Plan:
        return Plan(letter.at + timedelta(minutes=minutes), act, letter.person, letter)

    def _human(self, life: Life, since: datetime, rng: Random) -> datetime:
        """When a person gets round to it."""
        if life.minutes is not None:
            return since + timedelta(minutes=life.minutes)
        pace = self._profile["hours"]
        hours = min(_LONGEST_HOURS, math.exp(rng.gauss(math.log(pace["median"]), pace["spread"])))
        local = (since + timedelta(hours=hours)).astimezone(life.person.zone)
        return office_time(local, rng).astimezone(UTC)

    def _wish(self, life: Life, what: str, rng: Random) -> str:
        """A choice: the harness's for this person, else dealt or drawn."""
        return life.wishes.get(what) or self._choose(what, rng)

    def _choose(self, what: str, rng: Random) -> str:
        """From a shuffled deck when the profile deals, else by weight."""
        options: Mapping[str, Any] = self._profile[what]
        if not self._profile["deal"]:
            return pick_weighted(options, rng)
        deck = [name for name, count in options.items() for _ in range(int(count))]
        number = self._dealt.get(what, 0)
        self._dealt[what] = number + 1
        order = Random(f"{self._seed}:{what}:{number // len(deck)}")
        order.shuffle(deck)
        return deck[number % len(deck)]

    def _rng(self, *parts: str) -> Random:
        return Random(":".join((str(self._seed), *parts)))
