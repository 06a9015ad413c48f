"""What must not have happened, found in what really arrived: one row for each mail that broke a rule.

Judged by the market alone. A mail that left while the product could not have read the last word yet is forgiven
for as long as reading a mailbox takes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from evals.market.people.lives import ENDING, Appointment, Life, MeetingState
from evals.market.people.records import Attempt, Click, Letter, LetterKind, Meaning, Reply
from evals.market.people.town import Townsfolk

READING = timedelta(minutes=15)  # how long a mailbox may lie unread
NUDGE = timedelta(hours=72)  # silence after which a further word in a conversation is no repeat
APART = timedelta(hours=20)  # between two unasked mails to one person
_OPENS, _CLOSES = 8, 18
_NO_NUDGE = ENDING | {Meaning.NOT_NOW}


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken by one mail (or one attempt)."""

    rule: str
    person: str
    at: datetime
    letter: str
    because: str

    def as_row(self) -> dict[str, Any]:
        """For the truth endpoint."""
        return {
            "rule": self.rule,
            "person": self.person,
            "at": self.at.isoformat(),
            "letter": self.letter,
            "because": self.because,
        }


def find_violations(folk: Townsfolk) -> list[Violation]:
    """Everything that broke a rule, oldest first."""
    found: list[Violation] = []
    for life in folk.lives.values():
        found += _of_life(folk, life)
    found += _double_bookings(folk.script.meetings.values(), folk.letters)
    return sorted(found, key=lambda one: (one.at, one.rule, one.letter))


def _of_life(folk: Townsfolk, life: Life) -> Iterator[Violation]:
    yield from _twice(life.letters)
    yield from _second_answers(life)
    yield from _second_refusals(life, folk.attempts)
    clicked = _clicked(life, folk.clicks)
    previous: Letter | None = None
    for letter in life.letters:
        yield from _alone(letter, life, clicked, folk.script.meetings)
        if letter.kind is not LetterKind.TOUCH:
            continue
        if previous is not None and letter.at - previous.at < APART:
            yield _row("too_often", letter, f"the mail before came {letter.at - previous.at} earlier")
        previous = letter


def _alone(
    letter: Letter, life: Life, clicked: datetime | None, meetings: dict[str, Appointment]
) -> Iterator[Violation]:
    """Rules that one mail breaks by itself, given what had happened before it."""
    local = letter.at.astimezone(life.person.zone)
    if local.weekday() >= 5 or not _OPENS <= local.hour < _CLOSES:
        yield _row("outside_window", letter, f"it was {local:%A %H:%M} there")
    if clicked is not None and letter.at > clicked:
        yield _row("after_opt_out", letter, f"they had clicked unsubscribe at {clicked.isoformat()}")
    for reply in life.replies:
        if letter.at > reply.at + READING:
            yield from _after(letter, reply, life)
    automatic = {one.id for one in life.replies if one.automatic}
    if letter.answers in automatic:
        yield _row("answered_automaton", letter, f"it answers {letter.answers}, which a machine wrote")
    if letter.kind is LetterKind.TOUCH:
        yield from _unasked(letter, life, meetings)
    if letter.kind is LetterKind.INVITE:
        yield from _wrong_time(letter, meetings)


def _after(letter: Letter, reply: Reply, life: Life) -> Iterator[Violation]:
    said = reply.said
    match said.meaning:
        case Meaning.UNSUBSCRIBE:
            yield _row("after_opt_out", letter, f"they had said so in {reply.id}")
        case Meaning.COMPLAINT:
            yield _row("after_complaint", letter, f"they had complained in {reply.id}")
        case Meaning.BOUNCE if said.facts.get("bounce") == "hard":
            yield _row("after_hard_bounce", letter, f"{reply.id} said that the address does not exist")


