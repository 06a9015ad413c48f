"""One agent instead of specialists: the language port with one plain routine for every job, and a mix of both.

An eval's part only; the product cannot reach it. It asks the specialists nothing: what it replaces it does itself.
"""

from collections.abc import Sequence, Set
from datetime import datetime

from domain.accounts import CompanyFacts
from domain.campaigns import WrittenMail
from domain.errors import Correctable
from domain.icp import CompanyProfile, Icp, IcpLine
from domain.knowledge import Page
from domain.replies import ReplyReading
from evals.suites.market import plain_mail, plain_site
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

RESEARCH, OUTREACH, RELATIONSHIP = "research", "outreach", "relationship"
SKILLS = frozenset({RESEARCH, OUTREACH, RELATIONSHIP})


class Generalist:
    """Every skill in the manner of an all-purpose template assistant.

    Args:
        supervisor: understands what the owner says in the chat; that is no specialist's skill and stays.
    """

    def __init__(self, supervisor: Language) -> None:
        self._supervisor = supervisor

    @property
    def info(self) -> BrainInfo:
        """What is active."""
        return BrainInfo(name="generalist", offline=True, limits="One plain routine for every job.")

    async def read_profile(self, url: str, pages: Sequence[Page]) -> CompanyProfile:
        """Research: name and first sentences."""
        return plain_site.read_profile(url, pages)

    async def propose_icp(self, profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
        """Research: whoever speaks of the same things."""
        return plain_site.propose_icp(profile, pages)

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        """Research: name, a paragraph, a country, an address."""
        return plain_site.read_company(domain, pages)

    async def search_queries(self, icp: Icp, limit: int) -> tuple[str, ...]:
        """Research: frequent words."""
        return plain_site.search_queries(icp, limit)

    async def answer(
        self, question: str, passages: Sequence[Passage], on_token: TokenSink | None = None
    ) -> Answer:
        """Research: the nearest passage as it stands."""
        if not passages:
            return Answer(text="I do not know.", known=False)
        return Answer(text=passages[0].text, cited=(passages[0].id,))

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        """Outreach: one text for everybody."""
        return plain_mail.write_mail(brief)

    async def revise_mail(self, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
        """Outreach: there is only the one text."""
        raise Correctable("There is one text for everybody.", code="instruction_not_understood")

    async def read_reply(
        self, text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext
    ) -> ReplyReading:
        """Relationship: a few plain words."""
        return plain_mail.read_reply(text, subject=subject, at=at, zone=zone, context=context)

    async def write_reply(self, brief: ReplyBrief) -> ReplyDraft:
        """Relationship: thanks, a sentence of ours, times."""
        return plain_mail.write_reply(brief)

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        """The supervisor's business, left as it is."""
        return await self._supervisor.plan(message, situation, tools)


class Mixed:
    """The specialists, of whom some are replaced by the generalist."""

    def __init__(self, specialists: Language, replaced: Set[str]) -> None:
        general: Language = Generalist(specialists)
        self._specialists = specialists
        self._research = general if RESEARCH in replaced else specialists
        self._outreach = general if OUTREACH in replaced else specialists
        self._relationship = general if RELATIONSHIP in replaced else specialists
        self._replaced = sorted(replaced)

    @property
    def info(self) -> BrainInfo:
        """The specialists' brain, and which of them are replaced."""
        known = self._specialists.info
        return known.model_copy(update={"name": f"{known.name} without {', '.join(self._replaced)}"})

    async def read_profile(self, url: str, pages: Sequence[Page]) -> CompanyProfile:
        """By research."""
        return await self._research.read_profile(url, pages)

    async def propose_icp(self, profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
        """By research."""
        return await self._research.propose_icp(profile, pages)

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        """By research."""
        return await self._research.read_company(domain, pages)

    async def search_queries(self, icp: Icp, limit: int) -> tuple[str, ...]:
        """By research."""
        return await self._research.search_queries(icp, limit)

    async def answer(
        self, question: str, passages: Sequence[Passage], on_token: TokenSink | None = None
    ) -> Answer:
        """By research."""
        return await self._research.answer(question, passages, on_token)

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        """By outreach."""
        return await self._outreach.write_mail(brief)

    async def revise_mail(self, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
        """By outreach."""
        return await self._outreach.revise_mail(mail, instruction, brief)

    async def read_reply(
        self, text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext
    ) -> ReplyReading:
        """By relationship."""
        return await self._relationship.read_reply(text, subject=subject, at=at, zone=zone, context=context)

    async def write_reply(self, brief: ReplyBrief) -> ReplyDraft:
        """By relationship."""
        return await self._relationship.write_reply(brief)

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        """By the supervisor."""
        return await self._specialists.plan(message, situation, tools)
