"""Reads and answers replies with a model. Its answer is held against the mail: quotes, names and dates must be there.

Opting out and complaints found by rule always stay. Only typed values leave this file; a date is worked out by code
where its words allow it.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import Correctable
from domain.knowledge import Block, Page, squeeze
from domain.labels import Label
from domain.replies import (
    AUTOMATED,
    Finding,
    Objection,
    ObjectionKind,
    ProposedTime,
    Referred,
    ReplyKind,
    ReplyReading,
    Until,
)
from language.offline.replies.words import own_text
from language.port import ReplyContext
from language.prompt_files import load_prompt
from language.wire import guard, terms
from language.wire.answers import write
from language.wire.client import ModelClient, Reply
from language.wire.quotes import MAX_QUOTE_CHARS, shown_text
from language.wire.strict import clean_text, quoted

__all__ = ["read", "write"]

log = logging.getLogger(__name__)
MAX_MAIL_CHARS = 8_000
MAX_ITEMS = 12
MODEL_SURE = 0.85
FARTHEST_UNTIL, FARTHEST_TIME = timedelta(days=3 * 366), timedelta(days=366)
_STRING = {"type": "string"}


def _items(**properties: Any) -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {**properties, "quote": _STRING},
        "required": [*properties, "quote"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": item}


READING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "findings": _items(kind={"type": "string", "enum": [kind.value for kind in ReplyKind]}),
        "objections": _items(
            kind={"type": "string", "enum": [kind.value for kind in ObjectionKind]}, competitor=_STRING
        ),
        "until": _items(day=_STRING, returns={"type": "boolean"}),
        "referrals": _items(name=_STRING, title=_STRING, email=_STRING),
        "questions": {"type": "array", "items": _STRING},
        "times": _items(start=_STRING),
        "language": _STRING,
    },
    "required": ["findings", "objections", "until", "referrals", "questions", "times", "language"],
    "additionalProperties": False,
}


async def read(
    client: ModelClient,
    ruled: ReplyReading,
    text: str,
    *,
    subject: str,
    at: datetime,
    zone: str,
    context: ReplyContext,
) -> ReplyReading:
    """The model's reading of a mail as far as the mail bears it out.

    Machines and opt-outs are read by rule alone: neither may wait for a server, nor be talked away.

    Args:
        ruled: what the rules read; its opt-outs, complaints and doubts stay, its dates win.
    """
    own = own_text(text)[:MAX_MAIL_CHARS]
    if ruled.opts_out or ruled.kind in AUTOMATED or not own:
        return ruled
    prompt = load_prompt("read_reply")
    local = at.astimezone(ZoneInfo(zone))
    request = prompt.fill(
        received=f"{local:%A %Y-%m-%d %H:%M} in {zone}",
        context=_context(context, ZoneInfo(zone)),
        subject=quoted(subject, 200),
        mail=quoted(own, MAX_MAIL_CHARS),
    )

    async def ask(user: str) -> Reply:
        return await client.ask(prompt.system, user, schema=READING)

    def understood(reply: Reply) -> dict[str, Any]:
        return guard.checked_object(reply, READING)

    try:
        answer = await guard.usable(ask, request, understood)
    except Correctable as error:
        log.warning("reply_not_read", extra={"code": error.code})
        return _merged((), ruled, {}, _Mail(own, local))
    return _checked(answer, ruled, _Mail(own, local))


def _context(context: ReplyContext, zone: ZoneInfo) -> str:
    offered = ", ".join(f"{slot.astimezone(zone):%A %Y-%m-%d %H:%M}" for slot in context.offered[:8])
    standing = f"{context.meeting_at.astimezone(zone):%A %Y-%m-%d %H:%M}" if context.meeting_at else ""
    rows = {"we offered": offered, "a meeting stands": standing, "we wrote in": context.language[:8]}
    return "; ".join(f"{name} {value}" for name, value in rows.items() if value) or "nothing"


class _Mail:
    """The mail's own words, and what counts as being in them."""

    def __init__(self, own: str, at: datetime) -> None:
        self.text = squeeze(own)
        self.at = at
        block = Block(kind="p", text=self.text)
        self._page = Page(url="mail:", blocks=(block,), fetched_at=at, label=Label())

    def quote(self, said: str) -> str:
        """The mail's own text for a quote, "" when it is not there."""
        return shown_text(said, self._page) if len(said) <= 4 * MAX_QUOTE_CHARS else ""

    def holds(self, value: str) -> str:
        """A value as written, "" when its words are not in the mail."""
        value = clean_text(value, 120)
        return value if value and value.casefold() in self.text.casefold() else ""


