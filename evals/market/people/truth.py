"""What the harness may ask about the people, as rows: letters, replies, clicks. Nothing is judged here."""

from typing import Any
from zoneinfo import ZoneInfo

from evals.market.people.lives import WANTS_ANSWER
from evals.market.people.records import Click, Letter, Meaning, Reply


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


def wants_answer(reply: Reply) -> bool:
    """True for words that somebody at the seller has to answer. A refused or vague calendar answer counts."""
    if reply.said.meaning is Meaning.INVITE_ANSWER:
        return reply.said.facts.get("said") == "COUNTER"
    return not reply.automatic and reply.said.meaning in WANTS_ANSWER
