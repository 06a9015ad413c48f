"""Budgets (G15) as atomic counters: what a claim or a piece of work takes from them, and what it gives back.

A counter's row is locked by the statement that spends from it, so two claims at once cannot both take the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import limits
from domain.ids import digest
from runtime.store import counters

_WHATEVER = 1e15

Kind = Literal["mails", "tokens", "fetches"]


@dataclass(frozen=True)
class Budgets:
    """What the whole workspace may use a day, UTC. Money has none: no hand of ours can spend any, calls ask."""

    mails: int = 500
    tokens: int = 5_000_000
    fetches: int = 100_000


async def charge(tx: AsyncConnection, kind: Kind, amount: int, budgets: Budgets, now: datetime) -> bool:
    """Take from the workspace's budget; False, and nothing is taken, when too little is left."""
    cap = float(getattr(budgets, kind))
    return await counters.spend(tx, _counter(kind), day_of(now), amount, cap)


async def return_unused(tx: AsyncConnection, kind: Kind, amount: int, now: datetime) -> None:
    """Give back what was charged on the day of `now` and not used."""
    await counters.give_back(tx, _counter(kind), day_of(now), amount)


async def overdraw(tx: AsyncConnection, kind: Kind, amount: int, now: datetime) -> None:
    """Count what was used beyond what was charged; it is used whether or not the budget had it."""
    await counters.spend(tx, _counter(kind), day_of(now), amount, _WHATEVER)


async def used(tx: AsyncConnection, kind: Kind, now: datetime) -> int:
    """How much of the workspace's budget is used on the day of `now`."""
    return int(await counters.used(tx, _counter(kind), day_of(now)))


def day_of(now: datetime) -> str:
    """The day a budget is counted in, UTC."""
    return now.astimezone(UTC).strftime("%Y-%m-%d")


def _counter(kind: Kind) -> str:
    return f"workspace:{kind}"


@dataclass(frozen=True)
class MailUse:
    """Whose budgets one mail is taken from."""

    contact_id: str
    account_id: str
    campaign_id: str  # "" of an answer: nobody is written to unasked
    mailbox: str


@dataclass(frozen=True)
class _Line:
    name: str
    period: str
    cap: float
    why: str


async def reserve(
    tx: AsyncConnection, use: MailUse, started: datetime, budgets: Budgets, ramp: int
) -> str | None:
    """Take one mail from every budget it falls under; else why not, and nothing is taken."""
    lines = list(_lines(use, started, budgets, ramp))
    spent = await counters.take_one_of_each(tx, [(line.name, line.period) for line in lines])
    why = next((line.why for line in lines if spent[line.name, line.period] > line.cap), None)
    if why is not None:
        await give_back(tx, use, started)
    return why


async def give_back(tx: AsyncConnection, use: MailUse, started: datetime) -> None:
    """Return what a mail took that certainly did not leave; `started` is when its claim was made."""
    for line in _lines(use, started, Budgets(), 0):
        await counters.give_back(tx, line.name, line.period, 1)


def _lines(use: MailUse, started: datetime, budgets: Budgets, ramp: int) -> Iterator[_Line]:
    day = day_of(started)
    yield from _unasked(use, day) if use.campaign_id else _asked_for(use, day)
    mailbox = f"mailbox:{digest(use.mailbox.casefold())[:24]}:mails"
    yield _Line(mailbox, day, ramp, f"the mailbox sent its {ramp} mails of today")
    yield _Line(_counter("mails"), day, budgets.mails, "the workspace's mails of today are used up")


def _asked_for(use: MailUse, day: str) -> Iterator[_Line]:
    most = limits.ANSWERS_PER_DAY
    yield _Line(f"contact:{use.contact_id}:answers", day, most, f"this person got {most} answers today")


def _unasked(use: MailUse, day: str) -> Iterator[_Line]:
    yield _Line(f"contact:{use.contact_id}:mails", day, 1, "this person already gets a mail today")
    sequence = f"sequence:{use.campaign_id}:{use.contact_id}"
    yield _Line(sequence, "", limits.PER_SEQUENCE, f"this sequence has its {limits.PER_SEQUENCE} mails")
    company = limits.PER_ACCOUNT_PER_DAY
    yield _Line(
        f"company:{use.account_id}:mails", day, company, f"{company} mails to this company today already"
    )
