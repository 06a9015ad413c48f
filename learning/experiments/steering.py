"""What a running test should do next: close a harmful arm, settle, end, move shares, or wait. Proposes, never acts.

Numbers in, one step with its reason out; the same for the same counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from domain.experiments import ArmShare, Experiment, Version
from learning.experiments.bandit import Batch, Objective, Rules, State, begin, divide, log_e_above, observe
from learning.experiments.beginning import design_of
from learning.experiments.design import Design
from learning.experiments.reading import Verdict
from learning.experiments.running import Row, Standing

WORTH = {"positive": 1.0, "meetings": 3.0, "opt_outs": -1.0, "complaints": -10.0}
LEAST_MATURED = 100  # of every open arm before shares move: until then the declared split learns fastest
LEAST_SHARE = 0.1  # of an open arm, or it could never be decided
MOVES_BY = 0.05  # a smaller change is not worth an act
REST = timedelta(days=7)  # between two moves of shares
HARM_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """One change and why."""

    change: Literal["shift", "stop_arm", "decide", "end"]
    reason: str
    arm: str = ""
    after: tuple[ArmShare, ...] = ()


def next_step(
    experiment: Experiment,
    versions: Sequence[Version],
    standing: Standing,
    rows: Sequence[Row],
    now: datetime,
) -> Step | None:
    """The one thing to do now, or None."""
    harmful = _harmful(experiment, standing)
    if harmful is not None:
        return harmful
    if standing.verdict is Verdict.BROKEN:
        return Step("end", standing.text)
    if standing.verdict is Verdict.DECIDED and standing.reading.winner:
        return _settled(experiment, standing)
    if standing.verdict is Verdict.FUTILE:
        return Step("decide", standing.text, experiment.baseline)
    return _shifted(experiment, versions, standing, rows, now)


def _settled(experiment: Experiment, standing: Standing) -> Step:
    winner = standing.reading.winner or experiment.baseline
    if experiment.share_of(winner) > 0:
        return Step("decide", standing.text, winner)
    left = max(experiment.shares, key=lambda one: one.share).arm  # the winner was closed for harm
    return Step("decide", f"{winner} did better but was closed for the harm it does. {standing.text}", left)


def _harmful(experiment: Experiment, standing: Standing) -> Step | None:
    """An arm surely above a limit of harm, counted over everybody written to, without waiting for anybody's time.

    Who still may complain counts as content, so this errs on the side of going on; it may be looked at daily.
    """
    open_arms = [one for one in standing.arms if one.share > 0 and one.sent]
    level = HARM_ALPHA / max(1, len(experiment.declared.arms) * len(experiment.declared.limits))
    for limit in experiment.declared.limits:
        for one in open_arms:
            harmed = getattr(one, limit.harm)
            if float(log_e_above(one.sent, harmed, limit.limit)) < -np.log(level):
                continue
            what = limit.harm.replace("_", "-")
            reason = (
                f"{one.arm}: {harmed} {what} among {one.sent} people are surely more than {limit.limit:.1%}; "
                "nobody new gets it, whatever it wins."
            )
            return _closed(experiment, one.arm, reason)
    return None


def _closed(experiment: Experiment, arm: str, reason: str) -> Step:
    left = [one for one in experiment.shares if one.arm != arm]
    if not left:
        return Step("end", reason)
    whole = sum(one.share for one in left)
    after = tuple(ArmShare(arm=one.arm, share=one.share / whole) for one in left)
    return Step("stop_arm", reason, arm, after)


def _shifted(
    experiment: Experiment,
    versions: Sequence[Version],
    standing: Standing,
    rows: Sequence[Row],
    now: datetime,
) -> Step | None:
    open_arms = [one for one in standing.arms if one.share > 0]
    if min(one.matured for one in open_arms) < LEAST_MATURED or now - versions[-1].since < REST:
        return None
    design, objective = design_of(experiment), Objective(WORTH)
    window = experiment.declared.window_days
    state = _seen(design, objective, rows, window, now)
    pending = [float(one.sent - one.matured) for one in open_arms]
    coming = max(1.0, float(sum(pending)))
    seed = int(experiment.fingerprint[:8], 16) + experiment.version
    divided = divide(state, design, objective, coming, seed, Rules(memory_days=None), pending)
    after = _rounded(divided.shares, design)
    even = 1 / len(after)
    against = [
        one for one in after if one.share < experiment.share_of(one.arm) and divided.best[one.arm] > even
    ]
    if against or max(abs(one.share - experiment.share_of(one.arm)) for one in after) < MOVES_BY:
        return None  # the budget for trying is short, or there is nothing to gain: what is in force stays
    likely = ", ".join(f"{name} {chance:.0%}" for name, chance in divided.best.items())
    held = " More would risk too much of what the baseline brings." if divided.held_back else ""
    reason = (
        f"Chance to be the best, on positive replies and meetings minus harms: {likely}. "
        f"People not assigned yet are divided anew.{held}"
    )
    return Step("shift", reason, after=after)


def _seen(design: Design, objective: Objective, rows: Sequence[Row], window: float, now: datetime) -> State:
    """Everybody whose time to answer is over, day by day."""
    names = [one.name for one in design.arms]
    days: dict[str, list[Row]] = defaultdict(list)
    for given, person in rows:
        if given.arm in names and person.sent_at is not None and person.matured(window, now):
            days[person.sent_at.date().isoformat()].append((given, person))
    state = begin(design, objective)
    rules = Rules(memory_days=None)
    for _, mine in sorted(days.items()):
        units = np.zeros(len(names))
        answers = {name: np.zeros(len(names)) for name in WORTH}
        for given, person in mine:
            at = names.index(given.arm)
            units[at] += 1
            for name in WORTH:
                answers[name][at] += person.came(name, window)
        batch = Batch(units.tolist(), {name: one.tolist() for name, one in answers.items()})
        state = observe(state, batch, design, objective, rules)
    return state


def _rounded(shares: object, design: Design) -> tuple[ArmShare, ...]:
    """Whole per cents that keep every open arm alive and the baseline above its floor."""
    assert isinstance(shares, dict)
    names = [one.name for one in design.arms]
    least = [max(LEAST_SHARE, design.floor) if at == 0 else LEAST_SHARE for at in range(len(names))]
    wanted = np.array([float(shares[name]) for name in names])
    room = 1 - sum(least)
    above = np.maximum(wanted - least, 0)
    kept = np.array(least) + (above / above.sum() * room if above.sum() > 0 else room / len(names))
    cents = np.floor(kept * 100 + 1e-9)
    cents[int(np.argmax(kept))] += 100 - cents.sum()
    return tuple(ArmShare(arm=name, share=float(one) / 100) for name, one in zip(names, cents, strict=True))
