"""The brain behind an OpenAI-wire model. Wiring only: each function lives in its own file beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from domain.accounts import CompanyFacts
from domain.campaigns import WrittenMail
from domain.icp import CompanyProfile, Icp, IcpLine
from domain.knowledge import Page
from domain.replies import ReplyReading
from language.port import (
    Answer,
    BrainInfo,
    Language,
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
from language.prompt_files import prompts_version
from language.usage import Allowance
from language.wire import answering, planning, reading, replies, writing
from language.wire.client import ModelClient
from language.wire.pages import without_machine_talk
from language.wire.retry import RetryPolicy

if TYPE_CHECKING:
    from language.wire.client import ModelSource

LIMITS = (
    "Reads your own site, plans, writes and answers with the model; prospects' sites and search queries "
    "are read by rules."
)


class OpenAILanguage:
    """Language by any server that speaks the OpenAI wire.

    Args:
        model: a chat model, or a function that makes it (called at the first use, in a thread).
        rules: the brain for bulk reading and for fields the model did not find.
        name: the model's name, for people.
        retry: when and how long a failed call is repeated.
        timeout: seconds for one model answer.
        page_tokens: most tokens of page text in one prompt.
        allowance: where the tokens of its calls are taken from.
    """

    def __init__(
        self,
        model: ModelSource,
        *,
        rules: Language,
        name: str,
        retry: RetryPolicy | None = None,
        timeout: float = 60.0,
        page_tokens: int = 6_000,
        allowance: Allowance | None = None,
    ) -> None:
        self._client = ModelClient(model, retry=retry or RetryPolicy(), timeout=timeout, allowance=allowance)
        self._rules = rules
        self._page_tokens = page_tokens
        self._info = BrainInfo(name=f"openai:{name}", offline=False, limits=LIMITS, version=prompts_version())

    @property
    def info(self) -> BrainInfo:
        """What is active and what it cannot do."""
        return self._info

    async def read_profile(self, url: str, pages: Sequence[Page]) -> CompanyProfile:
        """The model's facts that the pages bear out; the rules fill fields it left empty."""
        ruled = await self._rules.read_profile(url, pages)
        if not any(page.blocks for page in pages):
            return ruled
        facts = await reading.read_facts(self._client, without_machine_talk(pages), self._page_tokens)
        found = {fact.field for fact in facts}
        merged = (*facts, *(fact for fact in ruled.facts if fact.field not in found))
        name = next((fact.value for fact in merged if fact.field == "name"), ruled.name)
        return ruled.model_copy(update={"name": name, "facts": merged})

    async def propose_icp(self, profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
        """The model's lines that the pages bear out; the rules' lines when there are none."""
        if not any(page.blocks for page in pages):
            return await self._rules.propose_icp(profile, pages)
        spoken = without_machine_talk(pages)
        lines = await reading.read_icp(self._client, profile, spoken, self._page_tokens * 2 // 3)
        return lines or await self._rules.propose_icp(profile, pages)

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        """By rules: a thousand sites must not cost a thousand model calls."""
        return await self._rules.read_company(domain, pages)

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        """One call, guarded; see planning."""
        return await planning.plan(self._client, message, situation, tools)

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        """One call; claims only with facts of the brief."""
        return await writing.write(self._client, brief)

    async def revise_mail(self, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
        """One call; claims only with facts of the brief."""
        return await writing.revise(self._client, mail, instruction, brief)

    async def answer(
        self, question: str, passages: Sequence[Passage], on_token: TokenSink | None = None
    ) -> Answer:
        """One streamed call; none without passages."""
        return await answering.answer(self._client, question, passages, on_token, self._page_tokens)

    async def search_queries(self, icp: Icp, limit: int) -> tuple[str, ...]:
        """By rules: the terms are already normalised."""
        return await self._rules.search_queries(icp, limit)

    async def read_reply(
        self, text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext
    ) -> ReplyReading:
        """One call, none for machines and opt-outs; what the rules find of opting out always stays."""
        ruled = await self._rules.read_reply(text, subject=subject, at=at, zone=zone, context=context)
        return await replies.read(
            self._client, ruled, text, subject=subject, at=at, zone=zone, context=context
        )

    async def write_reply(self, brief: ReplyBrief) -> ReplyDraft:
        """One call; none for what must not be answered, no text for what the sources do not hold."""
        if brief.after:  # a fixed courtesy that states nothing needs no model
            return await self._rules.write_reply(brief)
        return await replies.write(self._client, brief)
