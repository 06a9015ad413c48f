"""Commands on the limits: the authority matrix and its versions, replay, earned autonomy."""

from typing import Any

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import calibrating, earning, policies, replaying
from service.bootstrap import House
from service.commands.calls import EVERYONE, OWNER_ONLY, Call, Command, IdCall, NoCall

EDITORS = frozenset({"owner", "manager"})


class VersionCall(Call):
    """A version by id or number; empty is the one in force."""

    version: str = Field("", max_length=60)


class TextCall(Call):
    """A matrix as YAML."""

    text: str = Field(max_length=1_000_000)
    note: str = Field("edited", max_length=300)


class CellCall(Call):
    """One cell of one row of the matrix in force."""

    row: str = Field(max_length=60)
    column: str = Field(max_length=30)
    value: str = Field(max_length=500)


class ActivateCall(Call):
    """A simulated version, and why."""

    version: str = Field(min_length=1, max_length=60)
    reason: str = Field("", max_length=300)


async def _show(house: House, actor: Actor, call: VersionCall, emit: Emit | None) -> Any:
    return await policies.shown(house, call.version)


async def _check(house: House, actor: Actor, call: TextCall, emit: Emit | None) -> Any:
    return policies.checked(call.text)


async def _add(house: House, actor: Actor, call: TextCall, emit: Emit | None) -> Any:
    return await policies.add(house, call.text, call.note, actor)


async def _cell(house: House, actor: Actor, call: CellCall, emit: Emit | None) -> Any:
    return await policies.set_cell(house, call.row, call.column, call.value, actor)


async def _simulate(house: House, actor: Actor, call: ActivateCall, emit: Emit | None) -> Any:
    return await policies.simulate(house, call.version)


async def _activate(house: House, actor: Actor, call: ActivateCall, emit: Emit | None) -> Any:
    return await policies.activate(house, call.version, call.reason, actor)


async def _rollback(house: House, actor: Actor, call: VersionCall, emit: Emit | None) -> Any:
    return await policies.rollback(house, actor)


async def _replay(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await replaying.replay(house, call.id)


async def _autonomy(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return {**await earning.report(house), "risk": await calibrating.report(house)}


COMMANDS: dict[str, Command] = {
    "policy_show": Command(VersionCall, _show, EVERYONE, reads=True),
    "policy_check": Command(TextCall, _check, EVERYONE, reads=True),
    "policy_edit": Command(TextCall, _add, EDITORS),
    "policy_set": Command(CellCall, _cell, EDITORS),
    "policy_simulate": Command(ActivateCall, _simulate, EDITORS),
    "policy_activate": Command(ActivateCall, _activate, OWNER_ONLY),
    "policy_rollback": Command(VersionCall, _rollback, OWNER_ONLY),
    "replay": Command(IdCall, _replay, EVERYONE, reads=True),
    "autonomy_report": Command(NoCall, _autonomy, EVERYONE, reads=True),
}
