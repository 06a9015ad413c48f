"""Proposals of programs that are not ours (an MCP client, a hook): typed, untrusted, never done without a person."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from autonomy import approvals
from autonomy.judge import judge
from domain.actions import AddTask, AnyAction, MoveDeal, PauseSending
from domain.deals import DealStage
from domain.decisions import Actor, Proposal, RuleHit, Verdict
from domain.errors import Correctable, Refused
from domain.labels import Integrity, Label
from graph.specialists.deal_book import find_deal
from graph.specialists.desk_steps import SCOPE
from runtime.store import deals
from service.bootstrap import House

_ALWAYS_ASK = RuleHit(
    rule="G19", verdict=Verdict.ASK, message="A program from outside proposed it; a person decides."
)


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(min_length=1, max_length=300, description="Why, in one sentence.")


class WantedStop(_Wanted):
    """Stop mails or every act, for a scope."""

    kind: Literal["stop"] = "stop"
    scope: str = Field("workspace", max_length=80, pattern=SCOPE, description="workspace, campaign:ID …")
    level: Literal["sends", "effects", "all"] = "sends"


class WantedTask(_Wanted):
    """Put a task before a person."""

    kind: Literal["task"] = "task"
    title: str = Field(min_length=1, max_length=200)
    about: str = Field(min_length=1, max_length=60, description="Id of a deal, contact, meeting or thread.")
    days: int = Field(1, ge=0, le=365, description="Due in so many days.")


class WantedMove(_Wanted):
    """Move a deal to another stage."""

    kind: Literal["move_deal"] = "move_deal"
    deal: str = Field(min_length=1, max_length=120, description="Id of a deal.")
    stage: DealStage


Wanted = Annotated[WantedStop | WantedTask | WantedMove, Field(discriminator="kind")]
WANTED: TypeAdapter[WantedStop | WantedTask | WantedMove] = TypeAdapter(Wanted)


async def propose(
    house: House, wanted: WantedStop | WantedTask | WantedMove, *, by: str, cause: str = ""
) -> dict[str, Any]:
    """Put it before the gate, and before a person unless the gate is against it.

    Raises:
        Refused: refused – the decision stays on record. Correctable: unknown_deal, unknown_subject.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        action = await _action(tx, house, wanted, now)
        proposal = Proposal(
            id=house.ids.new("prp"),
            action=action,
            actor=Actor(kind="agent", name=by[:60]),
            reason=wanted.reason,
            label=Label(integrity=Integrity.UNTRUSTED, origin=by[:60]),
            cause=cause,
            made_at=now,
        )
        made = await judge(
            tx,
            proposal,
            policy=house.policy,
            terms=house.terms,
            ids=house.ids,
            now=now,
            at_least=_ALWAYS_ASK,
        )
        if made.judgement.verdict is Verdict.ASK:
            approval = await approvals.ask(
                tx,
                [made],
                summary=f"{by[:60]} proposes: {_summary(wanted)}",
                cause=cause,
                ids=house.ids,
                now=now,
                per_day=house.terms.asks_per_day,
            )
            return {"decision": made.id, "verdict": "ask", "approval": approval, "why": made.judgement.why}
    raise Refused(made.judgement.why, code="refused", where=made.id)


async def _action(tx: Any, house: House, wanted: WantedStop | WantedTask | WantedMove, now: Any) -> AnyAction:
    match wanted:
        case WantedStop():
            return PauseSending(scope=wanted.scope, level=wanted.level, reason=wanted.reason)
        case WantedTask():
            if not await deals.is_subject(tx, wanted.about):
                raise Correctable(
                    "What this task is about does not exist.", code="unknown_subject", where=wanted.about
                )
            return AddTask(
                task_id=house.ids.new("tsk"),
                about=wanted.about,
                title=wanted.title,
                due_at=now + timedelta(days=wanted.days),
                why=wanted.reason,
            )
        case WantedMove():
            deal = await find_deal(tx, wanted.deal)
            before = DealStage(deal["stage"])
            return MoveDeal(deal_id=deal["id"], before=before, after=wanted.stage, reason=wanted.reason)


def _summary(wanted: WantedStop | WantedTask | WantedMove) -> str:
    match wanted:
        case WantedStop():
            return f"stop {wanted.level} for {wanted.scope}"
        case WantedTask():
            return f"a task, “{wanted.title[:80]}”"
        case WantedMove():
            return f"move deal {wanted.deal[:40]} to {wanted.stage}"
