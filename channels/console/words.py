"""Plain words for what the pages show: levels, verdicts, actions, times. No state, no markup."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

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


def moment(value: datetime | str | None) -> str:
    """A time as people write it, in UTC."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at:%d %b %Y, %H:%M} UTC"


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
