"""The effector against a real SMTP server: what arrives, what is retried, what fails, what waits."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures import builders
from tests.fixtures.sink import Sink
from tests.fixtures.workspace import Workspace
from tools.effector import RETRIES, RETRY_AFTER, Report

pytestmark = pytest.mark.both_engines

FIRST = "anna1@northwind.example"


async def drained(workspace: Workspace, sink: Sink, limit: int = 500) -> Report:
    return await workspace.effector(sink).drain(limit)


async def test_approved_mails_arrive_once_and_a_second_drain_sends_nothing(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(3)
    report = await drained(workspace, sink)
    assert (report.sent, report.problems) == (3, [])
    assert (await drained(workspace, sink)).sent == 0
    assert sorted(sink.recipients) == [f"anna{n}@northwind.example" for n in (1, 2, 3)]
    assert await workspace.states() == ["sent"] * 3


async def test_the_chain_tells_decision_approval_and_sending_in_this_order(
    workspace: Workspace, sink: Sink
) -> None:
    (row,) = await workspace.approved_mails(1)
    await drained(workspace, sink)
    assert await workspace.notes(row["decision_id"]) == ["decision", "approved", "sent"]


@pytest.mark.parametrize("at", ["rcpt", "data"])
@pytest.mark.parametrize("reply", ["550 no such user", "552 mailbox full", "554 refused"])
async def test_a_final_no_fails_this_mail_with_its_code_and_no_other(
    workspace: Workspace, sink: Sink, at: str, reply: str
) -> None:
    sink.refuse(FIRST, reply, at=at)
    await workspace.approved_mails(2)
    report = await drained(workspace, sink)
    assert (report.sent, report.failed) == (1, 1)
    failed = (await workspace.outbox())[0]
    assert (failed["state"], failed["code"]) == ("failed", reply[:3])
    assert failed["detail"]
    assert sink.recipients == ["anna2@northwind.example"]


@pytest.mark.parametrize("at", ["rcpt", "data"])
@pytest.mark.parametrize("reply", ["450 later", "451 local error", "421 going down"])
async def test_a_temporary_no_is_tried_again_later(
    workspace: Workspace, sink: Sink, at: str, reply: str
) -> None:
    sink.refuse(FIRST, reply, at=at)
    await workspace.approved_mails(2)
    assert (await drained(workspace, sink)).sent == 1
    waiting = (await workspace.outbox())[0]
    assert (waiting["state"], waiting["code"]) == ("queued", reply[:3])
    assert (await drained(workspace, sink)).sent == 0, "not before its time"
    workspace.clock.at += RETRY_AFTER
    assert (await drained(workspace, sink)).sent == 1
    assert sink.recipients == ["anna2@northwind.example", FIRST]


async def test_a_server_that_always_says_later_ends_in_a_visible_failure(
    workspace: Workspace, sink: Sink
) -> None:
    sink.refuse(FIRST, *["450 later"] * 9)
    await workspace.approved_mails(1)
    tries = 0
    while (await workspace.states()) == ["queued"]:
        report = await drained(workspace, sink)
        tries += report.postponed + report.failed
        workspace.clock.at = (await workspace.outbox())[0]["due_at"]
    assert tries == RETRIES
    assert (await workspace.outbox())[0]["code"] == "450"


async def test_a_refused_login_loses_nothing_and_does_not_knock_for_every_mail(
    workspace: Workspace, sink: Sink
) -> None:
    sink.good_login = False
    await workspace.approved_mails(4)
    report = await drained(workspace, sink)
    assert report.problems == ["The mail server refused the login."]
    assert sink.logins <= 2, "one session tries PLAIN and LOGIN; four mails do not make four sessions"
    assert await workspace.states() == ["queued"] * 4
    sink.good_login = True
    workspace.clock.at += RETRY_AFTER
    assert (await drained(workspace, sink)).sent == 4


async def test_hours_without_a_mail_server_lose_nothing(workspace: Workspace, sink: Sink) -> None:
    port = sink.port
    await sink.stop()
    await workspace.approved_mails(2)
    for _ in range(RETRIES * 3):
        report = await drained(workspace, sink)
        assert "cannot be reached" in report.problems[0]
        workspace.clock.at += RETRY_AFTER
    assert [row["attempts"] for row in await workspace.outbox()] == [0, 0]
    await sink.start(port)
    assert (await drained(workspace, sink)).sent == 2


async def test_a_server_without_smtputf8_fails_only_the_mail_that_needs_it(
    workspace: Workspace, sink: Sink
) -> None:
    sink.smtputf8 = False
    await workspace.approved_mails(2)
    await workspace.tamper("contacts", "con_1", email="jörg@northwind.example")
    report = await drained(workspace, sink)
    assert (report.sent, report.failed) == (1, 1)
    assert (await workspace.outbox())[0]["code"] == "no_smtputf8"


async def test_an_address_outside_ascii_arrives_where_the_server_takes_it(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(2)
    await workspace.tamper("contacts", "con_1", email="jörg@northwind.example")
    await workspace.tamper("contacts", "con_2", email="anna@bücher.example")
    assert (await drained(workspace, sink)).sent == 2
    assert sink.recipients == ["jörg@northwind.example", "anna@xn--bcher-kva.example"]


@pytest.mark.parametrize("address", ["nonsense", "a@b@c.example", "a@x.example\r\nRCPT TO:<b@x.example>"])
async def test_a_broken_address_fails_alone(workspace: Workspace, sink: Sink, address: str) -> None:
    await workspace.approved_mails(2)
    await workspace.tamper("contacts", "con_1", email=address)
    report = await drained(workspace, sink)
    assert (report.sent, report.failed) == (1, 1)
    assert sink.recipients == ["anna2@northwind.example"]


@pytest.mark.parametrize("action", [{"kind": "nonsense"}, {}, [], "x", None])
async def test_a_poisoned_row_delays_nobody_else(workspace: Workspace, sink: Sink, action: object) -> None:
    rows = await workspace.approved_mails(3)
    await workspace.tamper("outbox", rows[0]["id"], action=action)
    report = await drained(workspace, sink)
    assert report.sent == 2
    assert (await workspace.outbox())[0]["state"] == "cancelled"


async def test_an_unforeseen_error_keeps_one_mail_and_not_the_others(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(3)
    await workspace.tamper("contacts", "con_2", zones=7)
    report = await drained(workspace, sink)
    assert report.sent == 2
    assert len(report.problems) == 1
    assert await workspace.states() == ["sent", "queued", "sent"]


async def test_outside_office_hours_mail_waits_for_the_morning(workspace: Workspace, sink: Sink) -> None:
    await workspace.approved_mails(1)
    workspace.clock.at = datetime(2026, 11, 6, 18, 0, tzinfo=UTC)  # Friday, the window has closed
    assert (await drained(workspace, sink)).postponed == 1
    row = (await workspace.outbox())[0]
    assert row["due_at"] == datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
    assert "08:00–18:00" in row["detail"]
    workspace.clock.at = row["due_at"]
    assert (await drained(workspace, sink)).sent == 1


async def test_a_young_mailbox_sends_its_ten_and_the_rest_tomorrow(workspace: Workspace, sink: Sink) -> None:
    from dataclasses import replace

    workspace.terms = replace(workspace.terms, mailbox_started=builders.MONDAY.date())
    await workspace.approved_mails(12)
    assert (await drained(workspace, sink)).sent == 10
    waiting = [row for row in await workspace.outbox() if row["state"] == "queued"]
    assert {row["due_at"] for row in waiting} == {datetime(2026, 11, 3, 0, 0, tzinfo=UTC)}
    workspace.clock.at += timedelta(days=1)
    assert (await drained(workspace, sink)).sent == 2


async def test_one_company_gets_five_mails_a_day(workspace: Workspace, sink: Sink) -> None:
    await workspace.approved_mails(6, account_id="acc_1")
    assert (await drained(workspace, sink)).sent == 5
    assert (
        "this company" in next(row for row in await workspace.outbox() if row["state"] == "queued")["detail"]
    )


async def test_a_doubtful_mail_counts_against_the_cap_of_the_day_it_was_tried(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(6, account_id="acc_1")
    workspace.clock.at += timedelta(days=1)  # due yesterday, tried today
    sink.refuse("*", "lose", at="data")
    effector = workspace.effector(sink, grace=60.0)
    report = await effector.drain()
    assert (report.sent, report.in_doubt) == (4, 1)


async def test_a_person_gets_the_next_mail_after_72_hours(workspace: Workspace, sink: Sink) -> None:
    from domain.campaigns import Touch

    await workspace.campaign_of(0)
    await workspace.tamper(
        "campaigns",
        "cam_1",
        body=builders.campaign(
            touches=(Touch(id="tou_1", step=1, purpose="a"), Touch(id="tou_2", step=2, purpose="b"))
        ).model_dump(mode="json"),
    )
    second = {"touch_id": "tou_2"}
    await workspace.add(
        builders.account(), builders.contact(), builders.draft(), builders.draft(id="dra_9", **second)
    )
    mails = [builders.mail(), builders.mail(step=2, draft_id="dra_9", **second)]
    await workspace.approve(await workspace.asked([await workspace.judged(one) for one in mails]))
    assert (await drained(workspace, sink)).sent == 1
    waiting = next(row for row in await workspace.outbox() if row["state"] == "queued")
    assert waiting["due_at"] == builders.MONDAY + timedelta(hours=72)
    workspace.clock.at = waiting["due_at"]
    assert (await drained(workspace, sink)).sent == 1
    first, last = [one.message.as_string() for one in sink.accepted]
    assert workspace.terms.disclosure in first
    assert workspace.terms.disclosure not in last


async def test_two_drains_at_once_send_each_mail_once(workspace: Workspace, sink: Sink) -> None:
    await workspace.approved_mails(8)
    reports = await asyncio.gather(*(drained(workspace, sink) for _ in range(3)))
    assert sum(report.sent for report in reports) == 8
    assert len(set(sink.recipients)) == len(sink.recipients) == 8


async def test_a_limit_of_a_drain_is_kept_and_the_rest_follows(workspace: Workspace, sink: Sink) -> None:
    await workspace.approved_mails(5)
    assert [(await drained(workspace, sink, 2)).sent for _ in range(4)] == [2, 2, 1, 0]


async def test_a_paused_campaign_with_many_mails_does_not_starve_another(
    workspace: Workspace, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.effector.PAGE", 2)
    rows = await workspace.approved_mails(5)
    async with workspace.database.write() as tx:
        from runtime.store import people

        for row in rows[:4]:
            scope = f"campaign:{row['campaign_id']}-{row['id']}"
            await people.throw_switch(
                tx, scope=scope, level="sends", reason="", by="o", at=workspace.clock.at
            )
    for row in rows[:4]:
        await workspace.tamper("outbox", row["id"], campaign_id=f"cam_1-{row['id']}")
    report = await drained(workspace, sink, 2)
    assert (report.postponed, report.sent) == (4, 1)
