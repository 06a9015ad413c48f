"""A person's file as trials: every usual shape brought to rows of arm and look. Judges nothing.

A row that cannot be right is left out and said; the others are still read.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from domain.errors import Correctable
from learning.experiments.assembling import Row, Source, assemble, looks_cumulative
from learning.experiments.design import Outcome
from learning.experiments.headings import Role, lower_is_better, says_cumulative, words
from learning.experiments.shapes import Layout, Shape, layout_of
from learning.experiments.trial import Problem, Trial
from learning.experiments.unit_rows import unit_trials
from tools.read.table_file import Table, moments, numbers

MOST_PROBLEMS = 20  # of one kind; the rest are counted
_SECONDS_A_DAY = 86_400
_WIDE_NAMES = {"c": "control", "t": "treatment", "ctrl": "control", "con": "control", "trt": "treatment"}
_GROUPED = re.compile(r"-?\d{1,3}(?:[.,]\d{3})*")
_SUMS = {"total", "totals", "sum", "overall", "grand total", "all", "gesamt", "summe"}
_GROUPS = (Role.EXPERIMENT, Role.METRIC)


@dataclass(slots=True)
class Faults:
    """Bad rows, told one by one until they are too many."""

    found: dict[str, list[Problem]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, message: str, line: int) -> None:
        """Note one."""
        self.counts[code] = self.counts.get(code, 0) + 1
        if self.counts[code] <= MOST_PROBLEMS:
            self.found.setdefault(code, []).append(Problem(code, message, f"line {line}"))

    def all(self) -> tuple[Problem, ...]:
        """The problems, and how many more there are of a kind."""
        told = [one for problems in self.found.values() for one in problems]
        for code, count in self.counts.items():
            if count > MOST_PROBLEMS:
                told.append(Problem(code, f"{count - MOST_PROBLEMS} more lines with the same problem."))
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Times:
    """The looks of a column: days as numbers, and what to call them."""

    days: tuple[float | None, ...]
    labels: tuple[str, ...]
    given: bool


def trials_of(table: Table, now: datetime) -> tuple[Trial, ...]:
    """All experiments and metrics of a table.

    Raises:
        Correctable: `experiment_shape` when the headings tell too little.
    """
    layout = layout_of(table)
    faults = Faults()
    for one in table.problems:
        faults.add(one.code, one.message, one.line)
    times = read_times(table, layout.first(Role.DATE), now, faults)
    if layout.shape is Shape.UNITS:
        return unit_trials(table, layout, times, faults)
    return tuple(_row_trials(table, layout, times, faults))


def read_times(table: Table, column: str | None, now: datetime, faults: Faults) -> Times:
    """The date column: dates, or plain numbers of days. Rows dated in the future are left out."""
    if column is None:
        return Times((None,) * len(table.rows), ("all",) * len(table.rows), False)
    cells = table.column(column)
    plain = numbers(cells)
    if all(one is not None and abs(one) < 10_000 for one in plain):
        return Times(tuple(plain), tuple(f"day {one:g}" for one in plain if one is not None), True)
    days: list[float | None] = []
    labels: list[str] = []
    for cell, moment, line in zip(cells, moments(cells), table.lines, strict=True):
        if moment is None:
            faults.add(
                "unreadable_date", f"Line {line}: {cell[:40]!r} is no date; the line is left out.", line
            )
        elif moment.date() > now.date():
            faults.add(
                "future_date", f"Line {line}: {cell[:40]} is later than the file; the line is left out.", line
            )
            moment = None
        days.append(None if moment is None else moment.timestamp() / _SECONDS_A_DAY)
        labels.append("" if moment is None else _label(moment))
    return Times(tuple(days), tuple(labels), True)


def _label(moment: datetime) -> str:
    plain = moment.astimezone(UTC)
    return plain.date().isoformat() if not (plain.hour or plain.minute) else f"{plain:%Y-%m-%d %H:%M}"


def _row_trials(table: Table, layout: Layout, times: Times, faults: Faults) -> Iterator[Trial]:
    """One trial for every experiment and metric named in the file."""
    blocks = list(_blocks(table, layout))
    groups: dict[tuple[str, ...], list[Row]] = {}
    arms: dict[tuple[str, ...], dict[str, None]] = {}  # also those whose every line is bad
    columns = _group_columns(table, layout)
    keys = [tuple(cells) for cells in zip(*(table.column(one) for one in columns), strict=True)]
    for block in blocks:
        for at, arm, row in block.rows(table, times, faults):
            key = keys[at] if keys else ()
            arms.setdefault(key, {}).setdefault(arm)
            if row is not None:
                groups.setdefault(key, []).append(row)
    source = _agreed(_source(layout, blocks[0], faults), list(groups.values()))
    if not groups:
        told = [one.message for one in faults.all()]
        raise Correctable(
            f"{table.name} has no line that can be read as an experiment. {told[0] if told else ''}".rstrip(),
            code="no_readable_lines",
            hint="Every line needs an arm, a number of units and an outcome.",
        )
    for key, rows in groups.items():
        named = [
            f"{column} {cell}" if len(cell) < 3 else cell for column, cell in zip(columns, key, strict=True)
        ]
        metric = key[columns.index(layout.roles[Role.METRIC][0])] if layout.roles.get(Role.METRIC) else ""
        mine = replace(
            source,
            arms=tuple(arms[key]),
            metric=metric or source.metric,
            name=" · ".join(named),
            higher_is_better=not lower_is_better(metric) if metric else source.higher_is_better,
            problems=source.problems if len(groups) == 1 else (),
        )
        yield assemble(rows, mine)


def _agreed(source: Source, groups: list[list[Row]]) -> Source:
    """One export is written one way: of several experiments the majority says whether totals run."""
    if source.cumulative is not None or len(groups) < 2:
        return source
    votes = [looks_cumulative(rows, source.outcome) for rows in groups]
    why = "by how most of them grow"
    return replace(source, cumulative=2 * sum(votes) > len(votes), why_cumulative=why)


def _group_columns(table: Table, layout: Layout) -> tuple[str, ...]:
    """Columns that tell experiments apart; in a wide table the variant is one of them."""
    roles = (Role.EXPERIMENT, Role.ARM, Role.METRIC) if layout.shape is Shape.WIDE else _GROUPS
    return tuple(layout.roles[role][0] for role in roles if layout.roles.get(role))


def _source(layout: Layout, block: "_Block", faults: Faults) -> Source:
    metric = block.hits or block.rate or block.mean or ""
    used = {block.units, metric, *(column for column, _ in block.harms)}
    spare = [one for one in layout.roles.get(Role.HITS, ()) if one not in used]
    spare += [one for one in layout.roles.get(Role.UNITS, ()) if one not in used]
    assumptions = [f"Units are counted by “{block.units}”, the outcome by “{metric}”."] if metric else []
    if spare:
        assumptions.append(f"Also there, but not read: {', '.join(spare)}.")
    if lower_is_better(metric):
        assumptions.append(f"Less of “{metric}” is taken to be better.")
    return Source(
        outcome=Outcome.MEAN if block.mean else Outcome.RATE,
        metric=" ".join(one for one in words(metric) if one != block.arm_words) if block.arm else metric,
        cumulative=says_cumulative(tuple(one for one in (block.units, metric) if one)),
        higher_is_better=not lower_is_better(metric),
        harms=tuple(name for _, name in block.harms),
        assumptions=tuple(assumptions),
        problems=faults.all(),
    )


def _blocks(table: Table, layout: Layout) -> Iterator["_Block"]:
    """The columns of an arm: several sets of them in a wide table, one set and an arm column otherwise."""
    if layout.shape is Shape.WIDE:
        for arm, columns in layout.wide.items():
            harm = columns.get(Role.HARM)
            yield _Block(
                units=columns[Role.UNITS],
                arm=_WIDE_NAMES.get(arm, arm),
                hits=columns.get(Role.HITS),
                rate=columns.get(Role.RATE),
                mean=columns.get(Role.MEAN) if Role.HITS not in columns else None,
                variance=columns.get(Role.VARIANCE),
                spread=columns.get(Role.SPREAD),
                harms=((harm, "harm"),) if harm else (),
            )
        return
    first = layout.first
    hits = first(Role.HITS)
    told = hits is None and (first(Role.VARIANCE, Role.SPREAD) is not None)
    yield _Block(
        units=layout.roles[Role.UNITS][0],
        arm_column=layout.roles[Role.ARM][0],
        hits=hits or (None if told or first(Role.RATE) else first(Role.VALUE)),
        rate=first(Role.RATE),
        mean=first(Role.MEAN, Role.VALUE) if told else None,
        variance=first(Role.VARIANCE),
        spread=first(Role.SPREAD),
        share=first(Role.SHARE),
        harms=tuple((one, one) for one in layout.roles.get(Role.HARM, ())) if hits else (),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """The columns that together tell about one arm, or about the arm named in `arm_column`."""

    units: str
    arm: str = ""
    arm_column: str = ""
    hits: str | None = None
    rate: str | None = None
    mean: str | None = None
    variance: str | None = None
    spread: str | None = None
    share: str | None = None
    harms: tuple[tuple[str, str], ...] = ()

    @property
    def arm_words(self) -> str:
        """How a wide heading writes the arm."""
        return {name: short for short, name in _WIDE_NAMES.items()}.get(self.arm, self.arm)

    def rows(self, table: Table, times: Times, faults: Faults) -> Iterator[tuple[int, str, Row | None]]:
        """Every line's place, arm and, if it can be right, numbers."""
        names = table.column(self.arm_column) if self.arm_column else [self.arm] * len(table.rows)
        units, totals, squares = self._sums(table)
        shares = _optional(table, self.share)
        harms = [counts_of(table.column(column)) for column, _ in self.harms]
        for at, line in enumerate(table.lines):
            if times.given and times.days[at] is None:
                continue
            row = Row(
                arm=names[at].strip(),
                units=_or_nan(units[at]),
                total=totals[at],
                squares=squares[at],
                when=times.days[at],
                label=times.labels[at],
                line=line,
                share=shares[at],
                harms=tuple(_or_nan(one[at]) for one in harms),
            )
            fault = _fault(row, self.mean is not None)
            if row.arm.casefold() in _SUMS:
                faults.add("total_line", f"Line {line} ({row.arm}) adds up the others and is no arm.", line)
                continue
            if row.arm:
                yield at, row.arm, None if fault else row
            if fault is not None:
                faults.add(fault[0], f"Line {line}: {fault[1]}; the line is left out.", line)

    def _sums(self, table: Table) -> tuple[list[float | None], list[float], list[float]]:
        units = counts_of(table.column(self.units))
        if self.mean is not None:
            return units, *self._moments(table, units)
        if self.hits is not None:
            totals = [_or_nan(one) for one in counts_of(table.column(self.hits))]
            return units, totals, totals
        rates = numbers(table.column(self.rate or ""))
        percent = any(one is not None and one > 1 for one in rates)
        totals = [
            round(_or_nan(rate) / (100 if percent else 1) * count) if rate is not None and count else math.nan
            for rate, count in zip(rates, units, strict=True)
        ]
        return units, totals, totals

    def _moments(self, table: Table, units: Sequence[float | None]) -> tuple[list[float], list[float]]:
        means = [_or_nan(one) for one in numbers(table.column(self.mean or ""))]
        spreads = [_or_nan(one) for one in numbers(table.column(self.variance or self.spread or ""))]
        variances = spreads if self.variance else [one * abs(one) for one in spreads]
        counts = [_or_nan(one) for one in units]
        squares = [
            variance * max(count - 1, 0) + count * mean**2 if variance >= 0 else math.nan
            for count, mean, variance in zip(counts, means, variances, strict=True)
        ]
        return [count * mean for count, mean in zip(counts, means, strict=True)], squares


