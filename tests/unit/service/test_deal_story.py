"""One story with the offline brain's own reading: reply → deal → meeting held → evaluation → proposal → why."""

from dataclasses import replace
from datetime import timedelta

from domain.decisions import Actor
from language.port import ReplyContext
from runtime.store.due import DueRow
from service.deals import review_deals
from service.tasks import ask_whether_held
from service.turns import handle_signal
from tests.fixtures import builders
from tests.fixtures import deals as told
from tests.unit.service.conftest import Home
from tools.read.why_deals import deal_steps

SYSTEM = Actor(kind="system", name="system")
FIRST = "Hi Maria,\n\nsounds interesting, I would like to learn more. Could we talk next week?\n\nAnna Weiss"
SECOND = (
    "Hi Maria,\n\nthat is not my decision: our CFO Tom Baker decides about such tools. "
    "Please get back to us in January.\n\nAnna Weiss"
)


async def comes(home: Home, name: str, text: str) -> None:
    """A mail comes in, is read by the brain and told to the deal specialist, as the reply handling does."""
    read = await home.house.language.read_reply(
        text, subject="Re: A question", at=home.clock.at, zone="Europe/London", context=ReplyContext()
    )
    signature = "Anna Weiss\nHead of Operations, Northwind"
    await told.wrote(home.workspace, name, text, read, signature=signature)
    await handle_signal(home.house, "deal_signal", {"inbound_id": name}, actor=SYSTEM, lenient=True)


async def reviewed(home: Home) -> None:
    await review_deals(home.house, DueRow("", "deals", "deals", home.clock.at))


async def test_from_the_first_reply_to_a_proposal(lived_in: Home) -> None:
    home = replace(lived_in, house=replace(lived_in.house, policy=told.policy()))
    await told.company(home.workspace)
    await comes(home, "inb_1", FIRST)
    (deal,) = await home.do("deals")
    assert (deal["stage"], deal["account"]) == ("discovery", "Northwind")

    await told.met(home.workspace, "mtg_1", home.clock.at + timedelta(days=2))
    await reviewed(home)
    assert "A meeting stands" in str((await home.do("deals_show", id=deal["id"]))["signals"])

    home.clock.at += timedelta(days=2, hours=1)
    await ask_whether_held(home.house, DueRow("", "meetings_over", "meetings_over", home.clock.at))
    (question,) = [row for row in await home.do("tasks") if row["about"] == "mtg_1"]
    done = await home.do("tasks_done", id=question["id"], result="held")
    assert [one["kind"] for one in done["proposals"]] == ["move_deal"]
    assert (await home.do("deals"))[0]["stage"] == "evaluation"

    home.clock.at += timedelta(days=1)
    await comes(home, "inb_2", SECOND)
    detail = await home.do("deals_show", id="Northwind")
    assert {"authority", "timing"} <= {one["fact"] for one in detail["proofs"]}
    assert detail["stage"] == "proposal"
    assert "decider_known" in {one["name"] for one in detail["signals"]}
    assert [(one["before"], one["after"]) for one in detail["moves"]] == [
        ("discovery", "evaluation"),
        ("evaluation", "proposal"),
    ]
    async with home.house.database.read() as tx:
        chain = await deal_steps(tx, deal["id"])
    assert [step.id for step in chain if step.kind == "mail in"] == ["inb_1", "inb_2"]
    assert (await home.do("audit_verify"))["ok"]
    assert (await home.fails("deals_move", id="Northwind", stage="won", why="x")).code == "refused"


async def test_in_the_chat_a_person_sees_deals_and_says_that_the_meeting_took_place(lived_in: Home) -> None:
    home = replace(lived_in, house=replace(lived_in.house, policy=told.policy()))
    await told.company(home.workspace)
    await comes(home, "inb_1", FIRST)
    listed = await handle_signal(home.house, "deals_listed", {}, actor=builders.OWNER)
    assert "| Northwind | discovery | Agree a meeting with Anna Weiss |" in listed.answer
    await told.met(home.workspace, "mtg_1", home.clock.at - timedelta(hours=2))
    said = {"about": "Anna Weiss", "result": "held"}
    done = await handle_signal(home.house, "task_done", said, actor=builders.OWNER)
    assert done.answer.startswith("The meeting is marked as held.")
    assert (await home.do("deals"))[0]["stage"] == "evaluation"
