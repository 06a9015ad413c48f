"""What calls answer, as models for the description of the API. Nothing is computed here; more keys may come."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Answer(BaseModel):
    """Keys that are always there."""

    model_config = ConfigDict(extra="allow")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null at the end.")


class Problem(BaseModel):
    """RFC 9457, with a stable `code`, the field or record it is about, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    where: str | None
    hint: str | None


class Evidence(Answer):
    """Where a fact was read."""

    url: str
    quote: str


class ProfileLine(Answer):
    """One fact of a company profile."""

    field: str
    value: str
    evidence: list[Evidence]


class IcpLine(ProfileLine):
    """One line of an ideal customer profile."""

    kind: Literal["hard", "soft", "disqualifier", "role", "pain"]


class Icp(Answer):
    """The ideal customer profile in force."""

    version: int
    lines: list[IcpLine]


class Onboarded(Answer):
    """What a website told."""

    profile: dict[str, Any]
    icp: Icp
    not_found: list[str]


class Prospect(Answer):
    """A company with its best contact, and why it fits."""

    id: str
    account: str
    domain: str
    contact: str
    email: str
    fit: float
    qualified: bool
    reasons: list[str]
    evidence: list[Evidence]


class RowError(Answer):
    """What is wrong with a row."""

    row: int
    field: str
    code: str
    message: str


class Imported(Answer):
    """What an import did, or would do."""

    batch_id: str
    rows: int
    created: int
    updated: int
    duplicates: int
    errors: list[RowError]
    dry_run: bool


class Company(Answer):
    """A company."""

    id: str
    name: str
    domain: str
    country: str
    industry: str
    made_at: str


class Contact(Answer):
    """A person at a company."""

    id: str
    account_id: str
    name: str
    title: str
    email: str
    status: str


class CompanyDetail(Company):
    """A company with its people."""

    people: list[Contact]


class CampaignRow(Answer):
    """A campaign in a list."""

    id: str
    name: str
    state: str
    made_at: str


class Campaign(Answer):
    """How a campaign stands: mails by state, and each mail."""

    id: str
    name: str
    state: str
    drafts: int
    mails: dict[str, int]
    list: list[dict[str, Any]]


class CampaignPlan(Answer):
    """A planned campaign with its drafts."""

    id: str


class Draft(Answer):
    """An exact text for one person."""

    id: str
    contact_id: str
    subject: str
    body: str
    blocked: list[str]
    dropped: bool


class Launched(Answer):
    """What waits for a decision after a launch."""

    mails: int
    approval: str | None


class Stopped(Answer):
    """What a stop or its end did."""

    decision: str


class Approval(Answer):
    """Something that waits for a person, or was decided."""

    id: str
    action: str
    recipient: str
    summary: str
    risk: int
    why: str
    expires_at: str
    state: str
    items: list[dict[str, Any]]


class Decided(Answer):
    """What became of an approval."""

    id: str
    state: str
    by: str


class DecidedMany(Answer):
    """What became of each."""

    results: list[dict[str, Any]]
    done: int


class Decision(Answer):
    """What the gate said about a proposal."""

    id: str
    action: str
    verdict: Literal["allow", "notify", "ask", "refuse"]
    score: int
    made_at: str


class Link(Answer):
    """One step of a reason."""

    kind: str
    id: str
    text: str


class Why(Answer):
    """From an act back to claims, pages, rules and people."""

    id: str
    chain: list[Link]


class Undone(Answer):
    """What was taken back."""

    id: str
    undone: bool
    text: str


class Deal(Answer):
    """A deal."""

    id: str
    name: str
    account: str
    stage: str
    next_step: str
    health: int | None
    amount: str | None
    currency: str


class Moved(Answer):
    """What the gate said about a move."""

    verdict: str
    decision: str
    text: str


class Task(Answer):
    """A task for a person."""

    id: str
    title: str
    why: str
    about: str
    due_at: str
    state: str


class Meeting(Answer):
    """A meeting."""

    id: str
    contact_id: str
    state: str
    starts_at: str
    ends_at: str


class Conversation(Answer):
    """A conversation with the copilot."""

    id: str
    title: str
    made_at: str


class Message(Answer):
    """Something that was said."""

    id: str
    role: str
    text: str
    at: str


class Said(Answer):
    """The copilot's answer, with sources, and what became of its proposals."""

    answer: str
    citations: list[dict[str, Any]]
    proposals: list[dict[str, Any]]
    conversation: str


class Ticked(Answer):
    """What a turn did."""

    sent: int
    failed: int
    in_doubt: int
    asked: int
    refused: int
    idle: bool


class Status(Answer):
    """How things stand."""

    now: str
    approvals_waiting: int
    mails: dict[str, int]
    stopped: list[dict[str, Any]]
    mailboxes: list[dict[str, Any]]


class Digest(Answer):
    """The morning page."""

    since: str
    until: str
    text: str


class Verified(Answer):
    """Whether the audit chain fits."""

    ok: bool
    records: int
    first_bad: int | None


class Record(Answer):
    """A record of the audit chain."""

    seq: int
    kind: str
    subject: str
    by: str
    at: str
    body: dict[str, Any]


class Token(Answer):
    """An API token; its text is shown once, when it is made."""

    id: str
    name: str
    role: str
    user: str
    state: Literal["active", "expired", "revoked"]
    expires_at: str
    used_at: str | None


class NewToken(Token):
    """A token with its text."""

    token: str


class User(Answer):
    """Somebody who may sign in."""

    name: str
    role: str


class Webhook(Answer):
    """An address that hears of events."""

    id: str
    url: str
    events: list[str]


class NewWebhook(Webhook):
    """A webhook with the secret of its signatures."""

    secret: str


class Delivery(Answer):
    """One event for one webhook."""

    id: str
    webhook: str
    event: str
    state: Literal["waiting", "running", "done", "failed"]
    attempts: int
    detail: str


class Hook(Answer):
    """A named door for calls from outside."""

    name: str
    takes: str


class NewHook(Hook):
    """A hook with the secret of its signatures."""

    path: str
    secret: str


class Called(Answer):
    """What became of a call."""

    id: str
    state: Literal["taken", "duplicate"]


class Proposed(Answer):
    """A proposal that waits for a person."""

    decision: str
    verdict: Literal["ask"]
    approval: str


class Costs(Answer):
    """The ledger: by campaign, meeting and deal, and all of it."""

    currency: str
    campaigns: list[dict[str, Any]]
    meetings: list[dict[str, Any]]
    deals: list[dict[str, Any]]
    total: dict[str, Any]


class Session(Answer):
    """A signed-in person's token."""

    token: str
    user: str
    role: str
    expires_at: str
