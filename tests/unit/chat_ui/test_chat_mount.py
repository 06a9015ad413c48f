"""The mounted chat over HTTP: who gets in, what they may read, and what the page brings along."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from chat_ui.storage import file_name
from domain.errors import Correctable
from service.users import set_password

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROOT = Path(__file__).resolve().parents[3] / "chat_ui"


async def test_a_wrong_password_is_refused_and_a_right_one_gets_in(enter):
    stranger = await enter()
    wrong = await stranger.post("/chat/login", data={"username": "olga", "password": "no"})
    assert wrong.status_code == 401
    assert (await stranger.get("/chat/user")).status_code == 401
    person = await enter("olga")
    assert (await person.get("/chat/user")).json()["identifier"] == "olga"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(enter):
    stranger = await enter()
    done = await stranger.post("/chat/login", data={"username": "olga", "password": "correct horse battery"})
    cookie = done.headers["set-cookie"].lower()
    assert cookie.startswith("rainmaker_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_after_five_wrong_passwords_even_the_right_one_waits(enter):
    stranger = await enter()
    for _ in range(5):
        await stranger.post("/chat/login", data={"username": "mallory", "password": "guess"})
    right = await stranger.post(
        "/chat/login", data={"username": "Mallory", "password": "correct horse battery"}
    )
    assert right.status_code == 401


async def test_a_new_password_ends_every_session_of_the_user(enter, house):
    person = await enter("tess")
    assert (await person.get("/chat/user")).status_code == 200
    await set_password(house, "tess", "a different one entirely")
    assert (await person.get("/chat/user")).status_code == 401


async def test_another_site_may_not_call_the_chat(enter):
    person = await enter("olga")
    foreign = await person.post("/chat/project/threads", json={}, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    for own in ("http://chat.test", "https://ours.example"):
        answer = await person.get("/chat/user", headers={"origin": own})
        assert answer.status_code == 200


async def test_the_page_loads_nothing_from_elsewhere(enter):
    page = (await (await enter()).get("/chat/")).text
    addresses = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert addresses
    assert all(address.startswith("/chat/") for address in addresses)
    script = next(address for address in addresses if address.startswith("/chat/assets/"))
    assert (await (await enter()).get(script)).status_code == 200


async def test_the_banner_says_sandbox_and_what_the_language_cannot_do(enter, house):
    told = (await (await enter()).get("/chat/banner")).json()
    assert told["sandbox"] is True
    assert told["offline"] is True
    assert told["limits"] == house.language.info.limits


async def test_an_approval_is_read_only_by_people_who_signed_in(enter, ask_to_stop):
    approval = await ask_to_stop("reading")
    assert (await (await enter()).get(f"/chat/approvals/{approval}")).status_code == 401
    shown = (await (await enter("olga")).get(f"/chat/approvals/{approval}")).json()
    assert shown["summary"] == "Stop it"
    assert shown["may_decide"] is True
    assert (await (await enter("victor")).get(f"/chat/approvals/{approval}")).json()["may_decide"] is False


async def test_a_stored_file_that_is_nobodys_is_not_given_out(enter):
    person = await enter("olga")
    with pytest.raises(Correctable) as caught:
        await person.get(f"/chat/files/{file_name('x/y/z')}")
    assert caught.value.code == "unknown_file"


async def test_the_settings_page_names_our_limits(enter):
    settings = (await (await enter("olga")).get("/chat/project/settings")).json()
    upload = settings["features"]["spontaneous_file_upload"]
    assert upload["max_size_mb"] == 10
    assert settings["features"]["mcp"]["enabled"] is False
    assert settings["features"]["unsafe_allow_html"] is False
    assert len(settings["starters"]) == 4


async def test_our_words_are_laid_over_the_ones_of_the_page(enter):
    texts = (await (await enter()).get("/chat/project/translations?language=de-DE")).json()["translation"]
    assert texts["auth"]["login"]["title"] == "Sign in to Rainmaker"
    assert texts["common"]["actions"]["cancel"] == "Cancel"


def working_files() -> list[Path]:
    return list(Path.cwd().iterdir())


async def test_running_writes_nothing_into_the_source_tree(app, house, files_before, source_tree):
    assert source_tree() == files_before
    written = {path.name for path in working_files()}
    assert not written & {".chainlit", ".files"}


async def test_the_committed_settings_open_nothing_by_accident():
    config = tomllib.loads((ROOT / ".chainlit" / "config.toml").read_text())
    assert config["project"]["allow_origins"] == []
    accepted = config["features"]["spontaneous_file_upload"]["accept"]
    assert {ending for endings in accepted.values() for ending in endings} == {".csv", ".txt", ".tsv"}
    json.loads((ROOT / "public" / "theme.json").read_text())
