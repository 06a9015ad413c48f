"""The offline brain: rules, word lists and templates behind the language interface. No network, no model."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime

from domain.accounts import CompanyFacts
from domain.campaigns import WrittenMail
from domain.icp import CompanyProfile, Icp, IcpLine
from domain.knowledge import Page
from domain.replies import ReplyReading
from language.offline import reading
from language.offline.replies import reader as reply_reader
from language.offline.replies import writer as reply_writer
from language.offline.talk import answerer, planner, reviser, writer
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

_INFO = BrainInfo(
    name="offline",
    offline=True,
    limits=(
        "It understands plain English requests about sales work, writes mails in English and "
        "German from quoted facts only, "
        "and answers by quoting pages; it reads replies in sixteen languages by rules and answers them in English "
        "and German; it does not translate, reason or chat freely."
    ),
    version="rules 0.1.0",
)


class OfflineLanguage:
    """`language.port.Language` without a model; heavy reading runs in a thread."""

    @property
    def info(self) -> BrainInfo:
        """What is active and what it cannot do."""
        return _INFO

    async def read_profile(self, url: str, pages: Sequence[Page]) -> CompanyProfile:
        """A company's own words as facts."""
        return await asyncio.to_thread(reading.read_profile, url, pages)

    async def propose_icp(self, profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
        """ICP lines, each citing a page."""
        return await asyncio.to_thread(reading.propose_icp, profile, pages)

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        """Normalised facts of a possible customer's site."""
        return await asyncio.to_thread(reading.read_company, domain, pages)

    async def search_queries(self, icp: Icp, limit: int) -> tuple[str, ...]:
        """Web queries likely to find matching companies and lists of them."""
        return await asyncio.to_thread(reading.search_queries, icp, limit)

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        """What a person's message asks for, as tool calls."""
        return await asyncio.to_thread(planner.plan, message, situation, tools)

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        """A first or follow-up mail; claims list every fact used."""
        return await asyncio.to_thread(writer.write_mail, brief)

    async def revise_mail(self, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
        """The mail changed as asked."""
        return await asyncio.to_thread(reviser.revise_mail, mail, instruction, brief)

    async def answer(
        self, question: str, passages: Sequence[Passage], on_token: TokenSink | None = None
    ) -> Answer:
        """An answer from the passages only, streamed word by word."""
        found = await asyncio.to_thread(answerer.answer, question, passages)
        if on_token is not None:
            for token in re.findall(r"\S+\s*", found.text):
                await on_token(token)
        return found

    async def read_reply(
        self, text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext
    ) -> ReplyReading:
        """What a mail that came in says, by rules and a small classifier."""
        return await asyncio.to_thread(
            reply_reader.read_reply, text, subject=subject, at=at, zone=zone, context=context
        )

    async def write_reply(self, brief: ReplyBrief) -> ReplyDraft:
        """An answer from the brief's sources, or none and why."""
        return await asyncio.to_thread(reply_writer.write_reply, brief)
