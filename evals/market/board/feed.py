"""What happened, newest first, as the market saw it: mails, answers, meetings, tasks and harms as rows for the page."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evals.market.board.judging import Judgement
from evals.market.board.words import (
    LETTER_WORDS,
    MEANING_WORDS,
    MEETING_WORDS,
    NEVER,
    NOBODY_DOES_IT,
    fact_words,
    moment,
    plain,
)
from evals.market.ledger.records import Harm, State, Task, kinds
from evals.market.mail.store import MailStore, ReceivedMail
from evals.market.people.lives import Appointment, MeetingState
from evals.market.people.records import Letter, Meaning, Reply
from evals.market.people.town import Townsfolk

MOST = 100  # rows of one kind on the page
_LETTER, _REPLY = re.compile(r"\b(\d+)\.\d+\b"), re.compile(r"\b[0-9a-f]{16}\b")
_GLAD = frozenset({Meaning.POSITIVE, Meaning.MEETING_ACCEPT, Meaning.NEUTRAL})
_SORRY = frozenset({Meaning.COMPLAINT, Meaning.UNSUBSCRIBE, Meaning.BOUNCE, Meaning.FORGED})


class Kind(StrEnum):
    """What a row tells of."""

    MAIL = "mail"
    ANSWER = "answer"
    MEETING = "meeting"
    TASK = "task"
    HARM = "harm"


class Tone(StrEnum):
    """How a row strikes a reader."""

    PLAIN = ""
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened. `source` is where a mail's text is below the board's address, `more` a second line."""

    id: str
    at: datetime
    kind: Kind
    tag: str
    who: str
    what: str
    tone: Tone = Tone.PLAIN
    source: str = ""
    more: str = ""


