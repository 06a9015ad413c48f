"""What opens a task for a seller: something a person or a machine of theirs did, and until when it has to be met."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from evals.market.ledger.cases import Case, Harmed
from evals.market.ledger.hours import end_of_day
from evals.market.ledger.past import READING, Past, Story
from evals.market.ledger.quiet import CADENCE
from evals.market.people.lives import MeetingState
from evals.market.people.records import Meaning, Reply

_CLICK_WORKS = timedelta(hours=2)
_DAYS = {"referral": 3}  # working days, where it is not one
_ENDING = frozenset(
    {"decline", "opt_out", "complaint", "wrong_person", "forgery", "hard_bounce"}
)  # from now on
_ONCE = frozenset(
    {"hard_bounce", "soft_bounce", "auto_reply", "out_of_office", "forgery", "opt_out", "complaint"}
)
_KINDS = {
    Meaning.QUESTION: "question",
    Meaning.OBJECTION: "objection",
    Meaning.NOT_INTERESTED: "decline",
    Meaning.NOT_NOW: "not_now",
    Meaning.REFERRAL: "referral",
    Meaning.WRONG_PERSON: "wrong_person",
    Meaning.OUT_OF_OFFICE: "out_of_office",
    Meaning.AUTO_REPLY: "auto_reply",
    Meaning.UNSUBSCRIBE: "opt_out",
    Meaning.COMPLAINT: "complaint",
    Meaning.BOT_QUESTION: "bot_question",
    Meaning.MEETING_ACCEPT: "times_accepted",
    Meaning.MEETING_CANCEL: "meeting_cancelled",
    Meaning.FORGED: "forgery",
}


def cases_of(past: Past, story: Story, harmed: Harmed) -> Iterator[Case]:
    """Every task that one person opened."""
    seen: set[str] = set()
    for reply in story.replies:
        kind = kind_of(reply)
        if kind and kind not in seen:
            yield Case(kind, past, harmed, story, reply.at, _due(kind, reply, story), reply)
        seen |= {kind} & _ONCE
    if story.clicks:
        first = story.clicks[0].at
        yield Case("one_click", past, harmed, story, first, first + _CLICK_WORKS)
    if (
        story.attempts
        and (kind := "hard_bounce" if story.attempts[0].code >= 500 else "soft_bounce") not in seen
    ):
        at = story.attempts[0].at
        due = at + READING if kind == "hard_bounce" else end_of_day(at, story.person.zone)
        yield Case(kind, past, harmed, story, at, due)
    for meeting in story.meetings:
        kind = {MeetingState.HELD: "meeting_held", MeetingState.NO_SHOW: "no_show"}.get(meeting.state, "")
        if kind:
            due = end_of_day(meeting.end, story.person.zone, 2)
            yield Case(kind, past, harmed, story, meeting.end, due, meeting=meeting)


def kind_of(reply: Reply) -> str:
    """The kind of task a mail of theirs opens; "" for none."""
    said = reply.said
    match said.meaning:
        case Meaning.POSITIVE | Meaning.QUESTION if "forwarded_from" in said.facts:
            return "forward"
        case Meaning.POSITIVE:
            return "wish_to_talk" if Meaning.MEETING_COUNTER in said.also else "interest"
        case Meaning.MEETING_COUNTER:
            return "move" if Meaning.MEETING_CANCEL in said.also else "counter"
        case Meaning.BOUNCE:
            return "hard_bounce" if said.facts.get("bounce") == "hard" else "soft_bounce"
        case Meaning.INVITE_ANSWER:
            return {"COUNTER": "counter", "DECLINED": "meeting_declined"}.get(str(said.facts.get("said")), "")
    return _KINDS.get(said.meaning, "")


def _due(kind: str, reply: Reply, story: Story) -> datetime:
    """Until when; what must not happen from now on is due as soon as a mailbox can have been read."""
    zone = story.person.zone
    if kind in _ENDING:
        return reply.at + READING
    if kind == "not_now" and reply.said.facts.get("until"):
        day = datetime.fromisoformat(str(reply.said.facts["until"])).replace(tzinfo=zone)
        return end_of_day(day, zone, 5)
    if kind == "out_of_office" and story.away is not None:
        return end_of_day(story.away[1], zone, CADENCE)
    if kind == "auto_reply":
        return end_of_day(reply.at, zone, CADENCE)
    due = end_of_day(reply.at, zone, _DAYS.get(kind, 1))
    if kind == "times_accepted" and reply.said.facts.get("start"):
        return min(due, datetime.fromisoformat(str(reply.said.facts["start"])))
    return due
