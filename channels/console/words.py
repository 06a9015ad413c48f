"""Plain words for what the pages show: levels, verdicts, actions, times. No state, no markup."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

LEVEL_WORDS = {
    "auto": "acts alone",
    "notify": "acts and tells",
    "ask": "asks first",
    "deny": "never",
    "earned": "earns it (asks until trusted)",
}
VERDICT_WORDS = {"allow": "acted alone", "notify": "acted and told", "ask": "asked", "refuse": "refused"}
RELATIONSHIP_WORDS = {
    "none": "nobody outside",
    "unknown": "unknown",
    "stranger": "stranger",
    "contact": "contact",
    "replied": "has replied",
    "customer": "customer",
}
EVIDENCE_WORDS = {"none": "no claims", "own": "your own word", "sourced": "sourced", "unsourced": "unsourced"}
STOP_WORDS = {
    "sends": "No mail leaves",
    "effects": "Nothing has an effect",
    "all": "Nothing happens at all",
}
COLUMN_WORDS = {
    "id": "row",
    "agents": "who",
    "action": "may do",
    "level": "how",
    "min_amount": "amount from",
    "max_amount": "amount to",
    "relationship": "relationship",
    "evidence": "evidence",
    "approvers": "people needed",
    "when": "condition",
    "reason": "reason",
    "owner": "owner",
    "otherwise": "where no row fits",
    "risk_tolerance": "risk tolerance",
}
TOLERANCE_WORDS = {
    "cautious": "cautious – risk 5 and up is asked",
    "balanced": "balanced – risk 8 and up is asked",
    "bold": "bold – only risk 10 is asked",
}
STAGE_WORDS = {
    "discovery": "Discovery",
    "evaluation": "Evaluation",
    "proposal": "Proposal",
    "negotiation": "Negotiation",
    "won": "Won",
    "lost": "Lost",
}
FACT_WORDS = {
    "need": "what they need",
    "meeting_held": "a meeting was held",
    "stakeholder": "who has a say",
    "authority": "who decides",
    "timing": "when they want it",
    "budget": "what they can spend",
    "competitor": "whom else they look at",
    "proposal_sent": "our proposal was sent",
    "terms_agreed": "the terms are agreed",
    "signed": "it is signed",
    "lost_reason": "why it was lost",
}
FOUND_WORDS = {
    "cc": "a copy line",
    "signature": "a signature",
    "referral": "a referral",
    "meeting": "a meeting",
    "crm": "our records",
}
MAIL_WORDS = {
    "queued": "waits to leave",
    "claimed": "is leaving",
    "sent": "left",
    "failed": "did not leave",
    "in_doubt": "in doubt",
    "held": "held for you",
    "cancelled": "called off",
}
MAIL_KIND_WORDS = {
    "send_email": "campaign mail",
    "answer_mail": "answer",
    "book_meeting": "invitation",
    "change_meeting": "changed invitation",
}
REPLY_WORDS = {
    "positive": "interested",
    "question": "asks something",
    "objection": "objects",
    "not_interested": "not interested",
    "not_now": "not now",
    "referral": "names somebody else",
    "wrong_person": "wrong person",
    "out_of_office": "away",
    "auto_reply": "a machine answered",
    "unsubscribe": "wants no more mail",
    "complaint": "complains",
    "bot_question": "asks whether a machine writes",
    "meeting_accept": "takes a time",
    "meeting_counter": "names another time",
    "meeting_cancel": "calls the meeting off",
    "neutral": "nothing to do",
    "unsure": "not understood",
}
CAME_WORDS = {
    "human": "a person",
    "auto": "a machine",
    "bounce": "bounce",
    "complaint": "complaint",
    "calendar": "calendar",
    "loop": "our own mail",
    "quarantined": "unreadable",
}
LEAD_WORDS = {
    "contacted": "written to",
    "replied": "has replied",
    "waiting": "their turn",
    "paused": "paused",
    "meeting": "meeting",
    "handed": "with a person",
    "closed": "closed",
    "opted_out": "opted out",
    "unreachable": "unreachable",
    "none": "not written to yet",
}
MEETING_WORDS = {
    "offered": "being offered",
    "booked": "invited",
    "accepted": "accepted",
    "tentative": "perhaps",
    "declined": "declined",
    "countered": "wants another time",
    "moved": "moved",
    "cancelled": "called off",
    "held": "held",
    "no_show": "nobody came",
}
WORK_WORDS = {
    "deals": "Look at every deal",
    "follow_ups": "Write follow-ups",
    "digest": "Morning page",
    "after_meeting": "Mail after a meeting",
    "experiments": "Review of tests",
    "forecast": "Keep the day's pipeline",
    "kept_answers": "Tidy up kept answers",
    "meetings_ahead": "Look at meetings ahead",
    "models": "Train the model",
    "housekeeping": "Housekeeping",
}
USED_WORDS = {"mails": "mails", "fetches": "web requests", "tokens": "model tokens"}
CAMPAIGN_WORDS = {
    "planned": "planned",
    "asked": "waits for approval",
    "running": "running",
    "paused": "paused",
    "finished": "finished",
    "stopped": "stopped",
}
_ABBREVIATIONS = {"icp": "ideal customer profile", "email": "e-mail"}


def action_words(kind: str) -> str:
    """`send_email` as “Send e-mail”; `*` is any action."""
    if kind == "*":
        return "Anything"
    told = " ".join(_ABBREVIATIONS.get(part, part) for part in kind.split("_"))
    return told[:1].upper() + told[1:]


def who_words(agents: Any) -> str:
    """Agents and roles with commas; `*` is everyone."""
    return ", ".join("everyone" if name == "*" else str(name) for name in agents)


def moment(value: datetime | str | None, zone: ZoneInfo) -> str:
    """A time as people write it, on the owner's wall."""
    at = _local(value, zone)
    return f"{at:%d %b %Y, %H:%M} {at.tzname()}" if at else ""


def short(value: datetime | str | None, zone: ZoneInfo) -> str:
    """Weekday, day and time without year and zone, for lists whose page says the zone."""
    at = _local(value, zone)
    return f"{at:%a %-d %b, %H:%M}" if at else ""


def clock(value: datetime | str | None, zone: ZoneInfo) -> str:
    """The time of day."""
    at = _local(value, zone)
    return f"{at:%H:%M}" if at else ""


def day(value: datetime | str | None, zone: ZoneInfo) -> str:
    """The day with its weekday."""
    at = _local(value, zone)
    return f"{at:%A, %-d %B}" if at else ""


def _local(value: datetime | str | None, zone: ZoneInfo) -> datetime | None:
    if not value:
        return None
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(zone)


def money(value: Any, currency: str) -> str:
    """An amount with thousands apart and no empty cents."""
    told = f"{Decimal(str(value)):,.2f}".removesuffix(".00")
    return f"{told} {currency}".strip()


def plain_words(name: str) -> str:
    """`no_reply` as “no reply”."""
    return name.replace("_", " ")


def safe_link(url: str) -> str:
    """The address when a browser may follow it; empty for anything that is not a web page."""
    return url if urlsplit(url).scheme in ("http", "https") else ""


def cell_text(value: Any) -> str:
    """One cell of a row for reading: empty cells match everything."""
    if value is None or value in ("", [], ()):
        return "–"
    return who_words(value) if isinstance(value, list | tuple) else str(value)


def one_of(count: int, noun: str) -> str:
    """A number with its noun: 1 row, 2 rows."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
