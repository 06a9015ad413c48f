"""When a mail may leave: send windows in the recipient's zones, spacing, ramp and daily caps. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

OPENS, CLOSES = time(8), time(18)
SPACING = timedelta(hours=72)  # between unsolicited mails to one contact (G15)
PER_SEQUENCE = 4
ANSWERS_PER_DAY = 3  # to one person; two machines that answer each other stop here
PER_ACCOUNT_PER_DAY = 5
RAMP_FIRST, RAMP_LAST, RAMP_DAYS = 10, 50, 28


def known_zones(names: Sequence[str]) -> tuple[ZoneInfo, ...]:
    """The zones that exist; unknown names are dropped."""
    zones = []
    for name in names:
        try:
            zones.append(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder name is an OSError
            continue
    return tuple(zones)


def in_window(at: datetime, zones: Sequence[str]) -> bool:
    """True when it is a weekday between 08:00 and 18:00 in every zone the recipient may live in."""
    known = known_zones(zones)
    if not known or len(known) != len(zones):
        return False
    return all(_open(at.astimezone(zone)) for zone in known)


def _open(local: datetime) -> bool:
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES


def next_window(at: datetime, zones: Sequence[str]) -> datetime | None:
    """The first moment from `at` inside the window, to the quarter hour; None when there is none."""
    if in_window(at, zones):
        return at
    if not known_zones(zones) or len(known_zones(zones)) != len(zones):
        return None
    step = timedelta(minutes=15)
    start = at.astimezone(UTC)
    moment = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    for _ in range(8 * 24 * 4):
        moment += step
        if in_window(moment, zones):
            return moment
    return None


def ramp_cap(started: date, today: date) -> int:
    """Mails a mailbox may send today: 10 on its first day, rising evenly to 50 on day 28."""
    age = max(0, (today - started).days)
    if age >= RAMP_DAYS:
        return RAMP_LAST
    return RAMP_FIRST + (RAMP_LAST - RAMP_FIRST) * age // RAMP_DAYS


@dataclass(frozen=True)
class SendTimes:
    """When mails left before: to this contact, to its company (aware UTC), and how many from this mailbox."""

    contact: tuple[datetime, ...] = ()
    account: tuple[datetime, ...] = ()
    mailbox_today: int = 0  # mails that left from this mailbox on this day, UTC


@dataclass(frozen=True)
class Wait:
    """Not now: when to look again, and why."""

    until: datetime
    why: str


def _today(times: Sequence[datetime], at: datetime) -> int:
    day = at.astimezone(UTC).date()
    return sum(1 for moment in times if moment.astimezone(UTC).date() == day)


def earliest(at: datetime, zones: Sequence[str], times: SendTimes, mailbox_started: date) -> Wait | None:
    """None when a mail may leave at `at`; else when to try again and why.

    An unknown zone never opens: the caller must hold such a mail.
    """
    if times.contact and at - max(times.contact) < SPACING:
        return Wait(max(times.contact) + SPACING, "less than 72 hours since the last mail to this person")
    tomorrow = (at.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if _today(times.account, at) >= PER_ACCOUNT_PER_DAY:
        return Wait(tomorrow, f"{PER_ACCOUNT_PER_DAY} mails to this company today already")
    cap = ramp_cap(mailbox_started, at.astimezone(UTC).date())
    if times.mailbox_today >= cap:
        return Wait(tomorrow, f"the mailbox sent its {cap} mails of today")
    opens = next_window(at, zones)
    if opens is None:
        return Wait(at + timedelta(days=1), "the recipient's time zone is unknown")
    if opens > at:
        return Wait(opens, "outside 08:00–18:00 on weekdays where the recipient is")
    return None


HOURS = {
    "morning": (OPENS, time(12)),
    "afternoon": (time(12), CLOSES),
}  # parts of the window; anything else: all of it


def next_in_hours(at: datetime, zones: Sequence[str], part: str) -> datetime | None:
    """The first moment from `at` inside a part of the window, in the first zone; None when there is none."""
    opens, closes = HOURS.get(part, (OPENS, CLOSES))
    found = next_window(at, zones)
    for _ in range(8 * 24 * 4):
        if found is None or opens <= found.astimezone(known_zones(zones)[0]).time() < closes:
            return found
        later = found + timedelta(minutes=15)
        found = next_window(later.replace(minute=later.minute // 15 * 15, second=0, microsecond=0), zones)
    return None
