"""The whole story, lived once: each fixture is one step and keeps what it saw; tests look at what was kept."""

import html
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from domain.campaigns import Claim, WrittenMail
from domain.decisions import Actor
from domain.errors import RainmakerError
from evals.market.process import MarketEndpoints, MarketProcess
from language.port import MailBrief
from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.commands import run_command

SELLER = "pitchloom.example"
START = "2026-11-23T09:30:00+00:00"  # a Monday
COMPANIES = 500
OWNER = Actor(kind="user", name="owner", role="owner")
SHARED_SITES = Path(__file__).resolve().parents[3] / "shared" / "data" / "sites"
MOST_STEPS = 12  # of four hours each

story = pytest_asyncio.fixture(scope="session", loop_scope="session")


def settings_at(home: Path, market: MarketEndpoints) -> Settings:
    """Settings of a home inside a market, sending as the seller."""
    return Settings(
        home=home,
        sandbox=True,
        web_proxy=market.web_proxy,
        search_url=market.search_url,
        smtp_url=market.smtp_url,
        imap_url=market.imap_url,
        clock_url=market.clock_url,
        mail_from=f"Robin Weber <{market.mail_user}>",
        postal_address="Example Street 1, Tallinn",
        mailbox_started="2020-01-01",
        send_grace=0.2,
    )


@dataclass(frozen=True)
class Desk:
    """A person at a house: runs commands, and keeps the error when one comes back."""

    house: House
    actor: Actor = OWNER

    async def do(self, name: str, **args: Any) -> Any:
        """The result of a command."""
        return await run_command(self.house, name, args, actor=self.actor)

    async def fails(self, name: str, **args: Any) -> RainmakerError:
        """The error of a command that must not work."""
        try:
            done = await self.do(name, **args)
        except RainmakerError as error:
            return error
        raise AssertionError(f"{name} worked: {done}")


class InventingBrain:
    """A brain that writes like another one, but puts a made-up fact into one person's mail."""

    INVENTION = "You raised 40 million euros in March."

    def __init__(self, honest: Any) -> None:
        self._honest = honest
        self.victim = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        """One mail; the first one lies."""
        mail = await self._honest.write_mail(brief)
        if self.victim and self.victim != brief.seed:
            return mail
        self.victim = brief.seed
        claim = Claim(text=self.INVENTION, evidence=mail.claims[0].evidence)
        body = f"{self.INVENTION}\n\n{mail.body}"
        return mail.model_copy(update={"body": body, "claims": (*mail.claims, claim)})


@dataclass(frozen=True)
class Sink:
    """What really arrived at the mail server, and the market's clock."""

    client: httpx2.AsyncClient

    async def mails(self) -> list[EmailMessage]:
        """Every message, oldest first."""
        rows = (await self.client.get("/mails")).json()
        raws = [(await self.client.get(f"/mails/{row['id']}/raw")).content for row in rows]
        return [message_from_bytes(raw, policy=policy.default) for raw in raws]  # type: ignore[misc]

    async def step(self, hours: float) -> None:
        """Let time pass."""
        (await self.client.post("/clock/step", json={"seconds": hours * 3600})).raise_for_status()

    async def now(self) -> datetime:
        """The market's time."""
        return datetime.fromisoformat((await self.client.get("/now")).json()["now"])


