"""A run as one page that needs nothing else: the template and style sheet lie in templates/. Measures nothing."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.errors import Correctable
from evals.suites import meanings
from evals.suites.catalog import SUITES
from evals.suites.charts import Span, draw_bars, draw_lines, span
from evals.suites.differences import Change, Difference, differences
from evals.suites.figures import Figure
from evals.suites.records import Record, SeedUse
from evals.suites.report import number, ratio
from evals.suites.sections import Cell, Table

_HERE = Path(__file__).resolve().parent
_SEED_USES = {
    SeedUse.TUNING: "tuning: the product may have been improved on them",
    SeedUse.REPORTING: "reporting: nobody improves the product on them",
    SeedUse.BOTH: "some for tuning, some for reporting",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in words."""

    title: str
    value: str
    unit: str
    goal: str
    met: bool | None
    baseline: str
    ratio: str
    n: str
    span: Span | None
    interval: str
    kept: str
    moved: str
    tone: str


def page(done: Record, kept: Record | None = None) -> str:
    """The page of a run; `kept` is the run it is compared with."""
    result = done.result
    rows = tuple(_rows(done, kept))
    suite = SUITES.get(result.suite)
    return (
        _environment()
        .get_template("report.html")
        .render(
            suite=result.suite,
            line=suite.line if suite else "",
            facts=tuple(_facts(done)),
            rows=rows,
            met=sum(row.met is True for row in rows),
            missed=[row for row in rows if row.met is False],
            goals=sum(row.met is not None for row in rows),
            kept=kept,
            sections=result.sections,
            skipped=result.skipped,
            explanation=result.explanation,
            meanings=meanings.of_suite(result.suite, result.figures),
        )
    )


def write_page(path: Path, done: Record, kept: Record | None = None) -> None:
    """Write the page of a run.

    Raises:
        Correctable: report_not_written.
    """
    try:
        path.write_text(page(done, kept), encoding="utf-8")
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from error


def writable(asked: str, start: Path) -> Path:
    """Where a page will go, known before hours of measuring.

    Raises:
        Correctable: report_not_written.
    """
    path = (start / asked).resolve()
    if path.is_dir():
        raise _not_written(path, "it is a folder")
    if not path.parent.is_dir():
        raise _not_written(path, "its folder does not exist")
    return path


def _not_written(path: Path, why: str) -> Correctable:
    return Correctable(f"The report cannot be written: {why}.", code="report_not_written", where=str(path))


def _environment() -> Environment:
    """Every value is escaped; a missing one is an error."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "cell": _cell,
        "plain": _plain,
        "numeric": numeric_columns,
        "kind": lambda section: type(section).__name__,
    }
    drawings: dict[str, Any] = {"draw_bars": draw_bars, "draw_lines": draw_lines}
    made.filters.update(filters)
    made.globals.update(drawings)
    return made


def _facts(done: Record) -> Iterator[tuple[str, str]]:
    yield "Date", done.at or "unknown"
    clean = done.commit.removesuffix("+")
    yield "Commit", f"{clean}, with uncommitted changes" if clean != done.commit else clean or "unknown"
    yield "Seeds", _seed_words(done)
    yield "Took", _duration(done.result.seconds)
    cores = f"{done.cores} core{'s' if done.cores != 1 else ''}" if done.cores else ""
    python = f"Python {done.python}" if done.python else ""
    yield "Machine", ", ".join(filter(None, (cores, python))) or "unknown"


def _seed_words(done: Record) -> str:
    shown = _ranges(done.result.seeds) or "none"
    return f"{shown} ({_SEED_USES[done.seed_use]})" if done.seed_use else shown


def _ranges(seeds: Sequence[int]) -> str:
    """Three neighbours or more as a range."""
    runs: list[list[int]] = []
    for seed in sorted(set(seeds)):
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    words = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(words)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _rows(done: Record, kept: Record | None) -> Iterator[Row]:
    moves = {one.name: one for one in differences(done, kept)} if kept else {}
    for name, figure in done.result.figures.items():
        yield _row(name, figure, moves.get(name))


def _row(name: str, figure: Figure, move: Difference | None) -> Row:
    sign, _, bound = figure.goal.rpartition(" ")
    unit = "" if figure.unit == "fraction" else figure.unit
    return Row(
        name.replace("_", " "),
        _value(figure.value, figure.unit) or "–",
        unit,
        f"{sign or '='} {_value(float(bound), figure.unit)}" if bound else "",
        figure.met,
        _value(figure.baseline, figure.unit),
        ratio(figure.value, figure.baseline),
        f"{figure.n:,}",
        span(figure),
        " to ".join(_value(end, figure.unit) for end in figure.interval) if figure.interval else "",
        _value(move.old, figure.unit) if move else "",
        _moved(move),
        _tone(move),
    )


def _moved(move: Difference | None) -> str:
    if move is None or move.change in (Change.NEW, Change.GONE, Change.EQUAL):
        return ""
    return f"{move.change.value}, within chance" if move.beyond is False else move.change.value


def _tone(move: Difference | None) -> str:
    """Only a move that the intervals do not explain is coloured."""
    if move is None or move.beyond is False:
        return ""
    return {Change.BETTER: "good", Change.WORSE: "bad"}.get(move.change, "")


def _value(value: float | int | None, unit: str) -> str:
    """A fraction as percent, everything else as it is."""
    if value is None or not math.isfinite(value):
        return ""
    if unit == "fraction":
        return f"{round(value * 100, 2):g} %".replace("-", "−")
    return number(value if isinstance(value, int) else _round(value)).replace("-", "−")


def _round(value: float) -> float | int:
    """Without false precision; a whole number as one."""
    short = round(value, 4) if abs(value) < 100 else round(value, 1)
    return int(short) if short == int(short) else short


def _plain(value: float) -> str:
    return _value(value, "")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _value(value, "")


def numeric_columns(table: Table) -> list[bool]:
    """Which columns hold numbers only, so that they line up at the right."""
    return [
        all(column < len(row) and _is_number(row[column]) for row in table.rows) and bool(table.rows)
        for column in range(len(table.heads))
    ]


def _is_number(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(re.fullmatch(r"[-−+]?[\d.,]+ ?[%×]?", cell))
