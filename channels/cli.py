"""The command line. Each command parses, calls one use case and prints; heavy imports happen inside."""

import os
import sys
from typing import Annotated

import typer

from channels import (
    cli_approvals,
    cli_deals,
    cli_doors,
    cli_experiments,
    cli_learning,
    cli_models,
    cli_more,
    cli_people,
    cli_policy,
)
from channels.calling import call
from channels.output import JSON, fail, keep_trace, quiet_logs, show
from channels.render import (
    campaign_plan_text,
    chain_text,
    import_text,
    onboard_text,
    prospects_text,
    report_text,
    tick_text,
)

app = typer.Typer(
    help="Rainmaker: from a company's URL to approved, sourced sales mail – inside limits you set.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
prospects_app = typer.Typer(help="List prospects, or find new ones.", invoke_without_command=True)
campaign_app = typer.Typer(help="Plan, launch, pause and report campaigns.", no_args_is_help=True)
audit_app = typer.Typer(help="Check or export the audit chain.", no_args_is_help=True)
for group, name in (
    (prospects_app, "prospects"),
    (campaign_app, "campaign"),
    (audit_app, "audit"),
):
    app.add_typer(group, name=name)


@app.callback()
def _start(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="More logs on stderr.")] = False,
) -> None:
    quiet_logs(verbose)


@app.command()
def onboard(url: str, json: JSON = False) -> None:
    """Read a company's website: profile and ideal customer profile, every line with page and quote."""
    result = call("onboard", {"url": url}, as_json=json)
    show(result, json, onboard_text(result))


@app.command()
def digest(
    hours: Annotated[int, typer.Option(help="How far to look back.")] = 24, json: JSON = False
) -> None:
    """The morning page: did, found, needs you, plan, cost."""
    result = call("digest", {"hours": hours}, as_json=json)
    show(result, json, result["text"].replace("**", ""))


@app.command("import")
def import_(
    file: str,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    json: JSON = False,
) -> None:
    """Import companies and people from a CSV file; the batch can be undone."""
    from pathlib import Path

    result = call("import", {"path": str(Path(file).absolute()), "dry_run": dry_run}, as_json=json)
    show(result, json, import_text(result))


@prospects_app.callback()
def prospects(
    context: typer.Context,
    country: Annotated[str | None, typer.Option(help="Two-letter country code.")] = None,
    industry: Annotated[str | None, typer.Option(help="Industry, e.g. dental.")] = None,
    min_fit: Annotated[float | None, typer.Option(help="Lowest fit, 0 to 1.")] = None,
    qualified: Annotated[bool | None, typer.Option("--qualified/--disqualified", help="By verdict.")] = None,
    limit: Annotated[int, typer.Option(help="At most this many.")] = 10_000,
    json: JSON = False,
) -> None:
    """List prospects with fit, verdict, reasons and evidence, best first."""
    if context.invoked_subcommand is not None:
        return
    args = {
        "country": country,
        "industry": industry,
        "min_fit": min_fit,
        "qualified": qualified,
        "limit": limit,
    }
    result = call("prospects", args, as_json=json)
    show(result, json, prospects_text(result))


@prospects_app.command()
def find(
    limit: Annotated[int | None, typer.Option(help="Stop at this many qualified prospects.")] = None,
    json: JSON = False,
) -> None:
    """Find matching companies and people on the web and score them; no list needed."""
    result = call("prospects_find", {"limit": limit}, as_json=json)
    show(result, json)


@campaign_app.command()
def plan(
    country: Annotated[str | None, typer.Option(help="Two-letter country code.")] = None,
    industry: Annotated[str | None, typer.Option(help="Industry, e.g. dental.")] = None,
    role: Annotated[str | None, typer.Option(help="Role, e.g. practice-manager.")] = None,
    limit: Annotated[int | None, typer.Option(help="At most this many people.")] = None,
    goal: Annotated[str | None, typer.Option(help="What the mail asks for.")] = None,
    json: JSON = False,
) -> None:
    """Plan a campaign: audience, offer, sequence and one draft a person. Nothing leaves."""
    args = {"country": country, "industry": industry, "role": role, "limit": limit, "goal": goal}
    result = call("campaign_plan", args, as_json=json)
    show(result, json, campaign_plan_text(result))


@campaign_app.command()
def launch(json: JSON = False) -> None:
    """Ask for approval of every mail of the campaign made last. Sends nothing by itself."""
    result = call("campaign_launch", {}, as_json=json)
    text = f"{result['mails']} mails wait for your decision: rainmaker approvals approve {result['approval']}"
    show(result, json, text)