def _checked(answer: dict[str, Any], ruled: ReplyReading, mail: _Mail) -> ReplyReading:
    findings: dict[ReplyKind, Finding] = {}
    for item in answer["findings"][:MAX_ITEMS]:
        quote = mail.quote(item["quote"])
        if quote:
            kind = ReplyKind(item["kind"])
            findings.setdefault(kind, Finding(kind=kind, confidence=MODEL_SURE, quote=quote))
    log.info("reply_read", extra={"kept": len(findings), "answered": len(answer["findings"])})
    return _merged(tuple(findings.values()), ruled, answer, mail)


def _merged(
    findings: Sequence[Finding], ruled: ReplyReading, answer: dict[str, Any], mail: _Mail
) -> ReplyReading:
    """The model's findings with what the rules insist on; nothing usable is unsure."""
    insisted = [one for one in ruled.findings if one.kind in (ReplyKind.COMPLAINT, ReplyKind.UNSURE)]
    known = {one.kind for one in findings}
    together = [
        *(one for one in insisted if one.kind is ReplyKind.COMPLAINT and one.kind not in known),
        *findings,
        *(
            one
            for one in insisted
            if one.kind is ReplyKind.UNSURE and _doubted(ruled) and one.kind not in known
        ),
    ]
    if not together:
        together = [Finding(kind=ReplyKind.UNSURE, confidence=0.0, quote=mail.text[:200])]
    return ReplyReading(
        findings=tuple(together),
        objections=_objections(answer.get("objections", ()), mail),
        until=_until(answer.get("until", ()), ruled, mail),
        referrals=_referrals(answer.get("referrals", ()), mail),
        questions=tuple(
            quote for one in answer.get("questions", ())[:MAX_ITEMS] if (quote := mail.quote(one))
        ),
        times=_times(answer.get("times", ()), ruled, mail),
        language=_language(answer.get("language", ""), ruled),
    )


def _doubted(ruled: ReplyReading) -> bool:
    """True when the rules read something and doubt it all the same: the mail gives orders to software."""
    return len(ruled.findings) > 1 or bool(ruled.findings[0].kind is not ReplyKind.UNSURE)


def _objections(items: Sequence[dict[str, Any]], mail: _Mail) -> tuple[Objection, ...]:
    found = []
    for item in items[:MAX_ITEMS]:
        quote = mail.quote(item["quote"])
        name = clean_text(item["competitor"], 80)
        if quote:
            shown = name if name and terms.literally_in(name, quote) else ""
            found.append(Objection(kind=ObjectionKind(item["kind"]), competitor=shown, quote=quote))
    return tuple(found)


def _until(items: Sequence[dict[str, Any]], ruled: ReplyReading, mail: _Mail) -> Until | None:
    """The day by rule when the rules find one: numbers are worked out by code."""
    if ruled.until is not None:
        return ruled.until
    for item in items[:1]:
        quote, day = mail.quote(item["quote"]), _date(item["day"])
        if quote and day is not None and mail.at.date() <= day <= mail.at.date() + FARTHEST_UNTIL:
            return Until(day=day, returns=item["returns"], quote=quote)
    return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _referrals(items: Sequence[dict[str, Any]], mail: _Mail) -> tuple[Referred, ...]:
    found = []
    for item in items[:4]:
        quote = mail.quote(item["quote"])
        name, title, email = (mail.holds(item[part]) for part in ("name", "title", "email"))
        if quote and (name or email):
            found.append(Referred(name=name, title=title, email=email if "@" in email else "", quote=quote))
    return tuple(found)


def _times(items: Sequence[dict[str, Any]], ruled: ReplyReading, mail: _Mail) -> tuple[ProposedTime, ...]:
    if ruled.times:
        return ruled.times
    found = []
    for item in items[:6]:
        quote, start = mail.quote(item["quote"]), _moment(item["start"], mail.at)
        if quote and start is not None and mail.at <= start <= mail.at + FARTHEST_TIME:
            found.append(ProposedTime(start=start, quote=quote))
    return tuple(found)


def _moment(text: str, at: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=at.tzinfo)


def _language(said: str, ruled: ReplyReading) -> str:
    said = said.strip().lower()
    return said if len(said) == 2 and said.isalpha() and said.isascii() else ruled.language
