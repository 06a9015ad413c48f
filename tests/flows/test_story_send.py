"""From prospects to the mail server: plan, one approval, decisions, unattended turns, exactly what was approved."""

import re

import pytest
from sqlalchemy import select

from runtime.store import experience
from runtime.store.tables import audit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_plan_has_the_shape_others_rely_on(planned):
    plan = planned.plan
    assert {"id", "audience", "touches", "drafts"} <= set(plan)
    assert [touch["step"] for touch in plan["touches"]] == [1, 2, 3, 4]
    for draft in plan["drafts"]:
        assert {"id", "contact", "subject", "body", "claims", "blocked"} <= set(draft)
        for claim in draft["claims"]:
            assert claim["text"] and claim["url"] and claim["quote"]


async def test_a_campaign_writes_to_at_least_25_people_in_two_variants(planned):
    drafts = planned.plan["drafts"]
    assert len(drafts) >= 25
    assert {draft["variant"] for draft in drafts} == {"a", "b"}
    assert len({draft["contact"] for draft in drafts}) == len(drafts)


async def test_every_draft_is_a_mail_somebody_could_send(planned):
    for draft in planned.plan["drafts"]:
        assert len(draft["body"].split()) <= 150
        assert not re.search(r"\{\{|\}\}|\[[A-Z_ ]+\]|<[A-Za-z_]+>", draft["subject"] + draft["body"])
        assert draft["claims"], draft


async def test_a_draft_with_an_invented_fact_is_blocked_and_the_fact_is_named(planned):
    lying = next(draft for draft in planned.plan["drafts"] if planned.invention in draft["body"])
    assert any(planned.invention in reason for reason in lying["blocked"])


async def test_launching_asks_once_and_sends_nothing(launched, planned):
    ready = [draft for draft in planned.plan["drafts"] if not draft["blocked"]]
    assert launched.result["mails"] == len(ready) == len(launched.items)
    assert len(launched.approvals) == 1
    assert launched.result["approval"] == launched.approvals[0]["id"]
    assert launched.result["refused"] == []


async def test_the_ask_has_the_shape_others_rely_on_and_lists_every_exact_text(launched, planned):
    ask = launched.approvals[0]
    assert {"id", "action", "recipient", "summary", "risk", "why", "expires_at"} <= set(ask)
    texts = {draft["id"]: (draft["subject"], draft["body"]) for draft in planned.plan["drafts"]}
    for item in launched.items:
        assert (item["subject"], item["body"]) == texts[item["draft"]]
        assert "@" in item["recipient"]


async def test_what_was_known_of_everybody_is_kept_when_their_mail_is_decided(desk, launched):
    async with desk.house.database.read() as tx:
        tried = await experience.as_of(tx, await desk.house.clock.now())
    decided = {item["draft"] for item in launched.items}
    assert len(tried) == len(decided)
    assert {one.touch.arm for one in tried} == {"a", "b"}
    assert all(one.touch.features["industry"] and one.touch.features["fit"] for one in tried)


async def test_the_audit_names_the_colleagues_who_are_not_written_to(desk, launched):
    async with desk.house.database.read() as tx:
        bodies = (await tx.execute(select(audit.c.body).where(audit.c.kind == "decision"))).scalars().all()
    told = [body["alternatives"] for body in bodies if body["action"] == "send_email"]
    assert len(told) >= len(launched.items)
    assert any(told), "some company has several people"
    assert all(re.fullmatch(r"con_\w+: [a-z ,-]+", line) for lines in told for line in lines)


async def test_a_blocked_draft_is_not_asked_about(launched, planned):
    blocked = {draft["id"] for draft in planned.plan["drafts"] if draft["blocked"]}
    assert blocked and blocked.isdisjoint(item["draft"] for item in launched.items)


async def test_a_campaign_is_launched_once(launched):
    assert (launched.again.code, launched.again.exit_code) == ("already_launched", 2)


async def test_an_edited_text_is_judged_again_and_keeps_waiting(decided):
    assert {"id", "state", "by"} <= set(decided.edit)
    assert decided.edit["state"] == "pending"
    item = next(one for one in decided.asked_after_edits[0]["items"] if one["draft"] == decided.edited_draft)
    assert (item["subject"], item["body"]) == ("A short question", decided.edited_body)


async def test_an_edit_with_an_unsupported_claim_is_refused_and_the_old_text_stays(decided, launched):
    assert (decided.refused_edit.code, decided.refused_edit.exit_code) == ("refused", 3)
    assert "412" in decided.refused_edit.message
    kept = next(
        one for one in decided.asked_after_edits[0]["items"] if one["draft"] == launched.items[1]["draft"]
    )
    assert kept["body"] == launched.items[1]["body"]


async def test_a_viewer_may_not_decide(decided):
    assert (decided.refused_chat.code, decided.refused_chat.exit_code) == ("role_may_not", 3)


async def test_deciding_says_who_decided_what(decided, launched):
    assert (decided.rejected["rejected"], decided.rejected["state"]) == (1, "pending")
    assert decided.approved["approved"] == len(launched.items) - 1
    assert (decided.approved["state"], decided.approved["by"]) == ("approved", "owner")


