"""Commands that stop and start, and that check the record of what was done."""

from typing import Any, Literal

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from graph.specialists.desk_steps import SCOPE
from runtime.store import audit
from runtime.store.audit_head import verify_with_head
from service import turns
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, NoCall


class PauseCall(Call):
    """Stop or go on."""

    reason: str = Field("asked for", max_length=300)
    scope: str = Field("workspace", max_length=80, pattern=SCOPE)
    level: Literal["sends", "effects", "all"] = "sends"


async def _pause(house: House, actor: Actor, call: PauseCall, emit: Emit | None) -> Any:
    done = await turns.handle_signal(house, "stop_wanted", call.model_dump(), actor=actor, emit=emit)
    return {"paused": True, "scope": call.scope, "level": call.level, "decision": done.outcome[0]["id"]}


async def _resume(house: House, actor: Actor, call: PauseCall, emit: Emit | None) -> Any:
    done = await turns.handle_signal(house, "go_on_wanted", {"scope": call.scope}, actor=actor, emit=emit)
    return {"paused": False, "scope": call.scope, "decision": done.outcome[0]["id"]}


async def _verify(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    async with house.database.read() as tx:
        found = await verify_with_head(tx, house.audit_head)
    told = {"ok": found.ok, "records": found.records, "first_bad": found.first_bad}
    return told if found.ok else {**told, "problem": found.problem}


async def _export(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    async with house.database.read() as tx:
        return {"records": await audit.everything(tx)}


COMMANDS: dict[str, Command] = {
    "pause": Command(PauseCall, _pause),
    "resume": Command(PauseCall, _resume),
    "audit_verify": Command(NoCall, _verify, EVERYONE, reads=True),
    "audit_export": Command(NoCall, _export, EVERYONE, reads=True),
}
