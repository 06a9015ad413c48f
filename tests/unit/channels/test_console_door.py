"""Who gets into the console, what each role may do there, and that forms of other pages do nothing."""

import re

import pytest

from runtime.store import people

PAGES = (
    "today", "approvals", "pipeline", "deals", "prospects", "campaigns", "mails", "replies", "meetings",
    "tasks", "decisions", "policy", "policy/versions/1", "health", "stop",
)  # fmt: skip
WHO_MAY_SAVE = {"olga": 303, "mark": 303, "rita": 403, "vera": 403}
STOP = {"level": "sends", "kind": "workspace", "reason": "too many bounces"}


async def thrown(console):
    async with console.house.database.read() as tx:
        return [row["scope"] for row in await people.thrown_switches(tx)]


@pytest.mark.parametrize("page", PAGES)
async def test_a_stranger_is_sent_to_the_login(console, page):
    answer = await (await console.tab("")).http.get(f"/console/{page}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat/login")


@pytest.mark.parametrize("page", PAGES)
async def test_a_viewer_sees_every_page_and_has_no_form_that_changes_anything(console, page):
    text = await (await console.tab("vera")).page(f"/console/{page}")
    assert 'method="post"' not in text


@pytest.mark.parametrize("name", sorted(WHO_MAY_SAVE))
async def test_owners_and_managers_save_versions_and_others_do_not(console, name):
    grid = await (await console.tab("olga")).grid()
    answer = await (await console.tab(name)).send("/console/policy", data={**grid, "row-0-level": "deny"})
    assert answer.status_code == WHO_MAY_SAVE[name]


async def test_a_viewer_who_forges_a_stop_is_refused(console):
    tab = await console.tab("vera")
    answer = await tab.send("/console/stop", data=STOP)
    assert answer.status_code == 403
    assert await thrown(console) == []


async def test_a_form_without_the_token_of_its_session_does_nothing(console):
    mark, olga = await console.tab("mark"), await console.tab("olga")
    for token in ("", "0" * 64, mark.token):
        answer = await olga.http.post("/console/stop", data={**STOP, "form_token": token})
        assert answer.status_code == 403
        assert "did not come from a page of your session" in answer.text
    assert await thrown(console) == []


async def test_a_form_from_another_site_does_nothing_even_with_the_token(console):
    olga = await console.tab("olga")
    for origin in ("https://evil.example", "null"):
        answer = await olga.send("/console/stop", data=STOP, headers={"origin": origin})
        assert answer.status_code == 403
    assert await thrown(console) == []


async def test_a_form_that_is_too_large_is_refused_before_it_is_read(console):
    olga = await console.tab("olga")
    answer = await olga.send("/console/policy", data={"note": "x" * 4_100_000})
    assert answer.status_code == 413


async def test_anybody_but_a_viewer_stops_and_only_an_owner_lets_it_go_on(console):
    rita, olga = await console.tab("rita"), await console.tab("olga")
    assert (await rita.send("/console/stop", data=STOP)).status_code == 303
    assert await thrown(console) == ["workspace"]
    assert "too many bounces" in await rita.page("/console/stop")
    refused = await rita.send("/console/stop/clear", data={"scope": "workspace"})
    assert refused.status_code == 403
    assert "Only an owner may start again" in refused.text
    assert (await olga.send("/console/stop/clear", data={"scope": "workspace"})).status_code == 303
    assert await thrown(console) == []


async def test_a_stop_needs_a_reason_and_a_name_and_keeps_what_was_typed(console):
    olga = await console.tab("olga")
    unnamed = await olga.send("/console/stop", data={**STOP, "kind": "campaign", "name": " "})
    assert unnamed.status_code == 400
    assert "Say which one" in unnamed.text
    assert "too many bounces" in unnamed.text
    silent = await olga.send("/console/stop", data={**STOP, "reason": ""})
    assert "Say in a few words why" in silent.text
    assert await thrown(console) == []


async def test_pages_load_nothing_from_elsewhere_and_hold_no_script_of_their_own(console):
    olga = await console.tab("olga")
    for page in PAGES:
        answer = await olga.http.get(f"/console/{page}")
        policies = answer.headers.get_list("content-security-policy")
        assert any("script-src 'self';" in one for one in policies)
        assert re.findall(r"<script(?![^>]*src=\"/console/(?:static|htmx)/)", answer.text) == []
        assert re.findall(r"\s(?:style|on\w+)=\"", answer.text) == []
        assert re.findall(r"(?:src|href|action)=\"(?!/|#)([^\"]*)\"", answer.text) == []
    for file in ("static/console.js", "static/live.js", "static/screens.css", "htmx/htmx-2.min.js"):
        assert (await olga.http.get(f"/console/{file}")).status_code == 200
