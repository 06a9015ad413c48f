"""From a trial to a reading: the split first, then the comparisons, then one verdict. No file, no wording."""

import math
from dataclasses import dataclass, replace

import numpy as np

from learning.experiments.balance import Balance, check_split
from learning.experiments.comparing import Comparison, Finding, compare_means, compare_rates
from learning.experiments.design import Outcome
from learning.experiments.evidence import rate_interval, z_needed
from learning.experiments.reading import ArmReading, Harm, Needed, Reading, Verdict
from learning.experiments.sentences import sentence
from learning.experiments.trial import Problem, Trial, mean_and_variance

LEAST_UNITS = 10  # of every arm; below it an interval is a guess
_LOPSIDED = 0.4  # the smallest arm has less than this part of an equal share
_PLANNED_LIFT = 0.1  # the difference planned for while none is seen: a tenth of the baseline


_UNREADABLE = Problem(
    "not_comparable",
    "The arms share no look with enough units and a known variance (or standard deviation) above zero.",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was computed before the verdict."""

    verdict: Verdict
    winner: str | None = None
    comparisons: tuple[Comparison, ...] = ()
    harms: tuple[Harm, ...] = ()
    problems: tuple[Problem, ...] = ()


def judge(trial: Trial, alpha: float = 0.05, matters: float | None = None) -> Reading:
    """Read one experiment; `matters` is the smallest absolute difference worth having."""
    one_plan = len(trial.arms) > 1 and not trial.stretches  # with several, the caller checks each
    srm = check_split(trial.together(), trial.shares) if one_plan else None
    if srm is not None and srm.broken and trial.planned is None:
        trial, srm = _lopsided_on_purpose(trial, srm)
    found = _found(trial, srm, alpha, matters)
    reading = Reading(
        verdict=found.verdict,
        sentence="",
        name=trial.name,
        metric=trial.metric,
        outcome=trial.outcome.value,
        baseline=trial.arms[0] if trial.arms else None,
        winner=found.winner,
        alpha=alpha,
        arms=_arms(trial, alpha),
        comparisons=found.comparisons,
        srm=srm,
        needed=_needed(trial, found, alpha),
        harms=found.harms,
        looks=len(trial.looks),
        assumptions=trial.assumptions,
        problems=(*trial.problems, *found.problems),
    )
    return replace(reading, sentence=sentence(reading, trial))


def _lopsided_on_purpose(trial: Trial, srm: Balance) -> tuple[Trial, Balance]:
    """Nobody said the shares, and one arm got very little: rather a 90/10 plan than a fault. It is said."""
    if min(srm.seen) * len(srm.seen) > _LOPSIDED:
        return trial, srm
    for grain in (0.05, 0.01):
        guess = tuple(round(one / grain) * grain for one in srm.seen)
        if min(guess) <= 0 or abs(sum(guess) - 1) > 1e-6:
            continue
        checked = check_split(trial.together(), guess)
        if not checked.broken:
            shown = " / ".join(f"{one:.0%}" for one in guess)
            told = tuple(one for one in trial.assumptions if "equal ones" not in one)
            text = f"No planned shares are given; {shown} is taken for the plan, because equal shares are far off."
            return replace(trial, planned=guess, assumptions=(*told, text)), checked
    return trial, srm


def _found(trial: Trial, srm: Balance | None, alpha: float, matters: float | None) -> _Found:
    fault = _too_little(trial)
    if fault is not None:
        return _Found(Verdict.TOO_LITTLE, problems=(fault,))
    if srm is not None and srm.broken:
        return _Found(Verdict.BROKEN)
    level = alpha / (len(trial.arms) - 1)
    comparisons = tuple(_compare(trial, arm, level, matters) for arm in range(1, len(trial.arms)))
    if all(one.finding is Finding.UNREADABLE for one in comparisons):
        return _Found(Verdict.TOO_LITTLE, comparisons=comparisons, problems=(*_midway(trial), _UNREADABLE))
    harms = tuple(_harm(trial, arm, harm, alpha) for harm in trial.harms for arm in range(1, len(trial.arms)))
    vetoed = {one.arm for one in harms if one.vetoed}
    verdict, winner = _verdict(trial, comparisons, vetoed)
    problems = (*_midway(trial), *_faded(trial, comparisons), *_vetoes(harms))
    return _Found(verdict, winner, comparisons, harms, problems)


def _too_little(trial: Trial) -> Problem | None:
    if len(trial.arms) < 2:
        return Problem("one_arm", "There is only one arm: nothing to compare it with.")
    last = trial.last(trial.units)
    small = [arm for arm, units in zip(trial.arms, last, strict=True) if units < LEAST_UNITS]
    if small:
        text = f"Fewer than {LEAST_UNITS} units in {', '.join(small[:5])}: too few to read."
        return Problem("too_few_units", text, where=", ".join(small))
    if _constant(trial):
        return Problem(
            "constant_outcome", "Every unit has the same outcome: there is nothing to compare yet."
        )
    return None


def _constant(trial: Trial) -> bool:
    units, totals = trial.last(trial.units), trial.last(trial.totals)
    if trial.outcome is Outcome.RATE or trial.squares is None:
        return float(totals.sum()) in (0.0, float(units.sum()))
    mean, variance = mean_and_variance(units, totals, trial.last(trial.squares))
    return bool(np.all(variance == 0)) and bool(np.ptp(mean) == 0)


def _compare(trial: Trial, arm: int, level: float, matters: float | None) -> Comparison:
    names = trial.arms[0], trial.arms[arm]
    if trial.outcome is Outcome.RATE:
        found = compare_rates(trial.counts(arm), names, level, matters)
    else:
        found = compare_means(trial.moments(arm), names, level, matters)
    adjusted = min(1.0, found.p_value * (len(trial.arms) - 1))
    at = found.decided_at
    return replace(
        found,
        p_value=adjusted,
        finding=_as_wished(found.finding, trial.higher_is_better),
        decided_at=None if at is None else at + trial.first_common_look(arm),
    )


def _as_wished(finding: Finding, higher_is_better: bool) -> Finding:
    if higher_is_better:
        return finding
    return {Finding.BETTER: Finding.WORSE, Finding.WORSE: Finding.BETTER}.get(finding, finding)


def _harm(trial: Trial, arm: int, harm: str, alpha: float) -> Harm:
    """No correction for several arms here: closing an arm too early costs less than harming people."""
    counts = trial.counts(arm, harm)
    found = compare_rates(counts, (trial.arms[0], trial.arms[arm]), alpha)
    units = counts.base_units[-1], counts.arm_units[-1]
    return Harm(
        name=harm,
        arm=trial.arms[arm],
        rate=float(counts.arm_hits[-1] / units[1]),
        baseline_rate=float(counts.base_hits[-1] / units[0]),
        p_value=found.p_value,
        vetoed=found.finding is Finding.BETTER,  # here more is worse
    )


def _verdict(
    trial: Trial, comparisons: tuple[Comparison, ...], vetoed: set[str]
) -> tuple[Verdict, str | None]:
    findings = {one.finding for one in comparisons}
    sign = 1 if trial.higher_is_better else -1
    better = [one for one in comparisons if one.finding is Finding.BETTER]
    allowed = [one for one in better if one.arm not in vetoed]
    if allowed:
        return Verdict.DECIDED, max(allowed, key=lambda one: sign * one.effect).arm
    if findings <= {Finding.WORSE, Finding.BETTER}:  # better ones are vetoed
        return Verdict.DECIDED, trial.arms[0]
    if Finding.NOT_YET not in findings and Finding.UNREADABLE not in findings:
        return Verdict.FUTILE, None
    return Verdict.NOT_YET, None


def _midway(trial: Trial) -> tuple[Problem, ...]:
    starts = {arm: trial.first_common_look(at) for at, arm in enumerate(trial.arms) if at}
    return tuple(
        Problem(
            "arm_started_midway",
            f"{arm} and {trial.arms[0]} did not start together: only the time from {trial.looks[look]} on, "
            "when both ran, is compared.",
            where=arm,
        )
        for arm, look in starts.items()
        if look > 0
    )


def _faded(trial: Trial, comparisons: tuple[Comparison, ...]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "effect_faded",
            f"{one.arm} was decided at {trial.looks[one.decided_at]}; since then the difference has shrunk and "
            "today's interval reaches zero. Was it the novelty, or a change in who is reached?",
            where=one.arm,
        )
        for one in comparisons
        if one.faded and one.decided_at is not None
    )


def _vetoes(harms: tuple[Harm, ...]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "guardrail",
            f"{one.arm} has surely more {one.name} than the baseline ({one.rate:.2%} against "
            f"{one.baseline_rate:.2%}): it must not win.",
            where=one.arm,
        )
        for one in harms
        if one.vetoed
    )


def _arms(trial: Trial, alpha: float) -> tuple[ArmReading, ...]:
    return tuple(_arm(trial, at, alpha) for at in range(len(trial.arms)))


def _arm(trial: Trial, at: int, alpha: float) -> ArmReading:
    name, share = trial.arms[at], trial.shares[at]
    units, total = float(trial.last(trial.units)[at]), float(trial.last(trial.totals)[at])
    if not units:
        return ArmReading(name, 0, None, None, share, None)
    if trial.outcome is Outcome.RATE:
        return ArmReading(name, int(units), total, total / units, share, rate_interval(units, total, alpha))
    return ArmReading(name, int(units), None, total / units, share, _mean_interval(trial, at, alpha))


def _mean_interval(trial: Trial, at: int, alpha: float) -> tuple[float, float] | None:
    if trial.squares is None:
        return None
    sums = (trial.last(one)[at : at + 1] for one in (trial.units, trial.totals, trial.squares))
    units, total, squares = sums
    means, variances = mean_and_variance(units, total, squares)
    units, mean, variance = float(units[0]), float(means[0]), float(variances[0])
    if not variance > 0:
        return None
    half = z_needed(units, alpha) * math.sqrt(variance / units)
    return mean - half, mean + half


def _needed(trial: Trial, found: _Found, alpha: float) -> Needed | None:
    """For the arm closest to a decision; without a difference to go by, for a tenth of the baseline."""
    open_arms = [one for one in found.comparisons if one.finding is Finding.NOT_YET]
    if found.verdict is not Verdict.NOT_YET or not open_arms:
        return None
    closest = min(open_arms, key=lambda one: (one.needed_units is None, one.needed_units or 0, one.p_value))
    per_pair, effect = closest.needed_units, closest.effect
    if per_pair is None:
        effect, per_pair = _for_planned_lift(trial, closest, alpha)
    units = None if per_pair is None else math.ceil(per_pair * len(trial.arms) / 2)
    pace = float(trial.last(trial.units).sum()) / trial.days if trial.days else None
    days = units / pace if units is not None and pace else None
    return Needed(units, days, effect, closest.detectable)


def _for_planned_lift(trial: Trial, closest: Comparison, alpha: float) -> tuple[float, int | None]:
    """Information grows with units, so what these can find says what a smaller effect takes."""
    base = _arm(trial, 0, alpha).mean
    if not base:
        return float("nan"), None
    effect = _PLANNED_LIFT * abs(base)
    units = float(trial.last(trial.units).sum()) * 2 / len(trial.arms)
    return effect, max(0, math.ceil(units * ((closest.detectable / effect) ** 2 - 1)))
