"""A desk for one turn: a real store, a clock that stands still, and a brain that says what the test wants."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from autonomy.policy_file import load_policy
from autonomy.terms import Terms
from domain.decisions import Actor
from domain.errors import RainmakerError, Retryable
from graph.brain import make_graph
from graph.desk import Desk
from language.port import BrainInfo, Plan, Situation, ToolCall, ToolOffer
from runtime.clock import FixedClock
from runtime.identity import CountedIds
from runtime.store.engine import Database
from tools.read.ports import Hit

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
OWNER = Actor(kind="user", name="olga", role="owner")


@dataclass
class ScriptedBrain:
    """Plans what it was told to; everything else it does not know."""

    plan_: Plan = field(default_factory=Plan)
    trouble: RainmakerError | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def info(self) -> BrainInfo:
        return BrainInfo(name="scripted", offline=True, limits="Says what the test wants.")

    async def plan(self, message: str, situation: Situation, tools: Sequence[ToolOffer]) -> Plan:
        self.asked.append(message)
        if self.trouble is not None:
            raise self.trouble
        return self.plan_


class DeadWeb:
    """A web nobody reaches."""

    async def visit(self, *_: Any) -> Any:
        raise Retryable("The site did not answer.", code="unreachable", where="http://x.example/")

    async def one_page(self, *_: Any) -> Any:
        raise Retryable("The page did not answer.", code="unreachable")

    async def search(self, *_: Any) -> Sequence[Hit]:
        raise Retryable("The search did not answer.", code="search_unreachable")


class EmptyRecall:
    """A memory with nothing in it."""

    async def passages(self, *_: Any) -> Sequence[Any]:
        return []

    async def remember(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Turn:
    """One way to run turns: what is said or signalled goes in, the graph's last state comes out."""

    desk: Desk
    brain: ScriptedBrain

    def plans(self, *steps: tuple[str, dict[str, Any]], reply: str = "") -> None:
        """What the brain plans for the next message."""
        calls = tuple(ToolCall(name=name, args=args) for name, args in steps)
        self.brain.plan_ = Plan(steps=calls, reply=reply)

    async def says(self, message: str, desk: Desk | None = None) -> dict[str, Any]:
        """The end of a turn that begins with a message."""
        return await self._run(message, None, desk)

    async def signals(self, kind: str, desk: Desk | None = None, **args: Any) -> dict[str, Any]:
        """The end of a turn that begins with a typed signal."""
        return await self._run("", {"kind": kind, "args": args}, desk)

    async def _run(self, message: str, signal: dict[str, Any] | None, desk: Desk | None) -> dict[str, Any]:
        state = {
            "turn_id": "trn_1",
            "conversation_id": self.desk.conversation_id,
            "actor": OWNER.model_dump(mode="json"),
            "message": message,
            "signal": signal,
        }
        return await make_graph().ainvoke(state, {"recursion_limit": 80}, context=desk or self.desk)


@pytest_asyncio.fixture
async def turn(database: Database) -> AsyncIterator[Turn]:
    brain = ScriptedBrain()
    desk = Desk(
        database=database,
        clock=FixedClock(MONDAY),
        ids=CountedIds(),
        language=brain,  # type: ignore[arg-type]
        web=DeadWeb(),
        recall=EmptyRecall(),
        policy=load_policy(None),
        terms=Terms(sender="robin@x.example", sender_name="Robin", salt=b"salt"),
        actor=OWNER,
    )
    yield Turn(desk, brain)


@pytest_asyncio.fixture
async def talking(turn: Turn) -> Turn:
    """The same within a conversation that is remembered."""
    from runtime.store import talks

    async with turn.desk.database.write() as tx:
        await talks.ensure_conversation(tx, "cnv_1", OWNER.name, MONDAY)
    return Turn(replace(turn.desk, conversation_id="cnv_1"), turn.brain)


@pytest_asyncio.fixture
async def scored_profile() -> Any:
    """Puts an ideal customer profile in force that decides who fits."""

    async def put(desk: Desk) -> None:
        from domain.icp import IcpLine, LineField, LineKind
        from domain.knowledge import Evidence
        from domain.labels import owner_label
        from runtime.store import knowledge, versions

        said = Evidence(url="conversation:1", quote="dentists", seen_at=MONDAY, label=owner_label("olga"))
        line = IcpLine(
            kind=LineKind.HARD,
            field=LineField.INDUSTRY,
            value="Dentists",
            match=("dental",),
            evidence=(said,),
        )
        desk.language.search_queries = _two_queries  # type: ignore[method-assign, union-attr]
        async with desk.database.write() as tx:
            icp = await knowledge.keep_icp(
                tx, "icp_1", [line], label=owner_label("olga"), by="olga", reason="said", at=MONDAY
            )
            await versions.activate_version(tx, "icp", icp.id, MONDAY)

    return put


async def _two_queries(*_: Any) -> tuple[str, ...]:
    return ("dentists in Berlin", "dentists in Graz")
