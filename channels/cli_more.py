"""Commands about the program itself: serve, init, demo, eval, doctor, user."""

import asyncio
from typing import Annotated, Literal

import typer

from channels.calling import has_screen, settings
from channels.output import JSON, fail, say, show
from domain.errors import RainmakerError, Retryable


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for function in (serve, init, demo, doctor, password):
        app.command()(function)
    app.command("eval")(evaluate)


def serve(
    role: Annotated[
        str, typer.Option(help="all, or on Postgres one of web, worker, scheduler in a process of its own.")
    ] = "all",
    json: JSON = False,
) -> None:
    """Run the service: chat, API and the unattended worker, in one process or by role."""
    from channels.serving import serve_forever

    chosen = settings(json)
    try:
        serve_forever(chosen, open_browser=False, as_json=json, role=role)
    except RainmakerError as error:
        fail(error, json)


def init(json: JSON = False) -> None:
    """Make the home, the database and the first owner. Never asks anything."""
    from service.starting import initialise

    chosen = settings(json)
    try:
        result = asyncio.run(initialise(chosen))
    except RainmakerError as error:
        fail(error, json)
    text = f"Home {result['home']} is ready."
    if result["password"]:
        text += f"\nLogin: {result['user']} / {result['password']} (shown once)"
    show(result, json, text)


def demo(
    speed: Annotated[
        float, typer.Option(help="From the first mail on, sandbox time runs this many times faster.")
    ] = 60.0,
    companies: Annotated[int, typer.Option(help="How many companies the sandbox holds.")] = 2400,
    seed: Annotated[int, typer.Option(help="Seed of the sandbox.")] = 7,
    sites: Annotated[list[str] | None, typer.Option(help="Folder of sites to serve too.")] = None,
    people: Annotated[
        Literal["market", "calibrated", "busy"],
        typer.Option(
            help="How people answer: as they think in secret, by published rates, or all of them (for a short look)."
        ),
    ] = "market",
    seller: Annotated[
        str, typer.Option(help="Host of the sandbox's seller whose mailbox and calendar are yours.")
    ] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    json: JSON = False,
) -> None:
    """Start a sandbox world and the whole product in it, and open the chat. Nothing leaves this machine.

    The market prints the link of a page of its own: what really happened, pause, speed and shocks.
    """
    from channels.sandbox import run_demo

    chosen = settings(json)
    try:
        run_demo(
            chosen,
            speed=speed,
            companies=companies,
            seed=seed,
            sites=sites or [],
            people=people,
            seller=seller,
            open_browser=browser and has_screen(),
            as_json=json,
        )
    except RainmakerError as error:
        fail(error, json)


def doctor(json: JSON = False) -> None:
    """Check versions, database, mailbox, model, vectors, disk and clock; say what to do."""
    from service.doctor import examine

    chosen = settings(json)
    result = asyncio.run(examine(chosen))
    marks = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
    lines = [f"{marks[one['state']]} {one['name']}: {one['text']}" for one in result["checks"]]
    show(result, json, "\n".join(lines))
    if not result["ok"]:
        raise SystemExit(1)


def password(name: Annotated[str, typer.Argument(help="User name.")] = "owner", json: JSON = False) -> None:
    """Give a user a new password; their sessions end."""
    from service.starting import new_password

    chosen = settings(json)
    try:
        fresh = asyncio.run(new_password(chosen, name))
    except RainmakerError as error:
        fail(error, json)
    show({"user": name, "password": fresh}, json, f"{name} / {fresh}")


def evaluate(
    suite: Annotated[str, typer.Argument(help="`list`, a suite's name, `report` or `diff`.")],
    name: Annotated[
        str, typer.Argument(help="Scenario name for `scenario`; suite for `report` and `diff`.")
    ] = "",
    file: Annotated[str, typer.Argument(help="Result of a run, for `eval diff SUITE FILE`.")] = "",
    seeds: Annotated[int | None, typer.Option(help="Number of seeds.")] = None,
    days: Annotated[int | None, typer.Option(help="Simulated days.")] = None,
    engine: Annotated[str | None, typer.Option(help="sqlite or postgres, for `durability`.")] = None,
    workers: Annotated[int | None, typer.Option(help="Workers on Postgres, for `durability`.")] = None,
    kills: Annotated[int | None, typer.Option(help="Kills, for `durability`.")] = None,
    full: Annotated[bool, typer.Option("--full", help="The long run; its result is kept.")] = False,
    data: Annotated[str | None, typer.Option(help="Another data folder of the same shape.")] = None,
    policies: Annotated[
        str | None, typer.Option(help="Whom to compare with, or `all`, for `market`.")
    ] = None,
    ablations: Annotated[str | None, typer.Option(help="Parts to replace, or `all`, for `market`.")] = None,
    repeat: Annotated[bool, typer.Option("--repeat", help="Play `market` twice and compare.")] = False,
    report: Annotated[str | None, typer.Option(help="Also write a page for people to this file.")] = None,
    json: JSON = False,
) -> None:
    """Measure: run a suite and print its figures with goal and baseline. Exit 0 whenever it ran.

    Nothing of yours is touched: a suite has a home of its own, sends nothing outside this machine and needs no key.

    `eval list` names the suites, docs/evals.md says what their figures mean.

    `eval market --report market.html`: the product sells for 14 simulated days to 100 people of a made-up market
    (about three minutes a seed on two free cores), other ways of selling play the same seeds, and the page says
    which tasks were done without a person, which failed and why, what did harm, and what it was worth.

    `eval scenario` plays every story, `eval scenario NAME` one.
    """
    import subprocess
    import sys
    from pathlib import Path

    options = {
        "--seeds": seeds,
        "--days": days,
        "--data": data,
        "--engine": engine,
        "--workers": workers,
        "--kills": kills,
        "--policies": policies,
        "--ablations": ablations,
        "--report": report,
    }
    given = [part for key, value in options.items() if value is not None for part in (key, str(value))]
    flags = ["--full"] * full + ["--repeat"] * repeat + ["--json"] * json
    root = Path(__file__).resolve().parent.parent
    here = str(Path.cwd())
    command = [
        sys.executable,
        "-m",
        "evals",
        suite,
        *filter(None, (name, file)),
        *given,
        *flags,
        "--from",
        here,
    ]
    code = subprocess.run(command, cwd=root, check=False).returncode
    if code < 0:
        fail(Retryable(f"The suite {suite} was ended by signal {-code}.", code="eval_ended"), json)
    if code == 2 and not json:
        say("See `rainmaker eval list`.")
    raise SystemExit(code)
