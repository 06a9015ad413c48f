"""Deals and tasks from the command line: listed, shown, moved with proof, priced, lost; tasks closed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.decisions import Actor
from runtime.clock import FixedClock
from runtime.settings import Settings
from runtime.store.due import DueRow
from service.bootstrap import open_house
from service.tasks import ask_whether_held
from service.turns import handle_signal
from tests.fixtures import deals as told
from tests.fixtures.workspace import Workspace

SYSTEM = Actor(kind="system", name="system")
LOST = ("deals", "lost", "Northwind", "--why", "x")


@pytest.fixture
def dealing(cli):
    """A home in which a company said yes, and a meeting with it is over."""
    cli.json("init")
    asyncio.run(_seed(cli.home))
    return cli


async def _seed(home: Path) -> None:
    async with open_house(Settings(home=home)) as house:
        now = datetime.now(UTC).replace(microsecond=0)
        workspace = Workspace(house.database, FixedClock(now), terms=house.terms)
        await told.company(workspace)
        await told.wrote(workspace, "inb_1", told.YES, told.positive(), at=now - timedelta(days=1))
        await handle_signal(house, "deal_signal", {"inbound_id": "inb_1"}, actor=SYSTEM, lenient=True)
        await told.met(workspace, "mtg_1", now - timedelta(hours=3))
        await ask_whether_held(house, DueRow("", "meetings_over", "meetings_over", now))


def test_a_home_without_deals_says_so(cli):
    cli.json("init")
    assert cli.json("deals") == [] and cli.json("tasks") == []
    assert "No open deals" in cli.run("deals").out
    assert "Nothing is open" in cli.run("tasks").out


def test_deals_are_listed_and_shown_with_their_evidence(dealing):
    (row,) = dealing.json("deals")
    assert {"id", "account", "stage", "next_step", "next_step_at", "health", "top_signal", "amount"} <= set(
        row
    )
    assert (row["account"], row["stage"], row["amount"]) == ("Northwind", "discovery", None)
    text = dealing.run("deals").out
    assert "Northwind – discovery" in text and "amount not known" in text
    shown = dealing.json("deals", "show", row["id"])
    assert shown["proofs"][0]["quote"] == told.YES
    assert {"stakeholders", "moves", "tasks", "signals", "missing"} <= set(shown)
    assert told.YES in dealing.run("deals", "show", "Northwind").out


def test_a_deal_lives_from_the_command_line(dealing):
    (task,) = dealing.json("tasks")
    assert task["title"] == "Was the meeting with Anna Weiss held?"
    done = dealing.json("tasks", "done", task["id"], "--result", "held")
    assert done["state"] == "done" and done["meeting"] == "mtg_1"
    assert dealing.json("deals")[0]["stage"] == "evaluation"
    moved = dealing.json(
        *("deals", "move", "Northwind", "proposal", "--why", "talked to the CFO"),
        *("--fact", "authority", "--proof", "Tom Baker signs"),
        *("--fact", "timing", "--proof", "they start in January"),
    )
    assert (moved["before"], moved["after"]) == ("evaluation", "proposal")
    assert dealing.json("deals", "amount", "Northwind", "12000", "EUR")["amount"] == "12000.00"
    step = dealing.json("deals", "next", "Northwind", "--step", "Send the offer", "--at", "2099-11-05")
    assert step["next_step_at"] == "2099-11-05T09:00:00+00:00"
    assert dealing.json("undo", moved["decision"])["undone"]
    assert dealing.json("deals")[0]["stage"] == "evaluation"
    lost = dealing.json("deals", "lost", "Northwind", "--why", "they chose somebody else")
    assert lost["after"] == "lost" and dealing.json("deals") == []
    assert dealing.json("deals", "--closed")[0]["stage"] == "lost"
    assert dealing.json("audit", "verify")["ok"]


@pytest.mark.parametrize(
    ("args", "exit_code", "code"),
    [
        (("deals", "show", "dea_none"), 2, "unknown_deal"),
        (("deals", "move", "Northwind", "moon", "--why", "x"), 2, "bad_arguments"),
        (("deals", "move", "Northwind", "won", "--why", "x"), 3, "refused"),
        (("deals", "move", "Northwind", "evaluation", "--why", "x"), 3, "refused"),
        ((*LOST, "--proof", "a", "--source", "b", "--source", "c"), 2, "bad_usage"),
        ((*LOST, "--proof", "never said", "--source", "inb_1"), 3, "refused"),
        (("deals", "next", "Northwind", "--step", "x", "--at", "soon"), 2, "bad_date"),
        (("deals", "next", "Northwind", "--step", "x", "--at", "2001-01-01"), 2, "past_date"),
        (("deals", "amount", "Northwind", "much", "EUR"), 2, "bad_arguments"),
        (("deals", "amount", "Northwind", "1", "XXQ"), 2, "bad_currency"),
        (("tasks", "done", "tsk_none"), 2, "unknown_task"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_sentence(dealing_once, args, exit_code, code):
    done = dealing_once.run(*args, "--json")
    assert (done.code, done.error["code"]) == (exit_code, code)
    assert "Traceback" not in done.err


@pytest.fixture(scope="module")
def dealing_once(tmp_path_factory, cli_at):
    """The same home for questions that change nothing."""
    one = cli_at(tmp_path_factory.mktemp("deals") / "home", {})
    one.json("init")
    asyncio.run(_seed(one.home))
    return one


def test_every_command_explains_itself(cli):
    for args in (("deals",), ("deals", "move"), ("deals", "next"), ("deals", "amount"), ("deals", "lost"),
                 ("tasks",), ("tasks", "done")):  # fmt: skip
        done = cli.run(*args, "--help")
        assert done.code == 0 and "Usage" in done.out and len(done.out) > 200, args