async def test_a_double_click_does_nothing(decided):
    assert (decided.double_click.code, decided.double_click.exit_code) == ("already_decided", 3)


async def test_nothing_leaves_while_sending_is_stopped(sent):
    assert (sent.while_paused["sent"], sent.arrived_while_paused) == (0, 0)
    assert sent.while_paused["idle"] is True
    assert sent.resumed["paused"] is False


async def test_a_turn_answers_in_the_shape_others_rely_on(sent):
    wanted = {"signals", "decisions", "asked", "refused", "sent", "failed", "in_doubt", "idle"}
    assert all(wanted <= set(turn) for turn in sent.turns)


def to_others(sent, desk):
    """Every mail but the morning pages to our own mailbox."""
    return [one for one in sent.mails if one["To"].addresses[0].addr_spec != desk.house.terms.sender]


async def test_exactly_the_approved_mails_arrive_each_once(sent, decided, desk):
    arrived = sorted((mail["To"].addresses[0].addr_spec, mail["Subject"]) for mail in to_others(sent, desk))
    assert arrived == sorted(decided.expected.items())
    assert sum(turn["sent"] for turn in sent.turns) == len(sent.mails)


async def test_the_edited_text_is_what_arrived(sent):
    edited = [mail for mail in sent.mails if mail["Subject"] == "A short question"]
    assert len(edited) == 1
    assert "P.S. No hurry." in edited[0].get_body(("plain",)).get_content()


async def test_every_mail_carries_sender_disclosure_address_and_a_one_click_way_out(sent, desk):
    for mail in to_others(sent, desk):
        assert mail["From"].addresses[0].addr_spec == desk.house.terms.sender
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.match(r"<http://127\.0\.0\.1:\d+/u/[^>]+>", str(mail["List-Unsubscribe"]))
        text = mail.get_body(("plain",)).get_content()
        assert desk.house.terms.disclosure in text
        assert desk.house.terms.postal_address in text
    assert len({mail["Message-ID"] for mail in sent.mails}) == len(sent.mails)


async def test_mails_leave_in_the_recipients_working_hours(sent, desk):
    from autonomy.limits import in_window
    from runtime.store import crm, outbox

    async with desk.house.database.read() as tx:
        for mail in await outbox.of_campaign(tx, sent.report["id"]):
            if mail["state"] == "sent":
                contact = await crm.contact(tx, mail["contact_id"])
                assert in_window(mail["sent_at"], contact.zones)


async def test_one_more_turn_sends_nothing(sent):
    assert (sent.one_more["sent"], sent.one_more["idle"]) == (0, True)
    assert sent.mails_after_one_more == len(sent.mails)


async def test_a_campaign_runs_on_while_follow_ups_are_due(sent, decided):
    assert sent.report["state"] == "running"
    assert sent.report["mails"] == {"sent": len(decided.expected), "cancelled": 1}


async def test_why_walks_from_a_mail_back_to_claims_pages_rules_people_and_the_profile(aftermath):
    chain = aftermath.whys["mail"]["chain"]
    kinds = [link["kind"] for link in chain]
    wanted = {"mail", "proposal", "decision", "rule", "risk", "approval", "approved", "claim", "contact"}
    assert wanted | {"prospect", "reason", "icp", "campaign"} <= set(kinds)
    assert any(link["kind"] == "approved" and link["by"] == "owner" for link in chain)
    assert all(link["url"].startswith("http://") for link in chain if link["kind"] == "claim")
    for link in chain:
        assert {"kind", "id", "text", "at", "by"} <= set(link)


async def test_a_message_id_and_a_sent_draft_explain_the_same_mail(aftermath):
    mail = aftermath.whys["mail"]["chain"]
    assert aftermath.whys["message_id"]["chain"] == mail
    assert aftermath.whys["draft"]["chain"][0]["kind"] == "mail"


@pytest.mark.parametrize(
    ("wanted", "first", "also"),
    [
        ("prospect", "prospect", "icp"),
        ("approval", "approval", "decision"),
        ("batch", "proposal", "batch"),
        ("campaign", "campaign", "campaign"),
    ],
)
async def test_why_explains_other_things_too(aftermath, wanted, first, also):
    chain = aftermath.whys[wanted]["chain"]
    assert chain[0]["kind"] == first
    assert also in {link["kind"] for link in chain}


async def test_why_of_an_unknown_id_says_what_to_use(aftermath):
    assert (aftermath.unknown_why.code, aftermath.unknown_why.exit_code) == ("unknown_id", 2)
    assert aftermath.unknown_why.hint


async def test_a_queued_mail_can_be_undone_and_a_sent_one_cannot(decided, aftermath):
    assert decided.undone_mail["undone"] is True
    assert (aftermath.undo_sent.code, aftermath.undo_sent.exit_code) == ("cannot_undo", 3)


async def test_a_batch_with_people_already_written_to_stays_so_that_their_opt_out_works(aftermath):
    assert (aftermath.undo_batch.code, aftermath.undo_batch.exit_code) == ("cannot_undo", 3)
    assert "already written to" in aftermath.undo_batch.message


async def test_the_audit_chain_is_clean(aftermath):
    assert aftermath.audit["ok"] is True
    assert aftermath.audit["first_bad"] is None
    assert aftermath.audit["records"] > 50
