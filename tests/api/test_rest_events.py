"""What happens, as a stream that resumes; and signed calls from outside that become one signal, once."""

import json
from datetime import UTC, datetime

import pytest

from channels.rest.operations import PREFIX
from service import hooks, signatures, tokens
from service.due_kinds import KINDS
from service.timetable import of_house, run_due
from tests.api.conftest import OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVENTS = f"{PREFIX}/events"


def read(text: str) -> list[dict]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


async def called(
    live, name: str, secret: str, body: bytes, *, delivery: str = "", late: int = 0, **headers: str
):
    stamp = str(int(datetime.now(UTC).timestamp()) + late)
    signed = {
        signatures.TIMESTAMP: stamp,
        signatures.SIGNATURE: signatures.signature(secret, stamp, body),
        signatures.DELIVERY: delivery,
    }
    return await live.stranger.post(f"/hooks/{name}", content=body, headers={**signed, **headers})


async def handled(live) -> None:
    await run_due(
        live.house, of_house(live.house), skip=[one.name for one in KINDS if one.name != hooks.CALL]
    )


async def test_a_reader_goes_on_where_it_stopped(live):
    await live.signed_in.post(f"{PREFIX}/pause", json={"scope": "campaign:cmp_s"})
    whole = read((await live.signed_in.get(f"{EVENTS}?follow=false", headers={"Last-Event-ID": "0"})).text)
    assert [one["id"] for one in whole] == list(range(1, len(whole) + 1))
    half = str(len(whole) // 2)
    rest = read((await live.signed_in.get(f"{EVENTS}?follow=false", headers={"Last-Event-ID": half})).text)
    assert rest == whole[len(whole) // 2 :]
    some = read(
        (await live.signed_in.get(f"{EVENTS}?follow=false&types=done", headers={"Last-Event-ID": "0"})).text
    )
    assert {one["type"] for one in some} == {"done"}
    nothing = await live.signed_in.get(f"{EVENTS}?follow=false")
    assert read(nothing.text) == [] and nothing.headers["content-type"].startswith("text/event-stream")


async def test_something_new_reaches_who_listens_until_the_token_ends(live, monkeypatch):
    monkeypatch.setattr("channels.rest.events.PULSE", 0.02)
    monkeypatch.setattr("channels.rest.events.SIGN_OF_LIFE", 0.1)
    made = await tokens.create(live.house, OWNER, name="listener", role="viewer", days=1)
    headers = {"Authorization": f"Bearer {made['token']}"}
    seen = []
    async with live.stranger.stream("GET", f"{EVENTS}?types=hook_added", headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("retry"):
                await live.signed_in.post(f"{PREFIX}/hooks", json={"name": "heard", "takes": "stop"})
            if line.startswith("data: "):
                seen.append(json.loads(line[6:])["subject"])
                await tokens.revoke(live.house, made["id"], OWNER)
    assert seen == ["heard"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?follow=maybe", {}),
        ("?after=1", {}),
        ("", {"Last-Event-ID": "-1"}),
        ("", {"Last-Event-ID": "9" * 17}),
    ],
)
async def test_a_wrong_start_is_named(live, query, headers):
    answer = await live.signed_in.get(EVENTS + query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_arguments")


async def test_a_signed_call_becomes_one_signal_however_often_it_comes(live):
    made = (await live.signed_in.post(f"{PREFIX}/hooks", json={"name": "brake", "takes": "stop"})).json()
    body = b'{"reason": "bounces rise", "scope": "campaign:cmp_h"}'
    first = await called(live, "brake", made["secret"], body, delivery="d-1")
    again = await called(live, "brake", made["secret"], body, delivery="d-1")
    assert (first.json()["state"], again.json()["state"]) == ("taken", "duplicate")
    await handled(live)
    await handled(live)
    stopped = (await live.signed_in.get(f"{PREFIX}/status")).json()["stopped"]
    assert [one["reason"] for one in stopped if one["scope"] == "campaign:cmp_h"] == ["bounces rise"]


async def test_a_task_from_outside_waits_for_a_person(live):
    made = (await live.signed_in.post(f"{PREFIX}/hooks", json={"name": "todo", "takes": "task"})).json()
    about = next(iter(live.contact_ids.values()))
    body = json.dumps({"title": "Call back", "about": about, "reason": "Form on the site"}).encode()
    assert (await called(live, "todo", made["secret"], body)).status_code == 200
    await handled(live)
    waiting = (await live.signed_in.get(f"{PREFIX}/approvals")).json()["items"]
    assert any("Call back" in one["summary"] for one in waiting)
    assert (await live.signed_in.get(f"{PREFIX}/tasks")).json()["items"] == []
    listed = (await live.signed_in.get(f"{PREFIX}/hooks")).json()["items"]
    assert all("secret" not in one for one in listed)
    assert (await live.signed_in.delete(f"{PREFIX}/hooks/todo")).status_code == 200
    assert (await called(live, "todo", made["secret"], body)).status_code == 404


async def test_every_bad_call_has_its_answer_and_no_effect(live):
    made = (
        await live.signed_in.post(f"{PREFIX}/hooks", json={"name": "strict", "takes": "meeting_held"})
    ).json()
    secret, good = made["secret"], b'{"meeting_id": "mtg_none"}'
    cases = [
        (await called(live, "nobody", secret, good), 404, "unknown_hook"),
        (await called(live, "strict", "wrong", good), 401, "bad_signature"),
        (await called(live, "strict", secret, good, late=400), 401, "stale_signature"),
        (await called(live, "strict", secret, good, late=-400), 401, "stale_signature"),
        (await called(live, "strict", secret, b"[" * 90_000), 422, "bad_hook_body"),
        (await called(live, "strict", secret, b'{"meeting_id": 7}'), 422, "bad_hook_body"),
        (await called(live, "strict", secret, b'{"meeting_id": "m", "x": 1}'), 422, "bad_hook_body"),
        (await called(live, "strict", secret, b"\xff\xfe{\x00}\x00"), 422, "bad_hook_body"),
        (await called(live, "strict", secret, b"x" * 100_001), 413, "body_too_large"),
        (await live.stranger.post("/hooks/strict", content=good), 401, "bad_signature"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer, _, _ in cases] == [
        (status, code) for _, status, code in cases
    ]
    assert (
        await live.signed_in.post(f"{PREFIX}/hooks", json={"name": "strict", "takes": "stop"})
    ).status_code == 409


async def test_an_mcp_client_reads_over_http_with_a_token_and_has_no_effect(live):
    made = await tokens.create(live.house, OWNER, name="mcp", role="viewer", days=1)

    async def asked(method: str, token: str = made["token"], **params):
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        return await live.stranger.post("/mcp", json=call, headers=headers)

    listed = (await asked("tools/list")).json()["result"]["tools"]
    assert {"why", "status", "propose"} <= {one["name"] for one in listed}
    told = (await asked("tools/call", name="status", arguments={})).json()["result"]
    assert "approvals_waiting" in told["content"][0]["text"]
    for name in ("pause", "propose"):  # no such tool; and a viewer may not even propose
        refused = (
            await asked("tools/call", name=name, arguments={"wanted": {"kind": "stop", "reason": "x"}})
        ).json()
        assert refused["result"]["isError"]
    stranger = await asked("tools/list", token="rmk_nobody")
    assert (stranger.status_code, stranger.json()["code"]) == (401, "not_signed_in")
