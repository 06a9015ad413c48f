"""Commands that decide what waits for a person."""

import sys
from typing import Annotated, Any

import typer

from channels.calling import call
from channels.output import JSON, show
from channels.render_people import approvals_text, decided_text, many_text

Items = Annotated[list[str] | None, typer.Option("--item", help="Only this item or draft; may be repeated.")]
Ids = Annotated[list[str], typer.Argument(help="One approval, or several.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Decide what waits for you.", no_args_is_help=True)
    for function in (approve, reject, edit, always):
        group.command()(function)
    group.command("list")(approvals_list)
    app.add_typer(group, name="approvals")


def approvals_list(json: JSON = False) -> None:
    """What waits for you: exact texts, risk, reasons, what happens if ignored."""
    result = call("approvals", {}, as_json=json)
    show(result, json, approvals_text(result))


def approve(ids: Ids, item: Items = None, json: JSON = False) -> None:
    """Approve everything that waits in one or several, or some items of one."""
    _decide("approve", "approved", ids, item, json)


def reject(ids: Ids, item: Items = None, json: JSON = False) -> None:
    """Reject everything that waits in one or several, or some items of one."""
    _decide("reject", "rejected", ids, item, json)


def _decide(decision: str, word: str, ids: list[str], item: list[str] | None, json: bool) -> None:
    """Each of several has its own result; the exit code is that of the first that failed."""
    if len(ids) == 1:
        result = call(decision, {"id": ids[0], "items": item or []}, as_json=json)
        show(result, json, decided_text(result, word))
        return
    if item:
        raise typer.BadParameter("--item goes with one approval only")
    result = call(f"{decision}_many", {"ids": ids}, as_json=json)
    show(result, json, many_text(result, word))
    failed: list[dict[str, Any]] = [one for one in result["results"] if not one["ok"]]
    if failed:
        raise SystemExit(failed[0]["exit"])


def edit(
    id: str,
    item: Annotated[str, typer.Option("--item", help="The item or draft to change.")] = "",
    subject: Annotated[str | None, typer.Option(help="New subject.")] = None,
    body: Annotated[str | None, typer.Option(help="New text; - reads it from standard input.")] = None,
    json: JSON = False,
) -> None:
    """Change the text of one mail; the gate judges it again and it keeps waiting for you."""
    text = sys.stdin.read() if body == "-" else body
    args = {"id": id, "item": item, "subject": subject, "body": text}
    show(call("edit", args, as_json=json), json)


def always(
    id: str,
    level: Annotated[str, typer.Option(help="auto, or earned: asks until trusted.")] = "auto",
    json: JSON = False,
) -> None:
    """Draft a policy that would not ask for this again; an owner simulates and activates it."""
    result = call("always", {"id": id, "level": level}, as_json=json)
    show(result, json, f"{result['text']}\nNext: rainmaker policy simulate {result['number']}")
