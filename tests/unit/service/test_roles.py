"""Who may run which command: a viewer looks, nobody without a role does anything else."""

import pytest

from domain.decisions import Actor
from service.commands import COMMANDS, READ_ONLY, VIEWER_MAY
from tests.fixtures import builders

VIEWER = Actor(kind="user", name="vera", role="viewer")
NOBODY = Actor(kind="user", name="nobody", role="")
ARGS = {
    "onboard": {"url": "http://x.example/"},
    "import": {"path": "x.csv"},
    "chat": {"text": "stop everything"},
    **{name: {"id": "x"} for name in ("approve", "reject", "edit", "why", "undo")},
}


@pytest.mark.parametrize("actor", [VIEWER, NOBODY], ids=["viewer", "no role"])
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - VIEWER_MAY))
async def test_a_viewer_changes_nothing(lived_in, actor, name):
    refused = await lived_in.fails(name, actor, **ARGS.get(name, {}))
    assert (refused.code, refused.exit_code) == ("role_may_not", 3)


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


@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_an_unknown_argument_is_an_error_for_every_command(lived_in, name):
    wrong = await lived_in.fails(name, builders.OWNER, nonsense=True)
    assert (wrong.code, wrong.exit_code) == ("bad_arguments", 2)
