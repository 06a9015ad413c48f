"""Commands of tests: what they say, beginning one of a declared knob, ending one."""

from typing import Any

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import experiment_reports, experimenting
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, IdCall, NoCall

MANAGERS = frozenset({"owner", "manager"})


class BeginCall(Call):
    """What is tuned, and the value to try against the one in force."""

    knob: str = Field(min_length=1, max_length=40)
    against: str = Field("", max_length=20)


class FinishCall(IdCall):
    """A running test; `winner` settles it, empty ends it without an answer."""

    winner: str = Field("", max_length=20)


async def _list(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await experiment_reports.listing(house)


async def _show(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await experiment_reports.one(house, call.id)


async def _begin(house: House, actor: Actor, call: BeginCall, emit: Emit | None) -> Any:
    return await experimenting.begin(house, call.knob, call.against, actor)


async def _finish(house: House, actor: Actor, call: FinishCall, emit: Emit | None) -> Any:
    return await experimenting.finish(house, call.id, call.winner, actor)


COMMANDS: dict[str, Command] = {
    "experiments": Command(NoCall, _list, EVERYONE, reads=True),
    "experiments_show": Command(IdCall, _show, EVERYONE, reads=True),
    "experiments_begin": Command(BeginCall, _begin, MANAGERS),
    "experiments_finish": Command(FinishCall, _finish, MANAGERS),
}
