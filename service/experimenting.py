"""Tests of campaigns at work: once a day each is read, and what follows is an act through the gate. Sends nothing.

The arithmetic is loaded only on a day on which there is something to read.
"""

import asyncio
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals, switch
from autonomy.stop_file import with_stop_file
from domain.actions import AnyAction, ChangeExperiment
from domain.decisions import Actor, Decision, Verdict
from domain.errors import Correctable, Refused
from domain.experiments import Experiment, ExperimentState
from domain.knobs import KNOBS, knob
from domain.labels import Integrity, Label, owner_label
from graph.specialists.expecting import pace_of, past_of
from graph.specialists.experiment_views import Running, load, standing_of, unknown
from learning.campaigns.chance import expect
from learning.experiments.beginning import (
    WORTH_DAYS,
    beginning,
    declared_for,
    foretell,
    refuse_edited,
    refuse_other,
)
from learning.experiments.people import Person, people_of
from runtime.store import experience, experiments, people
from runtime.store.due import DueRow
from service.bootstrap import House
from service.carrying_out import MAY_HAPPEN, carry_out, decide_on
from service.timetable import Worked

if TYPE_CHECKING:
    from learning.experiments.steering import Step

log = logging.getLogger(__name__)
SYSTEM = Actor(kind="system", name="system")
LABEL = Label(integrity=Integrity.AGENT, origin="experiments")
AT_ONCE = 3  # tests that run beside each other


async def review(house: House, due_row: DueRow) -> Worked:
    """Read every running test, do what follows, and begin a test that would be decided soon enough."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        running = await experiments.running(tx)
        if not running or await stopped(tx, house):
            return Worked()
        everybody = people_of(await experience.as_of(tx, now))
        loaded = [await load(tx, one, everybody) for one in running]
    made, problems = 0, []
    for one in loaded:
        try:
            made += await _reviewed(house, one, now)
        except Refused as error:
            problems.append(error.message)
    made += await _began(house, list(everybody.values()), running, now)
    return Worked(counts={"decisions": made}, problems=tuple(problems), detail=f"{len(loaded)} tests read")


async def stopped(tx: AsyncConnection, house: House) -> bool:
    """True while the kill switch lets the system do nothing."""
    thrown = with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)
    return switch.stopped(thrown, "effects", [f"agent:{SYSTEM.name}"]) is not None


async def _reviewed(house: House, one: Running, now: datetime) -> int:
    if not one.sent:
        refuse_edited(one.experiment)
        return 0
    from learning.experiments.steering import next_step

    standing = await standing_of(one, now)
    step = next_step(one.experiment, one.versions, standing, one.rows, now)
    if step is None:
        return 0
    async with house.database.write() as tx:
        await act(tx, house, await action_for(tx, one.experiment, step), step.reason, SYSTEM, LABEL)
    log.info("test_changed", extra={"experiment": one.experiment.id, "change": step.change})
    return 1


async def action_for(tx: AsyncConnection, experiment: Experiment, step: "Step") -> ChangeExperiment:
    """The act a step stands for."""
    return ChangeExperiment(
        experiment_id=experiment.id,
        change=step.change,
        arm=step.arm,
        version=experiment.version,
        before=experiment.shares,
        after=step.after,
        settled_before=await experiments.settled(tx, experiment.declared.knob),
        reason=step.reason[:600],
    )


async def act(
    tx: AsyncConnection,
    house: House,
    action: AnyAction,
    reason: str,
    actor: Actor,
    label: Label,
    cause: str = "",
) -> Decision:
    """Judge an act and do what the gate allows; what it wants asked waits for a person, once."""
    made = await decide_on(tx, house, action, actor=actor, reason=reason[:600], label=label, cause=cause)
    verdict = made.judgement.verdict
    if verdict in MAY_HAPPEN:
        await carry_out(tx, house, made)
    elif verdict is Verdict.ASK:
        await approvals.ask(
            tx,
            [made],
            summary=f"{action.noun.capitalize()}: {reason}"[:300],
            cause=cause,
            ids=house.ids,
            now=await house.clock.now(),
            per_day=house.terms.asks_per_day,
        )
    return made


async def _began(house: House, everybody: list[Person], running: list[Experiment], now: datetime) -> int:
    """Begin the test of one more knob, when at today's pace it would be decided within a few months."""
    tested = {one.declared.knob for one in running}
    if len(running) >= AT_ONCE:
        return 0
    async with house.database.read() as tx:
        tested |= {one.declared.knob for one in await experiments.everything(tx)}
    idle = next((one for one in KNOBS if one.name not in tested), None)
    lately = pace_of(everybody, house.terms, now)
    if idle is None or not any(one.sent_at for one in everybody):
        return 0
    chance = expect(1, past_of(everybody, now))
    if chance.assumed:
        return 0
    told = await asyncio.to_thread(
        foretell, declared_for(idle.name), chance.rate, chance.assumed, lately, 0, now
    )
    if told.days is None or told.days > WORTH_DAYS:
        return 0
    await begin(house, idle.name, "", SYSTEM)
    return 1


