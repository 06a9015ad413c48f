"""Which arm each person of a campaign gets: drawn by a hash when the campaign is planned, never moved later.

A test that runs takes new campaigns in; the test of the letter's angle begins with the first one.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campaigns import Campaign
from domain.errors import Refused
from domain.experiments import Assigned, Experiment
from domain.ids import Ids
from domain.knobs import KNOBS, Knob
from learning.experiments.beginning import beginning, declared_for, design_of, refuse_other
from runtime.store import experiments

log = logging.getLogger(__name__)
SECOND = 2  # the step whose delay is tuned


@dataclass(frozen=True)
class Joined:
    """A test that people of a campaign are in: those who were drawn now, and whether it begins with them."""

    experiment: Experiment
    fresh: tuple[Assigned, ...]
    begins: bool


@dataclass(frozen=True)
class Draw:
    """What holds for each person of one campaign. `values` is for everybody a test does not speak about."""

    values: Mapping[str, str]  # by knob
    arms: Mapping[str, Mapping[str, str]]  # by knob and person
    joined: tuple[Joined, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def value(self, knob: str, contact_id: str) -> str:
        """What one person gets."""
        return self.arms.get(knob, {}).get(contact_id) or self.values[knob]


async def draw(
    tx: AsyncConnection, ids: Ids, campaign_id: str, contact_ids: Sequence[str], now: datetime
) -> Draw:
    """Draw an arm of every running test for people who have none there yet. Reads only."""
    running = {one.declared.knob: one for one in await experiments.running(tx)}
    values: dict[str, str] = {}
    arms: dict[str, Mapping[str, str]] = {}
    joined, notes = [], []
    for knob in KNOBS:
        settled = await experiments.settled(tx, knob.name)
        values[knob.name] = settled if knob.allows(settled) else knob.usual
        experiment = running.get(knob.name) or (_new(ids, knob, now) if knob.always and not settled else None)
        if experiment is None:
            continue
        try:
            one = await _join(tx, experiment, campaign_id, contact_ids, now, begins=knob.name not in running)
        except Refused as error:
            log.warning("test_not_joined", extra={"experiment": experiment.id, "code": error.code})
            notes.append(f"Nobody of this campaign is in the test of the {knob.title}: {error.message}")
            continue
        joined.append(one)
        known = await experiments.assigned(tx, experiment.id, contact_ids)
        arms[knob.name] = {one.unit: one.arm for one in (*one.fresh, *known)}
    return Draw(values, arms, tuple(joined), tuple(notes))


def _new(ids: Ids, knob: Knob, now: datetime) -> Experiment:
    return beginning(ids.new("exp"), declared_for(knob.name), now)


async def _join(
    tx: AsyncConnection,
    experiment: Experiment,
    campaign_id: str,
    contact_ids: Sequence[str],
    now: datetime,
    *,
    begins: bool,
) -> Joined:
    declared = experiment.declared
    refuse_other(experiment, declared_for(declared.knob, declared.arms[1], declared.arms[0]))
    design = design_of(experiment)
    known = {one.unit for one in await experiments.assigned(tx, experiment.id, contact_ids)}
    fresh = []
    for unit in contact_ids:
        if unit not in known:
            arm = design.assign(unit)
            chance = experiment.share_of(arm)
            fresh.append(
                Assigned(
                    unit=unit,
                    arm=arm,
                    chance=chance,
                    version=experiment.version,
                    campaign_id=campaign_id,
                    at=now,
                )
            )
    return Joined(experiment, tuple(fresh), begins)


async def keep(tx: AsyncConnection, drawn: Draw) -> None:
    """Store what was drawn; who has an arm keeps it."""
    running = {one.declared.knob for one in await experiments.running(tx)}
    for one in drawn.joined:
        if one.begins and one.experiment.declared.knob in running:
            continue  # another plan was first; these people are in no test
        if one.begins:
            await experiments.begin(tx, one.experiment)
        await experiments.assign(tx, one.experiment.id, one.fresh)


async def personal(
    tx: AsyncConnection, campaign_id: str, contact_ids: Sequence[str]
) -> dict[str, dict[str, str]]:
    """What differs for each of these people of a campaign, by person and knob."""
    found: dict[str, dict[str, str]] = {}
    for knob, arms in (await experiments.arms_of(tx, campaign_id, contact_ids)).items():
        for unit, one in arms.items():
            found.setdefault(unit, {})[knob] = one.arm
    return found


def own_sequence(campaign: Campaign, arms: Mapping[str, str]) -> Campaign:
    """The campaign as one person gets it: another delay before the second mail, or no last mail."""
    mails = int(arms["follow_ups"]) + 1 if "follow_ups" in arms else len(campaign.touches)
    kept = [one for one in campaign.touches if one.channel != "email" or one.step <= mails]
    if "follow_up_days" in arms:
        days = int(arms["follow_up_days"])
        kept = [one.model_copy(update={"delay_days": days}) if one.step == SECOND else one for one in kept]
    return campaign.model_copy(update={"touches": tuple(kept)})
