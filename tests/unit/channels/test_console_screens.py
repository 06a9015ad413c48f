"""The console's screens over HTTP: pages of lists, filters that do not exist, numbers that equal the commands'."""

import asyncio
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert

from channels.console.door import Door
from channels.console.event_routes import _changes
from channels.console.pages import Console
from domain.decisions import Actor
from runtime.store.tables import accounts, prospects
from service import reports, views_campaigns, views_today
from service.commands import run_command
from service.views_pulse import Pulse
from tests.fixtures import builders, deals
from tools.act import deal_acts

OLGA = Actor(kind="user", name="olga", role="owner")
COUNT = 95  # prospects: two whole pages and a bit


async def many_prospects(console):
    label = {"integrity": 3, "readers": ["PUBLIC"], "origin": "import"}
    at = builders.MONDAY
    companies = [
        {"id": f"acc_{n:03}", "name": f"Harbor {n}", "normal_name": "x", "made_at": at, **label}
        for n in range(COUNT)
    ]
    scored = [
        {
            "id": f"pro_{n:03}", "account_id": f"acc_{n:03}", "icp_id": "icp_1", "fit": (n % 7) / 7,
            "qualified": n % 2 == 0, "verdict": "because", "reasons": [], "scored_at": at, **label,
        }
        for n in range(COUNT)
    ]  # fmt: skip
    async with console.house.database.write() as tx:
        await tx.execute(insert(accounts), companies)
        await tx.execute(insert(prospects), scored)


async def all_pages(tab, address):
    """Ids of every row, following the links to the next page."""
    found: list[list[str]] = []
    while address:
        text = await tab.page(address)
        found.append(re.findall(r'href="/console/prospects/(pro_\d+)"', text))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = following[1].replace("&amp;", "&") if following else ""
    return found


async def test_a_list_is_walked_page_by_page_and_every_row_comes_once(console):
    await many_prospects(console)
    pages = await all_pages(await console.tab("vera"), "/console/prospects?lead=none")
    assert [len(page) for page in pages] == [40, 40, 15]
    assert len({one for page in pages for one in page}) == COUNT


async def test_the_list_counts_and_orders_as_the_command_does(console):
    await many_prospects(console)
    tab = await console.tab("vera")
    told = await run_command(console.house, "prospects", {"qualified": True}, actor=OLGA)
    text = await tab.page("/console/prospects?qualified=yes")
    assert f"<b>{len(told)}</b> companies" in text
    assert "<b>1</b> company" in await tab.page("/console/prospects?q=harbor+94")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("prospects?after=nonsense", "bad_page"),
        ("prospects?after=nan~x~", "bad_page"),
        ("mails?after=2026-01-01~x", "bad_page"),
        ("prospects?qualified=perhaps", "bad_filter"),
        ("mails?kind=fax", "bad_filter"),
        ("replies?said=maybe", "bad_filter"),
        ("deals?stage=dreaming", "bad_filter"),
        ("decisions?skip=-1", None),
        ("decisions?skip=many", "bad_arguments"),
        ("mails?step=999999999999", None),
    ],
)
async def test_a_wrong_page_or_filter_is_one_sentence_with_a_code(console, address, code):
    answer = await (await console.tab("vera")).http.get(f"/console/{address}")
    assert answer.status_code == (400 if code else 200)
    assert code is None or f"<code>{code}</code>" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "nowhere",
        "campaigns/cam_9",
        "deals/dea_9",
        "prospects/pro_9",
        "mails/out_9",
        "replies/inb_9",
        "decisions/d",
    ],
)
async def test_what_is_not_there_is_a_page_that_says_so(console, path):
    answer = await (await console.tab("vera")).http.get(f"/console/{path}")
    assert answer.status_code == 404
    assert "Not found" in answer.text
    assert "<code>unknown_" in answer.text


