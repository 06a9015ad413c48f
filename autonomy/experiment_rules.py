"""Hard rules for experiments and the pace of campaigns: only knobs, inside their bounds, never the measure. Pure."""

from domain.actions import ChangeExperiment, PaceCampaign
from domain.decisions import Proposal, RuleHit, Verdict
from domain.errors import RainmakerError
from domain.experiments import Experiment, ExperimentState, shares_problem
from domain.knobs import value_for


def experiment_hit(proposal: Proposal, experiment: Experiment | None) -> RuleHit | None:
    """What is against this act on an experiment or a campaign's pace."""
    action = proposal.action
    if isinstance(action, PaceCampaign):
        held = action.before == 0 and action.after != 0
        if held and proposal.actor.kind != "user":
            return RuleHit(
                rule="G20",
                verdict=Verdict.ASK,
                message="A campaign that was held goes on when a person agrees.",
            )
        return None
    if not isinstance(action, ChangeExperiment):
        return None
    problem = _problem(action, experiment) if experiment else "Nothing is known about this experiment."
    return RuleHit(rule="G20", verdict=Verdict.REFUSE, message=problem) if problem else None


def _problem(action: ChangeExperiment, experiment: Experiment) -> str | None:
    if experiment.edited:
        return "The experiment was edited while it ran; nothing may be concluded from it."
    begins = action.change == "begin"
    if experiment.state is not (ExperimentState.PLANNED if begins else ExperimentState.RUNNING):
        return f"The experiment is {experiment.state}."
    if (action.version, action.before) != (experiment.version, experiment.shares):
        return "The shares changed since this was decided."
    if not action.reason.strip():
        return "A change of an experiment needs a reason."
    return _after_problem(action, experiment) or _value_problem(action, experiment)


def _after_problem(action: ChangeExperiment, experiment: Experiment) -> str | None:
    """A shift keeps the open arms, a closed arm never opens again, and what is over has no shares."""
    open_before = {one.arm for one in experiment.shares}
    open_after = {one.arm for one in action.after}
    if action.change in ("begin", "shift"):
        if open_after != open_before:
            return "A shift of shares opens and closes no arm."
        return shares_problem(action.after, experiment.declared)
    if action.change == "stop_arm":
        if action.arm not in open_before or open_after != open_before - {action.arm}:
            return "Closing an arm leaves exactly the other open ones."
        return shares_problem(action.after, experiment.declared) if len(open_after) > 1 else None
    return "An experiment that is over has no shares." if action.after else None


def _value_problem(action: ChangeExperiment, experiment: Experiment) -> str | None:
    """What everybody would get lies inside the knob's bounds, and there is such a knob."""
    declared = experiment.declared
    wanted = [action.arm] if action.change == "decide" else [one.arm for one in action.after]
    if action.change == "decide" and action.arm not in declared.arms:
        return f"The experiment has no arm {action.arm[:20]}."
    try:
        for value in wanted:
            value_for(declared.knob, value)
    except RainmakerError as error:
        return error.message
    return None
