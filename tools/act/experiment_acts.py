"""Hands for experiments and the pace of campaigns: shares, closed arms, what is settled, first mails a day.

People who were assigned keep their arm whatever happens here.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import ChangeExperiment, PaceCampaign
from domain.errors import Correctable, Refused
from domain.experiments import Experiment, ExperimentState
from domain.knobs import knob
from runtime.store import campaign_course, experiments
from runtime.store.campaign_course import Pace


async def change_experiment(
    tx: AsyncConnection, action: ChangeExperiment, decision_id: str, now: datetime
) -> str:
    """Carry out a decision on a running experiment.

    Raises:
        Correctable: unknown_experiment. Refused: experiment_moved, experiment_edited.
    """
    seen = await _running(tx, action)
    after = _after(seen, action, now)
    if action.change == "begin" and await _tested(tx, seen):
        raise Refused("A test of the same kind is running.", code="experiment_moved", where=seen.id)
    if not await experiments.turn(tx, seen, after, decision_id, now):
        raise Refused("The experiment changed meanwhile; look again.", code="experiment_moved", where=seen.id)
    if after.state is ExperimentState.DECIDED:
        await experiments.settle(tx, seen.declared.knob, after.winner, now)
        return f"{knob(seen.declared.knob).title}: {after.winner} from now on."
    if after.state is ExperimentState.ENDED:
        return "The test is over without an answer."
    return "Shares for people not assigned yet: " + ", ".join(
        f"{one.arm} {one.share:.0%}" for one in after.shares
    )


async def _running(tx: AsyncConnection, action: ChangeExperiment) -> Experiment:
    seen = await experiments.one(tx, action.experiment_id)
    if seen is None:
        raise Correctable(
            f"There is no experiment {action.experiment_id}.",
            code="unknown_experiment",
            where=action.experiment_id,
        )
    if seen.edited:
        raise Refused(
            "The experiment was edited while it ran; nothing may be concluded from it.",
            code="experiment_edited",
            where=seen.id,
        )
    state = ExperimentState.PLANNED if action.change == "begin" else ExperimentState.RUNNING
    if seen.state is not state or seen.version != action.version:
        raise Refused("The experiment changed meanwhile; look again.", code="experiment_moved", where=seen.id)
    return seen


def _after(seen: Experiment, action: ChangeExperiment, now: datetime) -> Experiment:
    if action.change == "end":
        update = {"state": ExperimentState.ENDED, "shares": (), "ended_at": now}
    elif action.change == "decide" or len(action.after) == 1:
        winner = action.arm if action.change == "decide" else action.after[0].arm
        update = {"state": ExperimentState.DECIDED, "winner": winner, "shares": (), "ended_at": now}
    else:
        update = {"state": ExperimentState.RUNNING, "shares": action.after}
    return seen.model_copy(update={**update, "reason": action.reason})


async def _tested(tx: AsyncConnection, seen: Experiment) -> bool:
    """True while another test of the same knob runs."""
    running = await experiments.running(tx)
    return any(one.id != seen.id and one.declared.knob == seen.declared.knob for one in running)


async def undo_change(tx: AsyncConnection, action: ChangeExperiment, decision_id: str, now: datetime) -> str:
    """Put the shares and the knob's value of before in force again; possible while nothing came after it.

    Raises:
        Refused: cannot_undo.
    """
    seen = await experiments.one(tx, action.experiment_id)
    if seen is None or seen.version != action.version + 1:
        raise Refused(
            "The experiment was changed again since; undo that first.", code="cannot_undo", where=decision_id
        )
    if action.change == "begin":
        over = {"state": ExperimentState.ENDED, "shares": (), "reason": "undone", "ended_at": now}
        await experiments.turn(tx, seen, seen.model_copy(update=over), decision_id, now)
        return "The test is over; who was drawn keeps their arm."
    if await _tested(tx, seen):
        raise Refused("Another test of the same kind has begun since.", code="cannot_undo", where=decision_id)
    back = seen.model_copy(
        update={
            "state": ExperimentState.RUNNING,
            "shares": action.before,
            "winner": "",
            "reason": "undone",
            "ended_at": None,
        }
    )
    await experiments.turn(tx, seen, back, decision_id, now)
    if seen.state is ExperimentState.DECIDED:
        before = action.settled_before or knob(seen.declared.knob).usual
        await experiments.settle(tx, seen.declared.knob, before, now)
    return "The experiment runs on with the shares of before."


async def pace_campaign(tx: AsyncConnection, action: PaceCampaign, decision_id: str, now: datetime) -> str:
    """Let a campaign go faster or slower.

    Raises:
        Refused: pace_moved.
    """
    if (await campaign_course.pace(tx, action.campaign_id)).first_mails != action.before:
        raise Refused("The campaign's pace changed meanwhile; look again.", code="pace_moved")
    new = Pace(action.after, action.reason, now, decision_id)
    await campaign_course.set_pace(tx, action.campaign_id, new)
    if action.after is None:
        return "The campaign has no limit of its own any more."
    if action.after == 0:
        return "The campaign's mails wait."
    return f"The campaign sends at most {action.after} first mails a day."


async def undo_pace(tx: AsyncConnection, action: PaceCampaign, decision_id: str, now: datetime) -> str:
    """Restore the pace before, unless it was changed again.

    Raises:
        Refused: cannot_undo.
    """
    if (await campaign_course.pace(tx, action.campaign_id)).decision_id != decision_id:
        raise Refused(
            "The pace was changed again since; undo that first.", code="cannot_undo", where=decision_id
        )
    await campaign_course.set_pace(tx, action.campaign_id, Pace(action.before, "undone", now, decision_id))
    return "The campaign goes at its pace of before."
