"""Who may run which command: a viewer looks, nobody without a role does anything else."""

import pytest
from sqlalchemy import select

from domain.actions import (
    ACTION_KINDS,
    BookMeeting,
    ChangeAutonomy,
    ChangeIcp,
    ChangeMeeting,
    ChangePolicy,
    ConnectedCall,
    EditDraft,
    ErasePerson,
    PauseSending,
    QualifyProspects,
    RecordProspects,
    ResumeSending,
    Suppress,
    SwitchModel,
    UpdateRecord,
)
from domain.decisions import Actor, Verdict
from domain.errors import Refused
from domain.labels import owner_label
from runtime.store.tables import contacts, drafts, outbox, suppressions, switches
from service.carrying_out import MAY_HAPPEN, carry_out, decide_on
from service.commands import COMMANDS, READ_ONLY, VIEWER_MAY
from tests.fixtures import builders

VIEWER = Actor(kind="user", name="vera", role="viewer")
NOBODY = Actor(kind="user", name="nobody", role="")


@pytest.mark.parametrize("actor", [VIEWER, NOBODY], ids=["viewer", "no role"])
async def test_a_viewer_changes_nothing(lived_in, actor):
    for name in sorted(set(COMMANDS) - VIEWER_MAY):
        refused = await lived_in.fails(name, actor)
        assert (refused.code, refused.exit_code) == ("role_may_not", 3), name


def test_what_a_viewer_may_do_are_commands():
    assert set(COMMANDS) >= VIEWER_MAY >= READ_ONLY


async def test_a_viewer_who_asks_in_chat_for_an_act_is_refused_by_the_gate(lived_in):
    from runtime.store import people
    from service import turns

    done = await turns.handle_message(
        lived_in.house, "pause all sending now", actor=VIEWER, conversation_id="c"
    )
    assert all(one["verdict"] == "refuse" for one in done.outcome)
    async with lived_in.house.database.read() as tx:
        assert await people.thrown_switches(tx) == []


async def test_an_unknown_argument_is_an_error_for_every_command(lived_in):
    for name in sorted(COMMANDS):
        wrong = await lived_in.fails(name, builders.OWNER, nonsense=True)
        assert (wrong.code, wrong.exit_code) == ("bad_arguments", 2), name


EVERY_ROLE = ("owner", "manager", "rep", "viewer", "")
OWNERS = {"user_add", "user_role", "user_disable", "user_enable"}
OWNERS |= {"webhook_add", "webhook_remove", "hook_add", "hook_remove"}
MANAGERS = {"users", "erase", "export_person", "webhooks", "webhook_deliveries", "webhook_again", "hooks"}
THEIR_OWN = {"user_password", "tokens", "token_add", "token_revoke"}
LOOKING = {
    "icp",
    "prospects",
    "campaign_report",
    "why",
    "audit_verify",
    "audit_export",
    "approvals",
    "approval",
    "chat",
}


async def test_a_role_is_let_in_to_its_commands_and_to_no_other(lived_in):
    """Every command × role; an unknown argument is refused only after the role was let in."""
    told = {}
    for name, command in COMMANDS.items():
        for role in EVERY_ROLE:
            error = await lived_in.fails(name, Actor(kind="user", name="x", role=role), nonsense=True)
            told[name, role] = (error.code, role in command.roles)
    wrong = {
        cell: one for cell, one in told.items() if one[0] != ("bad_arguments" if one[1] else "role_may_not")
    }
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_who_may_run_a_command_is_what_the_handbook_says(name):
    roles = set(COMMANDS[name].roles)
    if name in OWNERS:
        assert roles == {"owner"}
    elif name in MANAGERS:
        assert roles == {"owner", "manager"}
    elif name in THEIR_OWN:
        assert roles == {"owner", "manager", "rep", "viewer"}
    elif name in LOOKING:
        assert roles == {"owner", "manager", "rep", "viewer", ""}
    else:
        assert ("owner" in roles and COMMANDS[name].reads) or not roles & {"viewer", ""}


ACTIONS = {
    "send_email": builders.mail(),
    "record_prospects": RecordProspects(batch_id="bat", source="import", companies=1, people=1),
    "change_icp": ChangeIcp(icp_id="icp_1", reason="r"),
    "qualify_prospects": QualifyProspects(prospect_ids=("pro_1",), qualified=True, reason="r"),
    "edit_draft": EditDraft(draft_id="dra_1", subject="s", body="b"),
    "pause_sending": PauseSending(reason="r"),
    "resume_sending": ResumeSending(),
    "suppress": Suppress(contact_id="con_1", reason="r"),
    "update_record": UpdateRecord(record="contact", record_id="con_1", field="title", value="CEO"),
    "erase_person": ErasePerson(contact_id="con_1", reason="r"),
    "change_policy": ChangePolicy(version_id="pol", previous_id="", loosened=0, simulated=1, reason="r"),
    "change_autonomy": ChangeAutonomy(
        agent="outreach", action_kind="send_email", before=1, after=0, reason="r"
    ),
    "book_meeting": BookMeeting(contact_id="con_1", starts_at=builders.MONDAY, minutes=30, attendees=()),
    "change_meeting": ChangeMeeting(meeting_id="mee_1"),
    "connected_call": ConnectedCall(tool="crm", reach="outside", destinations=("x",)),
    "answer_mail": builders.answer(),
    "open_deal": builders.opening(),
    "move_deal": builders.move(),
    "add_task": builders.task(),
    "notify_owner": builders.page(),
    "switch_model": SwitchModel(purpose="reply", model_id="mod_1", previous_id="", reason="r"),
    "change_experiment": builders.settling(),
    "pace_campaign": builders.pacing(),
}
ONLY_OWNER = {"resume_sending", "change_policy"}
OWNER_OR_MANAGER = {"erase_person"}


@pytest.mark.parametrize("role", EVERY_ROLE)
async def test_no_role_gets_an_act_through_that_is_not_its_own(lived_in, role):
    """Every action × role through the service, with everything the acts name in place."""
    await lived_in.workspace.campaign_of(1)
    assert set(ACTIONS) == set(ACTION_KINDS)
    for kind, action in ACTIONS.items():
        verdict = await _tried(lived_in, action, role)
        if role in ("viewer", ""):
            assert verdict in (Verdict.REFUSE, Verdict.ASK), kind
        if kind in ONLY_OWNER and role != "owner":
            assert verdict is Verdict.REFUSE, kind
        if kind in OWNER_OR_MANAGER:
            assert (verdict in MAY_HAPPEN) == (role in ("owner", "manager")), kind


async def _tried(home, action, role: str) -> Verdict:
    """The verdict; when it does not let the act happen, carrying it out is refused and leaves no trace."""
    actor = Actor(kind="user", name="x", role=role)
    async with home.house.database.write() as tx:
        made = await decide_on(tx, home.house, action, actor=actor, reason="r", label=owner_label(actor.name))
    if made.judgement.verdict not in MAY_HAPPEN:
        before = await _facts(home)
        async with home.house.database.write() as tx:
            with pytest.raises(Refused):
                await carry_out(tx, home.house, made)
        assert await _facts(home) == before
    return made.judgement.verdict


async def _facts(home):
    async with home.house.database.read() as tx:
        tables = (contacts, drafts, outbox, switches, suppressions)
        return [(await tx.execute(select(table))).all() for table in tables]
