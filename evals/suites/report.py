"""How a result is shown in a terminal: one table. Keeping and reading runs is records.py, pages are html.py."""

from collections.abc import Iterable, Mapping, Sequence

from evals.suites.figures import Figure, SuiteResult

_HEAD = ("figure", "value", "unit", "goal", "", "baseline", "ratio", "n", "kept")
_MARKS = {True: "ok", False: "MISS", None: ""}


def table(result: SuiteResult, kept: SuiteResult | None = None) -> str:
    """The figures with goal, baseline, ratio to it, and the value of the last kept full run."""
    before = kept.figures if kept else {}
    lines = columns(_HEAD, (_row(name, figure, before) for name, figure in result.figures.items()))
    lines += [f"skipped {name}: {why}" for name, why in result.skipped.items()]
    seeds = ", ".join(map(str, result.seeds)) or "none"
    lines.append(f"{result.suite}: seeds {seeds}; {result.seconds:.0f} s")
    return "\n".join([result.explanation, *lines] if result.explanation else lines)


def _row(name: str, figure: Figure, before: Mapping[str, Figure]) -> tuple[str, ...]:
    shown = figure.as_json()
    old = before.get(name)
    return (
        name,
        number(shown["value"]),
        figure.unit,
        figure.goal,
        _MARKS[figure.met],
        number(shown["baseline"]),
        ratio(shown["value"], shown["baseline"]),
        str(figure.n),
        number(old.value if old else None),
    )


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table whose columns are as wide as their widest cell, with a rule under the head."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def number(value: float | int | None) -> str:
    """A number as people read it; nothing for None."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.4g}"


def ratio(value: float | int | None, baseline: float | int | None) -> str:
    """How many times the baseline; nothing where that says nothing."""
    return f"{value / baseline:.2f}×" if value is not None and baseline else ""
