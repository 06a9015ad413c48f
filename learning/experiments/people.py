"""From touches and what followed them to one line a person: when they were first written to, and what came of it.

One person is one unit, however many mails they got. Pure, and light: no arrays.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.experience import After, Experience
from domain.experiments import Assigned
from domain.replies import ReplyKind

POSITIVE = frozenset({ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER})
AGREED = frozenset({"booked", "held"})  # states of a meeting that count
HARMS = ("complaints", "opt_outs")


@dataclass(frozen=True, slots=True)
class Person:
    """What came of one person; moments are None while it did not happen."""

    unit: str
    campaign_id: str
    sent_at: datetime | None = None
    positive_at: datetime | None = None
    meeting_at: datetime | None = None
    opt_out_at: datetime | None = None
    complaint_at: datetime | None = None
    bounced: bool = False

    def matured(self, window_days: float, now: datetime) -> bool:
        """True when the time to answer is over; a quick answer does not mature anybody early."""
        return self.sent_at is not None and self.sent_at + timedelta(days=window_days) <= now

    def good(self, window_days: float) -> bool:
        """A positive reply or a meeting in time, and neither an opt-out nor a complaint."""
        return not self.harmed and any(
            self._in_time(at, window_days) for at in (self.positive_at, self.meeting_at)
        )

    def came(self, what: str, window_days: float) -> bool:
        """One named answer or harm, in time."""
        moments = {
            "positive": self.positive_at,
            "meetings": self.meeting_at,
            "opt_outs": self.opt_out_at,
            "complaints": self.complaint_at,
        }
        return self._in_time(moments[what], window_days)

    @property
    def harmed(self) -> bool:
        """They opted out or complained, whenever."""
        return self.opt_out_at is not None or self.complaint_at is not None

    def _in_time(self, at: datetime | None, window_days: float) -> bool:
        return (
            at is not None and self.sent_at is not None and at <= self.sent_at + timedelta(days=window_days)
        )


def people_of(experiences: Iterable[Experience]) -> dict[tuple[str, str], Person]:
    """What came of each person of each campaign, by campaign and person."""
    tried: dict[tuple[str, str], list[Experience]] = defaultdict(list)
    for one in experiences:
        tried[(one.touch.campaign_id, one.touch.contact_id)].append(one)
    return {key: _person(key, mine) for key, mine in tried.items()}


def _person(key: tuple[str, str], mine: Sequence[Experience]) -> Person:
    first: dict[str, datetime] = {}
    for one in mine:
        for what in one.followed:
            name = _name(what.kind, what.value)
            if name:
                first[name] = min(what.at, first.get(name, what.at))
    return Person(
        unit=key[1],
        campaign_id=key[0],
        sent_at=first.get("sent"),
        positive_at=first.get("positive"),
        meeting_at=first.get("meeting"),
        opt_out_at=first.get("opt_out"),
        complaint_at=first.get("complaint"),
        bounced="bounce" in first,
    )


def _name(kind: After, value: str) -> str:
    if kind is After.REPLY:
        said = {ReplyKind.UNSUBSCRIBE: "opt_out", ReplyKind.COMPLAINT: "complaint"}
        return "positive" if value in POSITIVE else said.get(value, "")  # type: ignore[call-overload]
    if kind is After.MEETING:
        return "meeting" if value in AGREED else ""
    return {
        After.SENT: "sent",
        After.BOUNCE: "bounce",
        After.OPT_OUT: "opt_out",
        After.COMPLAINT: "complaint",
    }.get(kind, "")


def in_test(
    assigned: Sequence[Assigned], people: Mapping[tuple[str, str], Person]
) -> list[tuple[Assigned, Person]]:
    """Everybody of a test with what came of the first campaign that wrote to them after their arm was drawn."""
    written: dict[str, list[Person]] = defaultdict(list)
    for person in people.values():
        written[person.unit].append(person)
    return [(one, _first(written.get(one.unit, ()), one)) for one in assigned]


def _first(mine: Sequence[Person], given: Assigned) -> Person:
    sent = [
        (one.sent_at, one.campaign_id) for one in mine if one.sent_at is not None and one.sent_at >= given.at
    ]
    if not sent:
        return Person(given.unit, given.campaign_id)
    return next(one for one in mine if (one.sent_at, one.campaign_id) == min(sent))
