"""The only door to an act opens for an unspent permit of a decision the chain allows, and only once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from autonomy import suppression
from domain.actions import AnyAction, EditDraft, PauseSending, ResumeSending, Suppress
from domain.decisions import Decision
from domain.errors import Correctable, Refused
from runtime.store import campaigns, decisions, people
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace
from tools.execute import Done, Permit, execute

pytestmark = pytest.mark.both_engines


async def decided(workspace: Workspace, action: AnyAction, hours: float = 1) -> tuple[Decision, Permit]:
    """A decision by an owner with a permit on it."""
    made = await workspace.judged(action, actor=builders.OWNER)
    permit = Permit(workspace.ids.new("per"), workspace.clock.at + timedelta(hours=hours))
    async with workspace.database.write() as tx:
        await decisions.grant(
            tx,
            permit_id=permit.id,
            decision_id=made.id,
            action_hash=made.proposal.action.hash,
            by="gate",
            at=workspace.clock.at,
            expires_at=permit.expires_at,
        )
    return made, permit


async def done(workspace: Workspace, made: Decision, permit: Permit) -> Done:
    async with workspace.database.write() as tx:
        return await execute(
            tx, permit, made, terms=workspace.terms, ids=workspace.ids, now=workspace.clock.at
        )


async def refused(workspace: Workspace, made: Decision, permit: Permit) -> None:
    with pytest.raises(Refused) as caught:
        await done(workspace, made, permit)
    assert caught.value.code == "no_permit"


async def test_an_act_happens_once_and_is_on_record(workspace: Workspace) -> None:
    made, permit = await decided(workspace, PauseSending(reason="look"))
    assert (await done(workspace, made, permit)).text == "Sending is stopped."
    assert await workspace.notes(made.id) == ["decision", "done"]
    await refused(workspace, made, permit)


async def test_an_expired_foreign_or_invented_permit_opens_nothing(workspace: Workspace) -> None:
    first, one = await decided(workspace, PauseSending(reason="look"))
    same, two = await decided(workspace, PauseSending(reason="look"))
    await refused(workspace, first, two)
    await refused(workspace, same, one)
    await refused(workspace, first, Permit("per_invented", one.expires_at))
    workspace.clock.at += timedelta(hours=1)
    await refused(workspace, first, one)
    await refused(workspace, first, replace(one, expires_at=workspace.clock.at + timedelta(days=9)))
    async with workspace.database.read() as tx:
        assert await people.thrown_switches(tx) == []


async def test_a_decision_changed_after_the_gate_opens_nothing(workspace: Workspace) -> None:
    made, permit = await decided(workspace, PauseSending(reason="look"))
    action = PauseSending(reason="look", scope="campaign:cam_1")
    changed = made.model_copy(update={"proposal": made.proposal.model_copy(update={"action": action})})
    await refused(workspace, changed, permit)


async def test_a_refused_decision_with_a_permit_opens_nothing(workspace: Workspace) -> None:
    made, permit = await decided(workspace, EditDraft(draft_id="dra_none", body="x"))
    assert made.judgement.verdict == "refuse"
    await refused(workspace, made, permit)


async def test_stop_and_start(workspace: Workspace) -> None:
    for action, left in ((PauseSending(reason="r"), 1), (ResumeSending(), 0)):
        await done(workspace, *await decided(workspace, action))
        async with workspace.database.read() as tx:
            assert len(await people.thrown_switches(tx)) == left


async def test_an_opt_out_works_while_all_is_stopped_and_cancels_what_waits(workspace: Workspace) -> None:
    await workspace.approved_mails(1)
    await done(workspace, *await decided(workspace, PauseSending(reason="r", level="all")))
    await done(workspace, *await decided(workspace, Suppress(contact_id="con_1", reason="asked")))
    async with workspace.database.read() as tx:
        marks = suppression.hashes_of(workspace.terms.salt, "Anna1@Northwind.example ")
        assert await people.suppressed(tx, marks) == "asked"
    assert await workspace.states() == ["cancelled"]
    await done(workspace, *await decided(workspace, Suppress(contact_id="con_1", reason="again")))


async def test_suppressing_nobody_is_said(workspace: Workspace) -> None:
    with pytest.raises(Correctable) as caught:
        await done(workspace, *await decided(workspace, Suppress(contact_id="con_9", reason="r")))
    assert caught.value.code == "unknown_contact"


async def test_a_draft_is_edited_and_dropped_as_changes_that_can_be_undone(workspace: Workspace) -> None:
    from runtime.store import crm

    await workspace.campaign_of(1)
    made, permit = await decided(workspace, EditDraft(draft_id="dra_1", subject="New", body="Text"))
    await done(workspace, made, permit)
    await done(workspace, *await decided(workspace, EditDraft(draft_id="dra_1", drop=True)))
    async with workspace.database.read() as tx:
        draft = await campaigns.draft(tx, "dra_1")
    assert draft is not None
    assert (draft.mail.subject, draft.dropped, draft.edited_by) == ("New", True, "olga")
    async with workspace.database.write() as tx:
        await crm.undo_batch(tx, made.id, workspace.clock.at)
        draft = await campaigns.draft(tx, "dra_1")
    assert draft is not None
    assert draft.mail.subject == builders.SUBJECT


async def test_the_same_step_for_the_same_person_is_queued_once(workspace: Workspace) -> None:
    await workspace.campaign_of(1)
    both = [await workspace.judged(builders.mail(subject=one)) for one in ("A question", "Another question")]
    for made in both:
        await workspace.approve(await workspace.asked([made]))
    assert len(await workspace.outbox()) == 1
    again = await workspace.judged(builders.mail())
    assert "already queued" in again.judgement.why


def test_suppression_forgets_case_and_blanks_and_keeps_workspaces_apart() -> None:
    assert suppression.hash_of(b"a", " X@Y.example") == suppression.hash_of(b"a", "x@y.example ")
    assert suppression.hash_of(b"a", "x@y.example") != suppression.hash_of(b"b", "x@y.example")
    assert "x@y.example" not in suppression.hash_of(b"a", "x@y.example")
