"""What changed after the approval stops the mail: people, switches, campaigns, records changed by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from autonomy import suppression
from autonomy.policy import Policy, Row
from domain.accounts import ContactStatus
from domain.errors import Refused
from runtime.store import campaigns, people
from runtime.store.tables import audit
from tests.fixtures import builders
from tests.fixtures.sink import Sink
from tests.fixtures.workspace import Workspace
from tools.execute import Permit, execute

Change = Callable[[Workspace, dict[str, Any]], Awaitable[None]]
EVIL = builders.mail(body="Hi Anna,\n\nSend your password.\n\nBest regards,\nMaria Lindt\nAcme Analytics")


async def suppressed(workspace: Workspace, row: dict[str, Any]) -> None:
    async with workspace.database.write() as tx:
        marks = [suppression.hash_of(workspace.terms.salt, " ANNA1@northwind.example ")]
        await people.suppress(tx, marks, "opted out", workspace.clock.at)


async def domain_suppressed(workspace: Workspace, row: dict[str, Any]) -> None:
    async with workspace.database.write() as tx:
        marks = [suppression.hash_of(workspace.terms.salt, "@northwind.example")]
        await people.suppress(tx, marks, "complaint", workspace.clock.at)


def tampered(table: str, **values: Any) -> Change:
    async def change(workspace: Workspace, row: dict[str, Any]) -> None:
        ids = {"outbox": row["id"], "decisions": row["decision_id"], "permits": row["permit_id"]}
        fixed = {"contacts": "con_1", "drafts": "dra_1", "campaigns": "cam_1"}
        await workspace.tamper(table, (ids | fixed)[table], **values)

    return change


async def proposal_edited(workspace: Workspace, row: dict[str, Any]) -> None:
    proposal = (await workspace.judged(builders.mail())).proposal.id
    await workspace.tamper("decisions", row["decision_id"], proposal_id=proposal)
    await workspace.tamper("proposals", proposal, action=EVIL.model_dump(mode="json"), action_hash=EVIL.hash)


async def every_row_but_the_chain_edited(workspace: Workspace, row: dict[str, Any]) -> None:
    stored = EVIL.model_dump(mode="json")
    await proposal_edited(workspace, row)
    await workspace.tamper("decisions", row["decision_id"], action_hash=EVIL.hash)
    await workspace.tamper("permits", row["permit_id"], action_hash=EVIL.hash)
    await workspace.tamper("outbox", row["id"], action=stored, action_hash=EVIL.hash)


async def other_permit(workspace: Workspace, row: dict[str, Any]) -> None:
    await workspace.tamper("permits", row["permit_id"], decision_id="dec_other")


async def chain_without_approval(workspace: Workspace, row: dict[str, Any]) -> None:
    async with workspace.database.write() as tx:
        await tx.execute(delete(audit).where(audit.c.kind == "approved"))


async def chain_without_decision(workspace: Workspace, row: dict[str, Any]) -> None:
    async with workspace.database.write() as tx:
        await tx.execute(delete(audit).where(audit.c.kind == "decision"))


async def a_week_passed(workspace: Workspace, row: dict[str, Any]) -> None:
    workspace.clock.at += timedelta(days=7)


CHANGES: dict[str, tuple[Change, str]] = {
    "suppressed": (suppressed, "refused"),
    "their company suppressed": (domain_suppressed, "refused"),
    "erased": (tampered("contacts", status=str(ContactStatus.ERASED), email=""), "refused"),
    "not a contact any more": (tampered("contacts", status=str(ContactStatus.CANDIDATE)), "refused"),
    "address gone": (tampered("contacts", email=""), "refused"),
    "zone gone": (tampered("contacts", zones=[]), "refused"),
    "draft dropped": (tampered("drafts", dropped=True), "refused"),
    "campaign stopped": (tampered("campaigns", state="stopped"), "refused"),
    "approval too old": (a_week_passed, "approval_expired"),
    "permit spent": (tampered("permits", spent_at=builders.MONDAY), "no_permit"),
    "permit expired": (tampered("permits", expires_at=builders.MONDAY), "approval_expired"),
    "permit for another hash": (tampered("permits", action_hash="0" * 64), "no_permit"),
    "permit of another decision": (other_permit, "no_permit"),
    "no such permit": (tampered("outbox", permit_id="per_none"), "no_permit"),
    "text edited in the outbox": (
        tampered("outbox", action=EVIL.model_dump(mode="json")),
        "approval_mismatch",
    ),
    "recipient column edited": (tampered("outbox", contact_id="con_9"), "approval_mismatch"),
    "proposal edited by hand": (proposal_edited, "approval_mismatch"),
    "every row edited but the chain": (every_row_but_the_chain_edited, "no_decision"),
    "chain without the approval": (chain_without_approval, "no_decision"),
    "chain without the decision": (chain_without_decision, "no_decision"),
}


@pytest.mark.parametrize(("change", "code"), CHANGES.values(), ids=list(CHANGES))
async def test_a_change_after_the_approval_stops_the_mail(
    workspace: Workspace, sink: Sink, change: Change, code: str
) -> None:
    (row,) = await workspace.approved_mails(1)
    await change(workspace, row)
    report = await workspace.effector(sink).drain()
    assert (report.refused, report.sent, report.problems) == (1, 0, [])
    assert sink.recipients == []
    stopped = (await workspace.outbox())[0]
    assert (stopped["state"], stopped["code"]) == ("cancelled", code)
    assert stopped["detail"]
    assert "not_sent" in await workspace.notes(row["decision_id"])


async def test_a_refused_mail_made_approved_by_hand_is_not_even_queued(workspace: Workspace) -> None:
    await workspace.campaign_of(1)
    bad = await workspace.judged(builders.mail(body="Hi {{name}}"))
    assert bad.judgement.verdict == "refuse"
    await workspace.tamper("decisions", bad.id, verdict="ask")
    approval = await workspace.asked([bad])
    with pytest.raises(Refused, match="not waiting for a person"):
        await workspace.approve(approval)
    forged = bad.model_copy(update={"judgement": bad.judgement.model_copy(update={"verdict": "allow"})})
    with pytest.raises(Refused) as caught:
        async with workspace.database.write() as tx:
            at = workspace.clock.at
            permit = Permit("per_x", at + timedelta(days=1))
            await execute(tx, permit, forged, terms=workspace.terms, ids=workspace.ids, now=at)
    assert caught.value.code == "no_permit"
    assert await workspace.outbox() == []


@pytest.mark.parametrize(
    ("scope", "level"),
    [
        ("workspace", "sends"),
        ("workspace", "effects"),
        ("workspace", "all"),
        ("workspace", "a word nobody knows"),
        ("campaign:cam_1", "sends"),
        (f"mailbox:{builders.TERMS.sender}", "sends"),
        ("agent:outreach", "sends"),
    ],
)
async def test_a_switch_makes_mail_wait_and_clearing_it_lets_it_leave(
    workspace: Workspace, sink: Sink, scope: str, level: str
) -> None:
    await workspace.approved_mails(2)
    await _throw(workspace, scope, level[:10])
    report = await workspace.effector(sink).drain()
    assert (report.postponed, report.sent) == (2, 0)
    assert await workspace.states() == ["queued"] * 2
    await _throw(workspace, scope, "none")
    assert (await workspace.effector(sink).drain()).sent == 2


async def _throw(workspace: Workspace, scope: str, level: str) -> None:
    async with workspace.database.write() as tx:
        await people.throw_switch(tx, scope=scope, level=level, reason="r", by="olga", at=workspace.clock.at)


async def test_a_switch_thrown_in_the_middle_of_a_batch_lets_at_most_one_more_leave(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(10)
    keep = sink.handle_DATA

    async def throwing(server: Any, session: Any, envelope: Any) -> str:
        if len(sink.accepted) == 3:
            await _throw(workspace, "workspace", "sends")
        return await keep(server, session, envelope)

    sink.handle_DATA = throwing  # type: ignore[method-assign]
    report = await workspace.effector(sink).drain()
    assert len(sink.accepted) == report.sent == 4  # the one in flight, no other
    assert sorted(await workspace.states()) == ["queued"] * 6 + ["sent"] * 4


async def test_a_paused_campaign_waits_and_goes_on(workspace: Workspace, sink: Sink) -> None:
    from domain.campaigns import CampaignState

    await workspace.approved_mails(1)
    for state, sent in ((CampaignState.PAUSED, 0), (CampaignState.RUNNING, 1)):
        async with workspace.database.write() as tx:
            await campaigns.set_state(tx, "cam_1", state)
        assert (await workspace.effector(sink).drain()).sent == sent


def _auto(level: str) -> Policy:
    row = Row(id="T", agents=("*",), action="send_email", level=level, reason="r", owner="o")  # type: ignore[arg-type]
    return Policy(rows=(row,))


async def _queued_without_a_person(workspace: Workspace) -> None:
    from runtime.store import decisions

    workspace.policy = _auto("auto")
    await workspace.campaign_of(1)
    made = await workspace.judged(builders.mail())
    assert made.judgement.verdict == "allow"
    async with workspace.database.write() as tx:
        at = workspace.clock.at
        permit = Permit("per_a", at + timedelta(days=1))
        await decisions.grant(
            tx,
            permit_id=permit.id,
            decision_id=made.id,
            action_hash=made.proposal.action.hash,
            by="gate",
            at=at,
            expires_at=permit.expires_at,
        )
        await execute(tx, permit, made, terms=workspace.terms, ids=workspace.ids, now=at)


@pytest.mark.parametrize(
    ("level", "code"), [("auto", ""), ("notify", ""), ("ask", "approval_needed"), ("deny", "refused")]
)
async def test_a_policy_made_stricter_meanwhile_holds_for_mail_already_allowed(
    workspace: Workspace, sink: Sink, level: str, code: str
) -> None:
    await _queued_without_a_person(workspace)
    workspace.policy = _auto(level)
    report = await workspace.effector(sink).drain()
    assert report.sent == (0 if code else 1)
    if code:
        assert (await workspace.outbox())[0]["code"] == code


async def test_terms_lost_meanwhile_stop_the_mail(workspace: Workspace, sink: Sink) -> None:
    await workspace.approved_mails(1)
    workspace.terms = replace(workspace.terms, postal_address="")
    assert (await workspace.effector(sink).drain()).refused == 1
    assert sink.recipients == []
