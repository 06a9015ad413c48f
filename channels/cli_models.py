"""`rainmaker models …`: which models there are, what they can, and going back. Parses and prints."""

from typing import Annotated, Any

import typer

from channels.calling import call
from channels.output import JSON, show

models_app = typer.Typer(
    help="Models learnt from your own outcomes: which is in force, how good, and back in one command.",
    invoke_without_command=True,
)
_STATES = {
    "signal": "a signal",
    "no_signal": "no signal",
    "not_enough_data": "not enough data",
    "waiting": "a challenger is in shadow",
}
Why = Annotated[str, typer.Option("--why", help="The reason, for the record.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(models_app, name="models")


@models_app.callback()
def list_models(context: typer.Context, json: JSON = False) -> None:
    """List the models, which is in force, and what the last training found."""
    if context.invoked_subcommand is None:
        found = call("models", {}, as_json=json)
        show(found, json, _list_text(found))


@models_app.command("show")
def show_model(
    model: Annotated[str, typer.Argument(help="Id or number; without it, the one in force.")] = "",
    json: JSON = False,
) -> None:
    """Show the card of a model: learnt from what, how good on what it had not seen, what drives it."""
    found = call("models_show", {"id": model}, as_json=json)
    show(found, json, _card_text(found))


@models_app.command()
def rollback(why: Why = "", json: JSON = False) -> None:
    """Put back what was in force before, in one act; its chances are back as they were."""
    found = call("models_rollback", {"reason": why}, as_json=json)
    show(found, json, f"In force: {found['in_force']}. Before: {found['before']}.")


@models_app.command()
def activate(
    model: Annotated[str, typer.Argument(help="Id or number of a model that passed its test.")],
    why: Why = "",
    json: JSON = False,
) -> None:
    """Put a tested model in force by your word; one that lost its test is refused."""
    found = call("models_activate", {"id": model, "reason": why}, as_json=json)
    show(found, json, f"In force: {found['in_force']}. Before: {found['before']}.")


def _list_text(found: dict[str, Any]) -> str:
    """The list for reading."""
    lines = [f"Predicted: {found['predicts']}.", f"In force: {found['in_force']}. {found['said']}"]
    run = found["last_run"]
    if run:
        lines.append(
            f"Last look {run['at'][:10]}: {_STATES.get(run['state'], run['state'])}, {run['rows']:,} mails."
        )
        if run["hold_out"]:
            lines.append(f"  On held-out companies: {run['hold_out']['why']}")
        lines += _drift_lines(run["drift"])
    for one in found["models"]:
        lines.append(
            f"{one['number']:>3}  {one['state']:<9} {one['made_at'][:10]}  [{one['id']}]  {one['why']}"
        )
    return "\n".join(lines)


def _drift_lines(drift: dict[str, Any] | None) -> list[str]:
    """What moved over time in the outcomes."""
    if not drift or not drift["detected"]:
        return []
    steps = [
        f"  Drift: since {one['since']} {one['after']:.1%} succeed instead of {one['before']:.1%}."
        for one in drift["changes"]
    ]
    moved = ", ".join(str(one["column"]) for one in drift["columns_moved"])
    return [*steps, *([f"  Drift: other people are written to than at first ({moved})."] if moved else [])]


def _card_text(found: dict[str, Any]) -> str:
    """One card for reading."""
    about, metrics = found["card"], found["card"]["metrics"]
    low, high = about["base_rate_interval"]
    lines = [
        f"Model {found['number']} [{found['id']}], {found['state']}: {found['why']}",
        f"Predicts {about['predicts']}; {about['kind']}, made {about['made_at'][:10]}.",
        f"Learnt from {about['rows']:,} mails of {about['learnt_from'][:10]} to {about['learnt_until'][:10]}, "
        f"{about['wins']:,} of them successes ({about['base_rate']:.1%}, 95 % sure: {low:.1%} to {high:.1%}).",
        about["verdict"],
        f"Log-loss {metrics['log_loss']:.4f}, base rate {metrics['base_log_loss']:.4f}; {metrics['validation']}.",
        f"Dataset {about['dataset'][:16]}, digest {found['digest'][:16]}, format {found['format']}.",
        "",
        "What drives it",
        *(f"  {one['sentence']}" for one in about["drivers"]),
        "Calibration (predicted, seen, mails)",
        *(f"  {one['predicted']:6.1%} {one['seen']:6.1%} {one['n']:>7,}" for one in metrics["calibration"]),
    ]
    lines += [f"Refused: {one['column']} – {one['why']}" for one in about["refused"]]
    lines += [
        f"{one['at'][:16]} in force: {one['in_force']}, by {one['by']}: {one['why']}"
        for one in found["turns"]
    ]
    return "\n".join(lines)
