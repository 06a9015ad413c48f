"""A table with one row per unit, added up by arm and day. A unit in two arms is read in neither."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.errors import Correctable
from learning.experiments.assembling import Row, Source, assemble
from learning.experiments.design import Outcome
from learning.experiments.headings import Role, lower_is_better, role_of_words, words
from learning.experiments.shapes import Layout
from learning.experiments.trial import Trial
from tools.read.table_file import Table, numbers

if TYPE_CHECKING:
    from learning.experiments.file import Faults, Times

_YES = {
    "yes",
    "y",
    "true",
    "t",
    "won",
    "converted",
    "replied",
    "positive",
    "success",
    "ja",
    "wahr",
    "x",
    "ok",
    "1",
}
_NO = {
    "no",
    "n",
    "false",
    "f",
    "lost",
    "none",
    "negative",
    "nein",
    "falsch",
    "-",
    "0",
    "not converted",
    "failure",
}


def unit_trials(table: Table, layout: Layout, times: "Times", faults: "Faults") -> tuple[Trial, ...]:
    """One trial: a unit a line, with its arm, its outcome and perhaps its day."""
    column = _outcome_column(table, layout)
    values, assumptions = _outcomes(table.column(column), column)
    arms = [cell.strip() for cell in table.column(layout.roles[Role.ARM][0])]
    unit = layout.first(Role.UNIT)
    units = [cell.strip() for cell in table.column(unit)] if unit else []
    kept = _kept(table, arms, values, units, times, faults)
    rate = {values[at] for at in kept} <= {0.0, 1.0}
    spare = [
        one
        for role in (Role.HITS, Role.VALUE, Role.HARM)
        for one in layout.roles.get(role, ())
        if one != column
    ]
    told = [f"One line a unit; the outcome is “{column}”.", *assumptions]
    if spare:
        told.append(f"Also there, but not read: {', '.join(spare)}.")
    source = Source(
        outcome=Outcome.RATE if rate else Outcome.MEAN,
        metric=column,
        cumulative=False,
        no_line_is_none=True,
        higher_is_better=not lower_is_better(column),
        assumptions=tuple(told),
        problems=faults.all(),
    )
    return (assemble(_added_up(kept, arms, values, times), source),)


def _outcome_column(table: Table, layout: Layout) -> str:
    """The column with the outcome: a usual name first, then any other that is yes and no, then any number."""
    named = [
        one for role in (Role.HITS, Role.VALUE, Role.HARM, Role.METRIC) for one in layout.roles.get(role, ())
    ]
    spare = [*named, *layout.others]
    for one in named:
        if any(value is not None for value in _outcomes(table.column(one), one)[0]):
            return one
    for one in spare:
        if {value for value in _outcomes(table.column(one), one)[0]} == {0.0, 1.0}:
            return one
    dated = next((one for one in layout.others if _is_dated_outcome(one)), None)
    if dated is not None:
        return dated
    for one in spare:
        found = _outcomes(table.column(one), one)[0]
        if sum(value is not None for value in found) > len(found) / 2:
            return one
    raise Correctable(
        f"{table.name} cannot be read as an experiment: no column holds an outcome (0/1, yes/no or a number).",
        code="experiment_shape",
        hint="Give the outcome of each unit in a column such as converted, replied or revenue.",
    )


def _is_dated_outcome(column: str) -> bool:
    """ "replied_at", "conversion date": when it happened, empty where it did not."""
    *first, last = words(column) or ("",)
    return last in ("at", "date", "on", "time", "datum") and role_of_words(tuple(first)) in (
        Role.HITS,
        Role.VALUE,
    )


def _outcomes(cells: Sequence[str], column: str) -> tuple[list[float | None], list[str]]:
    """Numbers, or yes and no in words; a column that only ever says yes means no where it is empty."""
    if _is_dated_outcome(column):
        told = f"A date in “{column}” is taken for yes, none for no; who may still answer counts as no."
        return [1.0 if cell.strip() else 0.0 for cell in cells], [told]
    folded = {cell: cell.strip().casefold() for cell in set(cells)}
    said = {word for word in folded.values() if word}
    if said and said <= _YES | _NO:
        empty_is_no = not said & _NO and "" in folded.values()
        meaning = {cell: _meaning(word, empty_is_no) for cell, word in folded.items()}
        told = [f"An empty “{column}” is taken for no."] if empty_is_no else []
        return [meaning[cell] for cell in cells], told
    return numbers(cells), []


def _meaning(word: str, empty_is_no: bool) -> float | None:
    if not word:
        return 0.0 if empty_is_no else None
    return 1.0 if word in _YES else 0.0


def _kept(
    table: Table,
    arms: list[str],
    values: list[float | None],
    units: list[str],
    times: "Times",
    faults: "Faults",
) -> list[int]:
    """The places of the rows that count."""
    crossed = _in_two_arms(units, arms)
    if crossed:
        text = f"{len(crossed)} units are in more than one arm (such as {min(crossed)[:40]}); none of them is read."
        faults.add("unit_in_two_arms", text, 0)
    seen: set[str] = set()
    kept: list[int] = []
    for at, line in enumerate(table.lines):
        if times.given and times.days[at] is None:
            continue
        unit = units[at] if units else ""
        if not arms[at]:
            faults.add("missing_arm", f"Line {line} names no arm; it is left out.", line)
        elif values[at] is None:
            faults.add("not_a_number", f"Line {line} has no readable outcome; it is left out.", line)
        elif unit in crossed:
            continue
        elif unit and unit in seen:
            text = f"Line {line}: unit {unit[:40]} was there before; only its first line counts."
            faults.add("duplicate_unit", text, line)
        else:
            seen.add(unit)
            kept.append(at)
    return kept


def _in_two_arms(units: list[str], arms: list[str]) -> set[str]:
    where: dict[str, str] = {}
    return {
        unit
        for unit, arm in zip(units, arms, strict=bool(units))
        if unit and where.setdefault(unit, arm) != arm
    }


def _added_up(kept: list[int], arms: list[str], values: list[float | None], times: "Times") -> list[Row]:
    """Sums by arm and day, in the order of the file."""
    sums: dict[tuple[str, float | None], list[float]] = {}
    labels: dict[float | None, str] = {}
    for at in kept:
        moment, value = times.days[at], values[at] or 0.0
        day = None if moment is None else float(math.floor(moment))
        labels.setdefault(day, times.labels[at][:10])
        mine = sums.setdefault((arms[at], day), [0.0, 0.0, 0.0])
        mine[0] += 1
        mine[1] += value
        mine[2] += value * value
    return [Row(arm, *mine, when=day, label=labels[day]) for (arm, day), mine in sums.items()]
