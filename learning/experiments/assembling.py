"""Rows of an experiment, in whatever order, become one trial: looks sorted, doubles settled, sums cumulated.

Decides, and says, whether the numbers of a series are those of a day or running totals. Reads no file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from learning.experiments.design import Outcome
from learning.experiments.evidence import Floats
from learning.experiments.headings import baseline_of
from learning.experiments.trial import Problem, Trial

_MOSTLY = 0.85  # of the steps go up: running totals with a slip rather than days that happened to grow
_STEPS_TO_TELL = 6
_FEW = 10  # units a day; with fewer a day without a line simply had none


@dataclass(frozen=True, slots=True)
class Row:
    """One arm at one look. `squares` is NaN where the variance is unknown; `when` is in days, None: no time."""

    arm: str
    units: float
    total: float
    squares: float
    when: float | None = None
    label: str = ""
    line: int = 0
    share: float | None = None
    harms: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What the file says about the rows beside their numbers. `cumulative` is None when headings do not tell."""

    outcome: Outcome
    metric: str
    arms: tuple[str, ...] = ()  # in the order of the file, with those that have no readable row
    name: str = ""
    no_line_is_none: bool = False  # a day without a line had no units
    cumulative: bool | None = None
    why_cumulative: str = "the headings say so"
    higher_is_better: bool = True
    harms: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Notes:
    """Assumptions and problems found on the way."""

    assumptions: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, code: str, message: str, where: str = "") -> None:
        self.problems.append(Problem(code, message, where))


def assemble(rows: Sequence[Row], source: Source) -> Trial:
    """One trial of the rows of one experiment and metric."""
    notes = _Notes(list(source.assumptions), list(source.problems))
    arms = _arms(source.arms or tuple(dict.fromkeys(row.arm for row in rows)), notes)
    looks = _looks(rows)
    _say_disorder(rows, notes)
    cumulative = len(looks) > 1 and _is_cumulative(rows, source, notes)
    kept = _settle_doubles(rows, cumulative, notes)
    sums = _grids(kept, arms, looks, 3 + len(source.harms))
    ends = _ends(sums[0], arms, list(looks.values()), notes)
    bad = _bad_looks(sums[0], arms, list(looks.values()), cumulative, source.no_line_is_none, notes)
    sums = _running(sums, bad) if cumulative else _cumulated(sums, bad)
    sums[:, ends] = np.nan
    trial = Trial(
        arms=arms,
        outcome=source.outcome,
        metric=source.metric,
        looks=tuple(looks.values()),
        units=sums[0],
        totals=sums[1],
        squares=sums[2] if source.outcome is Outcome.MEAN else None,
        planned=_planned(rows, arms, notes),
        days=_days(list(looks)),
        name=source.name,
        higher_is_better=source.higher_is_better,
        harms={name: sums[3 + at] for at, name in enumerate(source.harms)},
    )
    return replace(trial, assumptions=tuple(notes.assumptions), problems=tuple(notes.problems))


def _arms(arms: tuple[str, ...], notes: _Notes) -> tuple[str, ...]:
    """The baseline first, the others in the order of the file."""
    if not arms:
        return arms
    at, named = baseline_of(arms)
    if not named:
        notes.assumptions.append(
            f"No arm is called control or baseline; {arms[0]}, the first one, is taken for it."
        )
    return (arms[at], *arms[:at], *arms[at + 1 :])


def _looks(rows: Sequence[Row]) -> dict[float, str]:
    """The times at which the experiment was looked at, in order, with their labels."""
    found = {row.when if row.when is not None else 0.0: row.label for row in rows}
    return dict(sorted(found.items()))


def _say_disorder(rows: Sequence[Row], notes: _Notes) -> None:
    last: dict[str, float] = {}
    for row in rows:
        if row.when is None:
            continue
        if row.when < last.get(row.arm, row.when):
            notes.problem(
                "out_of_order", f"The dates are not in order (line {row.line}); they were sorted.", row.label
            )
            return
        last[row.arm] = row.when


def _is_cumulative(rows: Sequence[Row], source: Source, notes: _Notes) -> bool:
    answer, why = source.cumulative, source.why_cumulative
    if answer is None:
        answer, why = looks_cumulative(rows, source.outcome), "by how they grow"
    kind = "running totals" if answer else "the numbers of each day alone"
    notes.assumptions.append(f"The series was read as {kind}: {why}.")
    return answer


def looks_cumulative(rows: Sequence[Row], outcome: Outcome) -> bool:
    """Running totals never shrink and really grow; a slip or two in a long series does not change that."""
    kept, steps, grows, moves = 0, 0, False, False
    by_arm: dict[str, list[Row]] = {}
    for row in rows:
        by_arm.setdefault(row.arm, []).append(row)
    for mine in by_arm.values():
        mine.sort(key=lambda row: row.when or 0.0)
        units = np.array([row.units for row in mine])
        kept_up = np.diff(units) >= 0
        if outcome is Outcome.RATE:  # a sum of amounts may well shrink
            kept_up &= np.diff([row.total for row in mine]) >= 0
        steps += len(kept_up)
        kept += int(kept_up.sum())
        moves = moves or bool((np.diff(units) > 0).any())
        grows = grows or units[-1] > 1.5 * max(units[0], 1)
    if not moves:
        return False
    if kept == steps:
        return steps >= 2 and (grows or steps >= 2 * _STEPS_TO_TELL)
    return steps >= _STEPS_TO_TELL and kept >= _MOSTLY * steps and grows


