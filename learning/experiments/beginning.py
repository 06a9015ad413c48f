"""What a test of a knob declares before its first person, what is told in advance, and that it stays as it is. Pure."""

from dataclasses import replace
from datetime import datetime

from domain.errors import Refused
from domain.experiments import ArmShare, Declared, Experiment, Foretold, HarmLimit
from domain.knobs import knob, value_for
from learning.experiments.design import Arm, Design, Guardrail, Outcome, refuse_edit

COMPLAINTS, OPT_OUTS = 0.003, 0.03  # of the people of an arm; beyond them it is closed
AFTER_LAST_MAIL = 7.0  # days in which an answer to the last mail of a sequence still counts
LIFT = 0.5  # what is planned for: half as many good answers again
WORTH_DAYS = 90.0  # a test nobody asked for begins only when it would be decided within so many days


def declared_for(name: str, against: str = "", usual: str = "", sequence_days: float = 11.0) -> Declared:
    """A test of a knob's value in force (the baseline) against another one.

    Raises:
        Refused: not_a_knob, out_of_bounds. Correctable: unknown_knob.
    """
    one = knob(name)
    base = value_for(name, usual or one.usual)
    other = value_for(name, against or (one.challenger if one.challenger != base else one.usual))
    return Declared(
        knob=name,
        arms=(base, other),
        window_days=sequence_days + AFTER_LAST_MAIL,
        limits=(HarmLimit(harm="complaints", limit=COMPLAINTS), HarmLimit(harm="opt_outs", limit=OPT_OUTS)),
    )


def beginning(experiment_id: str, declared: Declared, now: datetime, reason: str = "") -> Experiment:
    """A new test with even shares."""
    share = 1 / len(declared.arms)
    return Experiment(
        id=experiment_id,
        declared=declared,
        fingerprint=declared.fingerprint,
        shares=tuple(ArmShare(arm=name, share=share) for name in declared.arms),
        begun_at=now,
        reason=reason,
    )


def design_of(experiment: Experiment) -> Design:
    """The declared design with the shares in force; a single open arm has none."""
    declared = experiment.declared
    return Design(
        name=experiment.id,
        metric=declared.metric,
        arms=tuple(Arm(one.arm, one.share) for one in experiment.shares),
        outcome=Outcome.RATE,
        guardrails=tuple(Guardrail(one.harm, one.limit) for one in declared.limits),
        alpha=declared.alpha,
        floor=declared.floor,
        window_days=declared.window_days,
        smallest_effect=declared.smallest_effect,
        salt=declared.knob,
        version=experiment.version,
    )


def refuse_other(experiment: Experiment, declared: Declared) -> None:
    """A running test takes in nobody under another declaration; a change is a new test.

    Raises:
        Refused: experiment_edited, naming what changed.
    """
    running = design_of(experiment)
    if experiment.declared.arms != declared.arms:  # the shares in force say nothing about closed arms
        whole = tuple(Arm(name, 1 / len(declared.arms)) for name in declared.arms)
        refuse_edit(running, replace(running, arms=whole))
    refuse_edit(running, design_of(experiment.model_copy(update={"declared": declared})))
    refuse_edited(experiment)


def refuse_edited(experiment: Experiment) -> None:
    """A record that was changed by hand since its first person is not read.

    Raises:
        Refused: experiment_edited.
    """
    if experiment.edited:
        raise Refused(
            f"The record of experiment {experiment.id} was edited while it ran; nothing may be concluded from it.",
            code="experiment_edited",
            where=experiment.id,
            hint="End it, then start the change as a new test.",
        )


def foretell(
    declared: Declared,
    base_rate: float,
    assumed: bool,
    people_a_day: float | None,
    audience: int,
    now: datetime,
) -> Foretold:
    """How many people and days it takes, and the smallest difference that this audience alone could show."""
    from learning.experiments.planning import (
        plan,
        smallest_effect,
        spread_of_rate,
    )  # numpy loads for who plans

    rate = max(base_rate, 1e-4)
    planned = plan(rate, LIFT, people_a_day, declared.alpha, len(declared.arms))
    alone = smallest_effect(audience, spread_of_rate(rate), 0.5, declared.alpha) if audience >= 2 else None
    days = planned.days + declared.window_days if planned.days is not None else None
    return Foretold(
        at=now,
        base_rate=rate,
        assumed=assumed,
        lift=LIFT,
        people=planned.units,
        days=days,
        people_a_day=people_a_day,
        audience=audience,
        detectable=alone if alone is not None and alone < 1 else None,
    )
