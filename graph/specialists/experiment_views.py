"""Tests of campaigns for people and programs: how each stands, and a campaign's course against what was expected.

They look; they change nothing. The arithmetic is loaded when there is a test to read.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable, Refused
from domain.experiments import Experiment, ExperimentState, Version
from domain.knobs import knob
from graph.specialists.expecting import told_text
from learning.campaigns.chance import brier
from learning.experiments.beginning import refuse_edited
from learning.experiments.people import Person, in_test, people_of
from runtime.store import campaign_course, experience, experiments
from runtime.store.engine import Database

if TYPE_CHECKING:
    from learning.experiments.running import Row, Standing

Everybody = Mapping[tuple[str, str], Person]


@dataclass(frozen=True)
class Running:
    """A test with its versions and everybody in it."""

    experiment: Experiment
    versions: list[Version]
    rows: "list[Row]"

    @property
    def sent(self) -> int:
        """People who were written to."""
        return sum(person.sent_at is not None for _, person in self.rows)


async def load(tx: AsyncConnection, experiment: Experiment, everybody: Everybody) -> Running:
    """A test with everybody in it."""
    given = await experiments.assigned(tx, experiment.id)
    return Running(experiment, await experiments.versions(tx, experiment.id), in_test(given, everybody))


async def standing_of(one: Running, now: datetime) -> "Standing":
    """What a test says today; the arithmetic runs beside the event loop."""
    from learning.experiments.running import read

    refuse_edited(one.experiment)
    return await asyncio.to_thread(read, one.experiment, one.versions, one.rows, now)


async def course_of(database: Database, campaign_id: str, now: datetime) -> dict[str, Any]:
    """What a campaign's report says beside its mails: its tests, its chance, its pace."""
    async with database.read() as tx:
        ids = await experiments.of_campaign(tx, campaign_id)
        everybody: Everybody = people_of(await experience.as_of(tx, now)) if ids else {}
        loaded = [
            await load(tx, found, everybody)
            for found in [await experiments.one(tx, one) for one in ids]
            if found is not None
        ]
        bets = await campaign_course.bets(tx)
        pace = await campaign_course.pace(tx, campaign_id)
    told = [await shown(one, now) for one in loaded]
    return {
        "experiments": [without_versions(one) for one in told],
        "expectation": _expectation(bets, campaign_id),
        "pace": {"first_mails": pace.first_mails, "reason": pace.reason},
    }


def without_versions(told: dict[str, Any]) -> dict[str, Any]:
    """A test as a list shows it."""
    return {name: value for name, value in told.items() if name != "versions"}


def _expectation(bets: list[campaign_course.Bet], campaign_id: str) -> dict[str, Any] | None:
    mine = next((one for one in bets if one.campaign_id == campaign_id), None)
    if mine is None:
        return None
    score = brier(
        [(one.chance, one.base_rate_chance, one.happened) for one in bets if one.happened is not None]
    )
    sentence = str(mine.basis.get("sentence", ""))
    if mine.happened is not None:
        came = "It did." if mine.happened else "It did not."
        sentence += f" {came} Missed by {(mine.chance - mine.happened) ** 2:.2f}."
    return {
        "chance": round(mine.chance, 4),
        "people": mine.people,
        "made_at": mine.made_at.isoformat(),
        "happened": mine.happened,
        "brier": None if score is None else round(score.score, 4),
        "brier_of_base_rate": None if score is None else round(score.base_rate_score, 4),
        "campaigns_scored": 0 if score is None else score.campaigns,
        "sentence": f"{sentence} {score.sentence}" if score else sentence,
    }