@campaign_app.command("pause")
def campaign_pause(id: Annotated[str, typer.Argument()] = "", json: JSON = False) -> None:
    """Keep a campaign's mails from leaving; `resume --scope campaign:ID` goes on."""
    show(call("campaign_pause", {"id": id}, as_json=json), json)


@campaign_app.command()
def report(id: Annotated[str, typer.Argument()] = "", json: JSON = False) -> None:
    """How a campaign stands: each mail with state, time and reason."""
    result = call("campaign_report", {"id": id}, as_json=json)
    show(result, json, report_text(result))


@app.command()
def tick(
    until_idle: Annotated[bool, typer.Option("--until-idle", help="Go on until nothing is due.")] = False,
    json: JSON = False,
) -> None:
    """One unattended turn: settle doubt, send what is approved and due."""
    result = call("tick", {"until_idle": until_idle}, as_json=json)
    show(result, json, tick_text(result))


@app.command()
def chat(
    text: str,
    conversation: Annotated[str, typer.Option(help="Continue this conversation.")] = "",
    json: JSON = False,
) -> None:
    """Say something to the copilot."""
    result = call("chat", {"text": text, "conversation": conversation}, as_json=json)
    show(result, json, result["answer"])


@app.command()
def why(id: str, json: JSON = False) -> None:
    """Why something was done: from a mail back to claims, pages, rules and people."""
    result = call("why", {"id": id}, as_json=json)
    show(result, json, chain_text(result))


@app.command()
def undo(id: str, json: JSON = False) -> None:
    """Take back one act, where the world allows it."""
    result = call("undo", {"id": id}, as_json=json)
    show(result, json, result["text"])


@app.command()
def pause(
    reason: Annotated[str, typer.Argument()] = "asked for",
    scope: Annotated[
        str, typer.Option(help="workspace, campaign:ID, mailbox:ADDRESS, agent:NAME or account:ID.")
    ] = "workspace",
    level: Annotated[str, typer.Option(help="What stops: sends, effects (every act) or all.")] = "sends",
    json: JSON = False,
) -> None:
    """Stop sending, every act, or everything – at once."""
    result = call("pause", {"reason": reason, "scope": scope, "level": level}, as_json=json)
    what = {"sends": "Sending is", "effects": "Every act is", "all": "Everything is"}[level]
    show(result, json, f"{what} stopped ({scope}). Only an owner clears it: rainmaker resume --scope {scope}")


@app.command()
def resume(
    scope: Annotated[str, typer.Option(help="The scope that was stopped.")] = "workspace", json: JSON = False
) -> None:
    """Let sending go on (owner only)."""
    result = call("resume", {"scope": scope}, as_json=json)
    show(result, json, "Sending may go on.")


@audit_app.command()
def verify(json: JSON = False) -> None:
    """Check the audit chain from its first record."""
    result = call("audit_verify", {}, as_json=json)
    text = (
        f"{result['records']} records, all fit."
        if result["ok"]
        else f"The chain is broken: {result['problem']}."
    )
    show(result, json, text)
    if not result["ok"]:
        raise SystemExit(1)


@audit_app.command()
def export(json: JSON = False) -> None:
    """Print the whole audit chain as JSON."""
    show(call("audit_export", {}, as_json=json), True)


cli_approvals.register(app)
cli_people.register(app)
cli_more.register(app)
cli_deals.register(app)
cli_experiments.register(app)
cli_learning.register(app)
cli_models.register(app)
cli_policy.register(app)
cli_doors.register(app)


def main() -> None:
    """Entry point: a wrong option ends with exit code 2 and, with --json, one JSON document."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two threads double the CPU for 1.2x the speed
    try:
        app(standalone_mode=False)
    except typer.Exit as done:
        raise SystemExit(done.exit_code) from None
    except typer.Abort:
        raise SystemExit(1) from None
    except Exception as error:  # noqa: BLE001 – the outermost edge; click's own errors have no public base here
        _edge(error)


def _edge(error: Exception) -> None:
    from domain.errors import Bug, Correctable, RainmakerError

    as_json = "--json" in sys.argv
    message = getattr(error, "format_message", None)
    if message is not None:
        text = str(message()).strip()
        if not text:  # no command was given: the help has been shown
            raise SystemExit(2)
        text += "" if text.endswith((".", "?", "!")) else "."
        fail(Correctable(text, code="bad_arguments", hint="See --help."), as_json)
    if isinstance(error, RainmakerError):
        fail(error, as_json)
    where = keep_trace(error)
    fail(
        Bug(f"Something unexpected went wrong ({type(error).__name__}).", hint=f"Details are in {where}."),
        as_json,
    )


if __name__ == "__main__":
    main()
