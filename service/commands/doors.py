"""Commands for doors that programs use: API tokens, webhooks out and in, and proposals from outside."""

from typing import Annotated, Any, Literal

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import hooks, proposing, tokens, users, webhooks
from service.bootstrap import House
from service.commands.calls import OWNER_ONLY, Call, Command, IdCall, NoCall
from service.hooks import Takes
from service.proposing import Wanted

_MANAGERS = frozenset({"owner", "manager"})
_SIGNED_IN = frozenset(users.ROLES)
EventKind = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]


class TokenCall(Call):
    """A new token."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[\w .:@+-]+$", description="What it is for.")
    role: Literal["owner", "manager", "rep", "viewer"] = "viewer"
    days: int = Field(90, ge=1, le=tokens.LONGEST_DAYS, description="Days it lives.")


class WebhookCall(Call):
    """Whom to tell, and of what."""

    url: str = Field(min_length=8, max_length=2000, description="A public https address.")
    events: tuple[EventKind, ...] = Field((), max_length=50, description="Kinds of events; none means all.")


class HookCall(Call):
    """A named door for calls from outside."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    takes: Takes = Field(description="Which typed signal a call becomes.")


class HookNameCall(Call):
    """A hook."""

    name: str = Field(min_length=1, max_length=60)


class ProposeCall(Call):
    """What a program from outside would like to happen."""

    wanted: Wanted
    by: str = Field("mcp", min_length=1, max_length=40, pattern=r"^[\w .:@-]+$")


async def _tokens(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await tokens.listed(house, actor)


async def _token_add(house: House, actor: Actor, call: TokenCall, emit: Emit | None) -> Any:
    return await tokens.create(house, actor, name=call.name, role=call.role, days=call.days)


async def _token_revoke(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await tokens.revoke(house, call.id, actor)


async def _webhooks(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await webhooks.listed(house)


async def _webhook_add(house: House, actor: Actor, call: WebhookCall, emit: Emit | None) -> Any:
    return await webhooks.subscribe(house, actor, url=call.url, events=call.events)


async def _webhook_remove(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await webhooks.unsubscribe(house, call.id, actor)


async def _deliveries(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await webhooks.deliveries(house, call.id)


async def _again(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await webhooks.again(house, call.id, actor)


async def _hooks(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await hooks.listed(house)


async def _hook_add(house: House, actor: Actor, call: HookCall, emit: Emit | None) -> Any:
    return await hooks.add(house, actor, name=call.name, takes=call.takes)


async def _hook_remove(house: House, actor: Actor, call: HookNameCall, emit: Emit | None) -> Any:
    return await hooks.remove(house, call.name, actor)


async def _propose(house: House, actor: Actor, call: ProposeCall, emit: Emit | None) -> Any:
    return await proposing.propose(house, call.wanted, by=f"{call.by}:{actor.name}")


COMMANDS: dict[str, Command] = {
    "tokens": Command(NoCall, _tokens, _SIGNED_IN),
    "token_add": Command(TokenCall, _token_add, _SIGNED_IN),
    "token_revoke": Command(IdCall, _token_revoke, _SIGNED_IN),
    "webhooks": Command(NoCall, _webhooks, _MANAGERS),
    "webhook_add": Command(WebhookCall, _webhook_add, OWNER_ONLY),
    "webhook_remove": Command(IdCall, _webhook_remove, OWNER_ONLY),
    "webhook_deliveries": Command(IdCall, _deliveries, _MANAGERS),
    "webhook_again": Command(IdCall, _again, _MANAGERS),
    "hooks": Command(NoCall, _hooks, _MANAGERS),
    "hook_add": Command(HookCall, _hook_add, OWNER_ONLY),
    "hook_remove": Command(HookNameCall, _hook_remove, OWNER_ONLY),
    "propose": Command(ProposeCall, _propose),
}
