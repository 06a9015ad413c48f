"""Commands of deals and tasks: list, show, move, next step, amount, lost; tasks and what came of them."""

from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, Field

from domain.deals import DealFact, DealStage
from domain.decisions import Actor
from graph.desk import Emit
from service import deals, tasks
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, NoCall


class DealsCall(Call):
    """Which deals."""

    closed: bool = False


class DealCall(Call):
    """A deal: its id, or the name of its company or person."""

    id: str = Field(min_length=1, max_length=120)


class GivenProof(Call):
    """What shows a fact."""

    quote: str = Field("", max_length=1000)
    source: str = Field("", max_length=60)
    fact: DealFact | None = None


class MoveCall(DealCall):
    """Where a deal goes and why."""

    stage: DealStage
    why: str = Field(min_length=1, max_length=500)
    proofs: tuple[GivenProof, ...] = Field((), max_length=10)
    next_step: str = Field("", max_length=300)
    next_step_at: AwareDatetime | None = None


class NextCall(DealCall):
    """The next step and when."""

    step: str = Field(min_length=1, max_length=300)
    at: AwareDatetime


class AmountCall(DealCall):
    """What a deal is worth."""

    amount: Decimal = Field(ge=Decimal(0), allow_inf_nan=False)
    currency: str = Field(pattern=r"^[A-Za-z]{3}$")


class DoneCall(Call):
    """A task and what came of it."""

    id: str = Field(min_length=1, max_length=60)
    result: str = Field("done", min_length=1, max_length=500)


async def _list(house: House, actor: Actor, call: DealsCall, emit: Emit | None) -> Any:
    return await deals.listing(house, closed=call.closed)


async def _show(house: House, actor: Actor, call: DealCall, emit: Emit | None) -> Any:
    return await deals.detail(house, call.id)


async def _move(house: House, actor: Actor, call: MoveCall, emit: Emit | None) -> Any:
    return await deals.move(house, call.model_dump(mode="json"), actor)


async def _next(house: House, actor: Actor, call: NextCall, emit: Emit | None) -> Any:
    return await deals.set_next(house, call.id, call.step, call.at, actor)


async def _amount(house: House, actor: Actor, call: AmountCall, emit: Emit | None) -> Any:
    return await deals.set_amount(house, call.id, call.amount, call.currency, actor)


async def _tasks(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await tasks.listing(house)


async def _done(house: House, actor: Actor, call: DoneCall, emit: Emit | None) -> Any:
    return await tasks.finish(house, call.id, call.result, actor)


COMMANDS: dict[str, Command] = {
    "deals": Command(DealsCall, _list, EVERYONE, reads=True),
    "deals_show": Command(DealCall, _show, EVERYONE, reads=True),
    "deals_move": Command(MoveCall, _move),
    "deals_next": Command(NextCall, _next),
    "deals_amount": Command(AmountCall, _amount),
    "tasks": Command(NoCall, _tasks, EVERYONE, reads=True),
    "tasks_done": Command(DoneCall, _done),
}