async def begin(house: House, name: str, against: str, actor: Actor) -> dict[str, Any]:
    """Begin a test of a knob; people of campaigns planned from now on are drawn.

    Raises:
        Refused: not_a_knob, out_of_bounds, experiment_edited – one runs, with other arms. Correctable: unknown_knob,
        already_running.
    """
    now = await house.clock.now()
    one = knob(name)
    async with house.database.write() as tx:
        usual = await experiments.settled(tx, name) or one.usual
        declared = declared_for(name, against, usual)
        for other in await experiments.running(tx):
            if other.declared.knob == name:
                refuse_other(other, declared)
                raise Correctable(
                    f"The {one.title} is being tested already.", code="already_running", where=other.id
                )
        reason = f"{actor.name} begins a test of the {one.title}: {' against '.join(declared.arms)}."
        everybody = list(people_of(await experience.as_of(tx, now)).values())
        chance = expect(1, past_of(everybody, now))
        told = foretell(declared, chance.rate, chance.assumed, pace_of(everybody, house.terms, now), 0, now)
        new = beginning(house.ids.new("exp"), declared, now, reason=reason)
        new = new.model_copy(update={"foretold": told, "state": ExperimentState.PLANNED})
        await experiments.begin(tx, new)
        action = ChangeExperiment(
            experiment_id=new.id,
            change="begin",
            version=1,
            before=new.shares,
            after=new.shares,
            reason=reason,
        )
        made = await act(tx, house, action, reason, actor, _label(actor))
    if made.judgement.verdict is Verdict.REFUSE:
        raise Refused(made.judgement.why, code="refused", where=made.id)
    log.info("test_begun", extra={"experiment": new.id, "knob": name})
    state = "asked" if made.judgement.verdict is Verdict.ASK else str(ExperimentState.RUNNING)
    return {"id": new.id, "knob": name, "arms": list(declared.arms), "state": state, "decision": made.id}


def _label(actor: Actor) -> Label:
    return LABEL if actor == SYSTEM else owner_label(actor.name)


async def finish(house: House, experiment_id: str, winner: str, actor: Actor) -> dict[str, Any]:
    """End a running test for a person; with a winner, everybody gets that from now on.

    Raises:
        Correctable: unknown_experiment. Refused: refused.
    """
    from learning.experiments.steering import Step

    async with house.database.write() as tx:
        experiment = await experiments.one(tx, experiment_id)
        if experiment is None:
            raise unknown(experiment_id)
        what = f"settled on {winner}" if winner else "ended"
        step = Step(
            "decide" if winner else "end", f"{actor.name} {what} without waiting for the test.", winner
        )
        action = await action_for(tx, experiment, step)
        made = await act(tx, house, action, step.reason, actor, owner_label(actor.name))
    if made.judgement.verdict is Verdict.REFUSE:
        raise Refused(made.judgement.why, code="refused", where=made.id)
    state = ExperimentState.DECIDED if winner else ExperimentState.ENDED
    asked = made.judgement.verdict is Verdict.ASK
    return {
        "id": experiment_id,
        "state": "asked" if asked else str(state),
        "winner": winner,
        "decision": made.id,
    }
