"""From a file to a model card: read, sort out, look for leaks, train, judge, explain. Writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from domain.errors import Correctable
from learning.history import verdicts
from learning.history.card import Judgement, ModelCard, Source
from learning.history.columns import Column, Kind, Unused, read_columns
from learning.history.drift import find_drift, rate_changes
from learning.history.drivers import find_drivers
from learning.history.leaks import Checked, Leak, Suspect, check, later_than
from learning.history.measures import Floats, Labels, Stratum, order, rate_interval
from learning.history.models import PENALTY, Model, one_thread, train
from learning.history.rows import Usable, usable_rows
from learning.history.training import Plan, plan, train_and_judge
from tools.read.table_file import Table, read_table

_DAY = 86_400.0
_SUSPECTS_TRIED = 3


@dataclass(frozen=True, slots=True)
class Lesson:
    """A card and the model it speaks of; no model where the base rate stays champion."""

    card: ModelCard
    model: Model | None
    columns: tuple[Column, ...]


def learn_file(path: Path, *, outcome: str, time: str | None = None, id: str | None = None) -> ModelCard:
    """Say what can be learnt from a table of past outcomes.

    "No signal" and "not enough data" are answers.

    Raises:
        Correctable: the file is no table, or a named column is absent or of no use for what it is named for.
    """
    return learn_table(read_table(path), outcome=outcome, time=time, id=id, newest=path.stat().st_mtime).card


def learn_table(
    table: Table,
    *,
    outcome: str,
    time: str | None = None,
    id: str | None = None,
    newest: float | None = None,
) -> Lesson:
    """As `learn_file`, for a table that was read before. `newest`: when it was exported, seconds; nothing is later."""
    with one_thread():
        return _learnt(table, *_names(table, outcome, time, id), newest)


def _learnt(table: Table, outcome: str, time: str | None, id: str | None, newest: float | None) -> Lesson:
    rows = usable_rows(table, outcome, time, id, newest)
    source = _source(rows, outcome, time, id)
    named = [one for one in (outcome, time, id) if one]
    if (
        len(rows.won) < verdicts.FEWEST_ROWS
        or min(source.wins, source.rows - source.wins) < verdicts.FEWEST_EACH
    ):
        return Lesson(
            ModelCard("not enough data", verdicts.not_enough(source), source, Judgement()), None, ()
        )
    columns, ignored = read_columns(rows.table, named)
    columns, ignored, late = _dates(columns, ignored, rows.times, time)
    source = replace(source, remarks=(*source.remarks, *_unreadable(columns), *_torn(columns, rows.won)))
    names = rows.table.column(id) if id else None
    how = plan(columns, rows.won, rows.times, names)
    checked = check(columns, rows.won, how.splits)
    checked = replace(checked, refused=(*late, *checked.refused))
    return _taught(source, rows, checked, ignored, how)


def _taught(source: Source, rows: Usable, checked: Checked, ignored: Sequence[Unused], how: Plan) -> Lesson:
    card = ModelCard("no signal", "", source, Judgement(), checked.refused, ignored=tuple(ignored))
    if not checked.kept:
        return Lesson(replace(card, verdict=verdicts.no_columns(source, len(checked.refused))), None, ())
    trained = train_and_judge(checked.kept, rows.won, how)
    found = trained.judgement
    drift = find_drift(checked.kept, rows.won, rows.times) if rows.times is not None else None
    card = replace(card, judgement=found, drift=drift)
    if trained.model is None:
        card = replace(card, verdict=verdicts.no_signal(source, found), suspects=checked.suspects)
        return Lesson(card, None, checked.kept)
    suspects = _without(checked, rows.won, how)
    last = (
        np.arange(len(rows.won)) if how.folds is not None else np.arange(how.blocks[-1].start, len(rows.won))
    )
    rate = float(rows.won[last].mean())
    card = replace(
        card,
        answer="signal",
        verdict=verdicts.signal(found),
        suspects=suspects,
        drivers=find_drivers(trained.model, checked.kept, last, min(max(rate, 0.001), 0.999)),
        warnings=(*verdicts.warnings(found, suspects, drift), *_ordered(checked.kept, rows, how)),
    )
    return Lesson(card, trained.model, checked.kept)


def _names(
    table: Table, outcome: str, time: str | None, id: str | None
) -> tuple[str, str | None, str | None]:
    """The columns as the table writes them, each for one purpose only."""
    found = [table.columns[table.index(one)] if one is not None else None for one in (outcome, time, id)]
    given = [one for one in found if one is not None]
    if twice := next((one for one in given if given.count(one) > 1), None):
        raise Correctable(
            f'The column "{twice}" cannot be outcome, time and id at once.',
            code="column_named_twice",
            where=twice,
        )
    return found[0] or outcome, found[1], found[2]


def _source(rows: Usable, outcome: str, time: str | None, id: str | None) -> Source:
    wins, count = int((rows.won == 1).sum()), len(rows.won)
    return Source(
        file=rows.table.name,
        digest=rows.table.digest,
        outcome=outcome,
        time=time,
        id=id,
        rows=count,
        wins=wins,
        base_rate_interval=rate_interval(wins, count),
        success=rows.outcomes.success,
        failure=rows.outcomes.failure,
        how=rows.outcomes.how,
        left_out=rows.left_out,
        remarks=rows.remarks,
    )


def _dates(
    columns: Sequence[Column], ignored: Sequence[Unused], times: Floats | None, time: str | None
) -> tuple[list[Column], list[Unused], list[Leak]]:
    """Dates become "days before the time of the row"; without a time nothing says whether they came before."""
    kept, unused, leaks = [], list(ignored), []
    for one in columns:
        if one.kind is not Kind.DATE:
            kept.append(one)
        elif times is None or time is None:
            why = "a date; without --time nothing says whether it came before the outcome"
            unused.append(Unused(one.name, why))
        elif (leak := later_than(one, times, time)) is not None:
            leaks.append(leak)
        else:
            days = (times - one.values) / _DAY
            age = np.where(days < -1, np.nan, np.maximum(days, 0.0))
            kept.append(
                replace(one, name=f'days from "{one.name}" to "{time}"', kind=Kind.NUMBER, values=age)
            )
    return kept, unused, leaks


def _unreadable(columns: Sequence[Column]) -> list[str]:
    return [
        f'"{one.name}" has {one.unreadable:,} cells that cannot be read (for example "{one.example}"); '
        "they count as empty."
        for one in columns
        if one.unreadable
    ]


def _torn(columns: Sequence[Column], won: Labels) -> list[str]:
    """Rows that are alike in everything but the outcome: no model can tell them apart."""
    if not columns:
        return []
    keys = np.stack(
        [
            one.codes.astype(float) if one.kind is Kind.CATEGORY else np.nan_to_num(one.values, nan=-1e99)
            for one in columns
        ],
        axis=1,
    )
    _, group = np.unique(keys, axis=0, return_inverse=True)
    size, wins = np.bincount(group), np.bincount(group, weights=won)
    torn = int(size[(wins > 0) & (wins < size)].sum())
    if torn < 2 or len(size) < 0.5 * len(won):  # where rows are mostly alike, twins are ordinary
        return []
    return [f"{torn:,} rows have a twin that is equal in every usable column but ended differently."]


def _ordered(columns: Sequence[Column], rows: Usable, how: Plan) -> list[str]:
    """A table without a time whose rate of success moves along the file is judged once in the file's order, too."""
    n = len(rows.won)
    if rows.times is not None or not rate_changes(rows.won, np.arange(float(n))):
        return []
    cut = 2 * n // 3
    learn, judge = np.arange(cut), np.arange(cut, n)
    chance = train("logistic", columns, rows.won, learn, PENALTY).chance(columns, judge)
    found = order([Stratum(chance, rows.won[judge])])
    fifth = n // 5
    first, last = float(rows.won[:fifth].mean()), float(rows.won[-fifth:].mean())
    return [verdicts.ordered_file(first, last, found.auc if found else None)]


def _without(checked: Checked, won: Labels, how: Plan) -> tuple[Suspect, ...]:
    """What the logistic model reaches without each of the strongest doubtful columns."""
    tried = [
        replace(one, auc_without=_auc_without(one.column, checked.kept, won, how))
        for one in checked.suspects[:_SUSPECTS_TRIED]
    ]
    return (*tried, *checked.suspects[_SUSPECTS_TRIED:])


def _auc_without(name: str, columns: Sequence[Column], won: Labels, how: Plan) -> float | None:
    rest = [one for one in columns if one.name != name]
    if not rest:
        return 0.5
    strata = []
    for learn, judge in how.splits:
        model = train("logistic", rest, won, learn, PENALTY)
        strata.append(Stratum(model.chance(rest, judge), won[judge]))
    found = order(strata)
    return found.auc if found else None
