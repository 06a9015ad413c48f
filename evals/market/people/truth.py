"""What the harness may ask about the people: letters, replies, meetings, what broke a rule, what waits for a word."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from evals.market.people.lives import WANTS_ANSWER, Life
from evals.market.people.records import Click, Letter, Meaning, Reply
from evals.market.people.town import Townsfolk
from evals.market.people.violations import find_violations

_CLOSES = 18


def letter_row(letter: Letter, zone: ZoneInfo) -> dict[str, Any]:
    """One mail of the product; no text, the raw mail is at /mails."""
    invite = letter.invite
    return {
        "id": letter.id,
        "mail": letter.mail,
        "at": letter.at.isoformat(),
        "local": letter.at.astimezone(zone).isoformat(),
        "from": letter.sender,
        "person": letter.person,
        "message_id": letter.message_id,
        "subject": letter.subject,
        "kind": letter.kind.value,
        "answers": letter.answers or None,
        "offered": [one.isoformat() for one in letter.offered],
        "invite": {
            "uid": invite.uid,
            "sequence": invite.sequence,
            "method": invite.method,
            "start": invite.start.isoformat(),
            "end": invite.end.isoformat(),
        }
        if invite
        else None,
    }


def reply_row(reply: Reply) -> dict[str, Any]:
    """One mail of theirs, with what it truly means."""
    return {
        "id": reply.id,
        "at": reply.at.isoformat(),
        "person": reply.person,
        "mailbox": reply.mailbox,
        "message_id": reply.message_id,
        "meaning": reply.said.meaning.value,
        "also": [one.value for one in reply.said.also],
        "facts": dict(reply.said.facts),
        "automatic": reply.automatic,
        "about": reply.about,
        "language": reply.language,
        "style": reply.style,
        "authenticated": reply.authenticated,
        "wants_answer": wants_answer(reply),
    }


def click_row(click: Click) -> dict[str, Any]:
    """One use of a one-click address."""
    return {
        "at": click.at.isoformat(),
        "person": click.person,
        "url": click.url,
        "status": click.status,
        "about": click.about,
    }


def violation_rows(folk: Townsfolk) -> dict[str, Any]:
    """All rows and their number by rule."""
    rows = [one.as_row() for one in find_violations(folk)]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["rule"]] = counts.get(row["rule"], 0) + 1
    return {"count": len(rows), "by_rule": counts, "rows": rows}


def unanswered_rows(folk: Townsfolk, now: datetime) -> list[dict[str, Any]]:
    """Words of people that wait for an answer; `due` says that a working day has passed."""
    rows = []
    for life in folk.lives.values():
        for reply in life.replies:
            if wants_answer(reply) and not _answered(reply, life) and not _overtaken(reply, life):
                due_by = _due_by(reply.at, life.person.zone)
                rows.append({**reply_row(reply), "due_by": due_by.isoformat(), "due": due_by <= now})
    return sorted(rows, key=lambda row: row["at"])


def wants_answer(reply: Reply) -> bool:
    """True for words that somebody at the seller has to answer. A refused or vague calendar answer counts."""
    if reply.said.meaning is Meaning.INVITE_ANSWER:
        return reply.said.facts.get("said") == "COUNTER"
    return not reply.automatic and reply.said.meaning in WANTS_ANSWER


def _answered(reply: Reply, life: Life) -> bool:
    return any(
        letter.answers == reply.id or letter.invite is not None
        for letter in life.letters
        if letter.at >= reply.at
    )


def _overtaken(reply: Reply, life: Life) -> bool:
    """They wrote again since, and that word counts."""
    return any(other.at > reply.at and not other.automatic for other in life.replies)


def _due_by(at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the next working day where they are."""
    day = at.astimezone(zone) + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.replace(hour=_CLOSES, minute=0, second=0, microsecond=0)
