"""Shocks over the control API of a running market: mailboxes that die, prices that fall, and who may know."""

import asyncio
import imaplib
import smtplib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

import httpx2 as httpx
import pytest
import pytest_asyncio

from evals.market.process import MarketEndpoints, MarketProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")
START = "2026-11-02T08:00:00+00:00"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market() -> AsyncIterator[MarketEndpoints]:
    async with MarketProcess(companies=60, world="moving", clock="stepped", start=START) as it:
        yield it.endpoints


@pytest_asyncio.fixture(loop_scope="module")
async def control(market: MarketEndpoints) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx.AsyncClient(base_url=market.control_url, headers=headers, trust_env=False) as client:
        yield client


def smtp_login(url: str) -> int:
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "", parts.port or 0, timeout=10) as client:
        try:
            return client.login(unquote(parts.username or ""), unquote(parts.password or ""))[0]
        except smtplib.SMTPAuthenticationError as error:
            return error.smtp_code


def imap_login(url: str) -> imaplib.IMAP4:
    parts = urlsplit(url)
    client = imaplib.IMAP4(parts.hostname or "", parts.port or 0, timeout=10)
    client.login(unquote(parts.username or ""), unquote(parts.password or ""))
    return client


async def test_nobody_without_the_token_sees_the_calendar(market):
    async with httpx.AsyncClient(base_url=market.control_url, trust_env=False) as stranger:
        for path in ("/truth/events", "/shocks"):
            assert (await stranger.get(path)).status_code == 401


async def test_the_calendar_can_be_narrowed(control):
    everything = (await control.get("/truth/events", params={"until": "2027-06-01"})).json()
    decoys = (await control.get("/truth/events", params={"until": "2027-06-01", "decoy": "true"})).json()
    theirs = (
        await control.get("/truth/events", params={"until": "2027-06-01", "seller": "boomerly.example"})
    ).json()
    assert [one["at"] for one in everything] == sorted(one["at"] for one in everything)
    assert decoys == [one for one in everything if one["decoy"]]
    assert theirs and all("boomerly.example" in {**one["relevance"], **one["looks"]} for one in theirs)


async def test_every_shock_says_in_one_sentence_what_it_is(control):
    listed = (await control.get("/shocks")).json()
    assert {"mailbox_dies", "competitor_cuts_price", "regulation_changes"} <= {one["name"] for one in listed}
    assert all(one["sentence"].endswith(".") for one in listed)


async def test_a_price_cut_is_on_the_page_in_the_news_and_soon_in_the_search(market, control):
    answer = await control.post("/shocks/competitor_cuts_price", json={"rival": "ReturnGenie", "percent": 25})
    assert answer.status_code == 201
    struck = answer.json()
    async with httpx.AsyncClient(proxy=market.web_proxy, trust_env=False) as web:
        page = await web.get("http://returngenie.example/pricing")
        assert struck["facts"]["after"] in page.text
        assert page.headers["last-modified"] == "Mon, 02 Nov 2026 08:00:00 GMT"
        for header, value in (
            ("If-None-Match", page.headers["etag"]),
            ("If-Modified-Since", page.headers["last-modified"]),
        ):
            assert (
                await web.get("http://returngenie.example/pricing", headers={header: value})
            ).status_code == 304
        asked = {"q": "ReturnGenie price news", "format": "json"}
        await control.post("/clock/step", json={"seconds": 3600})
        found = (await web.get(market.search_url, params=asked)).json()["results"]
        assert any(one["url"].startswith("http://tradewire.example/2026/11/02-returngenie") for one in found)


async def test_a_dead_mailbox_refuses_logins_and_drops_connections_until_its_time_is_over(market, control):
    held = await asyncio.to_thread(imap_login, market.imap_url)
    answer = await control.post("/shocks/mailbox_dies", json={"minutes": 30})
    assert answer.json()["subject"] == market.mail_user
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        await asyncio.to_thread(held.noop)
    assert await asyncio.to_thread(smtp_login, market.smtp_url) == 535
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        await asyncio.to_thread(imap_login, market.imap_url)
    now = datetime.fromisoformat((await control.get("/now")).json()["now"])
    await control.post("/clock/step", json={"to": (now + timedelta(minutes=31)).isoformat()})
    assert await asyncio.to_thread(smtp_login, market.smtp_url) == 235


async def test_a_provider_that_is_down_says_try_later_until_it_is_mended(market, control):
    await control.post("/shocks/mailbox_dies", json={"how": "provider"})
    assert await asyncio.to_thread(smtp_login, market.smtp_url) == 454
    with pytest.raises(imaplib.IMAP4.error, match="UNAVAILABLE"):
        await asyncio.to_thread(imap_login, market.imap_url)
    await control.post("/shocks/mailbox_mended")
    assert await asyncio.to_thread(smtp_login, market.smtp_url) == 235
    await asyncio.to_thread(imap_login, market.imap_url)


async def test_a_shock_that_does_not_exist_is_one_sentence(control):
    answer = await control.post("/shocks/earthquake")
    assert answer.status_code == 422
    assert "there is no shock" in answer.json()["error"]
