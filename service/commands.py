"""Every use case by name: JSON arguments in, the contract's JSON out. CLI, REST and chat call the same."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autonomy import approvals as asks
from domain.decisions import Actor
from domain.errors import Correctable, Refused
from graph.desk import Emit
from graph.specialists.desk_steps import SCOPE
from runtime.store import audit
from runtime.store.audit_head import verify_with_head
from service import approving, importing, reports, ticking, turns, undoing
from service.bootstrap import House
from tools.read.why import explain


class Call(BaseModel):
    """Arguments of a command; unknown ones are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UrlCall(Call):
    """A website."""

    url: str = Field(min_length=1, max_length=2000)


class ImportCall(Call):
    """A file on this machine."""

    path: str
    dry_run: bool = False


class ListCall(Call):
    """Filters of the prospects list."""

    country: str | None = Field(None, pattern=r"^[A-Za-z]{2}$")
    industry: str | None = None
    role: str | None = None
    min_fit: float | None = Field(None, ge=0, le=1)
    qualified: bool | None = None
    limit: int = Field(10_000, ge=1, le=100_000)


class FindCall(Call):
    """How many qualified prospects."""

    limit: int | None = Field(None, ge=1, le=20_000)


class PlanCall(Call):
    """Whom a campaign writes to."""

    country: str | None = None
    industry: str | None = None
    role: str | None = None
    limit: int | None = Field(None, ge=1, le=2000)
    goal: str | None = None


class CampaignCall(Call):
    """A campaign; empty means the one made last."""

    id: str = ""


class TickCall(Call):
    """One turn, or turns until idle."""

    until_idle: bool = False


class ChatCall(Call):
    """A message."""

    text: str
    conversation: str = Field("", max_length=40)


class IdCall(Call):
    """Something with an id."""

    id: str = Field(min_length=1, max_length=300)


class DecideCall(Call):
    """An approval and, optionally, some of its items."""

    id: str
    items: tuple[str, ...] = ()


class EditCall(Call):
    """A new text for one item."""

    id: str
    item: str = ""
    subject: str | None = None
    body: str | None = None


class PauseCall(Call):
    """Stop or go on."""

    reason: str = Field("asked for", max_length=300)
    scope: str = Field("workspace", max_length=80, pattern=SCOPE)


class NoCall(Call):
    """Nothing."""


Handler = Callable[[House, Actor, Any, Emit | None], Awaitable[Any]]


async def _onboard(house: House, actor: Actor, call: UrlCall, emit: Emit | None) -> Any:
    done = await turns.handle_signal(house, "onboarding_wanted", {"url": call.url}, actor=actor, emit=emit)
    return done.data


async def _import(house: House, actor: Actor, call: ImportCall, emit: Emit | None) -> Any:
    return await importing.import_file(house, call.path, dry_run=call.dry_run, actor=actor, emit=emit)


async def _find(house: House, actor: Actor, call: FindCall, emit: Emit | None) -> Any:
    args = {"limit": call.limit}
    return (await turns.handle_signal(house, "prospects_wanted", args, actor=actor, emit=emit)).data


async def _list(house: House, actor: Actor, call: ListCall, emit: Emit | None) -> Any:
    return await reports.prospects(house, call.model_dump())


async def _plan(house: House, actor: Actor, call: PlanCall, emit: Emit | None) -> Any:
    args = call.model_dump()
    return (await turns.handle_signal(house, "campaign_wanted", args, actor=actor, emit=emit)).data


async def _launch(house: House, actor: Actor, call: CampaignCall, emit: Emit | None) -> Any:
    if call.id and call.id != await reports.latest_campaign_id(house):
        raise Correctable(
            "Only the campaign made last can be launched.", code="unknown_campaign", where=call.id[:60]
        )
    done = await turns.handle_signal(house, "launch_wanted", {}, actor=actor, emit=emit)
    asked = [one for one in done.outcome if one["verdict"] == "ask"]
    refused = [one for one in done.outcome if one["verdict"] == "refuse"]
    return done.data | {
        "mails": sum(one["items"] for one in asked),
        "approval": asked[0]["id"] if asked else None,
        "refused": refused,
    }


async def _campaign_pause(house: House, actor: Actor, call: CampaignCall, emit: Emit | None) -> Any:
    campaign_id = (await reports.campaign(house, call.id))["id"]
    args = {"reason": "campaign paused", "scope": f"campaign:{campaign_id}"}
    done = await turns.handle_signal(house, "stop_wanted", args, actor=actor, emit=emit)
    return {"id": campaign_id, "state": "paused", "decision": done.outcome[0]["id"]}


