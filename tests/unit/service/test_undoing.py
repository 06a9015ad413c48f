"""Undo: only what the world allows, only by who may, only once, and always on record."""

import pytest

from domain.decisions import Actor
from tests.fixtures import builders

VIEWER = Actor(kind="user", name="vera", role="viewer")
REP = Actor(kind="user", name="rita", role="rep")


async def edited(lived_in, text):
    """The decision of an edit of the profile."""
    from service import turns

    match = {"Germany": "DE", "France": "FR"}[text]
    edits = [{"op": "replace", "kind": "hard", "field": "geography", "value": text, "match": [match]}]
    done = await turns.handle_signal(lived_in.house, "icp_edited", {"edits": edits}, actor=builders.OWNER)
    return done.outcome[0]["id"]


@pytest.fixture
async def profile(lived_in):
    from domain.icp import IcpLine, LineField, LineKind
    from runtime.store import knowledge, versions

    line = IcpLine(
        kind=LineKind.HARD,
        field=LineField.INDUSTRY,
        value="Dentists",
        match=("dental",),
        evidence=(builders.quote("We work for dentists."),),
    )
    async with lived_in.house.database.write() as tx:
        icp = await knowledge.keep_icp(
            tx, "icp_1", [line], label=builders.CRM, by="research", reason="read", at=builders.MONDAY
        )
        await versions.activate_version(tx, "icp", icp.id, builders.MONDAY)
    return icp


async def test_the_version_in_force_is_undone_and_an_older_one_is_not(lived_in, profile):
    first, second = await edited(lived_in, "Germany"), await edited(lived_in, "France")
    assert (await lived_in.fails("undo", id=first)).code == "cannot_undo"
    assert (await lived_in.do("icp"))["version"] == 3
    await lived_in.do("undo", id=second)
    assert (await lived_in.do("icp"))["version"] == 2
    await lived_in.do("undo", id=first)
    assert (await lived_in.do("icp"))["version"] == 1


async def test_a_version_can_be_undone_by_its_own_id(lived_in, profile):
    await edited(lived_in, "Germany")
    await lived_in.do("undo", id=(await lived_in.do("icp"))["id"])
    assert (await lived_in.do("icp"))["version"] == 1


async def test_a_queued_mail_is_cancelled_and_never_leaves(lived_in, sink):
    rows = await lived_in.workspace.approved_mails(2)
    await lived_in.do("undo", id=rows[0]["id"])
    assert (await lived_in.do("tick", until_idle=True))["sent"] == 1
    assert sorted(await lived_in.workspace.states()) == ["cancelled", "sent"]


async def test_a_sent_mail_cannot_be_called_back(lived_in, sink):
    rows = await lived_in.workspace.approved_mails(1)
    await lived_in.do("tick", until_idle=True)
    refused = await lived_in.fails("undo", id=rows[0]["id"])
    assert (refused.code, refused.exit_code) == ("cannot_undo", 3)
    assert "cannot be called back" in refused.message


async def test_an_opt_out_cannot_be_undone(lived_in):
    from service.unsubscribing import unsubscribe
    from tools.act.unsubscribe import token_for

    await lived_in.workspace.campaign_of(1)
    await unsubscribe(lived_in.house, token_for(lived_in.house.terms.salt, "con_1"))
    records = (await lived_in.do("audit_export"))["records"]
    decision = next(row["subject"] for row in records if row["body"].get("action") == "suppress")
    assert (await lived_in.fails("undo", id=decision)).code == "cannot_undo"


async def test_only_an_owner_undoes_a_stop(lived_in):
    decision = (await lived_in.do("pause", reason="lunch"))["decision"]
    assert (await lived_in.fails("undo", REP, id=decision)).code == "role_may_not_undo"
    assert (await lived_in.do("undo", id=decision))["undone"] is True


async def test_a_viewer_undoes_nothing(lived_in):
    decision = (await lived_in.do("pause", reason="lunch"))["decision"]
    assert (await lived_in.fails("undo", VIEWER, id=decision)).exit_code == 3


async def test_an_undo_is_on_record_and_explained(lived_in):
    decision = (await lived_in.do("pause", reason="lunch"))["decision"]
    await lived_in.do("undo", id=decision)
    assert "undone" in await lived_in.workspace.notes(decision)
    assert "undone" in {link["kind"] for link in (await lived_in.do("why", id=decision))["chain"]}
    assert (await lived_in.do("audit_verify"))["ok"] is True
