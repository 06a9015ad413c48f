"""What work cost: model, mail and web requests per campaign, meeting and deal. One ledger; prices are the owner's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import OutboxState
from domain.errors import Correctable
from language.usage import Usage
from runtime.store.deal_tables import deals
from runtime.store.outbox import MAILS
from runtime.store.rest_tables import spent_turns
from runtime.store.tables import campaigns, contacts, counters, outbox
from runtime.store.talk_tables import inbound, meetings, threads
from runtime.telemetry import Requests
from service.bootstrap import House

KINDS = ("prompt", "answer", "mail", "request")  # prompt and answer: a million tokens
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Prices:
    """What one of each costs; `currency` is empty when the owner set no prices."""

    of: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = ""


@dataclass
class Spent:
    """Counts of one line of the ledger."""

    model_calls: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    requests: int = 0
    searches: int = 0
    mails: int = 0

    def add(self, other: "Spent") -> None:
        """Take over another line's counts."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def told(self, prices: Prices) -> dict[str, Any]:
        """For programs; `money` is null without prices."""
        return {**vars(self), "money": _money(self, prices)}


def prices_of(text: str) -> Prices:
    """Prices as the setting holds them: "prompt=0.25; answer=2; mail=0.001; request=0; currency=EUR".

    Raises:
        Correctable: bad_setting.
    """
    found: dict[str, Decimal] = {}
    currency = ""
    for part in filter(None, (one.strip() for one in text.split(";"))):
        name, _, value = (one.strip() for one in part.partition("="))
        if name == "currency":
            currency = value.upper()
            continue
        try:
            found[name] = Decimal(value)
        except InvalidOperation as error:
            raise _bad_price(part) from error
        if name not in KINDS or not found[name].is_finite() or found[name] < 0:
            raise _bad_price(part)
    return Prices(found, currency or "EUR") if found else Prices()


def _bad_price(part: str) -> Correctable:
    return Correctable(
        f"'{part[:60]}' is no price.",
        code="bad_setting",
        where="RAINMAKER_PRICES",
        hint="Write for example: prompt=0.25; answer=2; mail=0.001; request=0; currency=EUR",
    )


def _money(spent: Spent, prices: Prices) -> str | None:
    if not prices.of:
        return None
    units = {
        "prompt": spent.prompt_tokens / _MILLION,
        "answer": spent.answer_tokens / _MILLION,
        "mail": Decimal(spent.mails),
        "request": Decimal(spent.requests),
    }
    total = sum((prices.of.get(kind, Decimal(0)) * unit for kind, unit in units.items()), Decimal(0))
    return str(total.quantize(Decimal("0.0001")))


async def keep_turn(
    house: House,
    turn_id: str,
    signal: str,
    named: Iterable[Any],
    usage: Usage,
    requests: Requests,
    *,
    lost: bool,
) -> None:
    """Write down what a turn took, under the campaign and company that the ids it named belong to."""
    if not usage.calls and not requests.made:
        return
    now = await house.clock.now()
    async with house.database.write() as tx:
        campaign_id, account_id = await _belongs(tx, [one for one in named if isinstance(one, str)])
        await tx.execute(
            insert(spent_turns).values(
                turn_id=turn_id,
                campaign_id=campaign_id,
                account_id=account_id,
                signal=signal[:40],
                model_calls=usage.calls,
                prompt_tokens=usage.prompt_tokens,
                answer_tokens=usage.completion_tokens,
                requests=requests.made,
                searches=requests.searches,
                lost=lost,
                at=now,
            )
        )


async def _belongs(tx: AsyncConnection, ids: list[str]) -> tuple[str, str]:
    """Campaign and company of the first of these ids that is one of ours."""
    for wanted in filter(None, ids):
        if (await tx.execute(select(campaigns.c.id).where(campaigns.c.id == wanted))).first():
            return wanted, ""
        for table in (inbound, meetings):
            thread = threads.c.id == table.c.thread_id
            query = select(threads.c.campaign_id, table.c.account_id).select_from(
                table.outerjoin(threads, thread)
            )
            if row := (await tx.execute(query.where(table.c.id == wanted))).first():
                return row[0] or "", row[1]
        for table in (threads, deals, contacts):
            campaign = threads.c.campaign_id if table is threads else func.coalesce(None, "")
            query = select(campaign, table.c.account_id).where(table.c.id == wanted)
            if row := (await tx.execute(query)).first():
                return row[0], row[1]
    return "", ""


