"""The sandbox's calendar: real CalDAV for the product, rows and busy times for the harness."""

import asyncio
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest
import pytest_asyncio

from evals.market.calendar.server import CalendarServer, calendar_url
from evals.market.process import MarketEndpoints, MarketProcess
from tests.fixtures.meetings import NOW, at, meeting
from tools.act.invite import stored_event
from tools.providers.caldav import CalDav
from tools.read.calendar.availability import look
from tools.read.calendar.busy import Window
from tools.read.calendar.zones import zone_named

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market() -> AsyncIterator[MarketEndpoints]:
    async with MarketProcess(companies=20, clock="stepped", start=NOW.isoformat()) as it:
        yield it.endpoints


@pytest_asyncio.fixture(loop_scope="module")
async def control(market: MarketEndpoints) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx.AsyncClient(base_url=market.control_url, headers=headers, trust_env=False) as client:
        yield client


async def test_the_product_finds_the_calendar_from_its_settings(market, control):
    url = market.settings()["RAINMAKER_CALDAV_URL"]
    made = await control.post(
        "/calendar/events",
        json={"start": "2026-11-04T09:00:00", "end": "2026-11-04T10:00:00", "rrule": "FREQ=WEEKLY"},
    )
    client = CalDav(url)
    window = Window(at("2026-11-10 00:00"), at("2026-11-12 00:00"), zone_named("UTC"))
    reading = await look(client, window)
    assert [(one.uid, one.start) for one in reading.busy] == [(made.json()["uid"], at("2026-11-11 09:00"))]
    await client.close()


async def test_the_harness_sees_what_the_product_wrote_and_can_remove_it(market, control):
    client = CalDav(market.caldav_url)
    await client.create(meeting().uid, stored_event(meeting(), NOW))
    rows = {row["uid"]: row for row in (await control.get("/calendar/events")).json()}
    row = rows[meeting().uid]
    assert (row["start"], row["status"]) == ("2026-11-12T13:00:00+00:00", "CONFIRMED")
    assert row["attendees"] == [{"email": "bob@buyer.example", "partstat": "NEEDS-ACTION"}]
    assert (await control.delete(f"/calendar/events/{meeting().uid}")).status_code == 200
    assert (await control.delete(f"/calendar/events/{meeting().uid}")).status_code == 404
    assert await client.get(meeting().uid) is None
    await client.close()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"start": "soon", "end": "later"},
        {"start": "2026-11-04T10:00:00", "end": "2026-11-04T09:00:00"},
        {"raw": "nothing"},
    ],
)
async def test_wrong_wishes_are_one_sentence(control, body: dict):
    assert (await control.post("/calendar/events", json=body)).status_code == 422


async def test_the_truth_side_needs_the_token_and_the_calendar_the_password(market):
    async with httpx.AsyncClient(trust_env=False) as nobody:
        assert (await nobody.get(f"{market.control_url}/calendar/events")).status_code == 401
        bare = market.caldav_url.split("@")[-1]
        assert (await nobody.request("PROPFIND", f"http://{bare}sales/")).status_code == 401


async def test_a_kept_calendar_outlives_its_server(tmp_path):
    user = "robin@plausible.example"
    for password in ("p:w", "another"):
        server = CalendarServer(tmp_path)
        port = await asyncio.to_thread(server.start, (user,), password)
        client = CalDav(calendar_url(user, password, port))
        stored = await client.get(meeting().uid)
        if password == "p:w":
            await client.create(meeting().uid, stored_event(meeting(), NOW))
        await client.close()
        await asyncio.to_thread(server.stop)
    assert stored is not None
