"""A forecast as text of at most 96 columns: the answer first, then a table of the coming periods. Computes nothing."""

import textwrap
from collections.abc import Iterator, Sequence

from learning.forecast.methods import Method
from learning.forecast.outlook import Outlook, SeriesOutlook

_WIDTH = 96
_MOST_SERIES = 12  # told in full; the rest one line each
_MOST_POINTS = 60
_MOST_PROBLEMS = 10
_METHODS = {
    Method.COMBINATION: "several forecasts averaged (exponential smoothing, Theta, last season)",
    Method.SMOOTHING: "exponential smoothing alone; the trend is so clear that the others lag behind",
    Method.MEAN_RATE: "the average rate: many periods are empty, so single ones cannot be foretold",
    Method.LAST_VALUE: "the last value, carried on",
    Method.SEASONAL_NAIVE: "the last season, repeated",
}
_NAMES = {Method.LAST_VALUE: "last value", Method.SEASONAL_NAIVE: "last season"}


def text(outlook: Outlook) -> str:
    """The whole answer."""
    lines = [*_wrapped(_heading(outlook))]
    if len(outlook.series) > 1:
        lines += _wrapped(outlook.verdict)
    elif not outlook.series:
        lines += _wrapped("Not enough data: no row has both a date and a number.")
    for one in outlook.series[:_MOST_SERIES]:
        lines += ["", *_series(one, outlook)]
    rest = outlook.series[_MOST_SERIES:]
    if rest:
        lines += ["", f"{len(rest)} more series, first period ahead (all periods with --json):"]
        lines += [_short(one) for one in rest]
    lines += _listed("About the file", outlook.said)
    lines += _listed("Rows with problems", outlook.problems[:_MOST_PROBLEMS])
    if outlook.left_out:
        lines.append(f"  {outlook.left_out:,} values or rows were left out altogether.")
    return "\n".join(lines)


def _heading(outlook: Outlook) -> str:
    unit = outlook.unit
    ahead = f"{outlook.horizon:,} {unit}{'s' if outlook.horizon != 1 else ''} ahead"
    season = f", a season is {outlook.season} {unit}s" if outlook.season > 1 else ", without seasons"
    return f"Forecast of {outlook.file}: {ahead}{season}."


def _series(one: SeriesOutlook, outlook: Outlook) -> Iterator[str]:
    if not one.points:
        yield from _wrapped(f"{one.name}: {one.verdict}")
        yield from _wrapped_all(one.said, "  ")
        return
    yield f"{one.name}: {one.known:,} {outlook.unit}s known, {one.first} to {one.last}"
    yield from _wrapped(one.verdict, "  ")
    yield ""
    yield from _table(one)
    yield ""
    yield from _errors(one)
    if one.method:
        yield from _wrapped(f"How: {_METHODS[one.method]}.", "  ")
    yield from _wrapped_all(one.said, "  ")


def _table(one: SeriesOutlook) -> Iterator[str]:
    shown = one.points[:_MOST_POINTS]
    digits = _digits(max(abs(point.upper) for point in shown))
    rows = [("", "low", "likely", "high")]
    rows += [
        (point.period, *(_number(value, digits) for value in (point.lower, point.value, point.upper)))
        for point in shown
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield ("  " + "   ".join(cells)).rstrip()
    if len(one.points) > len(shown):
        yield f"  … and {len(one.points) - len(shown):,} more (--json)"


def _errors(one: SeriesOutlook) -> Iterator[str]:
    """Low and high explained, then the errors beside the naive ones."""
    if one.points[0].lower == one.points[0].upper:
        return  # nothing ever varied, so nothing can be said of errors
    band = "In 4 of 5 cases the real value should lie between low and high"
    if one.coverage is not None:
        band += f"; looking back, {one.coverage.inside:,} of {one.coverage.checked:,} did"
    yield from _wrapped(band + ".", "  ")
    if one.score.smape is None or not one.origins:
        return
    parts = [f"forecast {_error(one.score.smape, one.score.mase)}"]
    for method, score in one.baselines.items():
        if score.smape is not None and (method is not Method.SEASONAL_NAIVE or one.season > 1):
            parts.append(f"{_NAMES[method]} {_error(score.smape, score.mase)}")
    yield from _wrapped("Error looking back: " + " · ".join(parts) + ".", "  ")


def _error(smape: float, mase: float | None) -> str:
    scaled = f" (MASE {mase:.2f})" if mase is not None else ""
    return f"{smape:.1f} %{scaled}"


def _short(one: SeriesOutlook) -> str:
    name = textwrap.shorten(one.name, 40, placeholder="…")
    if not one.points:
        return f"  {name}: {textwrap.shorten(one.verdict, 50, placeholder='…')}"
    point = one.points[0]
    digits = _digits(abs(point.upper))
    low, likely, high = (_number(value, digits) for value in (point.lower, point.value, point.upper))
    return f"  {name}: {point.period} {likely} ({low} to {high})"


def _digits(largest: float) -> int:
    """Decimals worth showing."""
    for limit, digits in ((1000, 0), (100, 1), (1, 2)):
        if largest >= limit:
            return digits
    return 4


def _number(value: float, digits: int) -> str:
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    shown = f"{value:,.{digits}f}"
    return shown.lstrip("-") if not any(digit in shown for digit in "123456789") else shown


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        for line in lines:
            yield from _wrapped(f"- {line}", "  ")


def _wrapped_all(lines: Sequence[str], pad: str) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(line, pad)


def _wrapped(line: str, pad: str = "") -> list[str]:
    return textwrap.wrap(line, _WIDTH, initial_indent=pad, subsequent_indent=pad)