def _settle_doubles(rows: Sequence[Row], cumulative: bool, notes: _Notes) -> list[Row]:
    """The same arm twice at one look: equal lines count once, others add up, or the later total stands."""
    kept: dict[tuple[str, float | None], Row] = {}
    same: list[Row] = []
    other: list[Row] = []
    for row in rows:
        key = row.arm, row.when
        first = kept.get(key)
        if first is None:
            kept[key] = row
        elif row.when is not None and _numbers_of(first) == _numbers_of(row):
            same.append(row)
        else:
            other.append(row)
            kept[key] = row if cumulative else _added(first, row)
    if same:
        text = f"{len(same)} lines repeat a day of an arm exactly (first: line {same[0].line}); each counts once."
        notes.problem("duplicate_days", text, same[0].label)
    if other:
        what = "the later total stands" if cumulative else "they were added up"
        text = (
            f"{len(other)} times an arm has several lines for one look (first: line {other[0].line}); {what}."
        )
        notes.problem("several_lines_a_look", text, other[0].label)
    return list(kept.values())


def _numbers_of(row: Row) -> tuple[float, ...]:
    return (row.units, row.total, *row.harms)


def _added(one: Row, two: Row) -> Row:
    return replace(
        one,
        units=one.units + two.units,
        total=one.total + two.total,
        squares=one.squares + two.squares,
        harms=tuple(a + b for a, b in zip(one.harms, two.harms, strict=True)),
    )


def _grids(rows: Sequence[Row], arms: tuple[str, ...], looks: Mapping[float, str], kinds: int) -> Floats:
    """Units, totals, squares and harms as (kind, look, arm); NaN where an arm has no line."""
    at_look = {when: at for at, when in enumerate(looks)}
    at_arm = {arm: at for at, arm in enumerate(arms)}
    grid = np.full((kinds, len(looks), len(arms)), np.nan)
    for row in rows:
        values = (row.units, row.total, row.squares, *row.harms)
        grid[:, at_look[row.when if row.when is not None else 0.0], at_arm[row.arm]] = values
    return grid


def _ends(units: Floats, arms: tuple[str, ...], labels: list[str], notes: _Notes) -> NDArray[np.bool_]:
    """The looks after an arm's last line: it had been closed, or its numbers have not come yet."""
    there = np.isfinite(units)
    after = ~np.flip(np.logical_or.accumulate(np.flip(there, axis=0), axis=0), axis=0)
    for at in np.flatnonzero(after.any(axis=0) & there.any(axis=0)):
        last = labels[int(np.argmax(after[:, at])) - 1]
        text = f"{arms[at]} has no line after {last}; it is compared up to then."
        notes.problem("arm_ended_early", text, arms[at])
    return after


def _bad_looks(
    units: Floats,
    arms: tuple[str, ...],
    labels: list[str],
    cumulative: bool,
    none_is_zero: bool,
    notes: _Notes,
) -> NDArray[np.bool_]:
    """Looks at which a running arm has no line, or a total below an earlier one: left out for all arms alike."""
    bad = np.zeros(len(labels), dtype=bool)
    for at, arm in enumerate(arms):
        there = np.isfinite(units[:, at])
        if not there.any():
            continue
        inside = np.logical_or.accumulate(there) & np.flip(np.logical_or.accumulate(np.flip(there)))
        gaps = inside & ~there
        few = none_is_zero or (not cumulative and float(np.nanmean(units[:, at])) < _FEW)
        if gaps.any() and not few:
            first = labels[int(np.argmax(gaps))]
            text = f"{arm} has no line for {int(gaps.sum())} looks (first: {first}); they are left out for all arms."
            notes.problem("missing_days", text, arm)
            bad |= gaps
        if cumulative:
            bad |= _shrunk(units[:, at], arm, labels, notes)
    return bad


def _shrunk(units: Floats, arm: str, labels: list[str], notes: _Notes) -> NDArray[np.bool_]:
    best = np.fmax.accumulate(units)
    shrunk = np.isfinite(units) & (units < best)
    if shrunk.any():
        first = labels[int(np.argmax(shrunk))]
        text = f"{arm}'s running total shrinks (first: {first}); {int(shrunk.sum())} looks are left out for all arms."
        notes.problem("shrinking_counts", text, arm)
    return shrunk


def _cumulated(grid: Floats, bad: NDArray[np.bool_]) -> Floats:
    """Days added up, each arm from its first line on."""
    begun = np.logical_or.accumulate(np.isfinite(grid[0]), axis=0)
    days = np.where(np.isfinite(grid[0]) & ~bad[:, None], grid, 0.0)
    return np.where(begun, np.cumsum(days, axis=1), np.nan)


def _running(grid: Floats, bad: NDArray[np.bool_]) -> Floats:
    """Running totals; what stood before a look that is left out stands for it."""
    out = grid.copy()
    for look in np.flatnonzero(bad):
        out[:, look] = out[:, look - 1] if look else np.nan
    return out


def _planned(rows: Sequence[Row], arms: tuple[str, ...], notes: _Notes) -> tuple[float, ...] | None:
    """The planned shares, if every arm names one and the same."""
    said = {arm: {row.share for row in rows if row.arm == arm and row.share is not None} for arm in arms}
    if not any(said.values()):
        notes.assumptions.append("No planned shares are given; equal ones are assumed.")
        return None
    shares = [next(iter(values)) if len(values) == 1 else 0.0 for values in said.values()]
    if min(shares) <= 0:
        text = "The planned shares are missing, zero or change for some arm; equal ones are assumed."
        notes.problem("planned_shares", text, ", ".join(arms))
        return None
    return tuple(one / sum(shares) for one in shares)


def _days(whens: list[float]) -> float | None:
    """How long the experiment ran, counting the first look as one step."""
    if len(whens) < 2:
        return None
    return whens[-1] - whens[0] + float(np.median(np.diff(whens)))
