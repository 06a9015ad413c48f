"""Commands about doors for programs: tokens, webhooks, hooks, costs, and the MCP server."""

import asyncio
from typing import Annotated, Any

import typer

from channels.calling import call, settings
from channels.output import JSON, fail, show
from domain.errors import RainmakerError

Id = Annotated[str, typer.Argument(help="Id from the list.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for name, told, functions in (
        ("tokens", "API tokens for programs.", (("list", tokens), ("create", create), ("revoke", revoke))),
        (
            "webhooks",
            "Addresses that hear of events.",
            (
                ("list", webhooks),
                ("add", webhook_add),
                ("remove", webhook_remove),
                ("deliveries", deliveries),
                ("again", again),
            ),
        ),
        (
            "hooks",
            "Signed calls from outside.",
            (("list", hooks), ("add", hook_add), ("remove", hook_remove)),
        ),
    ):
        group = typer.Typer(help=told, no_args_is_help=True)
        for command, function in functions:
            group.command(command)(function)
        app.add_typer(group, name=name)
    app.command()(costs)
    app.command()(mcp)


def tokens(json: JSON = False) -> None:
    """API tokens with role, age and last use; never their text."""
    show(call("tokens", {}, as_json=json), json)


def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    role: Annotated[
        str, typer.Option(help="owner, manager, rep or viewer; never more than your own.")
    ] = "viewer",
    days: Annotated[int, typer.Option(help="Days it lives.")] = 90,
    json: JSON = False,
) -> None:
    """Make a token; it is shown once."""
    made = call("token_add", {"name": name, "role": role, "days": days}, as_json=json)
    show(
        made,
        json,
        f"{made['token']}\n(shown once; {made['role']}, until {made['expires_at'][:10]}, {made['id']})",
    )


def revoke(id: Id, json: JSON = False) -> None:
    """End a token at once."""
    show(call("token_revoke", {"id": id}, as_json=json), json, f"{id} is revoked.")


def webhooks(json: JSON = False) -> None:
    """Webhooks with how their deliveries stand; `failed` are dead letters."""
    show(call("webhooks", {}, as_json=json), json)


def webhook_add(
    url: Annotated[str, typer.Argument(help="A public https address, or a host listed in the settings.")],
    event: Annotated[list[str] | None, typer.Option(help="Kind of event, several times; none: all.")] = None,
    json: JSON = False,
) -> None:
    """Tell an address of events from now on; the secret of its signatures is shown once."""
    made = call("webhook_add", {"url": url, "events": event or []}, as_json=json)
    show(made, json, f"{made['id']}\nSecret: {made['secret']} (shown once)")


def webhook_remove(id: Id, json: JSON = False) -> None:
    """Forget a webhook and what it was still to hear."""
    show(call("webhook_remove", {"id": id}, as_json=json), json, f"{id} is removed.")


def deliveries(id: Id, json: JSON = False) -> None:
    """Deliveries of a webhook, the newest first."""
    show(call("webhook_deliveries", {"id": id}, as_json=json), json)


def again(id: Id, json: JSON = False) -> None:
    """Send a delivery that failed for good once more."""
    show(call("webhook_again", {"id": id}, as_json=json), json, f"{id} is sent with the next turn.")


def hooks(json: JSON = False) -> None:
    """Hooks and what their calls become."""
    show(call("hooks", {}, as_json=json), json)


def hook_add(
    name: Annotated[str, typer.Argument(help="Last part of its address, /hooks/NAME.")],
    takes: Annotated[str, typer.Option(help="stop, task or meeting_held: what a call becomes.")],
    json: JSON = False,
) -> None:
    """Open a hook; the secret its callers sign with is shown once."""
    made = call("hook_add", {"name": name, "takes": takes}, as_json=json)
    show(made, json, f"{made['path']}\nSecret: {made['secret']} (shown once)")


def hook_remove(name: Annotated[str, typer.Argument(help="Name of the hook.")], json: JSON = False) -> None:
    """Close a hook."""
    show(call("hook_remove", {"name": name}, as_json=json), json, f"{name} is closed.")


def costs(json: JSON = False) -> None:
    """What model, mail and web requests cost, by campaign, meeting and deal."""
    result = call("costs", {}, as_json=json)
    show(result, json, _costs_text(result))


def _costs_text(result: dict[str, Any]) -> str:
    lines = [_line("All", result["total"], result["currency"])]
    for title in ("campaigns", "meetings", "deals"):
        for one in result[title]:
            name = f"{title[:-1]} {one.get('name') or one['id']}"
            lines.append(_line(name, one, result["currency"]))
            if one.get("meetings"):
                lines.append(f"  {one['meetings']} meetings, each {one['per_meeting'] or 'without a price'}")
    if not result["currency"]:
        lines.append("No prices are set: see RAINMAKER_PRICES.")
    return "\n".join(lines)


def _line(name: str, one: dict[str, Any], currency: str) -> str:
    tokens_used = one["prompt_tokens"] + one["answer_tokens"]
    money = f", {one['money']} {currency}" if one["money"] is not None else ""
    return (
        f"{name}: {one['model_calls']} model calls with {tokens_used} tokens, {one['mails']} mails, "
        f"{one['requests']} web requests ({one['searches']} searches){money}"
    )


def mcp() -> None:
    """Serve MCP on standard input and output: tools that read, and proposals a person decides on."""
    from channels.mcp_server import serve_stdio

    chosen = settings(False)
    try:
        asyncio.run(serve_stdio(chosen))
    except RainmakerError as error:
        fail(error, False)
