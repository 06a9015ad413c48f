"""The specialists' nodes: run the one step they were handed, with their own tools only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import Command

from autonomy import switch
from autonomy.approvals import DECIDERS
from autonomy.plans import FrozenPlan, args_label, check_step
from autonomy.stop_file import with_stop_file
from domain.decisions import Actor
from domain.errors import RainmakerError, Refused
from domain.labels import Integrity, Label, combine
from graph.desk import Desk, Progress
from graph.specialists.contexts import READS_UNTRUSTED, check_context
from graph.specialists.table import CATALOG, specialist
from graph.state import StepResult, TurnState, frozen_plan, person_label
from language.port import Passage
from runtime.store import people
from tools.catalog import Args, Tool, parse_args
from tools.read.ports import Recall

Then = Command[Literal["gatekeep", "reflect"]]


async def research(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run a research step."""
    return await run_step("research", state, runtime.context)


async def outreach(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run an outreach step."""
    return await run_step("outreach", state, runtime.context)


async def relationship(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run a relationship step."""
    return await run_step("relationship", state, runtime.context)


async def deal(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run a deal step."""
    return await run_step("deal", state, runtime.context)


async def supervisor_tools(state: TurnState, runtime: Runtime[Desk]) -> Then:
    """Run one of the supervisor's own steps."""
    return await run_step("supervisor", state, runtime.context)


async def run_step(name: str, state: TurnState, desk: Desk) -> Then:
    """One planned step of one specialist; a foreign tool, proposal or context is refused."""
    cursor = state.get("cursor", 0)
    step = state.get("plan", [])[cursor]
    try:
        tool = CATALOG.own(name, str(step["name"]))
        _check_person(tool, desk.actor)
        await _check_frozen(tool, desk)
        plan = check_step(frozen_plan(state), cursor, step)
        args = parse_args(tool, dict(step.get("args", {})))
        check_context(tool.name, (), from_owner=plan.from_owner)
        await desk.emit(Progress("step", tool.name))
        result: StepResult = await tool.run(_own_desk(tool, desk), args)
        _check_proposals(name, result)
        check_context(tool.name, [one.action for one in result.wanted], from_owner=plan.from_owner)
        result = _labelled(tool, args, result, plan, desk)
    except RainmakerError as error:
        await desk.emit(Progress("done", str(step["name"])))
        update: dict[str, Any] = {"error": error.as_dict() | {"exit": error.exit_code}}
        return Command(goto="reflect", update=update)
    await desk.emit(Progress("done", tool.name))
    untrusted = state.get("untrusted", False) or tool.name in READS_UNTRUSTED
    update = {"current": result.model_dump(mode="json"), "untrusted": untrusted}
    return Command(goto="gatekeep", update=update)


async def _check_frozen(tool: Tool, desk: Desk) -> None:
    """At the level `all` no step begins that could act; looking, stopping and starting again go on."""
    if tool.effect == "read" or tool.specialist == "supervisor":
        return
    async with desk.database.read() as tx:
        thrown = with_stop_file(await people.thrown_switches(tx), desk.terms.stop_file)
    if why := switch.stopped(thrown, "turns", [f"agent:{tool.specialist}"]):
        raise Refused(
            why, code="stopped", where=tool.name, hint="An owner lets it go on: `rainmaker resume`."
        )


def _own_desk(tool: Tool, desk: Desk) -> Desk:
    """A step that proposes decides: only our own records are recalled for it (G11)."""
    return replace(desk, recall=DecidingRecall(desk.recall)) if tool.effect == "propose" else desk


@dataclass(frozen=True)
class DecidingRecall:
    """Recall that gives only passages of the integrity of our own records or better."""

    inner: Recall

    async def passages(self, question: str, subjects: Sequence[str] | None, limit: int) -> Sequence[Passage]:
        """The nearest trusted passages."""
        return [one for one in await self.inner.passages(question, subjects, limit) if one.trusted]

    async def remember(self, subject: str) -> None:
        """Index a subject's stored pages now."""
        await self.inner.remember(subject)


def _labelled(tool: Tool, args: Args, result: StepResult, plan: FrozenPlan, desk: Desk) -> StepResult:
    """The result with the labels of all that went in: its arguments, and what the step read."""
    asked = args_label(args.model_dump(), desk.said, plan, person_label(desk.actor))
    read = [Label(integrity=Integrity.UNTRUSTED, origin=tool.name)] if tool.name in READS_UNTRUSTED else []
    wanted = tuple(
        one.model_copy(update={"label": combine([one.label, asked], origin=one.label.origin)})
        for one in result.wanted
    )
    label = combine([asked, *read], origin=tool.name)
    return result.model_copy(update={"label": label, "wanted": wanted})


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
