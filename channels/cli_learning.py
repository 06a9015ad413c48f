"""`rainmaker learn`, `experiment` and `forecast`: what a person's own file can say. Parses and prints.

The statistics are loaded by the command that needs them, never at start.
"""

from pathlib import Path
from typing import Annotated

import typer

from channels.output import JSON, fail, show
from domain.errors import RainmakerError

Table = Annotated[
    Path, typer.Argument(help="A table with a heading line: comma, semicolon or tab separated.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for function in (learn, experiment, forecast):
        app.command()(function)


def learn(
    file: Table,
    outcome: Annotated[str, typer.Option(help="Column that says how it ended: yes/no, won/lost, 1/0.")],
    time: Annotated[
        str | None,
        typer.Option(help="Column that says when; then later rows judge what earlier ones taught."),
    ] = None,
    id: Annotated[str | None, typer.Option(help="Column that names the row; never learnt from.")] = None,
    json: JSON = False,
) -> None:
    """Learn from a table of past outcomes: is there a signal, how good, what drives it, what is a leak."""
    from channels.render_learn import text
    from learning.history import learn_file

    try:
        card = learn_file(file, outcome=outcome, time=time, id=id)
    except RainmakerError as error:
        fail(error, json)
    show(card.as_json(), json, text(card))


def experiment(
    file: Table,
    alpha: Annotated[
        float, typer.Option(help="How often a test without effect may be called decided.")
    ] = 0.05,
    json: JSON = False,
) -> None:
    """Read an experiment, arm counts or a series by day: decided, not yet, or randomisation broken."""
    from channels.render_experiment import text
    from learning.experiments import read_experiment

    try:
        reading = read_experiment(file, alpha=alpha)
    except RainmakerError as error:
        fail(error, json)
    show(reading.as_json(), json, text(reading))


def forecast(
    file: Annotated[
        Path | None, typer.Argument(help="A table with a heading line; without it, your own deals.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="How many periods ahead (of a table).")] = 12,
    season: Annotated[
        int | None, typer.Option(help="Periods in a season (of a table); without it, from the dates.")
    ] = None,
    until: Annotated[
        str, typer.Option(help="Last day (of your deals), e.g. 2026-12-31; else the quarter.")
    ] = "",
    currency: Annotated[str, typer.Option(help="ISO code (of your deals); else what most are in.")] = "",
    json: JSON = False,
) -> None:
    """Forecast your own deals, or any dated series in a file, with intervals and beside naive ways."""
    if file is None:
        from channels.calling import call
        from graph.specialists.forecast_text import forecast_text

        found = call("forecast", {"until": until or None, "currency": currency}, as_json=json)
        show(found, json, forecast_text(found))
        return
    from channels.render_forecast import text
    from learning.forecast import forecast_file

    try:
        outlook = forecast_file(file, horizon=horizon, season=season)
    except RainmakerError as error:
        fail(error, json)
    show(outlook.as_json(), json, text(outlook))