async def shown(one: Running, now: datetime) -> dict[str, Any]:
    """One test as programs get it; what was edited while it ran is not read, and that is said."""
    experiment = one.experiment
    told: dict[str, Any] = {
        "id": experiment.id,
        "knob": experiment.declared.knob,
        "title": knob(experiment.declared.knob).title,
        "state": str(experiment.state),
        "arms": [],
        "baseline": experiment.baseline,
        "winner": experiment.winner,
        "metric": experiment.declared.metric,
        "window_days": experiment.declared.window_days,
        "begun_at": experiment.begun_at.isoformat(),
        "ended_at": experiment.ended_at.isoformat() if experiment.ended_at else None,
        "foretold": told_text(experiment.declared, experiment.foretold) if experiment.foretold else "",
        "versions": [row.model_dump(mode="json") for row in one.versions],
    }
    try:
        standing = await standing_of(one, now)
    except Refused as error:
        return {**told, "verdict": "edited", "sentence": error.message}
    return told | _numbers(experiment, standing)


def _numbers(experiment: Experiment, standing: "Standing") -> dict[str, Any]:
    needed = standing.reading.needed
    return {
        "verdict": standing.verdict.value,
        "sentence": _sentence_of(experiment, standing),
        "arms": [_arm(row) for row in standing.arms],
        "needed_people": needed.units if needed else None,
        "needed_days": None if needed is None or needed.days is None else round(needed.days, 1),
        "split_p_value": standing.split.p_value,
    }


def _arm(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__} | {
        "interval": list(row.interval) if row.interval else None
    }


def _sentence_of(experiment: Experiment, standing: "Standing") -> str:
    """How a test stands, in the words a person needs first."""
    if experiment.state is ExperimentState.DECIDED:
        return f"Decided: everybody gets {experiment.winner}. {experiment.reason}"
    if experiment.state is ExperimentState.PLANNED:
        return "Waits for a person's yes; nobody is drawn yet."
    if experiment.state is ExperimentState.ENDED:
        return f"Over without an answer. {experiment.reason}"
    from learning.experiments.reading import Verdict

    if standing.verdict is Verdict.BROKEN:
        return standing.text
    if standing.verdict is Verdict.TOO_LITTLE:
        return f"Not yet decided. {_so_far(experiment, standing)}"
    return standing.text


def _so_far(experiment: Experiment, standing: "Standing") -> str:
    matured = sum(row.matured for row in standing.arms)
    sent = sum(row.sent for row in standing.arms)
    window = experiment.declared.window_days
    text = f"{matured} of {sent} people who were written to had their {window:.0f} days to answer."
    told = experiment.foretold
    if told is None:
        return text
    more = max(0, told.people - matured)
    days = f", {more / told.people_a_day + window:,.0f} days" if told.people_a_day else ""
    return f"{text} About {more:,} more people{days}, for a difference of {told.lift:.0%}."


def unknown(experiment_id: str) -> Correctable:
    """The error of an id that names no test."""
    return Correctable(
        f"There is no experiment {experiment_id[:60]}.",
        code="unknown_experiment",
        where=experiment_id[:60],
        hint="See `rainmaker experiments`.",
    )


def course_text(course: dict[str, Any]) -> str:
    """A campaign's course for reading."""
    lines: list[str] = []
    if course["expectation"]:
        lines.append(f"**Said before it began:** {course['expectation']['sentence']}")
    if course["pace"]["first_mails"] is not None:
        count = course["pace"]["first_mails"]
        how = f"at most {count} first mails a day" if count else "held"
        lines.append(f"**Pace:** {how}. {course['pace']['reason']}")
    for one in course["experiments"]:
        lines += [f"\n**Test of the {one['title']}:** {one['sentence']}", *_table(one)]
    return "\n".join(lines)


def _table(one: dict[str, Any]) -> list[str]:
    if not one["arms"]:
        return []
    lines = [
        "",
        "| Arm | Share | Sent | Matured | Positive | Meetings | Opt-outs |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for arm in one["arms"]:
        share = f"{arm['share']:.0%}" if arm["share"] else "closed"
        lines.append(
            f"| {arm['arm']} | {share} | {arm['sent']} | {arm['matured']} | {arm['positive']} | {arm['meetings']} | "
            f"{arm['opt_outs']} |"
        )
    return lines
