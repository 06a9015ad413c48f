"""A chat session also opens the API, from our own pages only, and dies with a logout; addresses are counted too."""

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from service.users import add_user
from service.wrong_tries import WRONG_TRIES_FROM

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "correct horse battery"


@pytest.fixture
async def rest(house):
    from channels.api import make_app

    async with AsyncClient(
        transport=ASGITransport(app=make_app(house, "service-token")), base_url="http://chat.test"
    ) as client:
        yield client


def cookies_of(client: AsyncClient) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)}


async def test_the_chats_session_reads_approvals_but_not_for_another_site(house, enter, rest):
    await add_user(house, "reader", PASSWORD, "owner")
    mine = cookies_of(await enter("reader"))
    assert (await rest.get("/api/v1/approvals", headers=mine)).status_code == 200
    foreign = {**mine, "Origin": "https://evil.example"}
    assert (await rest.post("/api/v1/pause", headers=foreign, json={})).status_code == 401
    assert (await rest.get("/api/v1/approvals")).status_code == 401


async def test_a_copied_cookie_dies_with_the_logout(house, enter, rest):
    await add_user(house, "gone", PASSWORD, "rep")
    browser = await enter("gone")
    copied = cookies_of(browser)
    assert (await rest.get("/api/v1/approvals", headers=copied)).status_code == 200
    left = await browser.post("/chat/logout", headers=copied)
    assert left.status_code == 200, left.text
    answer = await rest.get("/api/v1/approvals", headers=copied)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


async def test_too_many_wrong_passwords_from_one_address_close_the_door_for_a_minute(
    app: FastAPI, house, enter
):
    browser = await enter()
    house.tries.forget("address:127.0.0.1")  # other tests share this door
    try:
        for number in range(WRONG_TRIES_FROM):
            login = {"username": f"nobody{number}", "password": "x"}
            assert (await browser.post("/chat/login", data=login)).status_code == 401
        right = {"username": "olga", "password": PASSWORD}
        assert (await browser.post("/chat/login", data=right)).status_code == 429
    finally:
        house.tries.forget("address:127.0.0.1")
