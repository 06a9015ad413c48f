"""The HTTP API: tokens, bad requests, problem documents, streams, and the one-click way out."""

import asyncio
import json

import pytest

from autonomy import suppression
from runtime.store import people
from tools.act.unsubscribe import token_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA, TOM = "anna@nordlicht-praxis.example", "tom@bluedoor.example"


def lines(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def is_problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code", "where", "hint"} == set(body)
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:rainmaker:{code}")
    assert "Traceback" not in answer.text
    return body


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "Basic a-token-for-these-tests", "a-token-for-these-tests"]
)
async def test_without_the_right_token_nothing_is_done(live, header):
    for answer in (
        await live.stranger.post("/api/v1/commands/pause", json={}, headers={"Authorization": header}),
        await live.stranger.get("/api/v1/approvals", headers={"Authorization": header}),
        await live.stranger.post("/api/v1/approvals/app_x/approve", headers={"Authorization": header}),
    ):
        is_problem(answer, 401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"
    async with live.house.database.read() as tx:
        assert await people.thrown_switches(tx) == []


async def test_a_command_streams_json_lines_that_end_with_the_result(live):
    answer = await live.signed_in.post("/api/v1/commands/prospects", json={"limit": 5})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert len(lines(answer)[-1]["result"]) == 2


async def test_an_empty_body_means_no_arguments(live):
    answer = await live.signed_in.post("/api/v1/commands/audit_verify")
    assert lines(answer)[-1]["result"]["ok"] is True


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe", b"nul", b"{'a': 1}"])
async def test_a_body_that_is_no_json_object_is_a_problem(live, body):
    is_problem(await live.signed_in.post("/api/v1/commands/prospects", content=body), 400, "bad_json")


async def test_two_megabytes_and_one_byte_are_too_much(live):
    for size, status in ((2_000_000, 200), (2_000_001, 413)):
        filler = size - len(b'{"text": ""}')
        body = b'{"text": "' + b"x" * filler + b'"}'
        answer = await live.signed_in.post("/api/v1/commands/chat", content=body)
        assert answer.status_code == status
    is_problem(answer, 413, "body_too_large")


async def test_an_unknown_command_and_an_unknown_decision_are_problems(live):
    is_problem(await live.signed_in.post("/api/v1/commands/drop_tables"), 404, "unknown_command")
    answer = await live.signed_in.post("/api/v1/approvals/app_x/forget")
    is_problem(answer, 404, "nothing_here")


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("prospects", {"nonsense": 1}, "bad_arguments"),
        ("prospects", {"limit": 10**9}, "bad_arguments"),
        ("prospects", {"limit": -1}, "bad_arguments"),
        ("prospects", {"min_fit": 7}, "bad_arguments"),
        ("prospects", {"country": "Germany"}, "bad_arguments"),
        ("chat", {"text": 7}, "bad_arguments"),
        ("chat", {"text": "\ud800"}, "bad_text"),
        ("chat", {"text": "x" * 20_001}, "message_too_long"),
        ("pause", {"scope": "everything"}, "bad_arguments"),
        ("why", {"id": ""}, "bad_arguments"),
        ("why", {"id": "nobody"}, "unknown_id"),
        ("campaign_launch", {"id": "cmp_nobody"}, "no_campaign"),
    ],
)
async def test_wrong_arguments_come_back_as_an_error_line_with_the_exit_code(live, name, args, code):
    answer = await live.signed_in.post(f"/api/v1/commands/{name}", content=json.dumps(args))
    last = lines(answer)[-1]
    assert (last["error"]["code"], last["exit"]) == (code, 2)
    assert set(last["error"]) == {"code", "message", "where", "hint"}


async def test_approvals_can_be_listed_and_an_unknown_one_is_a_problem(live):
    listed = (await live.signed_in.get("/api/v1/approvals")).json()
    assert listed == {"items": [], "next_cursor": None}
    answer = await live.signed_in.post("/api/v1/approvals/app_nobody/approve", json={})
    is_problem(answer, 404, "unknown_approval")


async def test_a_message_of_a_very_long_conversation_id_is_refused(live):
    answer = await live.signed_in.post(
        "/api/v1/commands/chat", json={"text": "help", "conversation": "c" * 41}
    )
    assert lines(answer)[-1]["error"]["code"] == "bad_arguments"


async def test_every_answer_carries_the_security_headers(live):
    answers = [
        await live.stranger.get("/health"),
        await live.stranger.get("/no-such-page"),
        await live.stranger.post("/api/v1/commands/pause"),
        await live.signed_in.post("/api/v1/commands/audit_verify"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "http:" not in policy and "https:" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in answer.headers


async def test_the_description_of_the_api_is_there_and_needs_no_foreign_script(live):
    described = (await live.stranger.get("/openapi.json")).json()
    assert "/api/v1/approvals/{id}/approve" in described["paths"]
    assert (await live.stranger.get("/docs")).status_code == 404


async def test_looking_at_the_one_click_page_changes_nothing(live):
    await live.queue(ANNA, "look")
    token = token_for(live.house.terms.salt, live.contact_ids[ANNA])
    answer = await live.stranger.get(f"/u/{token}")
    assert answer.status_code == 200
    assert 'method="post"' in answer.text
    assert await live.state("look") == ("queued", "")
    assert (await live.stranger.head(f"/u/{token}")).status_code in (200, 405)
    assert await live.state("look") == ("queued", "")


async def test_posting_the_one_click_link_suppresses_and_cancels_what_is_queued(live):
    await live.queue(TOM, "tom-1")
    await live.queue(TOM, "tom-2")
    await live.queue(ANNA, "anna-1")
    token = token_for(live.house.terms.salt, live.contact_ids[TOM])
    answer = await live.stranger.post(
        f"/u/{token}",
        content="List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert await live.state("tom-1") == ("cancelled", "suppressed")
    assert await live.state("tom-2") == ("cancelled", "suppressed")
    assert (await live.state("anna-1"))[0] == "queued"
    async with live.house.database.read() as tx:
        assert await people.suppressed(tx, suppression.hashes_of(live.house.terms.salt, TOM))
        assert not await people.suppressed(tx, suppression.hashes_of(live.house.terms.salt, ANNA))


async def test_opting_out_twice_at_once_is_fine(live):
    token = token_for(live.house.terms.salt, live.contact_ids[TOM])
    answers = await asyncio.gather(*(live.stranger.post(f"/u/{token}") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_a_tampered_link_suppresses_nobody(live):
    token = token_for(live.house.terms.salt, live.contact_ids[ANNA])
    payload, _, mark = token.partition(".")
    other = token_for(live.house.terms.salt, live.contact_ids[TOM]).partition(".")[0]
    tampered = [f"{other}.{mark}", f"{payload}.{mark[:-1]}0", payload, f"{payload}.", f".{mark}", "é.é"]
    for one in tampered:
        if one == token:
            continue
        for answer in (await live.stranger.get(f"/u/{one}"), await live.stranger.post(f"/u/{one}")):
            is_problem(answer, 400, "bad_unsubscribe_link")
    async with live.house.database.read() as tx:
        assert not await people.suppressed(tx, suppression.hashes_of(live.house.terms.salt, ANNA))
