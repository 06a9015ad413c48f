"""`rainmaker deals …` and `tasks …` on the command line. Parses and prints; heavy imports wait."""

from datetime import datetime, time
from typing import Annotated, Any

import typer

from channels.calling import call, settings
from channels.output import JSON, fail, show
from domain.errors import Correctable

deals_app = typer.Typer(
    help="Deals: where each stands, what shows it, what comes next.", invoke_without_command=True
)
tasks_app = typer.Typer(help="What a person has to do, and what came of it.", invoke_without_command=True)

Deal = Annotated[str, typer.Argument(help="Deal id, or the name of the company or person.")]
Proofs = Annotated[list[str] | None, typer.Option("--proof", help="Words that show it; may be repeated.")]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Mail, meeting or message that says so, one for each --proof."),
]
Facts = Annotated[
    list[str] | None,
    typer.Option(
        "--fact", help="What it shows: need, authority, timing, proposal_sent … One for each --proof."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the groups."""
    app.add_typer(deals_app, name="deals")
    app.add_typer(tasks_app, name="tasks")


@deals_app.callback()
def list_deals(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--closed", help="Won and lost ones too.")] = False,
    json: JSON = False,
) -> None:
    """List open deals: company, stage, dated next step, health with its main reason, amount."""
    if context.invoked_subcommand is None:
        rows = call("deals", {"closed": closed}, as_json=json)
        show(rows, json, _list_text(rows))


@deals_app.command("show")
def show_deal(deal: Deal, json: JSON = False) -> None:
    """Show one deal: people, proofs with their words, moves, tasks, every signal of health."""
    result = call("deals_show", {"id": deal}, as_json=json)
    show(result, json, _detail_text(result))


@deals_app.command()
def move(
    deal: Deal,
    stage: Annotated[str, typer.Argument(help="discovery, evaluation, proposal, negotiation, won or lost.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the record.")],
    proof: Proofs = None,
    source: Sources = None,
    fact: Facts = None,
    step: Annotated[str, typer.Option("--step", help="The next step; without one, the usual.")] = "",
    at: Annotated[str, typer.Option("--at", help="When: 2026-11-05 or 2026-11-05T14:00.")] = "",
    json: JSON = False,
) -> None:
    """Move a deal one stage with proof. A proof without --source is your own word and is kept as a note."""
    args = {
        "id": deal,
        "stage": stage.lower(),
        "why": why,
        "proofs": _proofs(proof, source, fact, json),
        "next_step": step,
        "next_step_at": _moment(at, json) if at else None,
    }
    result = call("deals_move", args, as_json=json)
    show(result, json, result["text"])


@deals_app.command()
def lost(
    deal: Deal,
    why: Annotated[str, typer.Option("--why", help="Why it was lost; kept as the reason.")],
    proof: Proofs = None,
    source: Sources = None,
    json: JSON = False,
) -> None:
    """Close a deal as lost, with the reason."""
    args = {"id": deal, "stage": "lost", "why": why, "proofs": _proofs(proof, source, None, json)}
    result = call("deals_move", args, as_json=json)
    show(result, json, result["text"])


@deals_app.command("next")
def next_step(
    deal: Deal,
    step: Annotated[str, typer.Option("--step", help="What is done next.")],
    at: Annotated[str, typer.Option("--at", help="When: 2026-11-05 or 2026-11-05T14:00, in your zone.")],
    json: JSON = False,
) -> None:
    """Plan the next step of a deal, with its date."""
    result = call("deals_next", {"id": deal, "step": step, "at": _moment(at, json)}, as_json=json)
    show(result, json, f"Next: {result['next_step']}, {_day(result['next_step_at'])}")


@deals_app.command()
def amount(
    deal: Deal,
    amount: Annotated[str, typer.Argument(help="For example 12000 or 12000.50.")],
    currency: Annotated[str, typer.Argument(help="ISO code, for example EUR.")],
    json: JSON = False,
) -> None:
    """Say what a deal is worth. Only a person sets this."""
    args = {"id": deal, "amount": amount, "currency": currency.upper()}
    result = call("deals_amount", args, as_json=json)
    show(result, json, f"{result['amount']} {result['currency']}")


@deals_app.command()
def expect(
    deal: Deal,
    on: Annotated[str, typer.Option("--on", help="The day it should close: 2026-11-05.")] = "",
    call_: Annotated[
        str,
        typer.Option(
            "--call",
            help="How firmly you count on it: commit, best_case, pipeline, omitted; none takes it back.",
        ),
    ] = "",
    json: JSON = False,
) -> None:
    """Say when a deal should close and how firmly you count on it; the forecast uses both."""
    result = call("deals_expect", {"id": deal, "on": on or None, "call": call_}, as_json=json)
    said = [f"{key.replace('_', ' ')}: {value or 'not said'}" for key, value in result.items() if key != "id"]
    show(result, json, ", ".join(said))


@tasks_app.callback()
def list_tasks(context: typer.Context, json: JSON = False) -> None:
    """List open tasks, the most urgent first."""
    if context.invoked_subcommand is None:
        rows = call("tasks", {}, as_json=json)
        show(rows, json, "\n".join(_task_line(row) for row in rows) or "Nothing is open.")


@tasks_app.command()
def done(
    id: Annotated[str, typer.Argument(help="Id of the task.")],
    result: Annotated[
        str, typer.Option("--result", help="What came of it; for a meeting held, no-show or cancelled.")
    ] = "done",
    json: JSON = False,
) -> None:
    """Close a task with its result. A meeting that was held may open a deal."""
    told = call("tasks_done", {"id": id, "result": result}, as_json=json)
    show(told, json, told["text"])


def _proofs(
    words: list[str] | None, sources: list[str] | None, facts: list[str] | None, as_json: bool
) -> list[dict[str, str]]:
    """Proofs, sources and facts belong together by their order."""
    quotes, places, shown = words or [], sources or [], facts or []
    count = max(len(quotes), len(places))
    if any(given and len(given) != count for given in (quotes, places, shown)):
        message = "Give one --source and one --fact for each --proof, in the same order, or none at all."
        fail(Correctable(message, code="bad_usage", where="--proof"), as_json)
    found = []
    for number in range(count):
        one = {"quote": quotes[number] if quotes else "", "source": places[number] if places else ""}
        found.append(one | ({"fact": shown[number]} if shown else {}))
    return found


def _moment(text: str, as_json: bool) -> str:
    """A date or time as the owner says it: without a zone it is theirs, without a time it is the opening hour."""
    from zoneinfo import ZoneInfo

    chosen = settings(as_json)
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        hint = "Write 2026-11-05 or 2026-11-05T14:00."
        fail(Correctable("This is no date.", code="bad_date", where=text[:40], hint=hint), as_json)
    if len(text.strip()) <= len("2026-11-05"):
        at = datetime.combine(at.date(), time.fromisoformat(chosen.working_hours[:5]))
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(chosen.calendar_zone))).isoformat()


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%d %b %Y %H:%M}" if moment else ""


def _money(row: dict[str, Any]) -> str:
    return f"{row['amount']} {row['currency']}" if row["amount"] is not None else "amount not known"


def _list_text(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "No open deals. One begins with a clear yes, or with a meeting that was held."
    lines = []
    for row in rows:
        health = f"health {row['health']}" if row["health"] is not None else "closed"
        lines.append(f"{row['account']} – {row['stage']}, {health}, {_money(row)}  [{row['id']}]")
        if row["next_step"]:
            late = "  OVERDUE" if row["overdue"] else ""
            lines.append(f"    next: {row['next_step']}, {_day(row['next_step_at'])}{late}")
        if row["top_signal"]:
            lines.append(f"    {row['top_signal']}")
        lines += _win_lines(row["win"])
    return "\n".join(lines)


def _win_lines(win: dict[str, Any] | None) -> list[str]:
    """The chance to win and what moves it; or why nothing can be said."""
    if win is None:
        return []
    if win["chance"] is None:
        return [f"    win: cannot say yet; a first guess is {win['first_guess']:.0%}"]
    lines = [f"    win: {win['chance']:.0%} (80 % sure: {win['lower']:.0%} to {win['upper']:.0%})"]
    lines += [f"      + {one['why']} (odds ×{one['odds']:.2f})" for one in win["positive"][:2]]
    lines += [f"      – {one['why']} (odds ×{one['odds']:.2f})" for one in win["negative"][:2]]
    return lines


def _detail_text(row: dict[str, Any]) -> str:
    lines = [_list_text([row])]
    if row["win"]:
        lines.append(f"    {row['win']['said']}")
    if row["missing"]:
        lines.append(f"    before {row['next_stage']}: {', '.join(row['missing'])} must be shown")
    lines += _block("Health", [f"{one['points']:+4d}  {one['why']}" for one in row["signals"]])
    lines += _block(
        "Shown", [f"{one['fact']}: {_said(one['quote'])} [{one['source']}]" for one in row["proofs"]]
    )
    lines += _block("Who has a say", [_person(one) for one in row["stakeholders"]])
    moves = [
        f"{one['before']} → {one['after']}, {_day(one['at'])}, {one['by']}: {one['reason']} [{one['decision']}]"
        for one in row["moves"]
    ]
    lines += _block("Moves", moves)
    lines += _block("Tasks", [f"{one['state']}: {_task_line(one)}" for one in row["tasks"]])
    return "\n".join(lines)


def _block(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {line}" for line in lines)] if lines else []


def _said(quote: str) -> str:
    return f"“{quote[:150]}”" if quote else "an event of ours"


def _person(one: dict[str, Any]) -> str:
    who = ", ".join(part for part in (one["name"], one["title"], one["email"]) if part)
    kind = "candidate, " if one["candidate"] else ""
    return (
        f"{who} ({kind}{one['role']}, from {one['found_in']}) {_said(one['quote']) if one['quote'] else ''}"
    )


def _task_line(one: dict[str, Any]) -> str:
    late = "  OVERDUE" if one["overdue"] else ""
    return f"{one['title']} – by {_day(one['due_at'])}{late}\n    {one['why']}  [{one['id']}]"
