"""What a card's buttons do: one decision, made once, by somebody who may."""

import pytest

from chat_ui.cards import card, decide, waiting
from domain.decisions import Actor

pytestmark = pytest.mark.asyncio(loop_scope="session")
OWNER = Actor(kind="user", name="olga", role="owner")
VIEWER = Actor(kind="user", name="victor", role="viewer")


async def test_a_click_approves_and_the_card_says_by_whom(house, app, ask_to_stop):
    approval = await ask_to_stop("a")
    answer = await decide(house, OWNER, {"approval": approval, "decision": "approve"})
    assert answer["ok"] is True, answer
    assert answer["approval"]["state"] == "approved"
    assert answer["approval"]["by"] == "olga"
    assert approval not in await waiting(house)


async def test_a_second_click_is_told_it_was_decided_already(house, app, ask_to_stop):
    approval = await ask_to_stop("b")
    await decide(house, OWNER, {"approval": approval, "decision": "reject"})
    again = await decide(house, OWNER, {"approval": approval, "decision": "approve"})
    assert again["ok"] is False
    assert again["message"] == "The first answer counts. This was already rejected by olga."
    assert again["approval"]["state"] == "rejected"


async def test_someone_who_may_only_look_is_refused(house, app, ask_to_stop):
    approval = await ask_to_stop("c")
    answer = await decide(house, VIEWER, {"approval": approval, "decision": "approve"})
    assert answer["ok"] is False
    assert (await card(house, approval, OWNER))["state"] == "pending"


@pytest.mark.parametrize("decision", ["", "undo", "tick", "approve; reject"])
async def test_a_card_can_do_nothing_but_approve_reject_and_edit(house, app, ask_to_stop, decision):
    approval = await ask_to_stop("d")
    answer = await decide(house, OWNER, {"approval": approval, "decision": decision})
    assert answer["ok"] is False
    assert answer["code"] == "unknown_command"


async def test_a_click_on_an_approval_that_never_was_is_one_sentence(house, app):
    answer = await decide(house, OWNER, {"approval": "app_nothing", "decision": "approve"})
    assert answer["ok"] is False
    assert answer["approval"] is None
    assert "app_nothing" in answer["message"]


async def test_an_item_that_is_not_a_mail_cannot_be_edited(house, app, ask_to_stop):
    approval = await ask_to_stop("e")
    item = (await card(house, approval, OWNER))["items"][0]["id"]
    payload = {"approval": approval, "decision": "edit", "item": item, "subject": "x", "body": "y"}
    answer = await decide(house, OWNER, payload)
    assert answer["ok"] is False
    assert answer["code"] == "nothing_to_edit"
