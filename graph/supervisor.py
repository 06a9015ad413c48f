"""The supervisor: typed signals by table, free text by language; then one step after the other.

It never re-writes what a specialist answered.
"""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from domain.errors import RainmakerError, Refused
from graph.desk import Desk
from graph.intake import look
from graph.playbooks import PLAYBOOKS
from graph.specialists.table import CATALOG, NODES
from graph.state import MAX_STEPS, StepResult, TurnState
from language.port import Situation, ToolOffer

Next = Literal["research", "outreach", "supervisor_tools", "reflect"]


async def supervisor(state: TurnState, runtime: Runtime[Desk]) -> Command[Next]:
    """Plan once, then hand the next step to the specialist that owns it."""
    try:
        update = {} if "plan" in state else await _planned(state, runtime.context)
        plan = update.get("plan", state.get("plan", []))
        cursor = state.get("cursor", 0)
        if state.get("error") or cursor >= len(plan):
            return Command(goto="reflect", update=update)
        if state.get("steps", 0) >= MAX_STEPS:
            raise Refused(f"A run ends after {MAX_STEPS} steps.", code="too_many_steps")
        node = NODES[CATALOG.get(str(plan[cursor]["name"])).specialist]
    except RainmakerError as error:
        return Command(goto="reflect", update={"error": error.as_dict() | {"exit": error.exit_code}})
    return Command(goto=node, update={**update, "steps": state.get("steps", 0) + 1})


async def _planned(state: TurnState, desk: Desk) -> dict[str, Any]:
    signal = state["signal"]
    if signal is not None:
        return {"plan": _by_table(signal)}
    situation = Situation.model_validate(state.get("situation") or (await look(desk)).model_dump())
    plan = await desk.language.plan(state["message"], situation, offers())
    steps = [call.model_dump(mode="json") for call in plan.steps]
    answers = [StepResult(text=plan.reply).model_dump(mode="json")] if plan.reply else []
    return {"plan": steps, "answers": answers}


def _by_table(signal: dict[str, Any]) -> list[dict[str, Any]]:
    kind = str(signal["kind"])
    if kind not in PLAYBOOKS:
        raise Refused(f"No playbook knows the signal {kind[:60]}.", code="unknown_signal", where=kind[:60])
    return [{"name": name, "args": dict(signal.get("args", {}))} for name in PLAYBOOKS[kind]]


def offers() -> list[ToolOffer]:
    """The catalogue as the planner sees it."""
    return [
        ToolOffer(
            name=tool.name,
            specialist=tool.specialist,
            description=tool.description,
            schema=tool.args.model_json_schema(),
        )
        for tool in CATALOG.all()
    ]
