"""What a message means before the brain sees it."""

import pytest

from domain.errors import Correctable

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_chosen_command_reads_as_if_typed(app):
    from chat_ui.conversation import typed

    assert typed("why", "dec_1") == "/why dec_1"
    assert typed("icp", "") == "/icp"
    assert typed(None, "/why dec_1") == "/why dec_1"


async def test_a_conversation_is_bound_to_its_person_and_fits_the_column(app):
    from chat_ui.conversation import conversation_id

    mine = conversation_id("olga", "cli-owner")
    assert mine == conversation_id("olga", "cli-owner")
    assert mine != conversation_id("victor", "cli-owner")
    assert mine != "cli-owner"
    assert len(mine) <= 40


async def test_every_command_the_issue_names_is_offered(app):
    from chat_ui.conversation import COMMANDS

    assert {one["id"] for one in COMMANDS} == {
        "approve", "why", "pause", "resume", "icp", "prospects", "campaign",
    }  # fmt: skip


async def test_an_uploaded_name_stays_inside_its_folder(app, tmp_path):
    from chat_ui.uploads import _kept, _safe

    assert _safe("../../etc/pass wd.csv") == "pass_wd.csv"
    assert _safe("...") == "contacts.csv"
    for token in ("", "..", "../secret", "*"):
        with pytest.raises(Correctable):
            _kept(tmp_path, token)