def counts_of(cells: Sequence[str]) -> list[float | None]:
    """Numbers of a column of counts: there "1.200" is twelve hundred, whatever the locale."""
    found = numbers(cells)
    if all(one is None or one == int(one) for one in found):
        return found
    said = [cell.strip() for cell in cells if cell.strip()]
    if not all(_GROUPED.fullmatch(one) for one in said):
        return found
    return numbers([cell.replace(".", "").replace(",", "") for cell in cells])


def _optional(table: Table, column: str | None) -> list[float | None]:
    return numbers(table.column(column)) if column else [None] * len(table.rows)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _fault(row: Row, mean: bool) -> tuple[str, str] | None:
    """Why a row cannot be right, if it cannot."""
    if not row.arm:
        return "missing_arm", "it names no arm"
    if not math.isfinite(row.units) or not math.isfinite(row.total):
        return "not_a_number", "the units or the outcome are no number"
    if row.units < 0 or (not mean and row.total < 0):
        return "negative_count", "a count is negative"
    if not mean and row.total > row.units:
        return "more_hits_than_units", f"{row.total:,.0f} successes among {row.units:,.0f} units"
    if not mean and row.units != int(row.units):
        return "not_whole", "a count of units is not a whole number"
    if any(not 0 <= one <= row.units for one in row.harms):
        return "harm_count", "a count of harms is missing, negative or above the units"
    return None
