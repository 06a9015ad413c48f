"""Every page of the console in a real browser, wide and as a phone: nothing sticks out, nothing blocks anybody,
numbers lead to as many records, and what happens shows without a reload.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from channels.api import make_app
from channels.console.mount import mount_console
from domain.decisions import Actor
from runtime.clock import FixedClock
from runtime.settings import Settings
from runtime.store import threads
from service.bootstrap import House, open_house
from service.policies import install_first
from service.users import actor_named, add_user
from tests.fixtures import builders, deals
from tests.fixtures.sink import Sink
from tests.fixtures.workspace import Workspace
from tools.act import deal_acts

WAIT = 20_000  # milliseconds a step may take on a machine that is busy with other things
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Served:
    """The console on a real port, and the house behind it."""

    url: str
    house: House
    workspace: Workspace


async def _olga(house: House, token: str | None) -> Actor:
    return await actor_named(house, "olga")


@pytest_asyncio.fixture
async def served(home: Path, sink: Sink) -> AsyncIterator[Served]:
    async with open_house(Settings(home=home)) as made:
        clock = FixedClock(builders.MONDAY)
        house = replace(made, clock=clock, terms=replace(builders.TERMS, salt=made.terms.salt))
        await add_user(house, "olga", "correct horse battery", "owner")
        await install_first(house)
        workspace = Workspace(house.database, clock, terms=house.terms)
        await a_morning(workspace, sink)
        app = make_app(house, "token")
        mount_console(app, house, who=_olga)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        app.state.ending = lambda: server.should_exit
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}/console", house, workspace)
        server.should_exit = True
        await task


async def a_morning(workspace: Workspace, sink: Sink) -> None:
    """Three mails that left, one that waits for a decision, a yes, a meeting ahead, a deal with a task."""
    await workspace.approved_mails(3)
    await workspace.effector(sink).drain()
    await workspace.add(builders.account(4, name="Harbor"), builders.contact(4), builders.draft(4))
    await workspace.asked([await workspace.judged(builders.mail(4))])
    async with workspace.database.write() as tx:
        now, ids = workspace.clock.at, workspace.ids
        talk = {"id": "thr_1", "contact_id": "con_1", "account_id": "acc_1", "campaign_id": "cam_1"}
        talk |= {"subject": "a question", "state": "waiting", "made_at": now, "label": deals.MAIL}
        await threads.make(tx, talk)
        await deal_acts.open_deal(tx, builders.opening(), deals.MAIL, ids, now)
        await deal_acts.add_task(tx, builders.task(about="dea_1"), "deal", now)
    await deals.wrote(workspace, "inb_1", deals.YES, deals.positive())
    await deals.met(workspace, "mtg_1", builders.MONDAY + timedelta(hours=3))


PAGES = {
    "today": "Today Monday, 2 November",
    "approvals": "Waiting for your decision",
    "pipeline": "Pipeline",
    "deals": "Deals",
    "deals/dea_1": "Northwind",
    "campaigns": "Campaigns",
    "campaigns/cam_1": "Autumn",
    "prospects": "Prospects",
    "prospects/con_1": "Northwind",
    "mails": "Our mails",
    "replies": "Mails that came in",
    "replies/inb_1": "Re: A question",
    "meetings": "Meetings",
    "tasks": "Tasks for people",
    "decisions": "Decisions",
    "learning": "Learning",
    "health": "Health",
    "stop": "Stop",
    "nowhere": "Not found",
}
COLOURFUL = (
    "today",
    "approvals",
    "deals/dea_1",
    "campaigns/cam_1",
    "prospects/con_1",
    "replies",
    "decisions",
)
COUNTED = {
    "campaign mails left": ("/console/mails", 3),
    "person wrote": ("/console/replies", 1),
    "meeting agreed": ("/console/meetings", 1),
    "deal opened": ("/console/deals", 1),
    "decisions": ("/console/decisions", 4),
}


async def test_every_page_is_whole_on_a_desk_and_on_a_phone_and_blocks_nobody(
    served: Served, browser: Browser
):
    page = await opened(browser, WIDE, "light")
    troubles: list[str] = []
    page.on("console", lambda told: troubles.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    axe = Axe()
    for path, title in PAGES.items():
        await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        await page.emulate_media(color_scheme="light")
        await page.goto(f"{served.url}/{path}")
        await expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        troubles += [f"{path}: {one}" for one in await grave(axe, page)]
        troubles += await sticking_out(page, f"{path} wide")
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await page.emulate_media(color_scheme="dark")
        if path in COLOURFUL:
            troubles += [f"{path} dark: {one}" for one in await grave(axe, page, "color-contrast")]
        troubles += await sticking_out(page, f"{path} phone")
    told = [one for one in troubles if "404" not in one]  # the browser tells of the page that is not there
    assert not told, "\n".join(told)


async def test_numbers_lead_to_their_records_and_news_shows_by_itself(served: Served, browser: Browser):
    page = await opened(browser, WIDE, "light")
    await page.goto(f"{served.url}/today")
    for words, (address, count) in COUNTED.items():
        number = page.locator(".stat", has_text=words)
        await expect(number.locator("b")).to_have_text(str(count))
        await number.click()
        await expect(page).to_have_url(re.compile(re.escape(address)))
        await expect(page.locator(".lead b").first).to_have_text(re.compile(rf"^{count}\b"))
        await page.go_back()
    await expect(page.locator("#asks-rail")).to_have_text(re.compile("^1"))
    await page.evaluate("window.still = true")
    later = builders.MONDAY + timedelta(minutes=1)
    await deals.wrote(served.workspace, "inb_2", deals.YES, deals.positive(), number=2, at=later)
    arrived = page.locator(".stat", has_text="people wrote").locator("b")
    await expect(arrived).to_have_text("2", timeout=WAIT)
    assert await page.evaluate("window.still")  # nobody loaded the page again


async def test_the_drawer_of_a_phone_opens_by_key_and_closes_by_escape(served: Served, browser: Browser):
    page = await opened(browser, PHONE, "dark")
    await page.goto(f"{served.url}/health")
    await page.locator(".bar summary").press("Enter")
    await expect(page.get_by_role("link", name="Campaigns")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Campaigns")).to_be_hidden()
    await expect(page.locator(".checks")).to_contain_text("Versions")


async def opened(browser: Browser, size: Any, scheme: Any) -> Page:
    """A fresh tab."""
    expect.set_options(timeout=WAIT)
    context = await browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    context.set_default_timeout(WAIT)
    return await context.new_page()


async def grave(axe: Axe, page: Page, *rules: str) -> list[str]:
    """What would keep somebody from using the page."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = (await axe.run(page, options=options)).response["violations"]
    return [
        f"{one['id']} {[node['html'][:90] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in GRAVE
    ]


async def sticking_out(page: Page, where: str) -> list[str]:
    """The page must not scroll sideways."""
    wide, seen = await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return [f"{where}: {wide} > {seen}"] if wide > seen else []