async def ledger(house: House) -> dict[str, Any]:
    """Everything that was spent: by campaign, by meeting, by deal, and all of it."""
    prices = prices_of(house.settings.prices)
    async with house.database.read() as tx:
        by_campaign, by_account, total = await _lines(tx)
        names = dict((await tx.execute(select(campaigns.c.id, campaigns.c.name))).tuples().all())
        gained = await _gained(tx)
        met = (await tx.execute(select(meetings.c.id, meetings.c.account_id, meetings.c.state))).all()
        dealt = (await tx.execute(select(deals.c.id, deals.c.account_id, deals.c.name))).all()
        counted = await _counted(tx)
    return {
        "currency": prices.currency,
        "campaigns": [
            {
                "id": one,
                "name": name,
                **by_campaign.get(one, Spent()).told(prices),
                **_each(by_campaign.get(one, Spent()), prices, gained.get(one, (0, 0))),
            }
            for one, name in names.items()
        ],
        "meetings": [
            {"id": row.id, "state": row.state, **by_account.get(row.account_id, Spent()).told(prices)}
            for row in met
        ],
        "deals": [
            {"id": row.id, "name": row.name, **by_account.get(row.account_id, Spent()).told(prices)}
            for row in dealt
        ],
        "total": {**total.told(prices), **counted},
    }


def _each(spent: Spent, prices: Prices, gained: tuple[int, int]) -> dict[str, Any]:
    """Meetings and deals of a campaign, and what one of each cost."""
    money = _money(spent, prices)

    def share(count: int) -> str | None:
        return (
            str((Decimal(money) / count).quantize(Decimal("0.0001"))) if money is not None and count else None
        )

    met, dealt = gained
    return {"meetings": met, "deals": dealt, "per_meeting": share(met), "per_deal": share(dealt)}


async def _lines(tx: AsyncConnection) -> tuple[dict[str, Spent], dict[str, Spent], Spent]:
    by_campaign: dict[str, Spent] = {}
    by_account: dict[str, Spent] = {}
    total = Spent()

    def book(campaign_id: str, account_id: str, spent: Spent) -> None:
        total.add(spent)
        for key, lines in ((campaign_id, by_campaign), (account_id, by_account)):
            if key:
                lines.setdefault(key, Spent()).add(spent)

    turn = spent_turns.c
    columns = (turn.model_calls, turn.prompt_tokens, turn.answer_tokens, turn.requests, turn.searches)
    query = select(turn.campaign_id, turn.account_id, *(func.sum(one) for one in columns))
    for row in await tx.execute(query.group_by(turn.campaign_id, turn.account_id)):
        book(row[0], row[1], Spent(*(int(value) for value in row[2:])))
    sent = (outbox.c.state == OutboxState.SENT) & outbox.c.kind.in_(MAILS)
    mails = select(outbox.c.campaign_id, outbox.c.account_id, func.count()).where(sent)
    for row in await tx.execute(mails.group_by(outbox.c.campaign_id, outbox.c.account_id)):
        book(row[0], row[1], Spent(mails=int(row[2])))
    return by_campaign, by_account, total


async def _gained(tx: AsyncConnection) -> dict[str, tuple[int, int]]:
    """Meetings and deals that came of each campaign."""
    met = select(threads.c.campaign_id, func.count(meetings.c.id.distinct()))
    met = met.join(meetings, meetings.c.thread_id == threads.c.id).group_by(threads.c.campaign_id)
    dealt = select(threads.c.campaign_id, func.count(deals.c.id.distinct()))
    dealt = dealt.join(deals, deals.c.account_id == threads.c.account_id).group_by(threads.c.campaign_id)
    meetings_of = dict((await tx.execute(met)).tuples().all())
    deals_of = dict((await tx.execute(dealt)).tuples().all())
    return {one: (meetings_of.get(one, 0), deals_of.get(one, 0)) for one in {*meetings_of, *deals_of}}


async def _counted(tx: AsyncConnection) -> dict[str, int]:
    """Everything the workspace's budgets counted, work outside any turn included."""
    names = {"workspace:tokens": "all_tokens", "workspace:fetches": "all_requests"}
    query = select(counters.c.name, func.sum(counters.c.used)).where(counters.c.name.in_(list(names)))
    found = dict((await tx.execute(query.group_by(counters.c.name))).tuples().all())
    return {told: int(found.get(name) or 0) for name, told in names.items()}
