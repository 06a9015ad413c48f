"""The morning page by mail: to our own people, once a day whatever crashes, never while stopped, and only the page."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from domain.actions import NotifyOwner
from domain.decisions import Verdict
from domain.mail import MailKind
from runtime.store import audit, people
from runtime.store.due import DueRow
from runtime.store.tables import counters, decisions
from runtime.store.tables import outbox as intents
from runtime.store.talk_tables import inbound
from service import digest, guarding
from service.carrying_out import decide_on
from service.taking_in import take_in
from service.users import set_disabled
from tests.fixtures import builders
from tests.fixtures.sink import SinkProbe
from tools.act.compose_mail import to_text
from tools.read.mail.read import Terms as ReadingTerms
from tools.read.mail.read import read_mail
from tools.read.why import explain

DUE = DueRow("due_1", "digest", "digest", builders.MONDAY)
ADA, BEN = "ada@acme.example", "Ben@acme.example"
OURS = builders.TERMS.sender


async def joined(home, *names, role="owner"):
    async with home.house.database.write() as tx:
        for name in names:
            ids = {"user_id": home.house.ids.new("usr"), "name": name, "password_hash": "none", "role": role}
            await people.add_user(tx, **ids, at=home.clock.at)


async def rows(home):
    async with home.house.database.read() as tx:
        query = (
            select(intents).where(intents.c.kind == "notify_owner").order_by(intents.c.made_at, intents.c.id)
        )
        return [dict(row) for row in (await tx.execute(query)).mappings()]


async def said(home):
    """Verdicts on morning pages so far."""
    async with home.house.database.read() as tx:
        found = await tx.execute(select(decisions.c.verdict).order_by(decisions.c.made_at))
        return list(found.scalars())


async def turn(home):
    return await home.do("tick", until_idle=True)


async def test_the_page_of_the_morning_reaches_the_owner_through_the_gate_and_the_effector(lived_in, sink):
    await joined(lived_in, ADA)
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    (mail,) = sink.accepted
    (row,) = await rows(lived_in)
    message = mail.message
    assert (mail.recipient, row["state"]) == (ADA, "sent")
    assert (message["To"], message["From"]) == (ADA, f"Maria Lindt <{OURS}>")
    assert message["Message-ID"] == row["message_id"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert await said(lived_in) == ["allow"]
    async with lived_in.house.database.read() as tx:
        kinds = [one["kind"] for one in await audit.about(tx, row["decision_id"])]
        told = " | ".join(link.text for link in await explain(tx, row["message_id"]))
    assert kinds == ["decision", "sent"]
    assert "system proposed morning page: the page of this morning" in told
    assert f"It goes to our own people: {ADA}, owner." in told


async def test_the_mail_is_the_page_and_holds_neither_disclosure_nor_unsubscribe(lived_in, sink):
    await digest.mail_page(lived_in.house, DUE)
    page = (await lived_in.do("digest"))["text"]
    await turn(lived_in)
    (mail,) = sink.accepted
    text = mail.message.get_body(("plain",)).get_content().replace("\r", "")
    html = mail.message.get_body(("html",)).get_content()
    assert text.split("\n\n-- \n")[0] == to_text(page)
    for line in page.splitlines():
        if line.startswith("- "):
            assert line.removeprefix("- ") in html
    for absent in ("Not interested", builders.TERMS.disclosure, builders.TERMS.postal_address):
        assert absent not in text + html


async def test_two_owners_and_a_manager_get_one_each_and_nobody_else(lived_in, sink):
    await joined(lived_in, ADA, "olga")
    await joined(lived_in, BEN, role="manager")
    await joined(lived_in, "rep@acme.example", role="rep")
    await joined(lived_in, "vera@acme.example", role="viewer")
    await joined(lived_in, "gone@acme.example")
    await set_disabled(lived_in.house, "gone@acme.example", True, by="olga")
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    assert set(sink.recipients) == {ADA, BEN}
    assert len(sink.accepted) == 2


async def test_when_nobody_signs_in_with_an_address_it_goes_to_our_own_mailbox(lived_in, sink):
    await joined(lived_in, "olga")
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    assert sink.recipients == [OURS]


async def test_a_second_turn_and_a_handler_that_runs_twice_send_nothing_more(lived_in, sink):
    await joined(lived_in, ADA)
    for _ in range(2):
        await digest.mail_page(lived_in.house, DUE)
        await turn(lived_in)
    lived_in.clock.at += timedelta(hours=7)  # late the same day
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    assert len(sink.accepted) == len(await said(lived_in)) == 1
    lived_in.clock.at += timedelta(hours=14)
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    assert len(sink.accepted) == 2


async def test_the_timetable_brings_it_every_morning_by_itself(lived_in, sink):
    await turn(lived_in)  # on Monday at 10:00 the first time is tomorrow's
    assert sink.accepted == []
    lived_in.clock.at += timedelta(hours=21, minutes=47)
    told = await turn(lived_in)
    assert (len(sink.accepted), told["worked"]["digest"], told["problems"]) == (1, 1, [])
    await turn(lived_in)
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("fault", ["drop", "lose"])  # after the server kept it, or before
async def test_a_crash_between_claim_and_mark_neither_loses_nor_doubles_it(lived_in, sink, fault):
    await joined(lived_in, ADA)
    await digest.mail_page(lived_in.house, DUE)
    sink.refuse("*", fault, at="data")
    workspace = lived_in.workspace
    await workspace.effector(sink).drain()
    (row,) = await rows(lived_in)
    dead = {"state": "claimed", "owner": "dead.1", "claimed_at": time.time() - 60}  # it never came to mark it
    await workspace.tamper("outbox", row["id"], **dead)
    await workspace.effector(sink, probe=SinkProbe(sink)).drain()
    assert (len(sink.accepted), (await rows(lived_in))[0]["state"]) == (1, "sent")


@pytest.mark.parametrize(
    ("level", "scope"), [("sends", "workspace"), ("all", "workspace"), ("sends", f"mailbox:{OURS}")]
)
async def test_while_sending_is_stopped_no_page_leaves(lived_in, sink, level, scope):
    async with lived_in.house.database.write() as tx:
        stop = {"level": level, "scope": scope, "reason": "look first", "by": "olga"}
        await people.throw_switch(tx, **stop, at=lived_in.clock.at)
    worked = await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    assert (sink.accepted, await rows(lived_in)) == ([], [])
    assert "Stopped by olga" in worked.detail


async def test_a_stop_after_it_was_queued_holds_it_and_an_old_page_never_leaves(lived_in, sink):
    await digest.mail_page(lived_in.house, DUE)
    values = {"scope": "workspace", "reason": "look first", "by": "olga", "at": lived_in.clock.at}
    async with lived_in.house.database.write() as tx:
        await people.throw_switch(tx, level="sends", **values)
    await turn(lived_in)
    lived_in.clock.at += timedelta(hours=7)
    async with lived_in.house.database.write() as tx:
        await people.throw_switch(tx, level="none", **values)
    await turn(lived_in)
    (row,) = await rows(lived_in)
    assert (sink.accepted, row["state"], row["code"]) == ([], "cancelled", "approval_expired")


async def test_whoever_is_locked_out_before_it_leaves_does_not_get_it(lived_in, sink):
    await joined(lived_in, ADA, "olga")
    await digest.mail_page(lived_in.house, DUE)
    await set_disabled(lived_in.house, ADA, True, by="olga")
    await turn(lived_in)
    assert (sink.accepted, (await rows(lived_in))[0]["code"]) == ([], "refused")


@pytest.mark.parametrize("changed", [{"contact_id": "con_1"}, {"contact_id": ""}, {"action_hash": "0" * 64}])
async def test_a_row_that_was_changed_by_hand_does_not_leave(lived_in, sink, changed):
    await lived_in.workspace.campaign_of(1)
    await joined(lived_in, ADA)
    await digest.mail_page(lived_in.house, DUE)
    (row,) = await rows(lived_in)
    await lived_in.workspace.tamper("outbox", row["id"], **changed)
    await turn(lived_in)
    assert (sink.accepted, (await rows(lived_in))[0]["state"]) == ([], "cancelled")


async def test_a_page_to_a_contact_or_by_an_agent_is_refused(lived_in):
    await lived_in.workspace.campaign_of(1)
    for user_id, actor, rule in (("con_1", digest.SYSTEM, "G1"), ("", builders.OUTREACH, "authority:D-44")):
        action = NotifyOwner(user_id=user_id, day=builders.MONDAY.date(), subject="s", text="t")
        async with lived_in.house.database.write() as tx:
            made = await decide_on(tx, lived_in.house, action, actor=actor, reason="r", label=digest.QUOTES)
        refused = [hit.rule for hit in made.judgement.hits if hit.verdict is Verdict.REFUSE]
        assert refused == [rule]


@pytest.mark.parametrize("missing", ["smtp_url", "sender"])
async def test_without_a_mailbox_no_turn_fails_and_nothing_is_proposed(lived_in, sink, missing):
    house = lived_in.house
    settings = house.settings.model_copy(update={"smtp_url": SecretStr("")} if missing == "smtp_url" else {})
    terms = replace(house.terms, sender="") if missing == "sender" else house.terms
    home = replace(lived_in, house=replace(house, settings=settings, terms=terms))
    worked = await digest.mail_page(home.house, DUE)
    told = await turn(home)
    assert (worked.problems, told["problems"], await said(home), sink.accepted) == ((), [], [], [])
    assert "in the chat only" in worked.detail


async def test_the_checks_of_each_turn_find_nothing_wrong_with_a_page_that_was_sent(lived_in, sink):
    await joined(lived_in, ADA)
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    assert len(sink.accepted) == 1
    assert await guarding.guard(lived_in.house) == []


async def test_the_page_takes_nothing_from_what_the_mailbox_is_warmed_up_with(lived_in, sink):
    await lived_in.workspace.approved_mails(1)
    used = []
    for _ in range(2):
        async with lived_in.house.database.read() as tx:
            found = await tx.execute(select(counters.c.name, counters.c.used))
            used.append({row.name: row.used for row in found if row.used and row.name.startswith("mailbox:")})
        await digest.mail_page(lived_in.house, DUE)
        await turn(lived_in)
    assert len(sink.accepted) == 2
    assert max(used[-1].values(), default=1) == 1


def answer(row, sender, text="Thanks, stop this please. unsubscribe"):
    return (
        f"From: <{sender}>\r\nTo: <{OURS}>\r\nSubject: Re: Monday\r\nMessage-ID: <a1@acme.example>\r\n"
        f"In-Reply-To: {row['message_id']}\r\nDate: Mon, 02 Nov 2026 10:30:00 +0000\r\n\r\n{text}\r\n"
    ).encode()


async def taken(home, raw):
    mail = read_mail(raw, ReadingTerms(own_addresses=frozenset({OURS})))
    async with home.house.database.write() as tx:
        kind = await take_in(tx, home.house, OURS, mail, raw, home.clock.at)
    async with home.house.database.read() as tx:
        (row,) = (await tx.execute(select(inbound))).mappings()
    return kind, row["state"], row["detail"]


async def test_what_our_own_people_answer_is_no_prospects_reply(lived_in):
    await lived_in.workspace.add(
        builders.account(), builders.contact(email=ADA)
    )  # tries our mails on herself
    await joined(lived_in, ADA)
    await digest.mail_page(lived_in.house, DUE)
    (row,) = await rows(lived_in)
    kind, state, detail = await taken(lived_in, answer(row, ADA.upper()))
    assert (kind, state) == (MailKind.HUMAN, "ignored")
    assert "answered the morning page" in detail


async def test_a_mail_of_our_own_people_about_anything_is_no_strangers(lived_in):
    await joined(lived_in, ADA)
    _, state, detail = await taken(lived_in, answer({"message_id": "<x@y.example>"}, ADA))
    assert (state, detail) == ("ignored", "From one of our own people.")


async def test_a_page_that_bounces_suppresses_nobody_and_counts_as_no_bounce_of_a_campaign(lived_in):
    await joined(lived_in, ADA)
    await digest.mail_page(lived_in.house, DUE)
    (row,) = await rows(lived_in)
    raw = (
        "From: MAILER-DAEMON@mx.acme.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "MIME-Version: 1.0\r\nReturn-Path: <>\r\nMessage-ID: <b1@mx.acme.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system. It could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.acme.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {row['message_id']}\r\nTo: {ADA}\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    kind, state, detail = await taken(lived_in, raw)
    assert (kind, state) == (MailKind.BOUNCE, "handled")
    assert "bounce of the morning page" in detail


async def test_the_page_covers_all_since_the_last_one_that_was_mailed(lived_in, sink):
    await digest.mail_page(lived_in.house, DUE)
    await turn(lived_in)
    lived_in.clock.at += timedelta(days=3)
    await digest.mail_page(lived_in.house, DUE)
    assert "since Monday, 10:00 (UTC)" in (await rows(lived_in))[-1]["action"]["text"]


async def test_our_people_see_the_page_once_a_day_when_it_says_something(lived_in):
    assert await digest.first_look(lived_in.house, builders.OWNER) is None  # nothing happened yet
    await lived_in.workspace.approved_mails(1)
    await turn(lived_in)
    assert await digest.first_look(lived_in.house, builders.OWNER) is None  # looked in before, today
    lived_in.clock.at += timedelta(hours=20)
    page = await digest.first_look(lived_in.house, builders.OWNER)
    assert page is not None
    assert "- 1 campaign mail sent" in page.as_text()
    assert await digest.first_look(lived_in.house, builders.OWNER) is None
    rep = builders.OWNER.model_copy(update={"name": "rita", "role": "rep"})
    assert await digest.first_look(lived_in.house, rep) is None
