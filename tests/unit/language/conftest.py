"""The stub model on loopback, a brain that talks to it, and builders of pages and briefs."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.accounts import CompanyFacts
from domain.campaigns import WrittenMail
from domain.icp import CompanyProfile, Icp, IcpLine
from domain.knowledge import Block, Evidence, Page, quote_from
from domain.labels import web_label
from domain.replies import ReplyReading
from evals.stub_model.script import Script
from evals.stub_model.server import StubServer
from language.port import (
    Answer,
    BrainInfo,
    MailBrief,
    Passage,
    Plan,
    ReplyBrief,
    ReplyContext,
    ReplyDraft,
    Situation,
    TokenSink,
    ToolOffer,
)
from language.usage import Allowance
from language.wire.brain import OpenAILanguage
from language.wire.retry import RetryPolicy

SEEN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class PlainRules:
    """A rules brain that finds the domain and nothing else, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    @property
    def info(self) -> BrainInfo:
        return BrainInfo(name="rules", offline=True, limits="")

    async def read_profile(self, url: str, pages: Sequence[Page]) -> CompanyProfile:
        self.asked.append("read_profile")
        return CompanyProfile(url=url, domain="acme.example", name="")

    async def propose_icp(self, profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
        self.asked.append("propose_icp")
        return ()

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        self.asked.append("read_company")
        return CompanyFacts(domain=domain, url=f"http://{domain}/")

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        raise AssertionError("the rules must not plan for the model brain")

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        raise AssertionError("the rules must not write for the model brain")

    async def revise_mail(self, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
        raise AssertionError("the rules must not revise for the model brain")

    async def answer(
        self, question: str, passages: Sequence[Passage], on_token: TokenSink | None = None
    ) -> Answer:
        raise AssertionError("the rules must not answer for the model brain")

    async def read_reply(
        self, text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext
    ) -> ReplyReading:
        raise AssertionError("the rules must not read replies for the model brain")

    async def write_reply(self, brief: ReplyBrief) -> ReplyDraft:
        raise AssertionError("the rules must not answer replies for the model brain")

    async def search_queries(self, icp: Icp, limit: int) -> tuple[str, ...]:
        self.asked.append("search_queries")
        return ("online shops berlin",)


class Waits:
    """Stands in for sleeping: remembers the waits and moves its own clock."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(scope="session")
def stub_server() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


@pytest.fixture
def script(stub_server: StubServer) -> Script:
    stub_server.script.reset()
    return stub_server.script


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def rules() -> PlainRules:
    return PlainRules()


@pytest.fixture
def make_brain(
    stub_server: StubServer, script: Script, waits: Waits, rules: PlainRules
) -> Callable[..., Any]:
    """A brain on the stub that does not really wait between attempts."""

    def make(timeout: float = 10.0, allowance: Allowance | None = None, **policy: Any) -> OpenAILanguage:
        from runtime.llm import chat_model

        retry = RetryPolicy(sleep=waits.sleep, monotonic=waits.monotonic, jitter=lambda: 1.0, **policy)
        model = chat_model(base_url=stub_server.url, model="stub", timeout=timeout)
        return OpenAILanguage(
            model, rules=rules, name="stub", retry=retry, timeout=timeout, allowance=allowance
        )

    return make


@pytest.fixture
def brain(make_brain: Callable[..., OpenAILanguage]) -> OpenAILanguage:
    return make_brain()


@pytest.fixture
def page() -> Callable[..., Page]:
    def make(*texts: str, url: str = "http://acme.example/") -> Page:
        blocks = tuple(Block(kind="h1" if n == 0 else "p", text=text) for n, text in enumerate(texts))
        return Page(url=url, blocks=blocks, fetched_at=SEEN, label=web_label(url))

    return make


@pytest.fixture
def brief(page: Callable[..., Page]) -> MailBrief:
    def shown(text: str, url: str) -> Evidence:
        return quote_from(page(text, url=url), text)

    ours, theirs = "http://acme.example/", "http://shop.example/"
    return MailBrief(
        seller_name="Acme Analytics",
        sender_name="Ada Byron",
        seller=(
            ("offer", "Privacy-friendly web analytics", shown("Privacy-friendly web analytics", ours)),
            ("proof", "9,000 paying customers", shown("We have 9,000 paying customers", ours)),
        ),
        pains=(("Consent banners cost visits", shown("Consent banners cost visits", ours)),),
        account_name="Shop GmbH",
        account=(("summary", "Shop sells lamps online", shown("Shop sells lamps online", theirs)),),
        contact_name="Dana Weiss",
        contact_title="Head of Marketing",
        language="en",
        goal="a short call",
        seed="con_1",
    )
