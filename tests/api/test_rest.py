"""REST: every use case has an address, calls happen once, pages hold still, tokens have roles, errors are sentences."""

import asyncio
import json
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import func, select

from channels.rest.bodies import DEEPEST
from channels.rest.description import description
from channels.rest.operations import PREFIX
from channels.rest.pace import Pace
from channels.rest.resources import resources
from domain.decisions import Actor
from domain.errors import RainmakerError, Retryable
from runtime.store.deal_tables import tasks
from runtime.store.tables import accounts, audit
from service import proposing, tokens, users
from service.commands import COMMANDS, run_command
from tests.api.conftest import OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANNA = "anna@nordlicht-praxis.example"
ROW = {"Company": "Red Kite", "Website": "redkite.example", "E-mail": "r@redkite.example"}


def code_of(answer) -> tuple[int, str]:
    assert "Traceback" not in answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == answer.status_code and body["detail"].endswith((".", "?")) and body["instance"]
    return answer.status_code, body["code"]


async def token(live, role: str, by: Actor = OWNER) -> dict[str, str]:
    made = await tokens.create(live.house, by, name="test", role=role, days=1)
    return {"Authorization": f"Bearer {made['token']}"}


async def test_every_use_case_has_an_address_and_a_description():
    named = {one.command for one in resources()}
    assert set(COMMANDS) - named == {
        "import",
        "prospects",
    }  # one names a file of this machine, one has no pages
    text = json.dumps(description())
    for ref in {part.split('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}:
        assert ref in description()["components"]["schemas"], ref
    ids = [one["operationId"] for path in description()["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))


async def test_every_address_that_reads_answers(live):
    reader = await token(live, "viewer")
    for one in resources():
        needs = [
            name for name, field in COMMANDS[one.command].args.model_fields.items() if field.is_required()
        ]
        if one.method == "GET" and not needs and one.tag != "More":
            answer = await live.stranger.get(PREFIX + one.path, headers=reader)
            viewer_may = "viewer" in COMMANDS[one.command].roles
            assert answer.status_code in ((200, 404) if viewer_may else (403,)), (one.path, answer.text)


async def test_without_a_token_no_address_answers(live):
    for one in resources():
        path = PREFIX + one.path.replace("{", "").replace("}", "")
        answer = await live.stranger.request(one.method, path)
        assert code_of(answer) == (401, "not_signed_in"), one.path


async def test_a_viewers_token_changes_nothing(live):
    reader = await token(live, "viewer")
    kept = {
        "chat",
        "token_add",
        "token_revoke",
        "user_password",
    }  # theirs: own words, own tokens, own password
    for one in resources():
        if one.changes and one.command not in kept:
            path = PREFIX + one.path.replace("{", "").replace("}", "")
            answer = await live.stranger.request(one.method, path, headers=reader)
            assert code_of(answer) == (403, "role_may_not"), one.path


async def test_a_token_acts_as_its_person_with_the_lesser_role_and_ends_with_them(live):
    await users.add_user(live.house, "rose", "correct horse battery", "rep")
    rose = Actor(kind="user", name="rose", role="rep")
    with pytest.raises(RainmakerError):
        await tokens.create(live.house, rose, name="more", role="owner", days=1)
    hers = await token(live, "rep", rose)
    made = await live.stranger.post(f"{PREFIX}/tokens", headers=hers, json={"name": "x", "role": "viewer"})
    assert made.json()["token"].startswith(tokens.PREFIX) and made.json()["user"] == "rose"
    listed = (await live.stranger.get(f"{PREFIX}/tokens", headers=hers)).json()["items"]
    assert {row["user"] for row in listed} == {"rose"}
    assert "token" not in listed[0] and "hash" not in listed[0]
    await users.set_role(live.house, "rose", "viewer", by="owner")
    assert code_of(await live.stranger.post(f"{PREFIX}/pause", headers=hers)) == (403, "role_may_not")
    assert (await live.stranger.delete(f"{PREFIX}/tokens/{listed[0]['id']}", headers=hers)).status_code == 200
    await users.set_disabled(live.house, "rose", True, by="owner")
    assert code_of(await live.stranger.get(f"{PREFIX}/status", headers=hers)) == (401, "token_ended")


@pytest.mark.parametrize("given", ["rmk_", "rmk_" + "a" * 43, "rmk_é", "x.y", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_token_nobody_made_is_a_stranger(live, given):
    header = {"Authorization": b"Bearer " + given.encode()}
    assert code_of(await live.stranger.get(f"{PREFIX}/status", headers=header)) == (401, "not_signed_in")


async def test_the_same_key_has_one_effect_and_one_answer(live):
    call = {"rows": [ROW]}
    key = {"Idempotency-Key": "import-1"}
    url = f"{PREFIX}/imports/rows"
    first = await live.signed_in.post(url, json=call, headers=key)
    again = await live.signed_in.post(url, json=call, headers=key)
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json() and again.headers["idempotency-replayed"] == "true"
    assert code_of(await live.signed_in.post(url, json={"rows": [{}]}, headers=key)) == (
        422, "idempotency_key_reused"
    )  # fmt: skip
    for bad in ("", "x" * 201):
        answer = await live.signed_in.post(url, json=call, headers={"Idempotency-Key": bad})
        assert code_of(answer) == (422, "bad_idempotency_key")
    async with live.house.database.read() as tx:
        query = select(func.count()).select_from(accounts).where(accounts.c.domain == "redkite.example")
        assert (await tx.execute(query)).scalar_one() == 1


async def test_the_same_key_at_once_has_one_effect(live):
    call = {
        "wanted": {"kind": "task", "title": "Call Tom", "about": live.contact_ids[ANNA], "reason": "x"},
        "by": "crm",
    }
    sent = [
        live.signed_in.post(f"{PREFIX}/proposals", json=call, headers={"Idempotency-Key": "p-1"})
        for _ in range(5)
    ]
    answers = await asyncio.gather(*sent)
    done = [one for one in answers if one.status_code == 200]
    assert len({one.json()["approval"] for one in done}) == 1
    assert {code_of(one) for one in answers if one.status_code != 200} <= {(409, "idempotency_in_flight")}
    refused = await live.signed_in.post(f"{PREFIX}/undo/nobody", headers={"Idempotency-Key": "u-1"})
    again = await live.signed_in.post(f"{PREFIX}/undo/nobody", headers={"Idempotency-Key": "u-1"})
    assert code_of(refused) == code_of(again) and "idempotency-replayed" in again.headers


async def test_pages_hold_still_when_rows_come(live):
    rows = [{"Company": f"Page {n}", "Website": f"page{n}.example"} for n in range(7)]
    await run_command(live.house, "import_rows", {"rows": rows}, actor=OWNER)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await live.signed_in.get(f"{PREFIX}/companies?limit=3&cursor={cursor}")).json()
        seen += [row["name"] for row in page["items"]]
        cursor = page["next_cursor"]
        late = [{"Company": f"Late {len(seen)}", "Website": f"late{len(seen)}.example"}]
        await run_command(live.house, "import_rows", {"rows": late}, actor=OWNER)
    assert len(seen) == len(set(seen)) and {row["Company"] for row in rows} <= set(seen)
    best = (await live.signed_in.get(f"{PREFIX}/prospects?limit=2&min_fit=0")).json()
    assert len(best["items"]) == 2 and best["next_cursor"]
    for bad in ("x", "%00", "e30", "WzFd", best["next_cursor"] + "x" * 700, "é"):
        assert (await live.signed_in.get(f"{PREFIX}/companies?cursor={bad}")).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/pause", b"[" * 100_000, (400, "bad_json")),
        ("/pause", json.dumps({"x": [[[[[]]]]] * 2}).replace("[]", "[" * DEEPEST + "]" * DEEPEST), (400, "bad_json")),
        ("/pause", b"\xff\xfe{\x00}\x00", (400, "bad_json")),
        ("/pause", b'{"reason": NaN}', (400, "bad_json")),
        ("/pause", b"x" * 2_000_001, (413, "body_too_large")),
        ("/pause", b'{"reason": 7}', (422, "bad_arguments")),
        ("/pause", b'{"reason": "\\ud800"}', (400, "bad_text")),
        ("/pause?scope=workspace", b"{}", (422, "bad_arguments")),
        ("/approvals/app_none/approve", b'{"id": "app_other"}', (422, "bad_arguments")),
        ("/approvals/app_none/approve", b"{}", (404, "unknown_approval")),
        ("/conversations", json.dumps({"text": "x" * 200_000}), (400, "message_too_long")),
        ("/imports", b"a,b", (400, "bad_upload")),
        ("/nothing", b"", (404, "nothing_here")),
        ("/status", b"", (405, "wrong_method")),
        ("/webhooks", b'{"url": "http://127.0.0.1:9/x"}', (403, "port_not_allowed")),
        ("/webhooks", b'{"url": "https://[::ffff:169.254.169.254]/x"}', (403, "address_not_public")),
        ("/webhooks", b'{"url": "https://u:p@acme.example/x"}', (403, "userinfo_in_url")),
        ("/webhooks", b'{"url": "ftp://acme.example"}', (403, "scheme_not_allowed")),
        ("/tables/learn", b'{"table": "", "outcome": "x"}', (422, "bad_arguments")),
        ("/policy/check", b'{"text": "rows: ["}', (400, "bad_policy")),
    ],
)  # fmt: skip
async def test_bad_input_is_one_sentence_and_no_trace(live, path, body, code):
    answer = await live.signed_in.post(PREFIX + path, content=body)
    assert code_of(answer) == code


@pytest.mark.parametrize(
    "path", ["prospects?min_fit=7", "prospects?nonsense=1", "decisions?verdict=maybe", "companies?limit=501",
             "companies?country=Germany", "digest?hours=0", "deals?closed=perhaps", "companies?limit=1&limit=2"]
)  # fmt: skip
async def test_a_wrong_filter_is_named(live, path):
    answer = await live.signed_in.get(f"{PREFIX}/{path}")
    assert code_of(answer) == (422, "bad_arguments")
    assert answer.json()["where"] in path


@pytest.mark.parametrize(
    "path", ["companies", "contacts", "prospects", "campaigns", "campaigns/{}/drafts", "decisions", "meetings",
             "deals", "approvals", "webhooks/{}/deliveries", "conversations/{}/messages", "why"]
)  # fmt: skip
async def test_an_unknown_id_is_not_found(live, path):
    path = path.replace("{}", "x_none") if "{}" in path else f"{path}/x_none"
    assert code_of(await live.signed_in.get(f"{PREFIX}/{path}"))[0] == 404


async def test_an_upload_is_imported_under_a_harmless_name(live):
    text = b"Company,Website\nUp,up.example\n"
    files = {"file": ("../../etc/passwd\x00.csv", text, "text/csv")}
    answer = await live.signed_in.post(f"{PREFIX}/imports", files=files, data={"dry_run": "true"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["file"] == "passwd00.csv" and answer.json()["rows"] == 1
    large = {"file": ("a.csv", b"x" * 10_000_001, "text/csv")}
    assert code_of(await live.signed_in.post(f"{PREFIX}/imports", files=large)) == (413, "body_too_large")
    hers = await token(live, "rep")
    answer = await live.stranger.post(
        f"{PREFIX}/commands/import", headers=hers, json={"path": "/etc/hostname"}
    )
    assert code_of(answer) == (403, "local_only")


async def test_a_caller_in_a_hurry_waits(live):
    at = [0.0]
    pace = Pace(2, now=lambda: at[0])
    pace.take("a"), pace.take("a"), pace.take("b")
    with pytest.raises(Retryable) as caught:
        pace.take("a")
    assert caught.value.retry_after == 30.0
    at[0] = 31.0
    pace.take("a")


async def test_conversations_are_ones_own(live):
    mine = (await live.signed_in.post(f"{PREFIX}/conversations", json={"text": "status"})).json()
    said = (await live.signed_in.get(f"{PREFIX}/conversations/{mine['conversation']}/messages")).json()
    assert {row["text"] for row in said["items"]} >= {"status"}
    await users.add_user(live.house, "nosy", "correct horse battery", "manager")
    hers = await token(live, "rep", Actor(kind="user", name="nosy", role="manager"))
    url = f"{PREFIX}/conversations/{mine['conversation']}/messages"
    assert code_of(await live.stranger.get(url, headers=hers))[0] == 404
    assert code_of(await live.stranger.post(url, headers=hers, json={"text": "and?"}))[0] == 404


async def test_metrics_are_numbers_for_this_machine_or_a_token(live):
    await live.signed_in.get(f"{PREFIX}/status")
    text = (await live.stranger.get("/metrics")).text
    assert "# TYPE rainmaker_decisions gauge" in text and 'rainmaker_api_calls_total{method="GET"' in text
    assert "@" not in text
    for line in text.splitlines():
        assert line.startswith("# ") or float(line.rsplit(" ", 1)[1]) >= 0
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert code_of(await live.stranger.get("/metrics", headers=forwarded)) == (401, "not_signed_in")
    assert (await live.signed_in.get("/metrics", headers=forwarded)).status_code == 200


async def test_one_approval_clicked_through_every_door_at_once_has_one_winner_and_one_effect(live):
    """REST, the command line's door and what chat and Slack call: the same use case."""
    wanted = proposing.WantedTask(title="Once only", about=live.contact_ids[ANNA], reason="race")
    approval = (await proposing.propose(live.house, wanted, by="race"))["approval"]

    async def by_chat() -> int:
        try:
            await run_command(live.house, "approve", {"id": approval}, actor=OWNER)
        except RainmakerError:
            return 409
        return 200

    async def by_cli() -> int:
        answer = await live.signed_in.post(f"{PREFIX}/commands/approve", json={"id": approval})
        return 200 if "result" in json.loads(answer.text.splitlines()[-1]) else 409

    async def by_rest() -> int:
        return (await live.signed_in.post(f"{PREFIX}/approvals/{approval}/approve")).status_code

    clicks = (by_chat(), by_rest(), by_cli(), by_rest(), by_cli(), by_chat())
    assert sorted(await asyncio.gather(*clicks)) == [200, 409, 409, 409, 409, 409]
    async with live.house.database.read() as tx:
        made = select(func.count()).select_from(tasks).where(tasks.c.title == "Once only")
        assert (await tx.execute(made)).scalar_one() == 1
        granted = select(audit.c.body).where(audit.c.kind == "approved")
        told = [body for body in (await tx.execute(granted)).scalars() if body["approval"] == approval]
        assert len(told) == 1


async def test_a_token_ends_by_the_business_clock(live):
    made = await tokens.create(live.house, OWNER, name="short", role="viewer", days=1)

    class Later:
        async def now(self):
            return await live.house.clock.now() + timedelta(days=1)

    from dataclasses import replace

    with pytest.raises(RainmakerError) as caught:
        await tokens.bearer_of(replace(live.house, clock=Later()), made["token"])
    assert caught.value.code == "token_ended"
    assert isinstance(live.signed_in, httpx2.AsyncClient)
