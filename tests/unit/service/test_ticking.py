"""One unattended turn: what it sends, when it is idle, and what becomes of campaigns nobody decides on."""

from datetime import timedelta

import pytest

from domain.campaigns import CampaignState
from runtime.store import campaigns
from tests.fixtures import builders


async def state(lived_in):
    async with lived_in.house.database.read() as tx:
        return (await campaigns.campaign(tx, "cam_1")).state


async def test_approved_mails_leave_once_and_the_campaign_is_finished(lived_in, sink):
    await lived_in.workspace.approved_mails(3)
    first = await lived_in.do("tick", until_idle=True)
    second = await lived_in.do("tick", until_idle=True)
    assert (first["sent"], second["sent"]) == (3, 0)
    assert await lived_in.workspace.states() == ["sent"] * 3
    assert await state(lived_in) is CampaignState.FINISHED


async def test_a_turn_without_work_needs_no_mailbox(lived_in):
    turn = await lived_in.do("tick", until_idle=True)
    assert (turn["idle"], turn["problems"]) == (True, [])


async def test_a_mail_outside_the_window_waits_and_the_turn_says_until_when(lived_in, sink):
    lived_in.clock.at = builders.MONDAY.replace(hour=22)
    await lived_in.workspace.approved_mails(1)
    turn = await lived_in.do("tick", until_idle=True)
    assert (turn["sent"], turn["idle"]) == (0, True)
    assert turn["next_due"][:16] <= "2026-11-03T08:00", "the window, or earlier work of the timetable"
    lived_in.clock.at = builders.MONDAY + timedelta(days=1)
    assert (await lived_in.do("tick", until_idle=True))["sent"] == 2
    assert set(sink.recipients) == {"anna1@northwind.example", builders.TERMS.sender}, "and the morning page"


@pytest.mark.parametrize("scope", ["workspace", "campaign:cam_1"])
async def test_a_stop_keeps_mails_waiting_and_the_turn_comes_to_rest(lived_in, scope):
    await lived_in.workspace.approved_mails(2)
    await lived_in.do("pause", reason="lunch", scope=scope)
    turn = await lived_in.do("tick", until_idle=True)
    assert (turn["sent"], turn["idle"]) == (0, True)
    assert await lived_in.workspace.states() == ["queued"] * 2
    await lived_in.do("resume", scope=scope)
    assert (await lived_in.do("tick", until_idle=True))["sent"] == 2


async def test_an_ask_nobody_answers_expires_and_the_campaign_can_be_launched_again(lived_in):
    await lived_in.workspace.campaign_of(1)
    made = [await lived_in.workspace.judged(builders.mail(1))]
    approval = await lived_in.workspace.asked(made)
    async with lived_in.house.database.write() as tx:
        await campaigns.set_state(tx, "cam_1", CampaignState.ASKED)
    await lived_in.do("tick")
    assert await state(lived_in) is CampaignState.ASKED
    lived_in.clock.at += timedelta(days=8)
    await lived_in.do("tick")
    assert await state(lived_in) is CampaignState.PLANNED
    assert (await lived_in.fails("approve", id=approval)).code == "approval_expired"
    again = await lived_in.do("campaign_launch")
    assert again["mails"] == 1
    assert len(await lived_in.do("approvals")) == 1


async def test_a_launch_leaves_out_who_opted_out_and_says_so(lived_in):
    from service.unsubscribing import unsubscribe
    from tools.act.unsubscribe import token_for

    await lived_in.workspace.campaign_of(3)
    async with lived_in.house.database.write() as tx:
        await campaigns.set_state(tx, "cam_1", CampaignState.PLANNED)
    await unsubscribe(lived_in.house, token_for(lived_in.house.terms.salt, "con_2"))
    done = await lived_in.do("campaign_launch", id="cam_1")
    assert done["mails"] == 2
    assert len(done["refused"]) == 1
    assert "must not be contacted" in done["refused"][0]["text"]
    assert len((await lived_in.do("approvals"))[0]["items"]) == 2


async def test_a_launch_that_is_refused_as_a_whole_is_a_refusal(lived_in):
    await lived_in.workspace.campaign_of(1)
    async with lived_in.house.database.write() as tx:
        await campaigns.set_state(tx, "cam_1", CampaignState.PLANNED)
    await lived_in.do("pause", reason="lunch")
    refused = await lived_in.fails("campaign_launch")
    assert (refused.code, refused.exit_code) == ("refused", 3)
    assert await lived_in.do("approvals") == []


async def test_a_launch_of_another_campaign_than_the_last_is_an_error(lived_in):
    await lived_in.workspace.campaign_of(1)
    assert (await lived_in.fails("campaign_launch", id="cam_0")).code == "unknown_campaign"
