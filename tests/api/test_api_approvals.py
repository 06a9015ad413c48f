"""Approvals, stops and sessions over REST: who may, what a second click hears, and wrong pages."""

import asyncio

import pytest

from autonomy import approvals
from domain.actions import PauseSending
from domain.decisions import Actor
from domain.labels import owner_label
from service import users
from service.carrying_out import decide_on
from service.wrong_tries import WRONG_TRIES

pytestmark = pytest.mark.asyncio(loop_scope="module")
PASSWORD = "correct horse battery"
OUTREACH = Actor(kind="agent", name="deal")


async def ask(live, name: str) -> str:
    """Something that waits: an agent the matrix has no row for wants to stop a campaign."""
    now = await live.house.clock.now()
    action = PauseSending(scope=f"campaign:{name}", reason="bounces")
    async with live.house.database.write() as tx:
        made = await decide_on(
            tx, live.house, action, actor=OUTREACH, reason="bounces", label=owner_label("o")
        )
        return await approvals.ask(tx, [made], summary=name, cause="", ids=live.house.ids, now=now)


async def session(live, name: str, role: str) -> dict[str, str]:
    await users.add_user(live.house, name, PASSWORD, role)
    answer = await live.stranger.post("/api/v1/sessions", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def code_of(answer) -> tuple[int, str]:
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "query", ["page=-1", "cursor=x", "limit=1000000000", "limit=0", "limit=-1", "limit=", "limit=1&limit=2"]
)
async def test_a_wrong_page_is_one_sentence(live, query):
    answer = await live.signed_in.get(f"/api/v1/approvals?{query}")
    assert answer.status_code == 422 and answer.json()["code"] in ("bad_arguments", "bad_cursor")
    assert answer.json()["detail"].endswith(".") and answer.json()["where"] in ("page", "cursor", "limit")


async def test_approvals_come_in_pages_that_nothing_new_or_decided_shifts(live):
    ids = {await ask(live, f"p{number}") for number in range(4)}
    first = (await live.signed_in.get("/api/v1/approvals?limit=2")).json()
    await ask(live, "p-new")
    await live.signed_in.post(f"/api/v1/approvals/{first['items'][1]['id']}/reject")
    seen, cursor = [row["id"] for row in first["items"]], first["next_cursor"]
    while cursor:
        page = (await live.signed_in.get(f"/api/v1/approvals?limit=2&cursor={cursor}")).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert ids <= set(seen) and len(seen) == len(set(seen))
    one = (await live.signed_in.get(f"/api/v1/approvals/{ids.pop()}")).json()
    assert {"id", "needs", "agreed", "if_ignored", "items"} <= set(one)


async def test_the_first_answer_wins_and_the_others_hear_who_it_was(live):
    approval = await ask(live, "double")
    rita = await session(live, "rita", "rep")
    url = f"/api/v1/approvals/{approval}/reject"
    answers = await asyncio.gather(
        *(live.stranger.post(url, headers=rita) for _ in range(3)), live.signed_in.post(url)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert code_of(late) == (409, "already_decided")
    assert "already rejected by" in late.json()["detail"]


async def test_roles_hold_over_rest(live):
    approval = await ask(live, "roles")
    vera = await session(live, "vera", "viewer")
    assert (await live.stranger.get("/api/v1/approvals", headers=vera)).status_code == 200
    for path in (
        f"approvals/{approval}/approve",
        f"approvals/{approval}/edit",
        f"approvals/{approval}/always",
        "approvals/reject",
        "pause",
        "resume",
    ):
        answer = await live.stranger.post(f"/api/v1/{path}", headers=vera, json={})
        assert code_of(answer) == (403, "role_may_not"), path


async def test_several_are_decided_at_once(live):
    ids = [await ask(live, "b1"), "app_none", await ask(live, "b2")]
    done = (await live.signed_in.post("/api/v1/approvals/reject", json={"ids": ids})).json()
    assert [one["ok"] for one in done["results"]] == [True, False, True]
    for wrong in ({}, {"ids": []}, {"ids": "app"}, {"ids": [""]}, {"ids": ids, "x": 1}):
        answer = await live.signed_in.post("/api/v1/approvals/approve", json=wrong)
        assert code_of(answer) == (422, "bad_arguments")


async def test_stopping_and_going_on(live):
    rita = await session(live, "rob", "rep")
    stop = {"reason": "look first", "scope": "campaign:cmp_rest"}
    assert (await live.stranger.post("/api/v1/pause", headers=rita, json=stop)).json()["paused"] is True
    refused = await live.stranger.post("/api/v1/resume", headers=rita, json={"scope": "campaign:cmp_rest"})
    assert refused.status_code == 403
    assert (await live.signed_in.post("/api/v1/resume", json={"scope": "campaign:cmp_rest"})).json()[
        "paused"
    ] is False
    assert code_of(await live.signed_in.post("/api/v1/pause", json={"scope": "everything"}))[0] == 422


async def test_a_session_ends_with_logout_and_with_every_change_of_the_account(live):
    from domain.errors import RainmakerError

    mine = await session(live, "lou", "manager")
    assert (await live.stranger.get("/api/v1/approvals", headers=mine)).status_code == 200
    assert (await live.stranger.delete("/api/v1/sessions", headers=mine)).json() == {"ended": True}
    assert code_of(await live.stranger.get("/api/v1/approvals", headers=mine)) == (401, "session_ended")
    mine = await session(live, "lou2", "manager")
    await users.set_disabled(live.house, "lou2", True, by="owner")
    answer = await live.stranger.get("/api/v1/approvals", headers=mine)
    assert answer.status_code in (401, 403)
    with pytest.raises(RainmakerError):
        await users.actor_named(live.house, "lou2")


async def test_wrong_passwords_lock_a_name_for_a_while(live):
    await users.add_user(live.house, "tries", PASSWORD, "rep")
    for _ in range(WRONG_TRIES):
        answer = await live.stranger.post("/api/v1/sessions", json={"name": "tries", "password": "no"})
        assert code_of(answer) == (401, "wrong_password")
    right = {"name": "tries", "password": PASSWORD}
    assert code_of(await live.stranger.post("/api/v1/sessions", json=right)) == (429, "too_many_tries")


@pytest.mark.parametrize(
    "body", [{}, {"name": "x"}, {"name": "", "password": "y"}, {"name": 1, "password": 2}]
)
async def test_a_login_without_name_or_password_is_named(live, body):
    answer = await live.stranger.post("/api/v1/sessions", json=body)
    assert code_of(answer) == (422, "bad_arguments")
