"""Deals as they are lived: a clear yes opens one, proof moves it, a person sets money, undo takes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import select

from domain.decisions import Actor
from domain.errors import Refused
from domain.mail import MailAddress
from domain.replies import Referred, ReplyKind
from runtime.store import deals, meetings
from runtime.store.deal_tables import deals as deal_rows
from runtime.store.deal_tables import stakeholders
from runtime.store.due import DueRow
from runtime.store.tables import contacts
from service import undoing
from service.deals import review_deals
from service.tasks import ask_whether_held
from service.turns import handle_signal
from tests.fixtures import builders
from tests.fixtures import deals as told
from tests.unit.service.conftest import Home
from tools.read.why_deals import deal_steps

SYSTEM = Actor(kind="system", name="system")
HOUR = timedelta(hours=1)
CFO = "Our CFO Tom Baker decides about that."


@pytest_asyncio.fixture
async def shop(lived_in: Home) -> Home:
    """A company that we wrote to, and a policy that lets the deal specialist act."""
    await told.company(lived_in.workspace)
    return replace(lived_in, house=replace(lived_in.house, policy=told.policy()))


async def signal(home: Home, kind: str = "deal_signal", **args: str):
    return await handle_signal(home.house, kind, args, actor=SYSTEM, lenient=True)


async def only_deal(home: Home) -> dict:
    async with home.house.database.read() as tx:
        (row,) = (await tx.execute(select(deal_rows))).mappings()
        return dict(row)


async def no_deal(home: Home) -> bool:
    async with home.house.database.read() as tx:
        return (await tx.execute(select(deal_rows.c.id))).first() is None


async def opened(home: Home) -> dict:
    await told.wrote(home.workspace, "inb_1", told.YES, told.positive())
    await signal(home, inbound_id="inb_1")
    return await only_deal(home)


async def in_evaluation(home: Home) -> dict:
    """A deal after a meeting that was held."""
    await opened(home)
    await told.met(home.workspace, "mtg_1", home.clock.at - 2 * HOUR, "held")
    await signal(home, "meeting_held", meeting_id="mtg_1")
    return await only_deal(home)


async def test_a_clear_yes_opens_a_deal_with_their_words_and_a_dated_next_step(shop):
    deal = await opened(shop)
    assert (deal["stage"], deal["account_id"], deal["contact_id"]) == ("discovery", "acc_1", "con_1")
    assert deal["next_step"] == "Agree a meeting with Anna Weiss"
    assert deal["next_step_at"] == datetime(2026, 11, 4, 9, tzinfo=UTC)  # two working days on, at nine
    detail = await shop.do("deals_show", id=deal["id"])
    assert [(one["fact"], one["quote"], one["source"]) for one in detail["proofs"]] == [
        ("need", told.YES, "inb_1")
    ]


async def test_the_same_yes_twice_is_one_deal(shop):
    await opened(shop)
    await signal(shop, inbound_id="inb_1")
    await told.wrote(shop.workspace, "inb_2", "Yes, call me.", told.positive("Yes, call me."))
    await signal(shop, inbound_id="inb_2")
    detail = await shop.do("deals_show", id="Northwind")
    assert {one["source"] for one in detail["proofs"]} == {"inb_1", "inb_2"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Who are you?", told.reading(ReplyKind.QUESTION, "Who are you?")),
        ("Maybe.", told.positive("Maybe.", confidence=0.2)),
        ("Stop it.", told.reading(ReplyKind.UNSUBSCRIBE, "Stop it.")),
        ("I am away.", told.reading(ReplyKind.OUT_OF_OFFICE, "I am away.")),
        ("Tuesday at ten suits me.", told.reading(ReplyKind.MEETING_ACCEPT, "Tuesday at ten suits me.")),
        ("No.", told.positive("We want it all")),  # words that do not stand in the mail
        ("???", None),
    ],
)
async def test_what_shows_no_need_in_their_words_opens_nothing(shop, text, read):
    await told.wrote(shop.workspace, "inb_1", text, read)
    await signal(shop, inbound_id="inb_1")
    assert await no_deal(shop)


async def test_a_held_meeting_opens_a_deal_even_without_a_yes(shop):
    await told.met(shop.workspace, "mtg_1", shop.clock.at - 2 * HOUR, "held")
    await signal(shop, "meeting_held", meeting_id="mtg_1")
    deal = await only_deal(shop)
    assert (deal["stage"], deal["next_step"]) == ("discovery", "Ask Anna Weiss what they want solved")


async def test_a_meeting_that_was_not_held_opens_nothing(shop):
    await told.met(shop.workspace, "mtg_1", shop.clock.at - 2 * HOUR, "no_show")
    await signal(shop, "meeting_held", meeting_id="mtg_1")
    assert await no_deal(shop)


async def test_need_and_a_held_meeting_move_a_deal_to_evaluation_with_both_as_evidence(shop):
    deal = await in_evaluation(shop)
    assert (deal["stage"], deal["next_step"]) == (
        "evaluation",
        "Find out from Anna Weiss who decides and by when",
    )
    detail = await shop.do("deals_show", id=deal["id"])
    assert [(one["before"], one["after"], one["by"]) for one in detail["moves"]] == [
        ("discovery", "evaluation", "agent:deal")
    ]
    assert detail["missing"] == ["authority", "timing"]


async def test_the_review_moves_a_deal_on_when_mails_show_what_was_missing(shop):
    await in_evaluation(shop)
    text = f"{CFO} We start in January."
    read = told.reading(
        ReplyKind.OBJECTION,
        CFO,
        objections=told.authority(CFO),
        referrals=(Referred(quote=CFO, name="Tom Baker", title="CFO"),),
        until=told.until(datetime(2027, 1, 4, tzinfo=UTC), "We start in January."),
    )
    await told.wrote(shop.workspace, "inb_2", text, read, at=shop.clock.at + HOUR)
    shop.clock.at += timedelta(days=1)
    await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    deal = await only_deal(shop)
    assert deal["stage"] == "proposal"
    assert deal["health"] is not None and {one["name"] for one in deal["signals"]} >= {"decider_known"}


async def test_a_move_taken_back_stays_back_and_undo_is_on_record(shop):
    deal = await in_evaluation(shop)
    (move,) = (await shop.do("deals_show", id=deal["id"]))["moves"]
    done = await undoing.undo(shop.house, move["decision"], builders.OWNER)
    assert done["text"] == "The deal is in discovery again."
    await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    await signal(shop, "meeting_held", meeting_id="mtg_1")
    assert (await only_deal(shop))["stage"] == "discovery"


async def test_opening_can_be_undone_and_does_not_come_back(shop):
    deal = await opened(shop)
    detail = await shop.do("deals_show", id=deal["id"])
    await undoing.undo(shop.house, detail["opened_by"], builders.OWNER)
    await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    await signal(shop, inbound_id="inb_1")
    assert (await only_deal(shop))["stage"] == "lost"


async def test_where_the_policy_asks_a_person_is_asked_once(shop):
    asking = replace(shop, house=replace(shop.house, policy=told.policy("ask")))
    await told.wrote(shop.workspace, "inb_1", told.YES, told.positive())
    first = await signal(asking, inbound_id="inb_1")
    again = await signal(asking, inbound_id="inb_1")
    assert [one["verdict"] for one in first.outcome] == ["ask"] and again.outcome == []
    assert await no_deal(shop)
    await asking.do("approve", id=first.outcome[0]["id"])
    assert (await only_deal(shop))["stage"] == "discovery"


async def test_a_person_moves_a_deal_with_their_own_words_as_a_note(shop):
    await in_evaluation(shop)
    facts = [
        {"fact": "authority", "quote": "Tom signs, he told me on the phone"},
        {"fact": "timing", "quote": "they want it in January"},
    ]
    moved = await shop.do("deals_move", id="Northwind", stage="proposal", why="talked to Tom", proofs=facts)
    assert (moved["verdict"], moved["after"]) == ("notify", "proposal")
    detail = await shop.do("deals_show", id="Northwind")
    quotes = {one["fact"]: one["quote"] for one in detail["proofs"]}
    assert quotes["timing"] == "they want it in January"
    assert detail["moves"][-1]["by"] == "olga"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"stage": "negotiation"}, "refused"),  # skips a stage
        ({"stage": "won"}, "refused"),
        ({"stage": "proposal"}, "refused"),  # nothing shown
        ({"stage": "evaluation"}, "refused"),  # is there already
        ({"stage": "proposal", "proofs": [{"quote": "x", "source": "inb_1"}]}, "which_fact"),
        (
            {"stage": "proposal", "proofs": [{"quote": "never said", "source": "inb_1", "fact": "timing"}]},
            "refused",
        ),
        ({"stage": "moon"}, "bad_arguments"),
        ({"id": "Nobody Ltd", "stage": "lost"}, "unknown_deal"),
    ],
)
async def test_a_move_without_what_it_needs_is_refused_and_changes_nothing(shop, args, code):
    await in_evaluation(shop)
    error = await shop.fails("deals_move", **{"id": "Northwind", "why": "because", **args})
    assert error.code == code
    assert (await only_deal(shop))["stage"] == "evaluation"


async def test_a_lost_deal_keeps_the_reason_and_is_closed(shop):
    await opened(shop)
    await shop.do("deals_move", id="Northwind", stage="lost", why="they chose Rivalsoft")
    assert await shop.do("deals") == []
    (row,) = await shop.do("deals", closed=True)
    assert (row["stage"], row["health"], row["next_step"]) == ("lost", None, "")
    assert (
        await shop.fails("deals_next", id=row["id"], step="x", at="2027-01-01T10:00:00Z")
    ).code == "closed_deal"


async def test_only_a_person_says_what_a_deal_is_worth(shop):
    await opened(shop)
    assert (await shop.do("deals"))[0]["amount"] is None
    done = await shop.do("deals_amount", id="Northwind", amount="12000.5", currency="eur")
    assert (done["amount"], done["currency"]) == ("12000.50", "EUR")
    assert (await only_deal(shop))["amount"] == Decimal("12000.50")
    machine = Actor(kind="agent", name="deal", role="owner")
    error = await shop.fails("deals_amount", machine, id="Northwind", amount="1", currency="EUR")
    assert isinstance(error, Refused) and error.code == "person_needed"
    for wrong in (
        {"amount": "-1"},
        {"amount": "NaN"},
        {"amount": "many"},
        {"currency": "XYZ"},
        {"currency": "€"},
    ):
        values = {"id": "Northwind", "amount": "1", "currency": "EUR", **wrong}
        assert (await shop.fails("deals_amount", **values)).exit_code == 2, wrong


async def test_a_next_step_lies_ahead_and_is_on_record(shop):
    deal = await opened(shop)
    past = await shop.fails("deals_next", id=deal["id"], step="Call", at="2026-11-01T10:00:00Z")
    assert past.code == "past_date"
    await shop.do("deals_next", id=deal["id"], step="Call  Anna", at="2026-11-05T10:00:00Z")
    assert (await only_deal(shop))["next_step"] == "Call Anna"
    assert await shop.workspace.notes(deal["id"]) == ["deal_step"]


async def test_people_of_the_company_become_candidates_never_contacts(shop):
    text = f"{told.YES} {CFO}"
    read = told.positive(referrals=(Referred(quote=CFO, name="Tom Baker", title="CFO"),))
    cc = (MailAddress(address="ida@northwind.example", name="Ida"), MailAddress(address="eve@else.example"))
    await told.wrote(shop.workspace, "inb_1", text, read, cc=cc, signature="Anna Weiss\nHead of Sales")
    await signal(shop, inbound_id="inb_1")
    detail = await shop.do("deals_show", id="Northwind")
    found = {one["name"]: one for one in detail["stakeholders"]}
    assert set(found) == {"Anna Weiss", "Tom Baker", "Ida"}
    assert (found["Anna Weiss"]["candidate"], found["Anna Weiss"]["title"]) == (False, "Head of Sales")
    assert found["Tom Baker"] | {"source": "inb_1"} == found["Tom Baker"]
    assert (found["Tom Baker"]["role"], found["Tom Baker"]["quote"]) == ("decider", CFO)
    assert found["Ida"]["quote"] == "cc: Ida (ida@northwind.example)" and found["Ida"]["candidate"]
    async with shop.house.database.read() as tx:
        assert list((await tx.execute(select(contacts.c.id))).scalars()) == ["con_1"]


async def test_reviewing_again_keeps_nobody_and_nothing_twice(shop):
    await told.wrote(
        shop.workspace, "inb_1", told.YES, told.positive(), signature="Anna Weiss\nHead of Sales"
    )
    await signal(shop, inbound_id="inb_1")
    for _ in range(3):
        await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    detail = await shop.do("deals_show", id="Northwind")
    assert len(detail["stakeholders"]) == 1 and len(detail["proofs"]) == 1


async def test_the_review_wants_one_task_for_one_reason(shop):
    deal = await opened(shop)
    await told.we_wrote(shop.house.database, "out_1", shop.clock.at + HOUR)
    for day in (15, 16, 20):
        shop.clock.at = builders.MONDAY + timedelta(days=day)
        await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    rows = await shop.do("tasks")
    assert {row["about"] for row in rows} == {deal["id"]}
    assert sorted(row["title"] for row in rows) == [
        "Call Anna Weiss at Northwind: they do not answer",
        "Northwind: do what was planned, or plan anew",
    ]
    for row in rows:
        await shop.do("tasks_done", id=row["id"], result="did it")
    await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    async with shop.house.database.read() as tx:
        assert await deals.open_tasks(tx) == []


async def test_a_task_the_policy_denies_is_not_made(shop):
    await opened(shop)
    denied = replace(shop.house, policy=told.policy("deny", "add_task"))
    shop.clock.at += timedelta(days=30)
    worked = await review_deals(denied, DueRow("", "deals", "deals", shop.clock.at))
    assert worked.counts["refused"] == 1 and await shop.do("tasks") == []


async def test_after_a_meeting_the_owner_is_asked_once_whether_it_was_held(shop):
    await opened(shop)
    await told.met(shop.workspace, "mtg_1", shop.clock.at + HOUR)
    row = DueRow("", "meetings_over", "meetings_over", shop.clock.at)
    await ask_whether_held(shop.house, row)
    assert await shop.do("tasks") == []
    shop.clock.at += 2 * HOUR
    await ask_whether_held(shop.house, row)
    await ask_whether_held(shop.house, row)
    (task,) = await shop.do("tasks")
    assert task["title"] == "Was the meeting with Anna Weiss held?"
    assert task["with"] == "Anna Weiss, Northwind"


async def asked_about(home: Home) -> str:
    await told.met(home.workspace, "mtg_1", home.clock.at - 2 * HOUR)
    await ask_whether_held(home.house, DueRow("", "meetings_over", "meetings_over", home.clock.at))
    return (await home.do("tasks"))[0]["id"]


async def test_the_answer_held_marks_the_meeting_and_moves_the_deal(shop):
    await opened(shop)
    task_id = await asked_about(shop)
    unclear = await shop.fails("tasks_done", id=task_id, result="well …")
    assert unclear.code == "unclear_result"
    done = await shop.do("tasks_done", id=task_id, result="held")
    assert done["meeting"] == "mtg_1"
    assert (await only_deal(shop))["stage"] == "evaluation"
    assert await shop.do("tasks") == []
    assert (await shop.fails("tasks_done", id=task_id, result="held")).code == "task_closed"


async def test_the_answer_held_opens_a_deal_where_there_was_none(shop):
    task_id = await asked_about(shop)
    await shop.do("tasks_done", id=task_id, result="Held.")
    assert (await only_deal(shop))["stage"] == "discovery"


async def test_a_no_show_opens_nothing(shop):
    task_id = await asked_about(shop)
    await shop.do("tasks_done", id=task_id, result="no-show")
    async with shop.house.database.read() as tx:
        assert (await meetings.one(tx, "mtg_1"))["state"] == "no_show"
    assert await no_deal(shop)


async def test_a_held_meeting_that_nobody_told_of_is_found_by_the_review(shop):
    await told.met(shop.workspace, "mtg_1", shop.clock.at - 2 * HOUR, "held")
    for _ in range(2):
        await review_deals(shop.house, DueRow("", "deals", "deals", shop.clock.at))
    assert (await only_deal(shop))["stage"] == "discovery"


async def test_a_new_deal_does_not_live_on_what_the_lost_one_showed(shop):
    await in_evaluation(shop)
    await shop.do("deals_move", id="Northwind", stage="lost", why="no money")
    shop.clock.at += timedelta(days=60)
    await told.wrote(shop.workspace, "inb_9", "Now we want it.", told.positive("Now we want it."))
    await signal(shop, inbound_id="inb_9")
    (row,) = await shop.do("deals")
    detail = await shop.do("deals_show", id=row["id"])
    assert [(one["fact"], one["source"]) for one in detail["proofs"]] == [("need", "inb_9")]


async def test_why_walks_from_the_deal_over_its_moves_to_the_mails(shop):
    deal = await in_evaluation(shop)
    async with shop.house.database.read() as tx:
        kinds = [step.kind for step in await deal_steps(tx, deal["id"])]
        assert await deal_steps(tx, "dea_none") == []
    assert kinds[:3] == ["deal", "move", "decision"]
    assert {"opened", "proof", "mail in", "meeting"} <= set(kinds)


async def test_who_may_only_look_moves_nothing(shop):
    await opened(shop)
    viewer = Actor(kind="user", name="vera", role="viewer")
    assert len(await shop.do("deals", viewer)) == 1
    assert (
        await shop.fails("deals_move", viewer, id="Northwind", stage="lost", why="x")
    ).code == "role_may_not"
    assert (await shop.fails("tasks_done", viewer, id="tsk_1")).code == "role_may_not"


async def test_stakeholders_keep_the_label_of_their_mail(shop):
    cc = (MailAddress(address="ida@northwind.example", name="Ida"),)
    await told.wrote(shop.workspace, "inb_1", told.YES, told.positive(), cc=cc)
    await signal(shop, inbound_id="inb_1")
    async with shop.house.database.read() as tx:
        query = select(stakeholders.c.integrity).where(stakeholders.c.name == "Ida")
        assert (await tx.execute(query)).scalar_one() == told.MAIL.integrity
