"""The market's own page: who may see it, what its buttons do, and that whatever people write stays text."""

import asyncio
import json
import re
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2 as httpx
import pytest
import pytest_asyncio

from evals.market.process import MarketEndpoints, MarketProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")
START = "2026-11-02T09:00:00+00:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("board")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(folder: Path) -> AsyncIterator[MarketEndpoints]:
    async with MarketProcess(
        companies=60,
        world="moving",
        clock="stepped",
        start=START,
        people="busy",
        board_link=folder / "link",
        ports_file=folder / "ports.json",
    ) as it:
        yield it.endpoints


@pytest_asyncio.fixture(loop_scope="module")
async def control(market: MarketEndpoints) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx.AsyncClient(base_url=market.control_url, headers=headers, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guest(market: MarketEndpoints, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=market.control_url, trust_env=False) as client:
        answer = await client.get((folder / "link").read_text())
        assert answer.status_code == 303 and answer.headers["location"] == "/board"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "path=/board" in cookie and "samesite=lax" in cookie
        yield client


async def press(guest: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    drawn = (await guest.get("/board")).text
    token = re.search(r'name="form_token" value="([^"]+)"', drawn)
    assert token
    form = {"form_token": token[1], **fields}
    return await guest.post(path, data=form, headers={"Origin": str(guest.base_url).rstrip("/")})


async def parts(guest: httpx.AsyncClient) -> str:
    return (await guest.get("/board/parts")).text


async def until(guest: httpx.AsyncClient, words: str, *, times: int = 1) -> str:
    for _ in range(100):
        if (shown := await parts(guest)).count(words) >= times:
            return shown
        await asyncio.sleep(0.1)
    raise AssertionError(f"the board never said {words!r}")


def send(market: MarketEndpoints, to: str, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = market.mail_user, to, subject
    mail["Message-ID"] = f"<{abs(hash((to, subject)))}@boomerly.example>"
    mail.set_content(text)
    place = urlsplit(market.smtp_url)
    with smtplib.SMTP(place.hostname or "", place.port or 0, timeout=10) as client:
        client.login(unquote(place.username or ""), unquote(place.password or ""))
        client.send_message(mail)


async def somebody(control: httpx.AsyncClient, number: int) -> str:
    rows = (await control.get("/truth/companies")).json()
    return [one for row in rows if row["status"] == "active" for one in row["people"]][number]["email"]


async def test_the_link_opens_once_and_a_stranger_sees_nothing(market, guest, folder):
    async with httpx.AsyncClient(base_url=market.control_url, trust_env=False) as stranger:
        again = await stranger.get((folder / "link").read_text())
        assert again.status_code == 403 and "has been used" in again.text
        for path in ("/board", "/board/parts", "/board/mails/1", "/board/answers/x/source"):
            assert (await stranger.get(path)).status_code == 403
        assert (await stranger.post("/board/clock", data={"do": "pause"})).status_code == 403
    assert "key=" not in (await guest.get("/board")).text


async def test_a_link_for_another_browser_is_made_on_the_page_only(market, guest):
    made = (await press(guest, "/board/links")).text
    link = re.search(r"<code>(http://127\.0\.0\.1:\d+/board/enter\?key=[\w-]+)</code>", made)
    assert link
    async with httpx.AsyncClient(trust_env=False) as another:
        assert (await another.head(link[1])).status_code == 403  # a look ahead spends nothing
        assert (await another.get(link[1], follow_redirects=True)).status_code == 200


async def test_the_token_is_on_no_page_and_in_no_file_of_the_products(market, guest, folder):
    assert market.control_token
    for path in ("/board", "/board/parts", "/board/static/board.js"):
        assert market.control_token not in (await guest.get(path)).text
    told = json.loads((folder / "ports.json").read_text())
    assert told["control_token"] == "" and told["smtp_url"] == market.smtp_url
    assert (folder / "link").stat().st_mode & 0o077 == 0
    assert (await guest.get("/truth/tasks")).status_code == 401


async def test_the_page_runs_no_script_but_its_own(guest):
    answer = await guest.get("/board")
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.findall(r"<script(?![^>]* src=)|\son\w+=|<style|\sstyle=", answer.text) == []
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, True),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "own"}, False),
    ],
)
async def test_a_form_from_elsewhere_does_nothing(guest, headers, token):
    before = (await guest.get("/now")).json()["mode"]
    own = str(guest.base_url).rstrip("/")
    drawn = (await guest.get("/board")).text
    form = {
        "do": "go_on",
        "form_token": re.search(r'form_token" value="([^"]+)"', drawn)[1] if token else "x",
    }
    sent = {name: own if value == "own" else value for name, value in headers.items()}
    assert (await guest.post("/board/clock", data=form, headers=sent)).status_code == 403
    assert (await guest.get("/now")).json()["mode"] == before