_UNSEEN = re.compile(r"<(script|style|template|head)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_TAG = re.compile(r"<[^>]+>")
_LOOSE = re.compile(r"[\s\u00a0\u200b\u00ad|·•–—-]+")


def _visible_text(page: str) -> str:
    """The text of a page with space squeezed, for comparing."""
    title = re.search(r"<title[^>]*>(.*?)</title>", page, re.S | re.I)
    body = _UNSEEN.sub(" ", page)
    return _squeeze(html.unescape(_TAG.sub(" ", body)) + " " + html.unescape(title[1] if title else ""))


def _squeeze(text: str) -> str:
    """Text as it is compared: one kind of space, no marks that only lay out."""
    return re.sub(r"\s+([,.;:!?)])", r"\1", _LOOSE.sub(" ", text)).strip().casefold()


@dataclass(frozen=True)
class Reader:
    """Looks pages up through the proxy as a person would: tags stripped, nothing of the product used."""

    client: httpx2.AsyncClient
    pages: dict[str, str] = field(default_factory=dict)

    async def misses(self, evidence: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
        """Quotes that are not in one visible piece on the page they cite."""
        missing = []
        for one in evidence:
            url, quote = one["url"], one["quote"]
            if url not in self.pages:
                self.pages[url] = _visible_text((await self.client.get(url)).text)
            if _squeeze(quote) not in self.pages[url]:
                missing.append((url, quote))
        return missing


@story
async def market() -> AsyncIterator[MarketEndpoints]:
    async with MarketProcess(
        companies=COMPANIES, clock="stepped", start=START, mail_user=f"robin@{SELLER}"
    ) as running:
        yield running.endpoints


@asynccontextmanager
async def _sink_of(market: MarketEndpoints) -> AsyncIterator[Sink]:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx2.AsyncClient(
        base_url=market.control_url, headers=headers, trust_env=False, timeout=30.0
    ) as client:
        yield Sink(client)


@story
async def sink(market: MarketEndpoints) -> AsyncIterator[Sink]:
    async with _sink_of(market) as one:
        yield one


@pytest.fixture(scope="session")
def sink_at() -> Callable[[MarketEndpoints], AbstractAsyncContextManager[Sink]]:
    return _sink_of


@asynccontextmanager
async def _reading(market: MarketEndpoints) -> AsyncIterator[Reader]:
    async with httpx2.AsyncClient(
        proxy=market.web_proxy, trust_env=False, follow_redirects=True, timeout=30.0
    ) as client:
        yield Reader(client)


@pytest.fixture(scope="session")
def reading_at() -> Callable[[MarketEndpoints], AbstractAsyncContextManager[Reader]]:
    return _reading


@pytest.fixture(scope="session")
def house_settings() -> Callable[[Path, MarketEndpoints], Settings]:
    return settings_at


@pytest.fixture(scope="session")
def person_at() -> Callable[[House], Desk]:
    return Desk


@pytest.fixture(scope="session")
def shared_sites() -> Path:
    return SHARED_SITES


@story
async def reader(market: MarketEndpoints) -> AsyncIterator[Reader]:
    async with _reading(market) as one:
        yield one


@story
async def desk(
    market: MarketEndpoints, tmp_path_factory: Any, new_database: Callable[[], str]
) -> AsyncIterator[Desk]:
    settings = settings_at(tmp_path_factory.mktemp("home"), market)
    async with open_house(settings.model_copy(update={"database_url": new_database()})) as house:
        yield Desk(house)


@story
async def onboarded(desk: Desk) -> dict[str, Any]:
    return await desk.do("onboard", url=f"http://{SELLER}/")


@dataclass(frozen=True)
class Found:
    """A search for prospects and the list after it."""

    result: dict[str, Any]
    prospects: list[dict[str, Any]]


@story
async def found(desk: Desk, onboarded: dict[str, Any]) -> Found:
    result = await desk.do("prospects_find", limit=40)
    return Found(result, await desk.do("prospects"))


@dataclass(frozen=True)
class Edited:
    """An edit of the profile in chat, what it did to the list, and taking it back."""

    chat: dict[str, Any]
    icp: dict[str, Any]
    prospects: list[dict[str, Any]]
    undone: dict[str, Any]
    undone_again: RainmakerError
    icp_after_undo: dict[str, Any]
    prospects_after_undo: list[dict[str, Any]]


@story
async def edited(desk: Desk, found: Found) -> Edited:
    chat = await desk.do("chat", text="only companies in Germany with 50+ people")
    icp, prospects = await desk.do("icp"), await desk.do("prospects")
    decision = chat["proposals"][0]["id"]
    undone = await desk.do("undo", id=decision)
    again = await desk.fails("undo", id=decision)
    return Edited(chat, icp, prospects, undone, again, await desk.do("icp"), await desk.do("prospects"))


@dataclass(frozen=True)
class Planned:
    """A plan with every draft; one draft holds an invented fact."""

    plan: dict[str, Any]
    invention: str


@story
async def planned(desk: Desk, edited: Edited) -> Planned:
    brain = InventingBrain(desk.house.language)
    inventing = Desk(replace(desk.house, language=brain))  # type: ignore[arg-type]
    return Planned(await inventing.do("campaign_plan", limit=60), brain.INVENTION)


@dataclass(frozen=True)
class Launched:
    """The ask: one approval with every text."""

    result: dict[str, Any]
    again: RainmakerError
    approvals: list[dict[str, Any]]

    @property
    def items(self) -> list[dict[str, Any]]:
        """The texts asked about."""
        return self.approvals[0]["items"]


@story
async def launched(desk: Desk, planned: Planned) -> Launched:
    result = await desk.do("campaign_launch")
    return Launched(result, await desk.fails("campaign_launch"), await desk.do("approvals"))


@dataclass(frozen=True)
class Decided:
    """What the person decided: one text edited, one rejected, the rest approved, and a double click."""

    edited_draft: str
    edited_body: str
    edit: dict[str, Any]
    refused_edit: RainmakerError
    refused_chat: RainmakerError
    asked_after_edits: list[dict[str, Any]]
    rejected: dict[str, Any]
    approved: dict[str, Any]
    double_click: RainmakerError
    undone_mail: dict[str, Any]
    undone_draft: str
    expected: dict[str, str] = field(default_factory=dict)  # recipient -> subject
    whys: dict[str, dict[str, Any]] = field(default_factory=dict)


@story
async def decided(desk: Desk, launched: Launched) -> Decided:
    approval, items = launched.approvals[0]["id"], launched.items
    first, second, third = items[0], items[1], items[2]
    body = first["body"].replace("Would a", "If it is not too much, would a") + "\n\nP.S. No hurry."
    edit = await desk.do("edit", id=approval, item=first["draft"], subject="A short question", body=body)
    lie = second["body"] + "\n\nWe saved 412 agencies 38 % of their costs last year."
    refused = await desk.fails("edit", id=approval, item=second["id"], body=lie)
    viewer = Desk(desk.house, Actor(kind="user", name="vera", role="viewer"))
    refused_viewer = await viewer.fails("approve", id=approval)
    asked = await desk.do("approvals")
    rejected = await desk.do("reject", id=approval, items=[second["id"]])
    approved = await desk.do("approve", id=approval)
    double = await desk.fails("approve", id=approval)
    queued = (await desk.do("campaign_report"))["list"]
    mail = next(one for one in queued if one["subject"] == third["subject"] and one["state"] == "queued")
    undone = await desk.do("undo", id=mail["id"])
    cancelled = await _draft_of(desk, undone["decision"])
    left = [item for item in asked[0]["items"] if item["draft"] not in (second["draft"], cancelled)]
    return Decided(
        edited_draft=first["draft"],
        edited_body=body,
        edit=edit,
        refused_edit=refused,
        refused_chat=refused_viewer,
        asked_after_edits=asked,
        rejected=rejected,
        approved=approved,
        double_click=double,
        undone_mail=undone,
        undone_draft=cancelled,
        expected={item["recipient"]: item["subject"] for item in left},
        whys={"approval": await desk.do("why", id=approval)},
    )


async def _draft_of(desk: Desk, decision: str) -> str:
    chain = (await desk.do("why", id=decision))["chain"]
    return next(link["id"] for link in chain if link["kind"] == "claim")


@dataclass(frozen=True)
class Sent:
    """Unattended turns: stopped, then going on until every mail left, then one more."""

    while_paused: dict[str, Any]
    arrived_while_paused: int
    resumed: dict[str, Any]
    turns: Sequence[dict[str, Any]]
    mails: Sequence[EmailMessage]
    one_more: dict[str, Any]
    mails_after_one_more: int
    report: dict[str, Any]


@story
async def sent(desk: Desk, sink: Sink, decided: Decided) -> Sent:
    await desk.do("pause", reason="the boss wants to look")
    paused = await desk.do("tick", until_idle=True)
    arrived = len(await sink.mails())
    resumed = await desk.do("resume")
    turns = [await desk.do("tick", until_idle=True)]
    for _ in range(MOST_STEPS):
        if turns[-1]["next_due"] is None:
            break
        await sink.step(4)
        turns.append(await desk.do("tick", until_idle=True))
    mails = await sink.mails()
    more = await desk.do("tick", until_idle=True)
    return Sent(
        while_paused=paused,
        arrived_while_paused=arrived,
        resumed=resumed,
        turns=turns,
        mails=mails,
        one_more=more,
        mails_after_one_more=len(await sink.mails()),
        report=await desk.do("campaign_report"),
    )


@dataclass(frozen=True)
class Aftermath:
    """Questions and second thoughts after the mails left."""

    whys: dict[str, dict[str, Any]]
    unknown_why: RainmakerError
    undo_sent: RainmakerError
    undo_batch: RainmakerError
    audit: dict[str, Any]
    database: Path  # a copy that a test may damage


@story
async def aftermath(
    desk: Desk, found: Found, launched: Launched, decided: Decided, sent: Sent, tmp_path_factory: Any
) -> Aftermath:
    mail = next(one for one in sent.report["list"] if one["state"] == "sent")
    draft = next(item["draft"] for item in launched.items if item["recipient"] in decided.expected)
    wanted = {
        "mail": mail["id"],
        "message_id": mail["message_id"],
        "draft": draft,
        "prospect": found.prospects[0]["id"],
        "approval": launched.approvals[0]["id"],
        "batch": found.result["batch_id"],
        "campaign": sent.report["id"],
    }
    copy = tmp_path_factory.mktemp("copy") / "rainmaker.db"
    if desk.house.database.is_sqlite:
        file = desk.house.settings.home / "rainmaker.db"
        with sqlite3.connect(file) as there, sqlite3.connect(copy) as here:
            there.backup(here)
    return Aftermath(
        whys={name: await desk.do("why", id=one) for name, one in wanted.items()},
        unknown_why=await desk.fails("why", id="nobody-knows-this"),
        undo_sent=await desk.fails("undo", id=mail["id"]),
        undo_batch=await desk.fails("undo", id=found.result["batch_id"]),
        audit=await desk.do("audit_verify"),
        database=copy,
    )
