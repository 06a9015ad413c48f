"""The specialists' nodes: run the one step they were handed, with their own tools only."""

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from autonomy.approvals import DECIDERS
from domain.decisions import Actor
from domain.errors import RainmakerError, Refused
from graph.desk import Desk, Progress
from graph.specialists.table import CATALOG, specialist
from graph.state import StepResult, TurnState
from tools.catalog import Tool, parse_args

Then = Command[Literal["gatekeep", "reflect"]]


async def research(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run a research step."""
    return await run_step("research", state, runtime.context)


async def outreach(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run an outreach step."""
    return await run_step("outreach", state, runtime.context)


async def supervisor_tools(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run one of the supervisor's own steps."""
    return await run_step("supervisor", state, runtime.context)


async def run_step(name: str, state: TurnState, desk: Desk) -> Then:
    """One step of one specialist; a foreign tool or a foreign kind of proposal is refused."""
    step = state.get("plan", [])[state.get("cursor", 0)]
    try:
        tool = CATALOG.own(name, str(step["name"]))
        _check_person(tool, desk.actor)
        args = parse_args(tool, dict(step.get("args", {})))
        await desk.emit(Progress("step", tool.name))
        result: StepResult = await tool.run(desk, args)
        _check_proposals(name, result)
    except RainmakerError as error:
        await desk.emit(Progress("done", str(step["name"])))
        update: dict[str, Any] = {"error": error.as_dict() | {"exit": error.exit_code}}
        return Command(goto="reflect", update=update)
    await desk.emit(Progress("done", tool.name))
    return Command(goto="gatekeep", update={"current": result.model_dump(mode="json")})


def _check_person(tool: Tool, actor: Actor) -> None:
    """A viewer looks: a specialist must not carry out for them what they may not do themselves."""
    if tool.effect == "propose" and actor.kind == "user" and actor.role not in DECIDERS:
        raise Refused(
            f"The role {actor.role or 'none'} may not {tool.name}.", code="role_may_not", where=tool.name
        )


def _check_proposals(name: str, result: StepResult) -> None:
    allowed = specialist(name).may_propose
    for wanted in result.wanted:
        if wanted.action.kind not in allowed:
            raise Refused(
                f"{name} may not propose {wanted.action.kind}.",
                code="foreign_proposal",
                where=wanted.action.kind,
            )
