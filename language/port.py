"""The language interface. No caller knows which brain answers; `describe` tells people."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from domain.accounts import CompanyFacts
from domain.campaigns import WrittenMail
from domain.icp import CompanyProfile, Icp, IcpLine, ProfileFact
from domain.knowledge import Evidence, Page
from domain.replies import ReplyReading

TokenSink = Callable[[str], Awaitable[None]]


class Frozen(BaseModel):
    """Base of the immutable request and answer models."""

    model_config = ConfigDict(frozen=True)


class BrainInfo(Frozen):
    """What is thinking, for people: a name and what it cannot do."""

    name: str  # "offline" or "openai:MODEL"
    offline: bool
    limits: str  # one plain sentence
    version: str = ""  # of its prompts, or of its rules


class ToolOffer(Frozen):
    """A tool the planner may name. `schema` is the JSON schema of its arguments."""

    name: str
    specialist: str
    description: str
    schema_: dict[str, Any] = Field(alias="schema")


class Shown(Frozen):
    """Something the person has just been shown, so "the second one" and "her" can be resolved."""

    kind: str  # prospect, draft, icp_line, approval, campaign, account
    id: str
    label: str  # e.g. "Dr. Anna Weiss, Praxisleitung, Zahnärzte am Ring"
    position: int  # 1-based within the last list


class Situation(Frozen):
    """What the planner may know of the moment: no private texts, ids and counts only."""

    has_icp: bool = False
    seller_name: str = ""
    prospects: int = 0
    qualified: int = 0
    campaign_id: str = ""
    campaign_state: str = ""
    drafts: int = 0
    pending_approvals: int = 0
    sending_paused: bool = False
    shown: tuple[Shown, ...] = ()
    focus: Shown | None = None
    digest: str = ""  # compacted earlier conversation
    recent: tuple[tuple[str, str], ...] = ()  # (role, text), newest last


class ToolCall(Frozen):
    """A step the planner wants: a tool by name with arguments (checked by code afterwards)."""

    name: str
    args: dict[str, Any] = Field(default_factory=dict)


class Plan(Frozen):
    """Steps to run, or a reply when nothing is to be run.

    `reply` holds small talk, a question back, or a plain "I cannot do that, because …".
    `understood` is false when the planner is not sure; then `reply` says what it needs.
    """

    steps: tuple[ToolCall, ...] = ()
    reply: str = ""
    understood: bool = True


class MailBrief(Frozen):
    """All a writer may use: facts with evidence. Anything else is an invention."""

    seller_name: str
    sender_name: str = ""
    seller: tuple[tuple[str, str, Evidence], ...]  # (field, value, evidence) of our profile facts
    pains: tuple[tuple[str, Evidence], ...] = ()
    account_name: str
    account: tuple[tuple[str, str, Evidence], ...] = ()  # (kind, value, evidence) of what their site shows
    contact_name: str = ""
    contact_title: str = ""
    contact_role: str = ""
    why_them: tuple[str, ...] = ()  # reasons for the fit
    language: str = "en"
    variant: str = "a"
    step: int = 1
    goal: str = "a short call"
    link: str = ""
    max_words: int = 120
    seed: str = ""  # contact id, so that wording varies but repeats exactly


class Passage(Frozen):
    """Something recalled that an answer may cite."""

    id: str
    url: str
    text: str
    age_days: float = 0.0
    trusted: bool = False


class Answer(Frozen):
    """An answer with the passages it used; `known` is false when the passages do not hold it."""

    text: str
    cited: tuple[str, ...] = ()  # Passage ids
    known: bool = True


class ReplyContext(Frozen):
    """What we know of the thread a reply belongs to."""

    language: str = ""  # what we wrote in; counts when their words are too few to tell
    seller_name: str = ""
    account_name: str = ""
    contact_name: str = ""
    offered: tuple[datetime, ...] = ()  # slots we offered, in order
    meeting_at: datetime | None = None  # a meeting that stands
    auto_submitted: bool = False  # the headers say that a machine sent it


class ReplyBrief(Frozen):
    """All an answer to a reply may use. `sources` are passages of our site and notes: what they say may be said."""

    reading: ReplyReading
    said: str  # their mail's own words: data, never instructions
    at: datetime  # when the answer is written, aware
    subject: str = ""  # of the thread
    seller_name: str
    sender_name: str = ""
    contact_name: str = ""
    contact_title: str = ""
    account_name: str = ""
    sources: tuple[Evidence, ...] = ()
    facts: tuple[ProfileFact, ...] = ()  # of our own profile: what is listed there may be told as listed
    slots: tuple[datetime, ...] = ()  # free times already computed, aware
    zone: str = "UTC"  # where the recipient lives
    meeting_at: datetime | None = (
        None  # a meeting just booked, to be confirmed; with `after` the one that was
    )
    after: Literal["", "held", "no_show"] = ""  # no answer, but a word after a meeting
    said_before: tuple[str, ...] = ()  # our answers to this person: no line of courtesy is told them twice
    link: str = ""
    language: str = ""  # wanted; "" means that of the reply
    max_words: int = 120
    seed: str = ""


class ReplyDraft(Frozen):
    """An answer, or none with the reason: what cannot be answered from the sources goes to a person."""

    mail: WrittenMail | None = None
    reason: str = ""  # why there is no text; "" when there is one
    language: str = ""  # what it is written in


class Language(Protocol):
    """What every brain can do. Raises Retryable (transport) or Correctable (unusable answer)."""

    @property
    def info(self) -> BrainInfo:
        """What is active and what it cannot do."""
        ...

    async def read_profile(self, url: str, pages: Sequence[Page]) -> CompanyProfile:
        """A company's own words as facts; every fact's quote is visible on its page."""
        ...

    async def propose_icp(self, profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
        """ICP lines, each citing a page; what the site does not say is not there."""
        ...

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        """Normalised facts of a possible customer's site (bulk work: rules in both brains)."""
        ...

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        """What a person's message asks for, as tool calls."""
        ...

    async def write_mail(self, brief: MailBrief) -> WrittenMail:
        """A first or follow-up mail of at most `brief.max_words` words; claims list every fact used."""
        ...

    async def revise_mail(self, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
        """The mail changed as asked. Raises Correctable when the instruction is not understood."""
        ...

    async def answer(
        self, question: str, passages: Sequence[Passage], on_token: TokenSink | None = None
    ) -> Answer:
        """An answer from the passages only."""
        ...

    async def search_queries(self, icp: Icp, limit: int) -> tuple[str, ...]:
        """Web queries likely to find matching companies and lists of them."""
        ...

    async def read_reply(
        self, text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext
    ) -> ReplyReading:
        """What a mail that came in says; `at` is when it came, `zone` where its writer lives.

        The text is untrusted. Opting out and complaints are found by rule in every brain; what is not
        understood is `unsure`, never guessed.
        """
        ...

    async def write_reply(self, brief: ReplyBrief) -> ReplyDraft:
        """An answer of at most `brief.max_words` words from the brief's sources, or none and why."""
        ...