async def test_a_part_of_a_page_sends_a_stranger_to_the_login_instead_of_showing_it(console):
    stranger = await console.tab("")
    answer = await stranger.http.get("/console/waiting", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/chat/login")
    assert (await stranger.http.get("/console/events")).status_code == 303


async def test_a_campaign_has_the_figures_of_its_report(console):
    await console.workspace.approved_mails(3)
    report = await reports.campaign(console.house, "cam_1")
    told = await views_campaigns.one(console.house, "cam_1")
    own = {"drafts": told.funnel.drafts, "dropped": told.funnel.dropped, "blocked": told.funnel.blocked}
    assert own == {name: report[name] for name in own}
    assert (told.funnel.mails, told.state) == (report["mails"], report["state"])
    assert sum(day.planned for day in told.days) == 3


async def test_pausing_on_the_page_is_the_command_and_only_an_owner_lets_it_go_on(console):
    await console.workspace.campaign_of(1)
    rita, olga = await console.tab("rita"), await console.tab("olga")
    await rita.send("/console/campaigns/cam_1", data={"do": "pause"})
    assert (await reports.campaign(console.house, "cam_1"))["state"] == "paused"
    assert (await rita.send("/console/campaigns/cam_1", data={"do": "resume"})).status_code == 403
    assert (await olga.send("/console/campaigns/cam_1", data={"do": "resume"})).status_code == 303
    assert (await reports.campaign(console.house, "cam_1"))["state"] == "running"


async def test_a_deal_is_changed_from_its_page_and_a_mistake_keeps_what_was_typed(console):
    await deals.company(console.workspace)
    async with console.house.database.write() as tx:
        await deal_acts.open_deal(tx, builders.opening(), deals.MAIL, console.workspace.ids, builders.MONDAY)
    olga = await console.tab("olga")
    page = "/console/deals/dea_1"
    await olga.send(page, data={"do": "amount", "amount": "12000", "currency": "eur"})
    assert "12,000 EUR" in await olga.page(page)
    late = await olga.send(page, data={"do": "next", "step": "Call <Anna>", "at": "2020-01-01"})
    assert late.status_code == 400
    assert "Call &lt;Anna&gt;" in late.text
    day = f"{builders.MONDAY + timedelta(days=3):%Y-%m-%d}"
    assert (await olga.send(page, data={"do": "next", "step": "Call Anna", "at": day})).status_code == 303
    shown = await run_command(console.house, "deals_show", {"id": "dea_1"}, actor=OLGA)
    assert (shown["next_step"], shown["amount"]) == ("Call Anna", "12000.00")
    assert f"health </span>{shown['health']}<" in await olga.page("/console/pipeline")


async def test_today_counts_what_the_lists_hold(console):
    await console.workspace.approved_mails(2)
    await deals.wrote(console.workspace, "inb_1", deals.YES, deals.positive())
    today = await views_today.today(console.house)
    olga = await console.tab("olga")
    assert f"<b>{today.counts.decisions} decision" in await olga.page("/console/decisions?day=today")
    assert (today.counts.people_wrote, today.queued[0].count) == (1, 2)
    assert "<b>2 mails</b>" in await olga.page("/console/mails?kind=send_email&state=queued")
    assert "<b>1 mail</b>" in await olga.page("/console/replies?kind=human&said=positive&day=today")


class Asked:
    """A request whose visitor stays until they leave."""

    def __init__(self) -> None:
        self.cookies = {"session": "olga"}
        self.app = SimpleNamespace(state=SimpleNamespace(ending=lambda: False))
        self.left = False

    async def is_disconnected(self) -> bool:
        """Whether they left."""
        return self.left


async def test_the_stream_tells_within_two_seconds_that_something_happened(console):
    async def who(house, token):
        return OLGA

    request, pulse = Asked(), Pulse(console.house, look=0.02)
    stream = _changes(Console(Door(console.house, who)), pulse, request)
    assert (await anext(stream)).startswith("retry")
    async with asyncio.timeout(2):
        await deals.wrote(console.workspace, "inb_1", deals.YES, deals.positive())
        assert (await anext(stream)).startswith("event: changed")
    request.left = True
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert pulse._watch is None  # nobody listens, nobody looks
