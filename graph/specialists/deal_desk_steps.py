"""Deal steps for a person: list deals, show one, move one with proof. A move goes before the gate like every act."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import MoveDeal
from domain.deals import DealFact, DealStage, Proof, missing, says
from domain.errors import Correctable
from domain.labels import owner_label
from graph.desk import Desk
from graph.specialists.deal_book import find_deal
from graph.specialists.deal_plan import NextStep, office_at, plan_next
from graph.specialists.deal_steps import person_named
from graph.specialists.deal_views import deal_detail, deal_list, detail_text, list_text
from graph.state import StepResult, Wanted
from language.port import Shown
from runtime.store import deals, meetings, talks
from tools.catalog import Args, tool

_CLOSED = (DealStage.WON, DealStage.LOST)


class DealsArgs(Args):
    """Which deals."""

    closed: bool = Field(False, description="Closed ones too.")


class DealArgs(Args):
    """One deal."""

    id: str = Field(
        min_length=1, max_length=120, description="Deal id, or the name of the company or person."
    )


class Given(Args):
    """A proof as a person gives it. Without a source the words are their own and are kept as a note."""

    quote: str = Field("", max_length=1000)
    source: str = Field("", max_length=60, description="Id of the mail, meeting or message that says so.")
    fact: DealFact | None = None


class MoveArgs(Args):
    """Where a deal goes, and what shows that it may."""

    id: str = Field(min_length=1, max_length=120, description="Deal id, or the name of the company.")
    stage: DealStage
    why: str = Field(min_length=1, max_length=500)
    proofs: tuple[Given, ...] = Field((), max_length=10)
    next_step: str = Field("", max_length=300)
    next_step_at: AwareDatetime | None = None


@tool("deal", DealsArgs)
async def list_deals(desk: Desk, args: DealsArgs) -> StepResult:
    """List the open deals: stage, dated next step, health with its main reason, amount."""
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        rows = await deal_list(tx, now, closed=args.closed)
    shown = tuple(
        Shown(kind="deal", id=row["id"], label=row["account"], position=number)
        for number, row in enumerate(rows, 1)
    )
    return StepResult(text=list_text(rows), shown=shown, data={"deals": rows})


@tool("deal", DealArgs)
async def show_deal(desk: Desk, args: DealArgs) -> StepResult:
    """Show one deal: people, what is shown and by which words, moves, tasks, every signal of health."""
    now = await desk.clock.now()
    async with desk.database.read() as tx:
        deal = await find_deal(tx, args.id)
        row = await deal_detail(tx, deal, now)
    focus = Shown(kind="deal", id=row["id"], label=row["account"], position=1)
    return StepResult(text=detail_text(row), focus=focus, cause=row["id"], data=row)


@tool("deal", MoveArgs, effect="propose", undo="moves it back")
async def move_deal(desk: Desk, args: MoveArgs) -> StepResult:
    """Move a deal to another stage for a person, with what shows that its exit criteria are met."""
    now = await desk.clock.now()
    async with desk.database.write() as tx:
        deal = await find_deal(tx, args.id)
        proofs = await _proofs(tx, desk, deal, args, now)
        step = await _next_step(tx, desk, deal, args, proofs, now)
    before = DealStage(deal["stage"])
    action = MoveDeal(
        deal_id=deal["id"],
        before=before,
        after=args.stage,
        proof=proofs,
        next_step=step.text if step else "",
        next_step_at=step.at if step else None,
        reason=args.why,
    )
    wanted = Wanted(action=action, reason=args.why, label=owner_label(desk.actor.name), as_user=True)
    return StepResult(
        text=f"{deal['name']}: {before} → {args.stage}.",
        wanted=(wanted,),
        summary=f"Move the deal with {deal['name']} to {args.stage}",
        cause=deal["id"],
        data={"id": deal["id"], "before": str(before), "after": str(args.stage)},
    )


async def _proofs(
    tx: AsyncConnection, desk: Desk, deal: dict[str, Any], args: MoveArgs, now: datetime
) -> tuple[Proof, ...]:
    known = {proof.fact for proof in await deals.proofs(tx, deal["id"])}
    given = list(args.proofs)
    if args.stage is DealStage.LOST and not given and DealFact.LOST_REASON not in known:
        given = [Given(quote=args.why, fact=DealFact.LOST_REASON)]
    found: list[Proof] = []
    for one in given:
        fact = one.fact or await _fact(tx, deal, args.stage, one, known)
        source = one.source or await _note(tx, desk, deal, one.quote, now)
        found.append(Proof(fact=fact, source=source, quote=one.quote, at=now))
        known.add(fact)
    return tuple(found)


async def _fact(
    tx: AsyncConnection, deal: dict[str, Any], after: DealStage, given: Given, known: set[DealFact]
) -> DealFact:
    """Which fact a proof shows when nobody said: the one that is missing.

    Raises:
        Correctable: which_fact.
    """
    if after is DealStage.LOST:
        return DealFact.LOST_REASON
    lacking = missing(DealStage(deal["stage"]), known)
    if given.source and await meetings.one(tx, given.source) is not None:
        return DealFact.MEETING_HELD
    if len(lacking) == 1:
        return next(iter(lacking))
    raise Correctable(
        "It is not clear what this proof shows.",
        code="which_fact",
        where=deal["id"],
        hint=f"Say which with --fact: {', '.join(sorted(lacking) or sorted(DealFact))}.",
    )


async def _note(tx: AsyncConnection, desk: Desk, deal: dict[str, Any], words: str, now: datetime) -> str:
    """A person's own words, kept as the source of a proof: this message, or a note about the deal.

    Raises:
        Correctable: no_words. An agent has no words of its own.
    """
    if desk.actor.kind != "user" or not words.strip():
        raise Correctable("A proof needs a source, or your own words.", code="no_words", where=deal["id"])
    if desk.message_id and says(desk.said, words):
        return desk.message_id
    conversation = f"deal-{deal['id']}"[:40]
    await talks.ensure_conversation(tx, conversation, desk.actor.name, now)
    note = desk.ids.new("msg")
    await talks.add_message(
        tx,
        message_id=note,
        conversation_id=conversation,
        role="user",
        text=words,
        body={"deal": deal["id"]},
        label=owner_label(desk.actor.name),
        at=now,
    )
    return note


async def _next_step(
    tx: AsyncConnection,
    desk: Desk,
    deal: dict[str, Any],
    args: MoveArgs,
    proofs: tuple[Proof, ...],
    now: datetime,
) -> NextStep | None:
    """The step a person gave, or the usual one of the stage; a closed deal has none."""
    if args.stage in _CLOSED:
        return None
    known = [proof.fact for proof in (*proofs, *await deals.proofs(tx, deal["id"]))]
    person = await person_named(tx, deal["contact_id"])
    usual = plan_next(args.stage, known, person, now, office_at(desk))
    return NextStep(args.next_step or usual.text, args.next_step_at or usual.at)


TOOLS = (list_deals, show_deal, move_deal)
