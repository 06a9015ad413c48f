"""Deal steps: open a deal for clear intent or a held meeting, move it by proof, show it. Proposes, never acts.

Facts come from typed findings of stored mails and from events of ours, never from a model's free text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account
from domain.actions import MoveDeal, OpenDeal
from domain.deals import EXIT, DealFact, DealStage, Proof, own_move, stage_after
from domain.decisions import Verdict
from domain.errors import Correctable
from domain.ids import derived
from domain.replies import ReplyKind
from graph.desk import Desk
from graph.specialists.deal_book import collect, find_deal, heard, heard_from, held_proof, label_behind
from graph.specialists.deal_plan import NextStep, named, office_at, plan_next
from graph.specialists.dealing import SURE, clean
from graph.state import StepResult, Wanted
from runtime.store import crm, deal_history, deals, inbound, meetings
from tools.catalog import Args, tool

_INTENT = frozenset({ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER})
_LONGEST_NAME = 80


class EventArgs(Args):
    """What happened: a mail that came in, or a meeting; or which deal to look at."""

    inbound_id: str = Field("", max_length=40, description="Id of a mail that came in.")
    meeting_id: str = Field("", max_length=255, description="Id of a meeting.")
    contact_id: str = Field("", max_length=40)
    thread_id: str = Field("", max_length=40)
    deal: str = Field("", max_length=120, description="Deal id, or the name of the company.")


@dataclass(frozen=True)
class _Event:
    """A mail or a held meeting, with the company it is about."""

    account: Account
    contact_id: str
    cause: str
    intent: bool = False  # a mail in which they clearly want to go on
    held: Proof | None = None


@tool("deal", EventArgs, effect="propose", undo="closes the deal as opened by mistake")
async def consider_deal(desk: Desk, args: EventArgs) -> StepResult:
    """Open a deal when a mail shows clear intent or a meeting was held; one open deal a company."""
    async with desk.database.read() as tx:
        event = await _event(tx, args)
        standing = await deals.open_of(tx, event.account.id)
        if standing is not None:
            return StepResult(text=f"{standing['name']} has an open deal.", data={"deal": standing["id"]})
        proofs = await _grounds(tx, event)
        if await _asked_before(tx, event):
            return StepResult(text=f"{event.account.name}: a person was asked about this deal before.")
        if not proofs:
            return StepResult(text=f"{event.account.name}: no deal is opened; {_lacking(event)}")
        wanted = await _opening(tx, desk, event, proofs)
    return StepResult(
        text=f"{event.account.name}: a deal begins.",
        wanted=(wanted,),
        summary=f"Open a deal with {event.account.name}",
        cause=event.cause,
        data={"deal": getattr(wanted.action, "deal_id", "")},
    )


async def _asked_before(tx: AsyncConnection, event: _Event) -> bool:
    """True when this event led to a deal, or to an ask, before; a refused one may come again."""
    deal_id = derived("dea", event.cause)
    made = await deal_history.judged(tx, "open_deal", "deal_id", deal_id)
    return any(one.verdict == Verdict.ASK for one in made) or await deals.one(tx, deal_id) is not None


def _lacking(event: _Event) -> str:
    return "no meeting was held." if not event.intent else "they did not say yet that they want something."


async def _event(tx: AsyncConnection, args: EventArgs) -> _Event:
    """The event with its company.

    Raises:
        Correctable: unknown_event, no_account.
    """
    row = await inbound.one(tx, args.inbound_id) if args.inbound_id else None
    meeting = await meetings.one(tx, args.meeting_id) if args.meeting_id else None
    source = row or meeting
    if source is None:
        where = args.inbound_id or args.meeting_id
        raise Correctable("There is no such mail or meeting.", code="unknown_event", where=where)
    contact_id = source["contact_id"] or args.contact_id
    contact = await crm.contact(tx, contact_id) if contact_id else None
    account = await crm.account(tx, contact.account_id if contact else source["account_id"])
    if account is None:
        raise Correctable(
            "Nobody knows whose mail or meeting this is.", code="no_account", where=source["id"]
        )
    if row is not None:
        return _Event(account, contact_id, row["id"], intent=_wants(row))
    proof = held_proof(source) if source["state"] == "held" else None
    return _Event(account, contact_id, source["id"], held=proof)


def _wants(row: dict[str, Any]) -> bool:
    one = heard(row)
    if one is None or one.reading is None or one.reading.needs_person or one.reading.opts_out:
        return False
    return any(found.kind in _INTENT and found.confidence >= SURE for found in one.reading.findings)


async def _grounds(tx: AsyncConnection, event: _Event) -> tuple[Proof, ...]:
    """What shows that there is a deal: the newest proof of each fact; empty when there is none."""
    found = {proof.fact: proof for one in await heard_from(tx, event.account.id) for proof in one.proofs}
    found.pop(DealFact.LOST_REASON, None)
    if event.held is not None:
        found[DealFact.MEETING_HELD] = event.held
    elif not event.intent or DealFact.NEED not in found:
        return ()
    return tuple(found.values())


async def _opening(tx: AsyncConnection, desk: Desk, event: _Event, proofs: Sequence[Proof]) -> Wanted:
    known = [proof.fact for proof in proofs]
    step = await _step(tx, desk, event.account.id, event.contact_id, DealStage.DISCOVERY, known)
    action = OpenDeal(
        deal_id=derived("dea", event.cause),  # the same event opens it once
        account_id=event.account.id,
        contact_id=event.contact_id,
        name=event.account.name[:_LONGEST_NAME],
        cause="meeting_held" if event.held else "intent",
        proof=tuple(proofs),
        next_step=step.text,
        next_step_at=step.at,
    )
    reason = "a meeting was held" if event.held else "they showed clear intent"
    return Wanted(action=action, reason=reason, label=await label_behind(tx, proofs))


async def _step(
    tx: AsyncConnection,
    desk: Desk,
    account_id: str,
    contact_id: str,
    stage: DealStage,
    known: Sequence[DealFact],
) -> NextStep:
    """The next step: a meeting that stands, or what the stage still needs."""
    now = await desk.clock.now()
    person = await person_named(tx, contact_id)
    ahead = [row for row in await meetings.live(tx, account_id=account_id) if row["starts_at"] > now]
    if ahead:
        return NextStep(f"Meeting with {person}", ahead[0]["starts_at"])
    return plan_next(stage, known, person, now, office_at(desk))


async def person_named(tx: AsyncConnection, contact_id: str) -> str:
    """How a contact is named in a task or step."""
    contact = await crm.contact(tx, contact_id) if contact_id else None
    return clean(contact.name or contact.email, _LONGEST_NAME) if contact else "them"


@tool("deal", EventArgs, effect="propose", undo="moves it back")
async def follow_deal(desk: Desk, args: EventArgs) -> StepResult:
    """Keep what mails and meetings show about a deal, and move it one stage when nothing is missing."""
    now = await desk.clock.now()
    async with desk.database.write() as tx:
        deal = await _followed(tx, args)
        if deal is None:
            return StepResult()
        new = await collect(tx, deal, ids=desk.ids, ours=desk.terms.sender, now=now)
        wanted = await _own_move(tx, desk, deal)
    return StepResult(
        wanted=(wanted,) if wanted else (),
        summary=f"Move the deal with {deal['name']} to the next stage" if wanted else "",
        cause=args.inbound_id or args.meeting_id or deal["id"],
        data={"deal": deal["id"], "new": new},
    )


async def _followed(tx: AsyncConnection, args: EventArgs) -> dict[str, Any] | None:
    if args.deal:
        return await find_deal(tx, args.deal)
    return await deals.open_of(tx, (await _event(tx, args)).account.id)


async def _own_move(tx: AsyncConnection, desk: Desk, deal: dict[str, Any]) -> Wanted | None:
    stage = DealStage(deal["stage"])
    proofs = await deals.proofs(tx, deal["id"])
    known = [proof.fact for proof in proofs]
    after = own_move(stage, known, await left_before(tx, deal["id"]))
    if after is None or await _move_asked(tx, deal):
        return None
    behind = tuple({proof.fact: proof for proof in proofs if proof.fact in EXIT[stage]}.values())
    step = await _step(tx, desk, deal["account_id"], deal["contact_id"], after, known)
    reason = f"{named(EXIT[stage])} is shown"
    action = MoveDeal(
        deal_id=deal["id"],
        before=stage,
        after=after,
        proof=behind,
        next_step=step.text,
        next_step_at=step.at,
        reason=reason[0].upper() + reason[1:],
    )
    return Wanted(action=action, reason=reason, label=await label_behind(tx, behind))


async def _move_asked(tx: AsyncConnection, deal: dict[str, Any]) -> bool:
    """True when a person was asked to leave this stage since the deal is in it."""
    made = await deal_history.judged(tx, "move_deal", "deal_id", deal["id"])
    return any(
        one.verdict == Verdict.ASK
        and one.action["before"] == deal["stage"]
        and one.made_at >= deal["stage_since"]
        for one in made
    )


async def left_before(tx: AsyncConnection, deal_id: str) -> list[DealStage]:
    """The stages a deal left forwards before."""
    steps = [(DealStage(row["before"]), DealStage(row["after"])) for row in await deals.moves(tx, deal_id)]
    return [before for before, after in steps if after is stage_after(before)]


async def may_move_itself(tx: AsyncConnection, deal: dict[str, Any]) -> bool:
    """True when what is stored suffices for the next stage."""
    known = [proof.fact for proof in await deals.proofs(tx, deal["id"])]
    return own_move(DealStage(deal["stage"]), known, await left_before(tx, deal["id"])) is not None


TOOLS = (consider_deal, follow_deal)
