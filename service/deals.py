"""Deals as use cases: list, show, move, next step, amount; and the daily review of their health.

The review writes health and wants tasks; a deal moves only by stored proof, through the gate.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import CLOSED
from domain.decisions import Actor, Verdict
from domain.errors import Correctable, RainmakerError, Refused
from graph.specialists.deal_book import collect, find_deal, pulse_of
from graph.specialists.deal_steps import may_move_itself, person_named
from graph.specialists.deal_views import deal_detail, deal_list
from learning.deal_health import Signal, assess
from runtime.store import audit, crm, deal_history, deals
from runtime.store.due import DueRow
from service.bootstrap import House
from service.deal_tasks import DEAL, Named, concerns, want_task
from service.timetable import Worked
from service.turns import handle_signal

log = logging.getLogger(__name__)
LONGEST_STEP = 300
MOST_AMOUNT = Decimal(10) ** 11
LOOK_BACK = timedelta(days=30)  # held meetings without a deal that are looked at again


async def listing(house: House, *, closed: bool = False) -> list[dict[str, Any]]:
    """Deals, the next step that is due first."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        return await deal_list(tx, now, closed=closed)


async def detail(house: House, wanted: str) -> dict[str, Any]:
    """One deal by id, or by the name of its company or person.

    Raises:
        Correctable: unknown_deal, which_deal.
    """
    now = await house.clock.now()
    async with house.database.read() as tx:
        return await deal_detail(tx, await find_deal(tx, wanted), now)


