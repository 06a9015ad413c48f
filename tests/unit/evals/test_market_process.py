"""The sandbox market as a process: sites, search, mail, clock and truth, each over its own protocol."""

import asyncio
import base64
import imaplib
import json
import os
import re
import signal
import smtplib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx2 as httpx
import pytest
import pytest_asyncio

from evals.market.process import MarketEndpoints, MarketProcess, MarketStartError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sites")
    (root / "tinyshop.example" / "about").mkdir(parents=True)
    (root / "tinyshop.example" / "index.html").write_text("<h1>Tiny Shop</h1>")
    (root / "tinyshop.example" / "about" / "index.html").write_text("<p>We are two.</p>")
    (root / "secret.txt").write_text("not a host")
    return root


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(mounted: Path) -> AsyncIterator[MarketEndpoints]:
    async with MarketProcess(
        companies=300, sites=[mounted], clock="stepped", start="2026-11-02T08:00:00+00:00"
    ) as it:
        yield it.endpoints


@pytest_asyncio.fixture(loop_scope="module")
async def web(market: MarketEndpoints) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(proxy=market.web_proxy, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def control(market: MarketEndpoints) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx.AsyncClient(base_url=market.control_url, headers=headers, trust_env=False) as client:
        yield client


async def truth(control: httpx.AsyncClient) -> list[dict]:
    return (await control.get("/truth/companies")).json()


async def test_every_active_company_answers_through_the_proxy(web, control):
    plain = [c for c in await truth(control) if c["status"] == "active" and not c["quirks"]]
    assert len(plain) > 80
    for company in plain[:25]:
        page = await web.get(company["url"])
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]


async def test_a_stated_head_count_is_really_on_the_site(web, control):
    stated = [
        c
        for c in await truth(control)
        if c["visible"]["employees_stated"]
        and c["status"] == "active"
        and not set(c["quirks"]) - {"lookalike_name"}
    ][:20]
    for company in stated:
        text = await crawl(web, company["url"])
        assert re.search(rf"\b{company['visible']['employees_stated']['number']}\b", text), company["url"]


async def crawl(web: httpx.AsyncClient, url: str) -> str:
    home = (await web.get(url)).text
    links = sorted({link for link in re.findall(r'href="(/[^"]*)"', home)})
    pages = [(await web.get(url.rstrip("/") + link, follow_redirects=True)).text for link in links]
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", "\n".join([home, *pages]), flags=re.S)


async def test_an_unknown_host_and_a_tunnel_are_refused_with_a_sentence(market, web):
    missing = await web.get("http://nobody-has-this.example/")
    assert missing.status_code == 502
    assert "unknown host" in missing.text
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(market.web_proxy).port)
    writer.write(b"CONNECT boomerly.example:443 HTTP/1.1\r\nHost: boomerly.example:443\r\n\r\n")
    assert b" 502 " in await reader.readline()
    writer.close()


async def test_a_robots_file_forbids_what_it_should(web, control):
    blocked = [c for c in await truth(control) if c["robots_blocked"]]
    assert blocked
    host = urlsplit(blocked[0]["url"]).hostname
    assert "Disallow: /\n" in (await web.get(f"http://{host}/robots.txt")).text


async def test_a_script_only_page_has_no_text_without_a_browser(web, control):
    company = next(c for c in await truth(control) if c["js_only"] and "flaky" not in c["quirks"])
    page = (await web.get(company["url"])).text
    assert "<noscript>" in page
    assert "<h1>" not in page


async def test_an_alias_leads_to_the_same_company(web, control):
    company = next(c for c in await truth(control) if len(c["domains"]) > 1 and "js_only" not in c["quirks"])
    page = await web.get(f"http://{company['domains'][1]}/", follow_redirects=True)
    assert page.status_code in {200, 503}


