"""Gatekeep: every proposal of a step goes before the gate; decisions are written before any effect."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from autonomy.judge import judge
from autonomy.plans import check_step
from domain.decisions import Actor, Proposal
from domain.errors import Refused
from graph.desk import Desk
from graph.noting import note_touches
from graph.specialists.contexts import check_context
from graph.specialists.table import SPECIALISTS
from graph.state import StepResult, TurnState, Wanted, frozen_plan


async def gatekeep(state: TurnState, runtime: Runtime[Desk]) -> Command[Literal["act", "supervisor"]]:
    """Judge what the specialist wants."""
    desk = runtime.context
    result = StepResult.model_validate(state.get("current", {}))
    update: dict[str, Any] = {"answers": [*state.get("answers", []), state.get("current", {})]}
    if not result.wanted:
        return Command(goto="supervisor", update={**update, "cursor": state.get("cursor", 0) + 1})
    cursor = state.get("cursor", 0)
    step = state.get("plan", [])[cursor]
    name = str(step["name"])
    try:
        plan = check_step(frozen_plan(state), cursor, step)
        _check_wanted(result, name)
        check_context(name, [one.action for one in result.wanted], from_owner=plan.from_owner)
    except Refused as error:
        kept = {"error": error.as_dict() | {"exit": error.exit_code}, "cursor": cursor + 1}
        return Command(goto="supervisor", update=kept)
    now = await desk.clock.now()
    decided = []
    async with desk.database.write() as tx:
        for wanted in result.wanted:
            proposal = Proposal(
                id=desk.ids.new("prp"),
                action=wanted.action,
                actor=_actor(desk, wanted, name),
                reason=wanted.reason,
                alternatives=wanted.alternatives,
                label=wanted.label,
                cause=result.cause or desk.message_id or state["turn_id"],
                maker=f"{desk.language.info.name} {desk.language.info.version}".strip(),
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
            decided.append(decision)
        await note_touches(tx, decided, now)
    return Command(goto="act", update={**update, "decided": [one.id for one in decided]})


def _check_wanted(result: StepResult, tool: str) -> None:
    """Looked at again here: between a step and the gate lies a checkpoint that somebody may have edited."""
    owner = next((one for one in SPECIALISTS if tool in one.tools), None)
    for wanted in result.wanted:
        if owner is None or wanted.action.kind not in owner.may_propose:
            kind = wanted.action.kind
            raise Refused(f"{tool} may not propose {kind}.", code="foreign_proposal", where=kind)


def _actor(desk: Desk, wanted: Wanted, tool: str) -> Actor:
    if wanted.as_user and desk.actor.kind == "user":
        return desk.actor
    owner = next(one.name for one in SPECIALISTS if tool in one.tools)
    return Actor(kind="agent", name=owner)
