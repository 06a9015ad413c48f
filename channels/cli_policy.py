"""`rainmaker policy …` and `replay`: the authority matrix on the command line. Heavy imports wait."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from channels.calling import call
from channels.output import JSON, fail, show
from domain.errors import Correctable

policy_app = typer.Typer(no_args_is_help=True, help="The authority matrix: who may do what alone.")


def register(app: typer.Typer) -> None:
    """Hang the commands into the program."""
    app.add_typer(policy_app, name="policy")
    app.command()(replay)
    app.command()(autonomy)


@policy_app.command("show")
def show_policy(
    version: Annotated[str, typer.Argument(help="Id or number; without one, the version in force.")] = "",
    yaml: Annotated[bool, typer.Option(help="Print the YAML that `policy edit` reads.")] = False,
    json: JSON = False,
) -> None:
    """Show the matrix in force, its versions and what a check says."""
    result = call("policy_show", {"version": version}, as_json=json)
    show(result, json, result["yaml"] if yaml else _table(result))


@policy_app.command()
def check(
    file: Annotated[str, typer.Argument(help="A YAML file, or - for standard input.")], json: JSON = False
) -> None:
    """Check a matrix without storing it: typos, contradictions, cells nobody speaks about."""
    result = call("policy_check", {"text": _text(file, json)}, as_json=json)
    show(result, json, _checked(result))


@policy_app.command()
def edit(
    file: Annotated[str, typer.Argument(help="A YAML file, or - for standard input.")] = "",
    row: Annotated[str, typer.Option(help="Change one cell: the row's id.")] = "",
    column: Annotated[str, typer.Option(help="The column, e.g. level.")] = "level",
    value: Annotated[str, typer.Option(help="The new value; lists are comma-separated.")] = "",
    note: Annotated[str, typer.Option(help="Why, for the list of versions.")] = "edited",
    json: JSON = False,
) -> None:
    """Store a changed matrix as a new version; it is not in force yet."""
    if bool(file) == bool(row):
        fail(Correctable("Give either a file or --row.", code="bad_usage", where="policy edit"), json)
    if row:
        result = call("policy_set", {"row": row, "column": column, "value": value}, as_json=json)
    else:
        result = call("policy_edit", {"text": _text(file, json), "note": note}, as_json=json)
    text = f"Version {result['number']} is stored. {_checked(result['check'])}"
    show(result, json, f"{text}\nNext: rainmaker policy simulate {result['number']}")


@policy_app.command()
def simulate(version: Annotated[str, typer.Argument(help="Id or number.")], json: JSON = False) -> None:
    """Judge the last 1,000 decisions again under a version and list what would change."""
    result = call("policy_simulate", {"version": version}, as_json=json)
    show(result, json, _simulated(result))


@policy_app.command()
def activate(
    version: Annotated[str, typer.Argument(help="Id or number of a simulated version.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: JSON = False,
) -> None:
    """Put a simulated version in force (owner only)."""
    result = call("policy_activate", {"version": version, "reason": reason}, as_json=json)
    show(result, json, f"Version {result['number']} is in force.")


@policy_app.command()
def rollback(json: JSON = False) -> None:
    """Put the version before back in force (owner only)."""
    result = call("policy_rollback", {}, as_json=json)
    show(result, json, f"Version {result['number']} is in force again.")


def replay(id: Annotated[str, typer.Argument(help="Id of a decision.")], json: JSON = False) -> None:
    """Judge a past decision again on its stored facts: the same inputs must give the same verdict."""
    result = call("replay", {"id": id}, as_json=json)
    same = f"The same verdict again: {result['verdict']} ({', '.join(result['rules'])})."
    show(result, json, same if result["same"] else f"NOT the same: {'; '.join(result['differs'])}.")
    if not result["same"]:
        raise SystemExit(1)


def autonomy(json: JSON = False) -> None:
    """How often people overrule the agents, what each has earned, and what risk learned from outcomes."""
    result = call("autonomy_report", {}, as_json=json)
    show(result, json, _autonomy(result))


def _autonomy(result: dict[str, Any]) -> str:
    lines = [
        f"{one['week']}: {one['overturned']} of {one['n']} decisions overruled ({one['rate']:.0%})"
        for one in result["weeks"]
    ] or ["No decision was reviewed by a person yet."]
    for one in result["agents"]:
        lines.append(
            f"{one['agent']} × {one['action']}: {one['means']}; {one['n']} reviewed, {one['overturned']} "
            f"overruled, at most {one['bound']:.1%} with 95 % certainty (limit {one['limit']:.0%}). {one['missing']}"
        )
    return "\n".join([*lines, "", result["note"]])


def _text(file: str, json: bool) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(
            Correctable(f"The file cannot be read: {type(error).__name__}.", code="bad_policy", where=file),
            json,
        )


def _table(result: dict[str, Any]) -> str:
    head = f"Version {result['number']}{' (in force)' if result['active'] else ''} · risk tolerance "
    lines = [f"{head}{result['risk_tolerance']} · where no row fits: {result['otherwise']}", ""]
    for row in result["rows"]:
        who = _who(row["agents"])
        lines.append(f"{row['id']:<6} {who:<30} {row['action']:<17} {_level(row):<7} {row['reason']}")
        conditions = _conditions(row)
        if conditions:
            lines.append(f"{'':<8} only when {conditions}")
    lines += ["", _checked(result["check"]), "", "Versions:"]
    for one in result["versions"]:
        mark = "*" if one["active"] else " "
        lines.append(f" {mark} {one['number']:>3}  {one['at'][:16]}  {one['by']:<12} {one['note']}")
    return "\n".join(lines)


def _who(agents: list[str]) -> str:
    shown = ", ".join("everyone" if name == "*" else name for name in agents[:3])
    return f"{shown} +{len(agents) - 3}" if len(agents) > 3 else shown


def _level(row: dict[str, Any]) -> str:
    return f"{row['level']} ×2" if row["approvers"] == 2 else str(row["level"])


def _conditions(row: dict[str, Any]) -> str:
    parts = [f"amount ≥ {row['min_amount']}"] if row["min_amount"] is not None else []
    parts += [f"amount ≤ {row['max_amount']}"] if row["max_amount"] is not None else []
    parts += [f"{name} is {' or '.join(row[name])}" for name in ("relationship", "evidence") if row[name]]
    return " and ".join([*parts, *([row["when"]] if row["when"] else [])])


def _checked(result: dict[str, Any]) -> str:
    opened, silent = result["open_cells"], result["silent_rows"]
    text = f"{result['rows']} rows; {len(opened)} of {result['cells']} cells are left to “otherwise”"
    shown = f" ({', '.join(opened[:5])}{' …' if len(opened) > 5 else ''})" if opened else ""
    return ". ".join([text + shown, *silent]) + "."


def _simulated(result: dict[str, Any]) -> str:
    lines = [
        f"{result['replayed']} past decisions replayed: {result['looser']} would be looser, "
        f"{result['stricter']} stricter."
    ]
    for one in result["changes"]:
        arrow = "looser  " if one["looser"] else "stricter"
        lines.append(
            f"  {arrow} {one['action']:<18} {one['agent']:<10} {one['before']} → {one['after']}  {one['why']}"
        )
    lines.append(f"Next: rainmaker policy activate {result['number']}")
    return "\n".join(lines)