class Feed:
    """Tells what happened until one judgement."""

    def __init__(self, folk: Townsfolk, store: MailStore, found: Judgement) -> None:
        self._folk, self._store, self._found = folk, store, found
        self._letters = {one.id: one for one in folk.letters}
        self._titles = {one.id: one.title for one in found.past.events}

    def rows(self) -> list[Row]:
        """The newest of each kind, all in one list, newest first."""
        told = (
            self._mails(),
            self._answers(),
            self._meetings(),
            (row for task in self._found.tasks for row in self._task(task)),
            (self._harm(one) for one in self._found.harms),
        )
        found = [row for kind in told for row in _newest(kind)]
        return sorted(found, key=lambda row: (row.at, row.id), reverse=True)

    def _mails(self) -> Iterator[Row]:
        """Every letter, and mails that nobody of the market got, such as the owner's morning page."""
        for letter in self._folk.letters[-MOST:]:
            tag, who = LETTER_WORDS[letter.kind], self._who(letter.person)
            source = f"mails/{letter.mail}"
            yield Row(_id("mail", letter.id), letter.at, Kind.MAIL, tag, who, letter.subject, source=source)
        read = {letter.mail for letter in self._folk.letters}
        yield from (_own(mail) for mail in self._store.all()[-MOST:] if mail.id not in read)

    def _answers(self) -> Iterator[Row]:
        """Their own words, their machines', refusals at the door, and uses of the one-click address."""
        yield from (self._answer(reply) for reply in self._folk.replies[-MOST:])
        for number, one in enumerate(self._folk.attempts):
            what = f"The receiving server refuses the address with {one.code}."
            who = self._who(one.person)
            yield Row(f"refusal-{number}", one.at, Kind.ANSWER, "refused", who, what, Tone.BAD)
        for number, one in enumerate(self._folk.clicks):
            works = 200 <= one.status < 400
            what = f"Uses the one-click address{'.' if works else ', and it does not work.'}"
            tone, who = Tone.WARN if works else Tone.BAD, self._who(one.person)
            yield Row(f"click-{number}", one.at, Kind.ANSWER, "no more mail", who, what, tone)

    def _answer(self, reply: Reply) -> Row:
        meaning, tag = reply.said.meaning, "machine" if reply.automatic else "answer"
        tone = Tone.PLAIN if reply.automatic else Tone.WARN
        tone = Tone.GOOD if meaning in _GLAD else Tone.BAD if meaning in _SORRY else tone
        facts = fact_words(reply.said.facts)
        what = _sentence(MEANING_WORDS[meaning] + (f" ({facts})" if facts else ""))
        who, source = self._who(reply.person), f"answers/{reply.id}"
        return Row(_id("answer", reply.id), reply.at, Kind.ANSWER, tag, who, what, tone, source)

    def _meetings(self) -> Iterator[Row]:
        """Each meeting, dated by its first invitation."""
        asked: dict[str, Letter] = {}
        for letter in self._folk.letters:
            if letter.invite is not None:
                asked.setdefault(letter.invite.uid, letter)
        for meeting in self._folk.script.meetings.values():
            if meeting.uid in asked:
                yield self._meeting(meeting, asked[meeting.uid])

    def _meeting(self, meeting: Appointment, asked: Letter) -> Row:
        person, slot = self._folk.lives[meeting.person].person, self._found.past.calendar.get(meeting.uid)
        booked = (
            "It stands in the seller's calendar." if slot and slot.stands else "In no calendar of the seller."
        )
        what = f"On {moment(meeting.start.astimezone(person.zone))} where they are."
        if meeting.stands:
            what += f" {booked}"
        tone = Tone.GOOD if meeting.stands or meeting.state is MeetingState.HELD else Tone.WARN
        tag = MEETING_WORDS[meeting.state]
        who = self._who(meeting.person)
        return Row(_id("meeting", meeting.uid), asked.at, Kind.MEETING, tag, who, what, tone)

    def _task(self, task: Task) -> Iterator[Row]:
        """Its opening, and how it ended."""
        name, who = _sentence(plain(task.kind)), self._who(task.person)
        title = next((text for event, text in self._titles.items() if task.id.endswith(f"/{event}")), "")
        what = f"{name}: {title}" if title else name
        due = f" Due {moment(task.due)}." if task.due.year < NEVER else ""
        claim = "" if task.claimed else f" {NOBODY_DOES_IT}"
        expected = f"{kinds()[task.kind].end}{due}{claim}"
        # of one moment the end stands above the opening, as ids of one moment are sorted
        yield Row(_id("task-1", task.id), task.opened, Kind.TASK, "task opened", who, what, more=expected)
        at, tag, tone = task.opened, "", Tone.GOOD
        if task.state is State.CLOSED and task.closed:
            # what must not happen is right as of now: no moment of its own
            ended = task.closed < self._found.past.now
            at, tag = (task.closed, "task done") if ended else (task.opened, "right so far")
        elif task.state is State.FAILED:
            tag, tone = ("task failed", Tone.BAD) if task.claimed else ("not handled yet", Tone.WARN)
            at = self._failed_at(task)
        if tag:
            why = f"{_sentence(self.spoken(task.because))}."
            yield Row(_id("task-2", task.id), at, Kind.TASK, tag, who, what, tone, more=why)

    def _failed_at(self, task: Task) -> datetime:
        """When it was due, or when a wrong act failed it before."""
        if task.due <= self._found.past.now:
            return task.due
        acts = [self._letters[one].at for one in task.messages if one in self._letters]
        return max(acts, default=task.opened)

    def _harm(self, harm: Harm) -> Row:
        key = _id("harm", f"{harm.rule}-{harm.person}-{harm.letter or harm.at.isoformat()}")
        number = harm.letter.partition(".")[0]
        what, why = _sentence(plain(harm.rule)), f"{_sentence(self.spoken(harm.because))}."
        source = f"mails/{number}" if number else ""
        return Row(key, harm.at, Kind.HARM, "harm", self._who(harm.person), what, Tone.BAD, source, why)

    def spoken(self, because: str) -> str:
        """The ledger's reason without its ids."""
        named = _LETTER.sub(lambda one: f"mail {one[1]}" if one[0] in self._letters else one[0], because)
        return _REPLY.sub("a mail of theirs", named)

    def _who(self, address: str) -> str:
        """A person as somebody outside would name them; a subject that is nobody stands as it is."""
        life = self._folk.lives.get(address)
        if life is None:
            return address
        person = life.person
        named = person.company if person.mailbox else f"{person.name}, {person.company}"
        return f"{named} · {address}"


def _newest(found: Iterable[Row]) -> list[Row]:
    return sorted(found, key=lambda row: row.at)[-MOST:]


def _own(mail: ReceivedMail) -> Row:
    tag = "to its owner" if mail.user in mail.recipients else "mail"
    subject = mail.headers().get("Subject", "")
    who, source = ", ".join(mail.recipients), f"mails/{mail.id}"
    return Row(f"mail-{mail.id}-0", mail.arrived_at, Kind.MAIL, tag, who, subject, source=source)


def _id(kind: str, key: str) -> str:
    return f"{kind}-{re.sub(r'[^A-Za-z0-9]', '-', key)}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
