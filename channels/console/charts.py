"""Geometry of the charts that templates draw as SVG: bars of days, bars of a funnel. Numbers in, places out."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.console.pages import address
from service.views_campaigns import Day, Told

HEIGHT = 150  # of the drawing, in its own units
_LABELS = 7  # days named below the bars, at most


@dataclass(frozen=True)
class Bar:
    """One day: three bars side by side; x and width in percent, y and heights in units from the top."""

    day: Day
    x: float
    width: float
    sent: float
    planned: float
    replies: float
    is_named: bool


@dataclass(frozen=True)
class Chart:
    """All days, the number the highest bar stands for, and lines to read them by."""

    bars: tuple[Bar, ...]
    most: int
    lines: tuple[tuple[int, float], ...]  # what it stands for, and where it is


def days(told: Sequence[Day]) -> Chart:
    """What left, is planned and came back, day by day."""
    most = _round_up(max([1, *(max(day.sent + day.planned, day.replies) for day in told)]))
    slot = 100 / max(len(told), 7)  # few days do not become walls
    every = max(1, -(-len(told) // _LABELS))
    bars = tuple(
        Bar(
            day=day,
            x=round(number * slot, 3),
            width=round(slot, 3),
            sent=_high(day.sent, most),
            planned=_high(day.planned, most),
            replies=_high(day.replies, most),
            is_named=number % every == 0,
        )
        for number, day in enumerate(told)
    )
    lines = tuple((part, HEIGHT - _high(part, most)) for part in sorted({0, most // 2, most}))
    return Chart(bars, most, lines)


def _high(count: int, most: int) -> float:
    return round(count / most * HEIGHT, 2)


def _round_up(count: int) -> int:
    """The next number people like to read on an axis."""
    size = 1
    while True:
        for step in (2, 4, 6, 10):
            if count <= step * size:
                return step * size
        size *= 10


@dataclass(frozen=True)
class Step:
    """One step of a funnel: how many, what part of the first and of the step before, and where the records are."""

    label: str
    count: int
    percent: float
    of_before: str
    link: str


def funnel(told: Told) -> tuple[Step, ...]:
    """From mails that left to deals."""
    own, found = told.campaign.id, told.funnel
    mails = {"campaign": own, "state": "sent", "kind": "send_email"}
    heard = {"campaign": own, "kind": "human", "once": 1}
    rows = (
        ("Mails left", found.sent, address("/console/mails", **mails)),
        ("People written to", found.written_to, address("/console/mails", **mails, once=1)),
        ("Wrote back", found.replied, address("/console/replies", **heard)),
        ("Interested", found.positive, address("/console/replies", **heard, said="yes")),
        ("Meetings", found.meetings, address("/console/meetings", campaign=own, state="agreed")),
        ("Deals", found.deals, address("/console/deals", campaign=own)),
    )
    most = max(1, *(count for _, count, _ in rows))
    steps: list[Step] = []
    for label, count, link in rows:
        before = steps[-1].count if steps else 0
        part = f"{round(100 * count / before, 1):g} %" if before else ""
        steps.append(Step(label, count, round(100 * count / most, 2), part, link))
    return tuple(steps)