async def test_search_finds_companies_in_pages_of_ten(market, web):
    first = (await web.get(market.search_url, params={"q": "marketing agency", "format": "json"})).json()
    second = (
        await web.get(market.search_url, params={"q": "marketing agency", "format": "json", "pageno": 2})
    ).json()
    assert len(first["results"]) == len(second["results"]) == 10
    assert not {r["url"] for r in first["results"]} & {r["url"] for r in second["results"]}
    assert {"url", "title", "content", "engine", "score"} <= first["results"][0].keys()
    assert first["number_of_results"] > 20
    assert (
        (await web.get(market.search_url, params={"q": "x"})).headers["content-type"].startswith("text/html")
    )
    assert (await web.get(market.search_url, params={"q": "x", "format": "xml"})).status_code == 403


async def test_directories_list_companies_page_by_page(market, web):
    found = (
        await web.get(market.search_url, params={"q": "directory of online shops", "format": "json"})
    ).json()
    assert any("shopfinder.example" in r["url"] for r in found["results"])
    page = (await web.get("http://shopfinder.example/list")).text
    assert page.count('<li><a href="http') >= 10


async def test_sellers_have_rich_sites_to_onboard_from(market, web):
    assert len(market.sellers) >= 3
    for seller in market.sellers:
        home = await web.get(seller)
        links = set(re.findall(r'href="(/[^"]+)"', home.text))
        assert len(links) >= 7
        assert {(await web.get(seller.rstrip("/") + link)).status_code for link in links} == {200}


async def test_a_mounted_folder_is_a_host_and_nothing_outside_it_is_served(web):
    assert "Tiny Shop" in (await web.get("http://tinyshop.example/")).text
    assert (await web.get("http://tinyshop.example/about")).headers["location"] == "/about/"
    assert "We are two." in (await web.get("http://tinyshop.example/about/")).text
    assert (await web.get("http://tinyshop.example/none")).status_code == 404
    assert (await web.get("http://tinyshop.example/%2e%2e/secret.txt")).status_code == 404


async def test_the_clock_stands_still_until_it_is_stepped(market, web, control):
    before = (await control.get("/now")).json()
    assert before["mode"] == "stepped"
    assert before == (await httpx.AsyncClient(trust_env=False).get(market.clock_url)).json()
    after = (await control.post("/clock/step", json={"seconds": 3600})).json()
    assert datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"]) == timedelta(hours=1)
    backwards = await control.post("/clock/step", json={"to": before["now"]})
    assert backwards.status_code == 422


async def test_control_and_truth_need_the_token(market):
    async with httpx.AsyncClient(base_url=market.control_url, trust_env=False) as stranger:
        assert (await stranger.get("/truth/companies")).status_code == 401
        assert (await stranger.get("/mails")).status_code == 401
        assert (await stranger.post("/clock/step", json={"seconds": 1})).status_code == 401
        assert (await stranger.get("/health")).status_code == 200
    assert market.control_token not in json.dumps(market.settings())


def letter(message_id: str, to: str = "someone@alderbrook.example") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "sales@boomerly.example", to, "Hello"
    message["Message-ID"] = message_id
    message.set_content("A short letter.")
    return message


