"""The supervisor: typed signals by table, free text by language; then one step after the other.

It never re-writes what a specialist answered.
"""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from autonomy.plans import check_step, freeze, is_untrusted, replan
from domain.errors import RainmakerError, Refused
from domain.labels import Integrity, Label, combine
from graph.desk import Desk
from graph.intake import look
from graph.playbooks import PLAYBOOKS
from graph.specialists.contexts import OUTSIDE_TOOLS
from graph.specialists.table import CATALOG, NODES
from graph.state import MAX_STEPS, StepResult, TurnState, frozen_plan, person_label
from language.port import Situation, ToolOffer

Next = Literal["research", "outreach", "relationship", "deal", "supervisor_tools", "reflect"]


async def supervisor(state: TurnState, runtime: Runtime[Desk]) -> Command[Next]:
    """Plan once, freeze the plan, then hand the next step to the specialist that owns it."""
    try:
        update = await _planned(state, runtime.context) if "plan" not in state else _replanned(state)
        plan = update.get("plan", state.get("plan", []))
        cursor = state.get("cursor", 0)
        if state.get("error") or cursor >= len(plan):
            return Command(goto="reflect", update=update)
        if state.get("steps", 0) >= MAX_STEPS:
            raise Refused(f"A run ends after {MAX_STEPS} steps.", code="too_many_steps")
        check_step(frozen_plan({**state, **update}), cursor, plan[cursor])
        node = NODES[CATALOG.get(str(plan[cursor]["name"])).specialist]
    except RainmakerError as error:
        return Command(goto="reflect", update={"error": error.as_dict() | {"exit": error.exit_code}})
    return Command(goto=node, update={**update, "steps": state.get("steps", 0) + 1})


async def _planned(state: TurnState, desk: Desk) -> dict[str, Any]:
    signal = state["signal"]
    person = person_label(desk.actor)
    if signal is not None:
        steps = _by_table(signal)
        return {"plan": steps, "frozen": freeze(steps, person, from_owner=True).model_dump(mode="json")}
    situation = Situation.model_validate(state.get("situation") or (await look(desk)).model_dump())
    plan = await desk.language.plan(state["message"], situation, offers())
    steps = [call.model_dump(mode="json") for call in plan.steps]
    label = combine([person, *_shown_labels(situation)], origin=desk.language.info.name)
    from_owner = not is_untrusted(label) or await _meant(steps, state["message"], situation, desk)
    frozen = freeze(steps, label, from_owner=from_owner)
    reply = StepResult(text=plan.reply, label=label).model_dump(mode="json")
    answers = [reply] if plan.reply else []
    return {"plan": steps, "answers": answers, "frozen": frozen.model_dump(mode="json")}


def _shown_labels(situation: Situation) -> list[Label]:
    """The label of what was shown and said before: it may hold text from the web."""
    carried = (situation.shown, situation.focus, situation.recent, situation.digest, situation.seller_name)
    return [Label(integrity=Integrity.UNTRUSTED, origin="conversation")] if any(carried) else []


async def _meant(steps: list[dict[str, Any]], message: str, situation: Situation, desk: Desk) -> bool:
    """Whether every step that may cause an outside effect follows from the message alone.

    It is planned again without anything that was shown or found: nobody else's text can have asked for it.
    """
    outside = {str(one["name"]) for one in steps} & OUTSIDE_TOOLS
    if not outside:
        return False
    bare = {"shown": (), "focus": None, "recent": (), "digest": "", "seller_name": ""}
    alone = await desk.language.plan(message, situation.model_copy(update=bare), offers())
    return outside <= {call.name for call in alone.steps}


def _replanned(state: TurnState) -> dict[str, Any]:
    """Other steps from here on, when a step asked for them and the frozen plan lets it."""
    steps, frozen, cursor = state.get("replan"), frozen_plan(state), state.get("cursor", 0)
    if steps is None or frozen is None:
        return {}
    changed = replan(frozen, cursor, steps, read_untrusted=state.get("untrusted", True))
    plan = [*state.get("plan", [])[:cursor], *steps]
    return {"plan": plan, "frozen": changed.model_dump(mode="json"), "replan": None}


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
