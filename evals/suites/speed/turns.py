"""Chat turns, jobs and drafts, ours and the plain agent's by turns; times and what the model was asked."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from evals.suites.baseline_agent import PlainAgent
from evals.suites.figures import Figure, percentile, timing
from evals.suites.homes import OWNER
from evals.suites.speed.job_model import AGENT, DRAFT, JOB, STATUS, ModelClient, Totals
from evals.suites.speed.world import Workplace, free_everybody, modelled
from service.bootstrap import House
from service.commands import run_command
from service.turns import handle_message

ROUNDS = 15
DRAFTS = 25
DRAFT_ROUNDS = 3
AT_ONCE = 32
AT_ONCE_ROUNDS = 3
TURNS = 200
GROWTH_FROM = 2


@dataclass(slots=True)
class Side:
    """Repeated measurements of one side."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # seconds of this process; the model has its own
    totals: list[Totals] = field(default_factory=list)

    def calls(self) -> float:
        """Model calls, the median."""
        return median(one.calls for one in self.totals)

    def tokens(self) -> float:
        """Prompt tokens, the median."""
        return median(one.prompt_tokens for one in self.totals)


Work = Callable[[int], Awaitable[object]]


async def turn_figures(place: Workplace, model: ModelClient) -> dict[str, Figure]:
    """All figures about turns."""
    async with modelled(place, model) as house:
        path = str(place.home / "plain-agent.db")
        async with AsyncSqliteSaver.from_conn_string(path) as saver:
            agent = PlainAgent(house.desk(OWNER), model.url, AGENT, saver)
            bench = Bench(house, agent, model, place)
            figures = await bench.chat()
            figures |= await bench.jobs()
            figures |= await bench.drafts()
            figures |= await bench.at_once()
        return figures | await _growth(house, model)


class Bench:
    """Both sides over one store."""

    def __init__(self, house: House, agent: PlainAgent, model: ModelClient, place: Workplace) -> None:
        self._house = house
        self._agent = agent
        self._model = model
        self._place = place

    async def chat(self) -> dict[str, Figure]:
        """A question that needs one look-up."""
        ours, theirs = await self._rounds(
            ROUNDS, lambda n: self._ours(STATUS, f"s{n}"), lambda n: self._agent.turn(STATUS, f"s{n}")
        )
        worst = 1000 * percentile(ours.seconds, 0.95)
        return {
            "chat_overhead_ms": timing(_ms(ours), "ms", "", _ms(theirs)),
            "chat_overhead_ms_p95": Figure(
                worst, "ms", "", 1000 * percentile(theirs.seconds, 0.95), len(ours.seconds)
            ),
            "chat_cpu_ms": timing(_cpu_ms(ours), "ms", "", _cpu_ms(theirs)),
        }

    async def jobs(self) -> dict[str, Figure]:
        """Profile, prospects, one mail, answer."""
        ours, theirs = await self._rounds(
            ROUNDS, lambda n: self._ours(JOB, f"j{n}"), lambda n: self._agent.turn(JOB, f"j{n}")
        )
        return {
            "job_ms": timing(_ms(ours), "ms", "", _ms(theirs)),
            "job_cpu_ms": timing(_cpu_ms(ours), "ms", "", _cpu_ms(theirs)),
            "model_calls_per_job": Figure(ours.calls(), "calls", "", theirs.calls(), ROUNDS),
            "prompt_tokens_per_job": Figure(ours.tokens(), "tokens", "", theirs.tokens(), ROUNDS),
        }

    async def drafts(self) -> dict[str, Figure]:
        """A campaign of drafts, counted for one draft."""
        people = min(DRAFTS, len(self._place.prospects))

        async def plan(_: int) -> None:
            planned = await run_command(self._house, "campaign_plan", {"limit": people}, actor=OWNER)
            assert len(planned["drafts"]) == people, f"{len(planned['drafts'])} of {people} drafts"

        async def write(number: int) -> None:
            for prospect in self._place.prospects[:people]:
                await self._agent.turn(f"{DRAFT} {prospect}.", f"d{number}-{prospect}")

        ours, theirs = await self._rounds(DRAFT_ROUNDS, plan, write)
        n = DRAFT_ROUNDS * people
        each = [value / people for value in _ms(theirs)]
        return {
            "draft_ms": timing([value / people for value in _ms(ours)], "ms", "", each),
            "model_calls_per_draft": Figure(ours.calls() / people, "calls", "", theirs.calls() / people, n),
            "prompt_tokens_per_draft": Figure(
                ours.tokens() / people, "tokens", "", theirs.tokens() / people, n
            ),
        }

    async def at_once(self) -> dict[str, Figure]:
        """Many jobs under way at once, in one process on one store."""

        async def ours(number: int) -> None:
            await asyncio.gather(*(self._ours(JOB, f"a{number}-{n}") for n in range(AT_ONCE)))

        async def theirs(number: int) -> None:
            await asyncio.gather(*(self._agent.turn(JOB, f"a{number}-{n}") for n in range(AT_ONCE)))

        mine, others = await self._rounds(AT_ONCE_ROUNDS, ours, theirs)
        rates = [AT_ONCE / seconds for seconds in mine.seconds]
        return {
            "jobs_per_s_32": timing(rates, "jobs/s", "", [AT_ONCE / seconds for seconds in others.seconds])
        }

    async def _ours(self, text: str, conversation: str) -> None:
        done = await handle_message(self._house, text, actor=OWNER, conversation_id=f"cnv-{conversation}")
        if done.error is not None:
            raise done.error

    async def _rounds(self, rounds: int, ours: Work, theirs: Work) -> tuple[Side, Side]:
        """Both sides by turns, after one round each that does not count."""
        sides = (Side(), Side())
        for number in range(-1, rounds):
            for side, work in zip(sides, (ours, theirs), strict=True):
                await free_everybody(self._house)
                self._model.reset()
                started, worked = time.perf_counter(), time.process_time()
                await work(number)
                seconds, cpu = time.perf_counter() - started, time.process_time() - worked
                if number >= 0:
                    side.seconds.append(seconds)
                    side.cpu.append(cpu)
                    side.totals.append(self._model.totals())
        return sides


async def _growth(house: House, model: ModelClient) -> dict[str, Figure]:
    """How many times more the model reads at the last turn of a long conversation than at its second."""
    agent = PlainAgent(house.desk(OWNER), model.url, AGENT, InMemorySaver())
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(TURNS):
        model.reset()
        await handle_message(house, STATUS, actor=OWNER, conversation_id="cnv-long")
        ours.append(model.totals().prompt_tokens)
        model.reset()
        await agent.turn(STATUS, "long")
        theirs.append(model.totals().prompt_tokens)
    first = GROWTH_FROM - 1
    return {
        "prompt_growth_200_turns": Figure(ours[-1] / ours[first], "×", "", theirs[-1] / theirs[first], TURNS),
        "prompt_tokens_turn_200": Figure(ours[-1], "tokens", "", theirs[-1], 1),
    }


def _ms(side: Side) -> list[float]:
    return [1000 * seconds for seconds in side.seconds]


def _cpu_ms(side: Side) -> list[float]:
    return [1000 * seconds for seconds in side.cpu]