async def test_a_foreign_name_for_this_machine_is_refused(guest):
    assert (await guest.get("/board", headers={"Host": "evil.example"})).status_code == 403


async def test_time_goes_on_at_a_speed_runs_ahead_and_stands(guest):
    await press(guest, "/board/clock", do="speed", speed="600.0")
    told = (await guest.get("/now")).json()
    assert (told["mode"], told["speed"]) == ("fast", 600.0)
    await press(guest, "/board/clock", do="pause")
    assert (await guest.get("/now")).json()["mode"] == "stepped"
    await press(guest, "/board/clock", do="hour")
    assert "running ahead" in await parts(guest)
    await until(guest, "paused")
    assert (await guest.get("/now")).json()["mode"] == "stepped"
    assert (await guest.get("/now")).json()["now"] >= told["now"][:11] + "10:00"
    await press(guest, "/board/clock", do="speed", speed="7")
    assert "Nothing happened: time cannot run at this speed." in await parts(guest)
    assert (await guest.get("/now")).json()["mode"] == "stepped"


async def test_what_arrives_is_counted_and_shown_as_text(market, control, guest):
    to = await somebody(control, 0)
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    await asyncio.to_thread(send, market, to, f"Returns {bad}", f"Good morning {bad}")
    shown = await parts(guest)
    assert 'id="count-mails">1<' in shown and to in shown
    assert bad not in shown and "&lt;script&gt;alert(1)" in shown
    number = re.search(r'data-text="(/board/mails/\d+)"', shown)
    assert number
    for path in (number[1], f"{number[1]}/source"):
        text = await guest.get(path)
        assert bad in text.text and text.headers["content-type"].startswith("text/plain")
        assert text.headers["x-content-type-options"] == "nosniff" and "sandbox" in str(text.headers)
    mark = (await guest.get("/board/parts")).headers["x-seen"]
    assert 'id="feed"' not in (await guest.get(f"/board/parts?seen={mark}")).text


async def test_every_shock_stays_on_the_page_until_the_agent_answers_it(market, control, guest):
    await control.post("/clock/step", json={"seconds": 60})
    for name in ("competitor_cuts_price", "regulation_changes", "mailbox_dies"):
        assert (await press(guest, "/board/shocks", name=name)).status_code == 303
    events = (await control.get("/truth/events", params={"origin": "shock"})).json()
    assert {one["kind"] for one in events} == {"competitor_cuts_price", "regulation_changes", "mailbox_dies"}
    assert {one["facts"].get("seller", "boomerly.example") for one in events} == {"boomerly.example"}
    shown = await until(guest, "So far:", times=3)
    struck = shown[shown.index('id="struck"') : shown.index('id="feed"')]
    assert struck.count("not handled yet") == 3
    assert "the mailbox does not work yet" in struck and "No agent of this product does this yet." in struck
    await press(guest, "/board/shocks", name="mailbox_mended")
    await press(guest, "/board/shocks", name="earthquake")
    assert "there is no shock" in await parts(guest)


async def test_a_cut_line_is_handled_by_not_sending_again(market, control, guest):
    await press(guest, "/board/shocks", name="line_cut")
    assert "It waits for the next mail." in await parts(guest)
    await press(guest, "/board/shocks", name="line_cut")
    assert "waits for the next mail already" in await parts(guest)
    to = await somebody(control, 1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        await asyncio.to_thread(send, market, to, "Once", "Good morning, only once.")
    await until(guest, "has not sent it again")
    await asyncio.to_thread(send, market, to, "Once", "Good morning, only once.")
    await until(guest, "handled wrongly")
