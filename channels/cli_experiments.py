"""`rainmaker experiments …`: tests of campaigns on the command line. Parses and prints; heavy imports wait."""

from typing import Annotated

import typer

from channels.calling import call
from channels.output import JSON, show
from channels.render_campaign import experiment_text, experiments_text

experiments_app = typer.Typer(
    help="Tests of campaigns: what each arm brought, what is decided, what may be tuned.",
    invoke_without_command=True,
)
Test = Annotated[str, typer.Argument(help="Id of a test, or the name of what it tunes.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(experiments_app, name="experiments")


@experiments_app.callback()
def list_experiments(context: typer.Context, json: JSON = False) -> None:
    """List every test with its arms and how it stands, and what may be tuned within which bounds."""
    if context.invoked_subcommand is None:
        result = call("experiments", {}, as_json=json)
        show(result, json, experiments_text(result))


@experiments_app.command("list")
def list_again(json: JSON = False) -> None:
    """List every test with its arms and how it stands."""
    result = call("experiments", {}, as_json=json)
    show(result, json, experiments_text(result))


@experiments_app.command("show")
def show_one(test: Test, json: JSON = False) -> None:
    """Show one test: arms, what was said in advance, each move of shares with its reason and decision."""
    result = call("experiments_show", {"id": test}, as_json=json)
    show(result, json, experiment_text(result))


@experiments_app.command()
def start(
    knob: Annotated[
        str, typer.Argument(help="What is tuned: angle, follow_up_days, follow_ups or send_hours.")
    ],
    against: Annotated[str, typer.Option(help="The value to try; inside the declared bounds.")] = "",
    json: JSON = False,
) -> None:
    """Start a test of a declared knob; people of campaigns planned from now on are drawn."""
    result = call("experiments_begin", {"knob": knob, "against": against}, as_json=json)
    text = f"{result['id']}: {result['knob']}, {' against '.join(result['arms'])}, from the next campaign on."
    show(result, json, text)


@experiments_app.command()
def stop(
    test: Annotated[str, typer.Argument(help="Id of a running test.")],
    winner: Annotated[str, typer.Option(help="Settle it: everybody gets this arm from now on.")] = "",
    json: JSON = False,
) -> None:
    """End a running test without waiting for its answer; `undo` with the decision's id lets it go on."""
    result = call("experiments_finish", {"id": test, "winner": winner}, as_json=json)
    show(result, json, f"{result['id']} is {result['state']}. Decision: {result['decision']}")
