"""What a drain of the outbox works with and tells: the mailbox, the report, the notes in the audit chain."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.decisions import OutboxState
from runtime.store import audit
from tools.act.compose_mail import DkimKey
from tools.act.letters import Hands
from tools.providers.sent_folder import SentProbe
from tools.providers.smtp import MailSender


@dataclass
class Report:
    """What one drain did."""

    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    held: int = 0
    refused: int = 0
    postponed: int = 0
    reconciled: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mailbox:
    """How mail leaves and how doubt is settled."""

    sender: MailSender
    probe: SentProbe | None
    sent_copy: str  # server, client, none
    dkim: DkimKey | None = None
    grace: float = 20.0  # seconds after a claim before an absent Sent copy means "not sent"
    hands: Hands | None = None  # write meetings into the calendar before their invitation leaves


def count(report: Report, state: OutboxState) -> None:
    """Add what became of one intent."""
    match state:
        case OutboxState.SENT:
            report.sent += 1
        case OutboxState.FAILED:
            report.failed += 1
        case OutboxState.IN_DOUBT:
            report.in_doubt += 1
        case OutboxState.HELD:
            report.held += 1
        case _:
            report.postponed += 1


async def note(tx: Any, row: dict[str, Any], kind: str, code: str, detail: str, now: datetime) -> None:
    """Add to the audit chain what became of an intent."""
    await audit.append(
        tx,
        at=now,
        kind=kind,
        subject=row["decision_id"],
        by="effector",
        body={"outbox": row["id"], "message_id": row["message_id"], "code": code, "detail": detail},
    )
