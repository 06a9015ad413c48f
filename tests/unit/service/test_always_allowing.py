""" "Always allow this" drafts a row that would stop the question, for this cell only, and applies nothing."""

import pytest

from autonomy.circumstances import Circumstances
from autonomy.policy import Policy
from autonomy.policy_file import load_policy
from domain.actions import QualifyProspects
from domain.decisions import Actor, Verdict
from runtime.store import authority, versions
from tests.fixtures import builders

REP = Actor(kind="user", name="rita", role="rep")
RESEARCH = Actor(kind="agent", name="research")


async def an_ask(home, *, novel: bool = False) -> str:
    await home.workspace.campaign_of(1)
    decision = await home.workspace.judged(builders.mail())
    assert decision.judgement.verdict is Verdict.ASK
    return await home.workspace.asked([decision])


async def draft_of(home, version_id: str) -> Policy:
    async with home.house.database.read() as tx:
        row = await authority.policy_version(tx, version_id)
        assert row is not None
        assert await versions.active_version(tx, "policy") != version_id
    return Policy.model_validate(row["body"])


async def test_the_draft_allows_this_cell_and_still_asks_everywhere_else(lived_in):
    done = await lived_in.do("always", REP, id=await an_ask(lived_in))
    draft = await draft_of(lived_in, done["id"])
    old = load_policy(None)
    here = Circumstances(relationship=done["row"]["relationship"][0], evidence=done["row"]["evidence"][0])
    assert draft.judge(builders.OUTREACH, "send_email", here).verdict is Verdict.ALLOW
    others = [
        (RESEARCH, "send_email", here),
        (builders.OUTREACH, "qualify_prospects", here),
        (builders.OUTREACH, "send_email", here.model_copy(update={"evidence": "unsourced"})),
        (builders.OUTREACH, "send_email", here.model_copy(update={"relationship": "unknown"})),
        (builders.OUTREACH, "erase_person", here),
        (Actor(kind="user", name="v", role="viewer"), "send_email", here),
    ]
    for actor, kind, seen in others:
        assert draft.judge(actor, kind, seen).verdict == old.judge(actor, kind, seen).verdict, (actor, kind)


async def test_it_decides_nothing_and_the_ask_keeps_waiting(lived_in):
    approval = await an_ask(lived_in)
    await lived_in.do("always", REP, id=approval)
    assert [row["id"] for row in await lived_in.do("approvals")] == [approval]
    assert await lived_in.workspace.outbox() == []
    again = await lived_in.workspace.judged(QualifyProspects(prospect_ids=(), qualified=True, reason="r"))
    assert again.judgement.verdict is not Verdict.ALLOW


async def test_an_earned_row_asks_until_the_level_is_earned(lived_in):
    done = await lived_in.do("always", REP, id=await an_ask(lived_in), level="earned")
    draft = await draft_of(lived_in, done["id"])
    here = Circumstances(relationship=done["row"]["relationship"][0], evidence=done["row"]["evidence"][0])
    verdicts = [draft.judge(builders.OUTREACH, "send_email", here, earned).verdict for earned in (0, 1, 2)]
    assert verdicts == [Verdict.ASK, Verdict.NOTIFY, Verdict.ALLOW]


async def test_what_a_hard_rule_asked_for_no_row_can_allow(lived_in):
    from domain.accounts import ContactStatus

    await lived_in.workspace.campaign_of(1, status=ContactStatus.CANDIDATE)
    approval = await lived_in.workspace.asked([await lived_in.workspace.judged(builders.mail())])
    refused = await lived_in.fails("always", REP, id=approval)
    assert (refused.code, refused.where) == ("not_by_policy", "G1")


@pytest.mark.parametrize(
    ("args", "code"),
    [({"id": "app_none"}, "unknown_approval"), ({"id": "x", "level": "deny"}, "bad_arguments")],
)
async def test_wrong_input_is_named(lived_in, args, code):
    assert (await lived_in.fails("always", REP, **args)).code == code


async def test_many_are_decided_each_on_its_own(lived_in):
    space = lived_in.workspace
    await space.campaign_of(3)
    ids = [await space.asked([await space.judged(builders.mail(n))]) for n in (1, 2, 3)]
    await lived_in.do("reject", id=ids[1])
    done = await lived_in.do("approve_many", ids=[ids[0], ids[1], "app_none", ids[2], ids[2]])
    told = [(one["ok"], one.get("error", {}).get("code")) for one in done["results"]]
    assert told == [(True, None), (False, "already_decided"), (False, "unknown_approval"), (True, None)]
    assert done["done"] == 2
    assert len(await space.outbox()) == 2


async def test_an_owner_cannot_get_round_two_people_by_editing(lived_in):
    from dataclasses import replace

    from autonomy.policy import Row

    rows = (
        Row(
            id="T-1",
            agents=("outreach",),
            action="send_email",
            level="ask",
            approvers=2,
            reason="Two.",
            owner="ceo",
        ),
        Row(id="T-2", agents=("owner",), action="send_email", level="auto", reason="Mine.", owner="ceo"),
    )
    policy = Policy(rows=rows)
    lived_in.workspace.policy = policy
    strict = replace(lived_in, house=replace(lived_in.house, policy=policy))
    await lived_in.workspace.campaign_of(1)
    approval = await lived_in.workspace.asked([await lived_in.workspace.judged(builders.mail())])
    await strict.do("edit", id=approval, subject="Another question for Northwind")
    first = await strict.do("approve", id=approval)
    assert (first["state"], first["votes"]) == ("pending", "1 of 2 agreed: olga")
    assert await lived_in.workspace.outbox() == []
    await strict.do("approve", REP, id=approval)
    assert len(await lived_in.workspace.outbox()) == 1