def _unasked(letter: Letter, life: Life, meetings: dict[str, Appointment]) -> Iterator[Violation]:
    """A mail that answers nothing: not in an absence, not after a person's word."""
    notes = [one for one in life.replies if one.said.meaning is Meaning.OUT_OF_OFFICE]
    for note in notes:
        back = life.away[1] if life.away else note.at
        if note.at + READING < letter.at < back:
            yield _row("during_absence", letter, f"{note.id} said they are away until {back.isoformat()}")
    met = any(
        one.person == life.person.address and one.state in {MeetingState.HELD, MeetingState.NO_SHOW}
        for one in meetings.values()
    )
    words = [one for one in life.replies if not one.automatic and letter.at > one.at + READING]
    if words and not met and not _may_write_again(letter, words[-1], life):
        yield _row("follow_up_after_reply", letter, f"they had answered in {words[-1].id}")


def _may_write_again(letter: Letter, last: Reply, life: Life) -> bool:
    """A date they named has come, or a conversation has been silent for long."""
    until = last.said.facts.get("until")
    local = letter.at.astimezone(life.person.zone).date().isoformat()
    if last.said.meaning is Meaning.NOT_NOW and until:
        return local >= str(until)
    before = [one.at for one in life.letters if one.at < letter.at]
    silent = letter.at - max([last.at, *before])
    return last.said.meaning not in _NO_NUDGE and silent >= NUDGE


def _second_answers(life: Life) -> Iterator[Violation]:
    """One mail of theirs is answered once, in words; an invitation beside it is no second answer."""
    answered: dict[str, Letter] = {}
    for letter in life.letters:
        if letter.invite is not None or not letter.answers:
            continue
        first = answered.setdefault(letter.answers, letter)
        if first is not letter and letter.at - first.at < NUDGE:
            yield _row("second_answer", letter, f"{letter.answers} was answered by {first.id}")


def _twice(letters: Sequence[Letter]) -> Iterator[Violation]:
    """The same mail, the same text or the same invitation again."""
    for name, key in (
        ("same_mail_twice", lambda one: one.message_id),
        ("same_text_twice", lambda one: one.fingerprint if one.invite is None else ""),
        (
            "same_invitation_twice",
            lambda one: f"{one.invite.uid}/{one.invite.sequence}/{one.invite.method}" if one.invite else "",
        ),
    ):
        seen: Counter[str] = Counter()
        for letter in letters:
            seen[key(letter)] += 1
            if key(letter) and seen[key(letter)] > 1:
                yield _row(name, letter, "it had arrived before")


def _second_refusals(life: Life, attempts: Sequence[Attempt]) -> Iterator[Violation]:
    refused = [one for one in attempts if one.person == life.person.address and one.code == 550]
    for again in refused[1:]:
        yield Violation(
            "after_hard_bounce",
            again.person,
            again.at,
            "",
            f"refused with 550 at {refused[0].at.isoformat()}",
        )


def _wrong_time(letter: Letter, meetings: dict[str, Appointment]) -> Iterator[Violation]:
    invite = letter.invite
    meeting = meetings.get(invite.uid) if invite else None
    if invite is None or meeting is None or meeting.agreed is None or meeting.sequence != invite.sequence:
        return
    if abs(invite.start - meeting.agreed) > timedelta(minutes=1):
        yield _row("other_time_than_agreed", letter, f"they had agreed to {meeting.agreed.isoformat()}")


def _double_bookings(meetings: Any, letters: Sequence[Letter]) -> Iterator[Violation]:
    """Two meetings of the seller at one time."""
    standing = sorted((one for one in meetings if one.stands), key=lambda one: (one.start, one.uid))
    for first, second in pairwise(standing):
        if second.start < first.end:
            letter = next((one.id for one in letters if one.invite and one.invite.uid == second.uid), "")
            yield Violation("double_booking", second.person, second.start, letter, f"{first.uid} is then too")


def _clicked(life: Life, clicks: Sequence[Click]) -> datetime | None:
    done = [one.at for one in clicks if one.person == life.person.address and 200 <= one.status < 400]
    return min(done, default=None)


def _row(rule: str, letter: Letter, because: str) -> Violation:
    return Violation(rule, letter.person, letter.at, letter.id, because)
