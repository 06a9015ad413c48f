"""How healthy a deal is: named signals with points and the sentence why, summed to 0–100. Pure.

Nothing known is not good: only what was seen adds points.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from domain.deals import DealStage

BASE = 50
SILENCE = ((21, -30), (10, -20), (5, -10))  # days since our last mail that nobody answered, points
OVERDUE = ((7, -20), (0, -10))  # days since the date of the next step
FIRST_GUESS = {  # days in a stage until enough deals of our own were measured
    DealStage.DISCOVERY: 21,
    DealStage.EVALUATION: 30,
    DealStage.PROPOSAL: 21,
    DealStage.NEGOTIATION: 30,
}
MEASURED = 5  # deals that left a stage before their median counts
MEETING_WARM = timedelta(days=14)  # a held meeting helps so long

MeetingNews = Literal["", "ahead", "held", "declined", "no_show"]
Mood = Literal["", "positive", "negative", "neutral"]


@dataclass(frozen=True)
class Pulse:
    """What is known of a deal at one moment. Defaults are: nothing."""

    now: datetime
    stage: DealStage
    stage_since: datetime
    next_step_at: datetime
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    replies_this_week: int = 0
    replies_a_week_before: float = 0.0  # over the three weeks before
    people: int = 0  # on their side, that we know of
    decider_known: bool = False
    meeting: MeetingNews = ""  # the latest news of one
    meeting_at: datetime | None = None
    competitors: tuple[str, ...] = ()
    close_on: date | None = None  # the day they named
    last_reply: Mood = ""
    days_in_stage: tuple[float, ...] = ()  # of other deals that left this stage


@dataclass(frozen=True)
class Signal:
    """One sign of health. `episode` stays the same while it is about the same event."""

    name: str
    points: int
    why: str
    episode: str = ""

    def as_json(self) -> dict[str, object]:
        """How it is stored and shown."""
        return {"name": self.name, "points": self.points, "why": self.why, "episode": self.episode}


@dataclass(frozen=True)
class Health:
    """The sum, and the signals, worst first."""

    score: int
    signals: tuple[Signal, ...]

    @property
    def top(self) -> Signal | None:
        """The signal to look at first: the worst, or the best when none is bad."""
        bad = [one for one in self.signals if one.points < 0]
        return bad[0] if bad else max(self.signals, key=lambda one: one.points, default=None)


def assess(pulse: Pulse) -> Health:
    """The health of a deal."""
    found = [one for part in _PARTS for one in part(pulse)]
    found.sort(key=lambda one: (one.points, one.name))
    score = BASE + sum(one.points for one in found)
    return Health(max(0, min(100, score)), tuple(found))


def usual_days(stage: DealStage, measured: tuple[float, ...]) -> float:
    """How long deals stay in a stage: the median of ours, or a first guess while there are too few."""
    if len(measured) < MEASURED:
        return float(FIRST_GUESS.get(stage, 30))
    ordered, half = sorted(measured), len(measured) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _silence(pulse: Pulse) -> Iterator[Signal]:
    if pulse.last_in_at is None:
        yield Signal("never_wrote", -10, "Nobody there is known to have written to us.", "ever")
    sent, came = pulse.last_out_at, pulse.last_in_at
    if sent is None or (came is not None and came >= sent):
        return
    days = (pulse.now - sent).days
    points = next((cost for least, cost in SILENCE if days >= least), 0)
    if points:
        yield Signal("no_reply", points, f"No reply for {days} days after our last mail.", sent.isoformat())


def _next_step(pulse: Pulse) -> Iterator[Signal]:
    late = pulse.now - pulse.next_step_at
    if late <= timedelta(0):
        return
    points = next(cost for least, cost in OVERDUE if late.days >= least)
    when = f"{pulse.next_step_at:%d %B %Y}"
    yield Signal(
        "next_step_overdue", points, f"The next step was due on {when}.", pulse.next_step_at.isoformat()
    )


def _committee(pulse: Pulse) -> Iterator[Signal]:
    if pulse.people <= 1:
        yield Signal("single_threaded", -10, "We know one person there at most.", str(pulse.stage))
    else:
        points = 10 if pulse.people >= 3 else 5
        yield Signal("several_people", points, f"{pulse.people} people there are known.")
    if pulse.decider_known:
        yield Signal("decider_known", 10, "Somebody who decides is known.")
    else:
        yield Signal("no_decider", -10, "Nobody who decides is known.", str(pulse.stage))


def _meetings(pulse: Pulse) -> Iterator[Signal]:
    at = pulse.meeting_at
    if at is None or not pulse.meeting:
        return
    day, episode = f"{at:%d %B %Y}", at.isoformat()
    if pulse.meeting == "ahead":
        yield Signal("meeting_ahead", 15, f"A meeting stands on {day}.")
    elif pulse.meeting == "declined":
        yield Signal("meeting_declined", -15, f"The meeting of {day} was declined or called off.", episode)
    elif pulse.meeting == "no_show":
        yield Signal("no_show", -20, f"Nobody came to the meeting of {day}.", episode)
    elif pulse.now - at <= MEETING_WARM:
        yield Signal("meeting_held", 10, f"A meeting was held on {day}.")


def _rivals(pulse: Pulse) -> Iterator[Signal]:
    if pulse.competitors:
        names = ", ".join(pulse.competitors[:3])
        points = -10 if len(pulse.competitors) == 1 else -15
        episode = ",".join(sorted(name.casefold() for name in pulse.competitors))
        yield Signal("competitor", points, f"They named somebody else: {names}.", episode)


def _close_date(pulse: Pulse) -> Iterator[Signal]:
    if pulse.close_on is not None and pulse.close_on < pulse.now.date():
        why = f"The day they named, {pulse.close_on:%d %B %Y}, has passed."
        yield Signal("close_date_passed", -15, why, pulse.close_on.isoformat())


def _momentum(pulse: Pulse) -> Iterator[Signal]:
    now, before = pulse.replies_this_week, pulse.replies_a_week_before
    counts = f"{now} this week, {before:.1f} a week before"
    if now > before:
        yield Signal("momentum", 5, f"They write more: {counts}.")
    elif before >= 0.3 and now <= before / 2:
        yield Signal("slowing", -10, f"They write less: {counts}.")


def _mood(pulse: Pulse) -> Iterator[Signal]:
    episode = pulse.last_in_at.isoformat() if pulse.last_in_at else ""
    if pulse.last_reply == "positive":
        yield Signal("positive_reply", 10, "Their last mail was positive.")
    elif pulse.last_reply == "negative":
        yield Signal("said_no", -20, "Their last mail said no.", episode)


def _age(pulse: Pulse) -> Iterator[Signal]:
    usual = usual_days(pulse.stage, pulse.days_in_stage)
    days = (pulse.now - pulse.stage_since).total_seconds() / 86_400
    if days <= usual:
        return
    few = len(pulse.days_in_stage) < MEASURED
    basis = "our first guess" if few else f"median of {len(pulse.days_in_stage)} deals"
    why = f"In {pulse.stage} for {days:.0f} days; usual are {usual:.0f} ({basis})."
    yield Signal("stage_too_long", -20 if days > 2 * usual else -10, why, pulse.stage_since.isoformat())


_PARTS = (_silence, _next_step, _committee, _meetings, _rivals, _close_date, _momentum, _mood, _age)
