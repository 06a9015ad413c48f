"""Reading a running test of campaigns: the split first, then the arms, people whose time to answer is over.

Shares may have moved on the way; each stretch of equal shares is compared within itself. Decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from domain.experiments import ArmShare, Assigned, Declared, Experiment, Version
from learning.experiments.balance import ALPHA, Balance, log_e_of_split
from learning.experiments.design import Outcome
from learning.experiments.evidence import Floats
from learning.experiments.judging import judge
from learning.experiments.people import HARMS, Person
from learning.experiments.reading import Reading, Verdict
from learning.experiments.sentences import sentence
from learning.experiments.trial import Stretch, Trial

Row = tuple[Assigned, Person]


@dataclass(frozen=True, slots=True)
class ArmStanding:
    """One arm in numbers of people; `rate` is of good answers among those whose time is over."""

    arm: str
    share: float  # of the people assigned next; 0 when closed
    assigned: int
    sent: int
    matured: int
    good: int
    positive: int
    meetings: int
    opt_outs: int
    complaints: int
    rate: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a test says today."""

    verdict: Verdict
    text: str
    arms: tuple[ArmStanding, ...]
    reading: Reading
    split: Balance


def read(experiment: Experiment, versions: Sequence[Version], rows: Sequence[Row], now: datetime) -> Standing:
    """What the test says at a moment."""
    declared = experiment.declared
    split = split_of(declared, versions, rows)
    trial = _trial(experiment, versions, rows, now)
    if trial.looks:
        reading = judge(trial, declared.alpha, declared.smallest_effect)
    else:
        reading = Reading(
            Verdict.TOO_LITTLE, "", name=experiment.id, metric=declared.metric, alpha=declared.alpha
        )
    if split.broken:
        reading = replace(reading, verdict=Verdict.BROKEN, winner=None, comparisons=(), needed=None)
    reading = replace(reading, srm=split)
    reading = replace(reading, sentence=sentence(reading, trial))
    found = {one.name: one for one in reading.arms}
    arms = tuple(
        replace(
            _counted(experiment, name, rows, now),
            rate=found[name].mean if name in found else None,
            interval=found[name].interval if name in found else None,
        )
        for name in declared.arms
    )
    return Standing(reading.verdict, reading.sentence, arms, reading, split)


def split_of(declared: Declared, versions: Sequence[Version], rows: Sequence[Row]) -> Balance:
    """Do the people who were written to fall into the arms as drawn? Stretch by stretch.

    What happens between drawing and sending (a text that cannot be written, a draft that is dropped) may
    differ between arms; then the arms differ in more than the variant.
    """
    logs, expected, seen = [], np.zeros(len(declared.arms)), np.zeros(len(declared.arms))
    for version in versions:
        shares = _by_arm(version.shares, declared.arms)
        counts = _count(
            declared.arms, [row for row in rows if row[0].version == version.number and row[1].sent_at]
        )
        if not counts.sum():
            continue
        expected, seen = expected + shares * counts.sum(), seen + counts
        open_arms = shares > 0
        if open_arms.sum() > 1:
            logs.append(float(log_e_of_split(counts[open_arms], shares[open_arms] / shares[open_arms].sum())))
    total = max(seen.sum(), 1.0)
    strongest = _together(logs)
    return Balance(
        p_value=float(np.exp(-max(strongest, 0.0))),
        expected=tuple(float(one) for one in expected / total),
        seen=tuple(float(one) for one in seen / total),
        broken=bool(strongest >= -np.log(ALPHA)),
    )


def _together(logs: Sequence[float]) -> float:
    """Half of the bet on every stretch at once, half on any single one; both are fair, and so is their mean."""
    if not logs:
        return 0.0
    one = float(np.logaddexp.reduce(logs) - np.log(len(logs)))
    return float(np.logaddexp(sum(logs), one) - np.log(2))


def _by_arm(shares: Sequence[ArmShare], arms: Sequence[str]) -> Floats:
    named = {one.arm: one.share for one in shares}
    return np.array([named.get(name, 0.0) for name in arms])


def _count(arms: Sequence[str], rows: Sequence[Row]) -> Floats:
    counts = np.zeros(len(arms))
    for given, _ in rows:
        counts[arms.index(given.arm)] += 1
    return counts


def _counted(experiment: Experiment, arm: str, rows: Sequence[Row], now: datetime) -> ArmStanding:
    window = experiment.declared.window_days
    mine = [person for given, person in rows if given.arm == arm]
    over = [person for person in mine if person.matured(window, now)]
    return ArmStanding(
        arm=arm,
        share=experiment.share_of(arm),
        assigned=len(mine),
        sent=sum(person.sent_at is not None for person in mine),
        matured=len(over),
        good=sum(person.good(window) for person in over),
        positive=sum(person.positive_at is not None for person in mine),
        meetings=sum(person.meeting_at is not None for person in mine),
        opt_outs=sum(person.opt_out_at is not None for person in mine),
        complaints=sum(person.complaint_at is not None for person in mine),
    )


def _trial(experiment: Experiment, versions: Sequence[Version], rows: Sequence[Row], now: datetime) -> Trial:
    """One look a day on which people's time to answer ended."""
    declared = experiment.declared
    window = timedelta(days=declared.window_days)
    over = [(given, person) for given, person in rows if person.matured(declared.window_days, now)]
    days = sorted({_day(person, window) for _, person in over})
    at = {day: number for number, day in enumerate(days)}
    stretches = [_stretch(one, over, at, declared, window) for one in versions]
    shape = (len(days), len(declared.arms))
    return Trial(
        arms=declared.arms,
        outcome=Outcome.RATE,
        metric=declared.metric,
        looks=tuple(days),
        units=sum((one.units for one in stretches), np.zeros(shape)),
        totals=sum((one.totals for one in stretches), np.zeros(shape)),
        planned=_planned(stretches, declared),
        days=float(len(days)) or None,
        name=experiment.id,
        harms={name: sum((one.harms[name] for one in stretches), np.zeros(shape)) for name in HARMS},
        stretches=tuple(stretches),
    )


def _day(person: Person, window: timedelta) -> str:
    assert person.sent_at is not None
    return (person.sent_at + window).date().isoformat()


def _stretch(
    version: Version, over: Sequence[Row], at: Mapping[str, int], declared: Declared, window: timedelta
) -> Stretch:
    names = ("units", "good", *HARMS)
    sums = {name: np.zeros((len(at), len(declared.arms))) for name in names}
    for given, person in over:
        if given.version != version.number:
            continue
        place = at[_day(person, window)], declared.arms.index(given.arm)
        sums["units"][place] += 1
        sums["good"][place] += person.good(declared.window_days)
        for harm in HARMS:
            sums[harm][place] += person.came(harm, declared.window_days)
    grown = {name: one.cumsum(axis=0) for name, one in sums.items()}
    shares = tuple(float(one) for one in _by_arm(version.shares, declared.arms))
    return Stretch(shares, grown["units"], grown["good"], {name: grown[name] for name in HARMS})


def _planned(stretches: Sequence[Stretch], declared: Declared) -> tuple[float, ...]:
    """The share each arm was drawn with on average; only the place of the bets depends on it."""
    weights = [float(one.units[-1].sum()) if len(one.units) else 0.0 for one in stretches]
    if not sum(weights):
        return tuple(1 / len(declared.arms) for _ in declared.arms)
    mean = np.average([one.shares for one in stretches], axis=0, weights=weights)
    mean = np.maximum(mean, 0.01)
    return tuple(float(one) for one in mean / mean.sum())
