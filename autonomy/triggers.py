"""When the kill switch trips by itself: numbers and findings in, a reason out. Pure; throws nothing itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

COMPLAINT_SHARE, COMPLAINTS = 0.001, 2
BOUNCE_SHARE, BOUNCES = 0.02, 5
WINDOW = timedelta(days=7)
CLOCK_SLACK = timedelta(minutes=5)
Code = Literal["complaints", "bounces", "audit_chain", "clock", "invariant"]


@dataclass(frozen=True)
class Trip:
    """A reason to stop, with the numbers in it and the keys of what it rests on."""

    code: Code
    level: Literal["sends", "effects"]
    reason: str
    keys: tuple[str, ...]


def complaints(sent: int, keys: tuple[str, ...]) -> Trip | None:
    """At least two complaints that are 0.1 % of the mails of the window."""
    return _share("complaints", "complaints", sent, keys, COMPLAINT_SHARE, COMPLAINTS)


def bounces(sent: int, keys: tuple[str, ...]) -> Trip | None:
    """At least five hard bounces that are 2 % of the mails of the window."""
    return _share("bounces", "hard bounces", sent, keys, BOUNCE_SHARE, BOUNCES)


def _share(code: Code, what: str, sent: int, keys: tuple[str, ...], share: float, least: int) -> Trip | None:
    number = len(set(keys))
    if number < least or number < share * sent:
        return None
    percent = f"{100 * number / sent:.2g} %" if sent else "no mail is on record"
    return Trip(
        code,
        "sends",
        f"{number} {what} on {sent} mails in {WINDOW.days} days ({percent}; "
        f"the limit is {100 * share:g} % and {least}).",
        keys,
    )


def chain(first_bad: int | None, problem: str, key: str = "") -> Trip | None:
    """The audit chain does not verify."""
    if not problem:
        return None
    where = f" at record {first_bad}" if first_bad is not None else ""
    return Trip(
        "audit_chain",
        "effects",
        f"The audit chain is broken{where}: {problem}.",
        (key or f"{first_bad}:{problem}",),
    )


def clock(before: datetime, machine_before: float, now: datetime, machine: float) -> Trip | None:
    """Business time moved otherwise than the machine's own time since the last look."""
    passed = timedelta(seconds=machine - machine_before)
    off = (now - before) - passed
    if abs(off) <= CLOCK_SLACK:
        return None
    way = "forward" if off > timedelta(0) else "back"
    return Trip(
        "clock",
        "effects",
        f"The clock jumped {abs(off).total_seconds():.0f} seconds {way}; windows and expiries cannot be trusted.",
        (now.isoformat(timespec="minutes"),),
    )


def clock_at_start(last_record: datetime | None, now: datetime) -> Trip | None:
    """The clock stands before the last thing that was recorded."""
    if last_record is None or now >= last_record - CLOCK_SLACK:
        return None
    return Trip(
        "clock",
        "effects",
        f"The clock says {now:%Y-%m-%d %H:%M}, but a record of {last_record:%Y-%m-%d %H:%M} exists.",
        (f"start:{last_record.isoformat(timespec='minutes')}",),
    )


def invariants(broken: tuple[tuple[str, str], ...]) -> Trip | None:
    """Findings (key, sentence) of the checks I1–I3."""
    if not broken:
        return None
    shown = " ".join(sentence for _, sentence in broken[:3])
    more = f" And {len(broken) - 3} more." if len(broken) > 3 else ""
    return Trip("invariant", "effects", f"{shown}{more}", tuple(key for key, _ in broken))
