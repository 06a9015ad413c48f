"""Commands of people who decide: approvals, why, undo."""

from typing import Annotated, Any, Literal

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import always_allowing, approving, ask_views, undoing
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, IdCall, NoCall
from tools.read.why import explain


class DecideCall(Call):
    """An approval and, optionally, some of its items."""

    id: str
    items: tuple[str, ...] = ()


class ManyCall(Call):
    """Several approvals."""

    ids: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field(min_length=1, max_length=500)


class AlwaysCall(Call):
    """An approval whose like should not be asked for again."""

    id: str = Field(min_length=1, max_length=80)
    level: Literal["auto", "earned"] = "auto"


class EditCall(Call):
    """A new text for one item."""

    id: str
    item: str = ""
    subject: str | None = None
    body: str | None = None


async def _approvals(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await ask_views.pending(house, with_deferred=True)


async def _approval(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await ask_views.one(house, call.id)


async def _approve(house: House, actor: Actor, call: DecideCall, emit: Emit | None) -> Any:
    return await approving.approve(house, call.id, actor, call.items)


async def _reject(house: House, actor: Actor, call: DecideCall, emit: Emit | None) -> Any:
    return await approving.reject(house, call.id, actor, call.items)


async def _approve_many(house: House, actor: Actor, call: ManyCall, emit: Emit | None) -> Any:
    return await approving.decide_many(house, call.ids, actor, "approve")


async def _reject_many(house: House, actor: Actor, call: ManyCall, emit: Emit | None) -> Any:
    return await approving.decide_many(house, call.ids, actor, "reject")


async def _always(house: House, actor: Actor, call: AlwaysCall, emit: Emit | None) -> Any:
    return await always_allowing.always_allow(house, call.id, actor, level=call.level)


async def _edit(house: House, actor: Actor, call: EditCall, emit: Emit | None) -> Any:
    return await approving.edit(house, call.id, actor, item=call.item, subject=call.subject, body=call.body)


async def _why(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    async with house.database.read() as tx:
        chain = await explain(tx, call.id)
    return {"id": call.id, "chain": [link.as_json() for link in chain]}


async def _undo(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await undoing.undo(house, call.id, actor)


COMMANDS: dict[str, Command] = {
    "approvals": Command(NoCall, _approvals, EVERYONE),
    "approval": Command(IdCall, _approval, EVERYONE),
    "approve": Command(DecideCall, _approve),
    "approve_many": Command(ManyCall, _approve_many),
    "reject_many": Command(ManyCall, _reject_many),
    "always": Command(AlwaysCall, _always),
    "reject": Command(DecideCall, _reject),
    "edit": Command(EditCall, _edit),
    "why": Command(IdCall, _why, EVERYONE, reads=True),
    "undo": Command(IdCall, _undo),
}
