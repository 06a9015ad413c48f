"""Budgets (G15) as atomic counters: what a claim or a piece of work takes from them, and what it gives back.

A counter's row is locked by the statement that spends from it, so two claims at once cannot both take the last one.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import limits
from domain.errors import Correctable
from domain.ids import digest
from runtime.store import counters

Kind = Literal["mails", "tokens", "fetches", "money"]


class Budgets(BaseModel):
    """What the whole workspace may use: mails, tokens and fetches a day, money a month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mails: float = 500.0
    tokens: float = 20_000_000.0
    fetches: float = 50_000.0
    money: float = 0.0

    @field_validator("*")
    @classmethod
    def _is_a_budget(cls, value: float) -> float:
        if not math.isfinite(value) or value < 0:
            raise ValueError("a budget is a number from 0")
        return value


def budgets_of(given: Mapping[str, object]) -> Budgets:
    """Budgets from settings or a policy.

    Raises:
        Correctable: bad_budget, naming the first wrong one.
    """
    try:
        return Budgets.model_validate(dict(given))
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise Correctable(
            f"The budget {name[:40]} is {str(given.get(name))[:40]}; known budgets are numbers from 0.",
            code="bad_budget",
            where=name[:40],
        ) from error


async def charge(tx: AsyncConnection, kind: Kind, amount: float, budgets: Budgets, now: datetime) -> bool:
    """Take from the workspace's budget; False, and nothing is taken, when too little is left."""
    cap = float(getattr(budgets, kind))
    return await counters.spend(tx, f"workspace:{kind}", period_of(kind, now), amount, cap)


def period_of(kind: Kind, now: datetime) -> str:
    """The period a budget is counted in: the month of money, else the day, both UTC."""
    return now.astimezone(UTC).strftime("%Y-%m" if kind == "money" else "%Y-%m-%d")


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
    taken: list[_Line] = []
    for line in _lines(use, started, budgets, ramp):
        if not await counters.spend(tx, line.name, line.period, 1, line.cap):
            for one in taken:
                await counters.give_back(tx, one.name, one.period, 1)
            return line.why
        taken.append(line)
    return None


async def give_back(tx: AsyncConnection, use: MailUse, started: datetime) -> None:
    """Return what a mail took that certainly did not leave; `started` is when its claim was made."""
    for line in _lines(use, started, Budgets(), 0):
        await counters.give_back(tx, line.name, line.period, 1)


def _lines(use: MailUse, started: datetime, budgets: Budgets, ramp: int) -> Iterator[_Line]:
    day = period_of("mails", started)
    yield from _unasked(use, day) if use.campaign_id else _asked_for(use, day)
    mailbox = f"mailbox:{digest(use.mailbox.casefold())[:24]}:mails"
    yield _Line(mailbox, day, ramp, f"the mailbox sent its {ramp} mails of today")
    yield _Line("workspace:mails", day, budgets.mails, "the workspace's mails of today are used up")


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