async def _report(house: House, actor: Actor, call: CampaignCall, emit: Emit | None) -> Any:
    return await reports.campaign(house, call.id)


async def _tick(house: House, actor: Actor, call: TickCall, emit: Emit | None) -> Any:
    return (await ticking.tick(house, until_idle=call.until_idle)).as_json()


async def _chat(house: House, actor: Actor, call: ChatCall, emit: Emit | None) -> Any:
    conversation = call.conversation or f"cli-{actor.name}"[:40]
    done = await turns.handle_message(house, call.text, actor=actor, conversation_id=conversation, emit=emit)
    return done.as_chat() | {"conversation": conversation, "data": done.data}


async def _approvals(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await approving.pending(house)


async def _approve(house: House, actor: Actor, call: DecideCall, emit: Emit | None) -> Any:
    return await approving.approve(house, call.id, actor, call.items)


async def _reject(house: House, actor: Actor, call: DecideCall, emit: Emit | None) -> Any:
    return await approving.reject(house, call.id, actor, call.items)


async def _edit(house: House, actor: Actor, call: EditCall, emit: Emit | None) -> Any:
    return await approving.edit(house, call.id, actor, item=call.item, subject=call.subject, body=call.body)


async def _why(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    async with house.database.read() as tx:
        chain = await explain(tx, call.id)
    return {"id": call.id, "chain": [link.as_json() for link in chain]}


async def _undo(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await undoing.undo(house, call.id, actor)


async def _pause(house: House, actor: Actor, call: PauseCall, emit: Emit | None) -> Any:
    done = await turns.handle_signal(house, "stop_wanted", call.model_dump(), actor=actor, emit=emit)
    return {"paused": True, "scope": call.scope, "decision": done.outcome[0]["id"]}


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


async def _icp(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await reports.icp(house)


COMMANDS: dict[str, tuple[type[Call], Handler]] = {
    "onboard": (UrlCall, _onboard),
    "icp": (NoCall, _icp),
    "import": (ImportCall, _import),
    "prospects": (ListCall, _list),
    "prospects_find": (FindCall, _find),
    "campaign_plan": (PlanCall, _plan),
    "campaign_launch": (CampaignCall, _launch),
    "campaign_pause": (CampaignCall, _campaign_pause),
    "campaign_report": (CampaignCall, _report),
    "tick": (TickCall, _tick),
    "chat": (ChatCall, _chat),
    "approvals": (NoCall, _approvals),
    "approve": (DecideCall, _approve),
    "reject": (DecideCall, _reject),
    "edit": (EditCall, _edit),
    "why": (IdCall, _why),
    "undo": (IdCall, _undo),
    "pause": (PauseCall, _pause),
    "resume": (PauseCall, _resume),
    "audit_verify": (NoCall, _verify),
    "audit_export": (NoCall, _export),
}
READ_ONLY = frozenset({"prospects", "icp", "campaign_report", "why", "audit_verify", "audit_export"})
VIEWER_MAY = READ_ONLY | {"approvals", "chat"}


async def run_command(
    house: House, name: str, args: dict[str, Any], *, actor: Actor, emit: Emit | None = None
) -> Any:
    """Run one use case.

    Raises:
        Correctable: unknown_command, bad_arguments; whatever the use case raises.
    """
    if name not in COMMANDS:
        raise Correctable(f"There is no command {name[:60]}.", code="unknown_command", where=name[:60])
    model, handler = COMMANDS[name]
    _check_text(args)
    try:
        call = model.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or name
        raise Correctable(f"{where} is wrong: {first['msg']}.", code="bad_arguments", where=where) from error
    _check_role(name, actor)
    return await handler(house, actor, call, emit)


def _check_text(args: dict[str, Any]) -> None:
    """Half a character (a lone surrogate) can neither be stored nor sent; say so before anything happens."""
    try:
        json.dumps(args, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise Correctable("The text holds characters that are not valid Unicode.", code="bad_text") from error


def _check_role(name: str, actor: Actor) -> None:
    if actor.role not in asks.DECIDERS and name not in VIEWER_MAY:
        raise Refused(f"The role {actor.role or 'none'} may not {name}.", code="role_may_not", where=name)