def send(market: MarketEndpoints, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", urlsplit(market.smtp_url).port, timeout=10) as smtp:
        smtp.login(market.mail_user, market.mail_password)
        smtp.send_message(message)


def find_sent(market: MarketEndpoints, message_id: str) -> list[bytes]:
    box = imaplib.IMAP4("127.0.0.1", urlsplit(market.imap_url).port, timeout=10)
    box.login(market.mail_user, market.mail_password)
    box.select("Sent")
    _, data = box.search(None, "HEADER", "Message-ID", f'"{message_id}"')
    box.logout()
    return data[0].split()


async def test_an_accepted_mail_is_listed_and_has_a_sent_copy(market, control):
    await asyncio.to_thread(send, market, letter("<first@boomerly.example>"))
    mail = (await control.get("/mails")).json()[-1]
    assert mail["to"] == ["someone@alderbrook.example"]
    assert mail["headers"]["Message-ID"] == "<first@boomerly.example>"
    raw = (await control.get(f"/mails/{mail['id']}/raw")).content
    assert b"A short letter." in raw
    assert len(await asyncio.to_thread(find_sent, market, "<first@boomerly.example>")) == 1
    assert await asyncio.to_thread(find_sent, market, "<never@boomerly.example>") == []


async def test_a_wrong_password_is_refused_and_no_password_is_fine(market):
    def attempt() -> None:
        port = urlsplit(market.smtp_url).port
        with (
            smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp,
            pytest.raises(smtplib.SMTPAuthenticationError),
        ):
            smtp.login(market.mail_user, "wrong")
        with smtplib.SMTP("127.0.0.1", urlsplit(market.smtp_url).port, timeout=10) as smtp:
            smtp.send_message(letter("<open@boomerly.example>"))

    await asyncio.to_thread(attempt)


@pytest.mark.parametrize("code", [450, 451, 550, 552])
async def test_a_scripted_refusal_hits_the_recipient_once(market, control, code):
    victim = f"victim{code}@alderbrook.example"
    await control.post("/faults", json={"kind": "reject_recipient", "recipient": victim, "code": code})

    def attempt() -> int:
        try:
            send(market, letter(f"<refused{code}@boomerly.example>", victim))
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[victim][0]
        return 250

    assert await asyncio.to_thread(attempt) == code
    assert await asyncio.to_thread(attempt) == 250


async def test_a_cut_after_data_leaves_the_mail_accepted(market, control):
    await control.post("/faults", json={"kind": "drop_after_data", "recipient": "cut@*"})

    def attempt() -> None:
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(market, letter("<cut@boomerly.example>", "cut@alderbrook.example"))

    await asyncio.to_thread(attempt)
    assert len(await asyncio.to_thread(find_sent, market, "<cut@boomerly.example>")) == 1


async def test_a_delivered_reply_lies_in_the_inbox(market, control):
    reply = letter("<reply@alderbrook.example>", market.mail_user).as_bytes()
    address = quote(market.mail_user)
    done = await control.post(f"/mailboxes/{address}/inbox", json={"raw": base64.b64encode(reply).decode()})
    assert done.status_code == 201


async def test_the_same_seed_gives_the_same_pages_and_mails_survive_a_restart(tmp_path):
    home = tmp_path / "home"

    async def look() -> tuple[str, int]:
        async with MarketProcess(companies=40, home=home, seed=11, mail_password="same") as other:
            ends = other.endpoints
            await asyncio.to_thread(send, ends, letter("<kept@boomerly.example>"))
            async with httpx.AsyncClient(proxy=ends.web_proxy, trust_env=False) as client:
                page = (await client.get("http://agencyguide.example/list")).text
            return page, len(await asyncio.to_thread(find_sent, ends, "<kept@boomerly.example>"))

    first, second = await look(), await look()
    assert first[0] == second[0]
    assert (first[1], second[1]) == (1, 2)


async def test_a_market_starts_beside_a_kept_mail_that_was_erased(tmp_path):
    home = tmp_path / "home"
    (home / "mails").mkdir(parents=True)
    (home / "mails" / "000001.json").write_text("")
    (home / "mails" / "000001.eml").write_bytes(b"")
    async with MarketProcess(companies=10, home=home) as market:
        assert market.endpoints.companies == 10


async def test_it_ends_on_sigterm_and_says_why_it_cannot_start(tmp_path):
    process = MarketProcess(companies=10)
    ends = await process.start()
    os.kill(ends.pid, signal.SIGTERM)
    async with asyncio.timeout(5):
        assert await process.wait() == 0
    with pytest.raises(MarketStartError, match="not a folder"):
        await MarketProcess(sites=[tmp_path / "missing"]).start()


async def test_another_sellers_mailbox_is_given_out_when_asked_and_only_a_sellers():
    async with MarketProcess(companies=10, seller="frostwerk.example") as market:
        ends = market.endpoints
        assert ends.mail_user.endswith("@frostwerk.example")
        assert ends.sellers[0] == "http://frostwerk.example/"
        assert len(ends.sellers) == 4
    with pytest.raises(MarketStartError, match=r"boomerly\.example"):
        await MarketProcess(companies=10, seller="nobody.example").start()
