"""How people here read a mail of the product: its text, the times it offers, the invitation, the way out."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from functools import lru_cache
from zoneinfo import ZoneInfo

from evals.market.mail.store import ReceivedMail
from evals.market.people.records import Correspondent, Invite, Letter
from evals.market.world.atlas import LANGUAGES

_TIME = re.compile(r"\b(\d{1,2})(?:[:.h](\d{2})|(?=\s*(?:[ap]\.?m\b|uhr\b)))\s*([ap]\.?m)?", re.I)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)")
_DMY = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d)?")
_IDS = re.compile(r"<[^<>\s]+>")
_URL = re.compile(r"<(https?://[^>\s]+)>")
_MOST_OFFERS = 12
_MOST_OFFERED_DAYS = 120


def read_letter(mail: ReceivedMail, index: int, person: Correspondent, mailbox: str) -> Letter:
    """A mail as one of its recipients reads it. Kind and what it answers are found out later."""
    message = message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = text_of(message)
    name, address = parseaddr(str(message.get("From", "")))
    subject = str(message.get("Subject", ""))
    link = _URL.search(str(message.get("List-Unsubscribe", "")))
    replies = " ".join(str(message.get(header, "")) for header in ("References", "In-Reply-To"))
    return Letter(
        id=f"{mail.id}.{index}",
        mail=mail.id,
        at=mail.arrived_at,
        mailbox=mailbox,
        sender=(address or mail.sender).lower(),
        sender_name=name,
        person=person.address,
        message_id=str(message.get("Message-ID", "")).strip(),
        subject=subject,
        text=text,
        in_reply_to=tuple(dict.fromkeys(reversed(_IDS.findall(replies)))),
        offered=offered_times(text, mail.arrived_at, person.zone),
        invite=_invite(message),
        one_click=link[1] if link else "",
        fingerprint=hashlib.sha256(f"{subject}\n{text}".encode()).hexdigest()[:24],
    )


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    content = str(part.get_content())
    if part.get_content_subtype() == "html":
        content = re.sub(r"<[^>]+>", " ", content)
    return content.replace("\r\n", "\n").strip()


def offered_times(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The times a mail offers, in UTC: lines with a day and a time, read in the reader's zone or in UTC if so said."""
    own = text.split("\n--\n")[0]
    where = ZoneInfo("UTC") if re.search(r"\(\s*UTC\s*\)", own) else zone
    today = now.astimezone(where).date()
    found = [
        at for line in own.splitlines() if not line.startswith(">") for at in _moments(line, today, where)
    ]
    ahead = [at for at in found if now < at < now + timedelta(days=_MOST_OFFERED_DAYS)]
    return tuple(dict.fromkeys(ahead))[:_MOST_OFFERS]


def _moments(line: str, today: date, zone: ZoneInfo) -> Iterator[datetime]:
    for year, month, day, hour, minute in _ISO.findall(line):
        yield _utc(date(int(year), int(month), int(day)), int(hour), int(minute), zone)
    day = _day(line, today)
    if day is None or _ISO.search(line):
        return
    for hour, minute, half in _TIME.findall(_DMY.sub(" ", line)):
        number = int(hour) % 12 + 12 * half.lower().startswith("p") if half else int(hour)
        if number < 24 and int(minute or 0) < 60:
            yield _utc(day, number, int(minute or 0), zone)


def _day(line: str, today: date) -> date | None:
    """The day a line names, this year or next."""
    if named := _DMY.search(line):
        return _next(int(named[1]), int(named[2]), today, int(named[3]) if named[3] else None)
    for word, month in _months().items():
        pattern = rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th|er|º|°)?\.?\s+(?:de\s+)?{word}|{word}\s+(\d{{1,2}}))\b"
        if named := re.search(pattern, line, re.I):
            return _next(int(named[1] or named[2]), month, today, None)
    return None


def _next(day: int, month: int, today: date, year: int | None) -> date | None:
    try:
        found = date(year or today.year, month, day)
    except ValueError:
        return None
    return found if year or found >= today - timedelta(days=1) else found.replace(year=today.year + 1)


def _utc(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    from babel.dates import get_month_names

    names: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, "format", language).items():
                names.setdefault(re.escape(name.rstrip(".").lower()) + r"\.?", int(number))
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def _invite(message: EmailMessage) -> Invite | None:
    """The invitation or cancellation in a mail."""
    from icalendar import Calendar

    for part in message.walk():
        if part.get_content_type() != "text/calendar":
            continue
        content = part.get_payload(decode=True)
        calendar = Calendar.from_ical(content.decode("utf-8") if isinstance(content, bytes) else "")
        method = str(calendar.get("METHOD", "") or part.get_param("method") or "").upper()
        event = next(iter(calendar.walk("VEVENT")), None)
        if event is None or method not in {"REQUEST", "CANCEL"}:
            continue
        start, end = event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)
        organizer = str(event.get("ORGANIZER", "")).lower().removeprefix("mailto:")
        return Invite(
            str(event["UID"]),
            int(event.get("SEQUENCE", 0)),
            method,
            start,
            end,
            organizer,
            str(event.get("SUMMARY", "")),
        )
    return None
