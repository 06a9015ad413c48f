"""Gatekeep: every proposal of a step goes before the gate; decisions are written before any effect."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from autonomy.judge import judge
from domain.decisions import Actor, Proposal
from graph.desk import Desk
from graph.specialists.table import SPECIALISTS
from graph.state import StepResult, TurnState, Wanted


async def gatekeep(state: TurnState, runtime: Runtime[Desk]) -> Command[Literal["act", "supervisor"]]:
    """Judge what the specialist wants."""
    desk = runtime.context
    result = StepResult.model_validate(state.get("current", {}))
    update: dict[str, Any] = {"answers": [*state.get("answers", []), state.get("current", {})]}
    if not result.wanted:
        return Command(goto="supervisor", update={**update, "cursor": state.get("cursor", 0) + 1})
    name = str(state.get("plan", [])[state.get("cursor", 0)]["name"])
    now = await desk.clock.now()
    decided = []
    async with desk.database.write() as tx:
        for wanted in result.wanted:
            proposal = Proposal(
                id=desk.ids.new("prp"),
                action=wanted.action,
                actor=_actor(desk, wanted, name),
                reason=wanted.reason,
                label=wanted.label,
                cause=result.cause or desk.message_id or state["turn_id"],
                made_at=now,
            )
            decision = await judge(
                tx,
                proposal,
                policy=desk.policy,
                terms=desk.terms,
                ids=desk.ids,
                now=now,
                batch_size=len(result.wanted),
            )
            decided.append(decision.id)
    return Command(goto="act", update={**update, "decided": decided})


def _actor(desk: Desk, wanted: Wanted, tool: str) -> Actor:
    if wanted.as_user and desk.actor.kind == "user":
        return desk.actor
    owner = next(one.name for one in SPECIALISTS if tool in one.tools)
    return Actor(kind="agent", name=owner)