async def move(house: House, args: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Move a deal for a person; what the gate says comes back with it.

    Raises:
        Refused: refused – a stage would be skipped, or something is not shown.
    """
    done = await handle_signal(house, "deal_moved", args, actor=actor)
    told = done.outcome[0]
    return {**done.data, "verdict": told["verdict"], "decision": told["id"], "text": told["text"]}


async def set_next(house: House, wanted: str, step: str, at: datetime, actor: Actor) -> dict[str, Any]:
    """Plan the next step of an open deal.

    Raises:
        Correctable: bad_step, past_date, closed_deal.
    """
    now = await house.clock.now()
    words = " ".join(step.split())
    if not words or len(words) > LONGEST_STEP:
        raise Correctable(f"A next step has 1 to {LONGEST_STEP} characters.", code="bad_step", where=wanted)
    if at <= now:
        raise Correctable("The date of a next step lies ahead.", code="past_date", where=at.isoformat())
    async with house.database.write() as tx:
        deal = await _open_deal(tx, wanted, actor)
        await deals.change(tx, deal["id"], next_step=words, next_step_at=at)
        body = {"at": at.isoformat()}
        await audit.append(tx, at=now, kind="deal_step", subject=deal["id"], by=actor.name, body=body)
    return {"id": deal["id"], "next_step": words, "next_step_at": at.isoformat()}


async def set_amount(
    house: House, wanted: str, amount: Decimal, currency: str, actor: Actor
) -> dict[str, Any]:
    """Set what a deal is worth; only a person says so.

    Raises:
        Correctable: bad_amount, bad_currency. Refused: person_needed.
    """
    from babel import Locale

    code = currency.upper()
    if not amount.is_finite() or not 0 <= amount < MOST_AMOUNT:
        raise Correctable("This is no amount of money.", code="bad_amount", where=str(amount)[:40])
    if code not in Locale("en").currencies:
        hint = "Use an ISO code such as EUR."
        raise Correctable("This is no currency.", code="bad_currency", where=code[:10], hint=hint)
    now = await house.clock.now()
    exact = amount.quantize(Decimal("0.01"))
    async with house.database.write() as tx:
        deal = await _open_deal(tx, wanted, actor)
        await deals.change(tx, deal["id"], amount=exact, currency=code)
        before = f"{deal['amount']} {deal['currency']}" if deal["amount"] is not None else "not known"
        body = {"amount": f"{exact} {code}", "before": before}
        await audit.append(tx, at=now, kind="deal_amount", subject=deal["id"], by=actor.name, body=body)
    return {"id": deal["id"], "amount": str(exact), "currency": code}


async def _open_deal(tx: AsyncConnection, wanted: str, actor: Actor) -> dict[str, Any]:
    if actor.kind != "user":
        raise Refused("Only a person sets this.", code="person_needed", where=wanted)
    deal = await find_deal(tx, wanted)
    if deal["stage"] in CLOSED:
        raise Correctable(f"The deal is closed ({deal['stage']}).", code="closed_deal", where=deal["id"])
    return deal


async def review_deals(house: House, due_row: DueRow) -> Worked:
    """Look at every open deal: keep what is new, write its health, move it by proof, want tasks."""
    counts: Counter[str] = Counter()
    problems = await _meetings_without_deal(house)
    async with house.database.read() as tx:
        rows = await deals.listing(tx)
    for row in rows:
        try:
            counts += await _review(house, row["id"])
        except RainmakerError as error:
            log.warning("deal_not_reviewed", extra={"deal": row["id"], "code": error.code})
            problems.append(error.message)
    return Worked(
        counts=dict(counts),
        problems=tuple(dict.fromkeys(problems)),
        detail=f"{len(rows)} deals reviewed",
    )


async def _review(house: House, deal_id: str) -> Counter[str]:
    now = await house.clock.now()
    async with house.database.write() as tx:
        deal = await deals.one(tx, deal_id)
        if deal is None or deal["stage"] in CLOSED:
            return Counter()
        await collect(tx, deal, ids=house.ids, ours=house.terms.sender, now=now)
        health = assess(await pulse_of(tx, deal, now))
        signals = [signal.as_json() for signal in health.signals]
        await deals.change(tx, deal_id, health=health.score, signals=signals)
        verdict = await _one_task(tx, house, deal, concerns(health, deal["stage"]))
        moves = await may_move_itself(tx, deal)
    done: Counter[str] = Counter(reviewed=1, decisions=int(verdict is not None))
    done["refused"] += int(verdict is Verdict.REFUSE)
    if moves:
        result = await handle_signal(house, "deal_reviewed", {"deal": deal_id}, actor=DEAL, lenient=True)
        done["decisions"] += len(result.outcome)
    return done


async def _one_task(
    tx: AsyncConnection, house: House, deal: dict[str, Any], signals: list[Signal]
) -> Verdict | None:
    """At most one new task a review: the worst concern that was not told before."""
    who = await _named(tx, deal)
    for signal in signals:
        verdict = await want_task(tx, house, deal, signal, who)
        if verdict is not None:
            return verdict
    return None


async def _named(tx: AsyncConnection, deal: dict[str, Any]) -> Named:
    account = await crm.account(tx, deal["account_id"])
    return Named(account.name if account else deal["name"], await person_named(tx, deal["contact_id"]))


async def _meetings_without_deal(house: House) -> list[str]:
    """Held meetings that opened no deal yet, say because the process ended in between, are told again."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        held = [row for row in await deal_history.held(tx) if row["ends_at"] >= now - LOOK_BACK]
        lost = [row["id"] for row in held if not await _known(tx, row)]
    problems = []
    for meeting_id in lost:
        try:
            await handle_signal(house, "meeting_held", {"meeting_id": meeting_id}, actor=DEAL, lenient=True)
        except RainmakerError as error:
            problems.append(error.message)
    return problems


async def _known(tx: AsyncConnection, meeting: dict[str, Any]) -> bool:
    contact = await crm.contact(tx, meeting["contact_id"])
    account_id = contact.account_id if contact else meeting["account_id"]
    for deal in await deal_history.of_account(tx, account_id):
        sources = {proof.source for proof in await deals.proofs(tx, deal["id"])}
        if deal["closed_at"] is None or meeting["id"] in sources or deal["closed_at"] > meeting["ends_at"]:
            return True
    return False
