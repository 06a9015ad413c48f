"""Commands about people: who may sign in here, and what is stored about a customer's person."""

import secrets
from typing import Any, Literal

from pydantic import Field

from domain.decisions import Actor
from domain.errors import Refused
from graph.desk import Emit
from service import erasing, people, users
from service.bootstrap import House
from service.commands.calls import OWNER_ONLY, Call, Command, NoCall
from service.starting import forget_first_password

_MANAGERS = frozenset({"owner", "manager"})
_SIGNED_IN = frozenset(users.ROLES)
Role = Literal["owner", "manager", "rep", "viewer"]


class NameCall(Call):
    """A user."""

    name: str = Field(min_length=1, max_length=80)


class AddCall(NameCall):
    """A new user."""

    role: Role
    password: str | None = Field(None, max_length=users.LONGEST)


class RoleCall(NameCall):
    """A user's new role."""

    role: Role


class PasswordCall(NameCall):
    """A new password; none means a random one."""

    password: str | None = Field(None, max_length=users.LONGEST)


class PersonCall(Call):
    """A contact id or the full address."""

    person: str = Field(min_length=1, max_length=320)


class EraseCall(PersonCall):
    """Whom to erase, and why."""

    reason: str = Field("they asked for it", max_length=200)


async def _users(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await users.listed(house)


async def _add(house: House, actor: Actor, call: AddCall, emit: Emit | None) -> Any:
    password = call.password or secrets.token_urlsafe(12)
    made = await users.add_user(house, call.name, password, call.role, by=actor.name)
    return {"name": made.name, "role": made.role, "password": None if call.password else password}


async def _role(house: House, actor: Actor, call: RoleCall, emit: Emit | None) -> Any:
    await users.set_role(house, call.name, call.role, by=actor.name)
    return {"name": call.name, "role": call.role}


async def _disable(house: House, actor: Actor, call: NameCall, emit: Emit | None) -> Any:
    await users.set_disabled(house, call.name, True, by=actor.name)
    return {"name": call.name, "disabled": True}


async def _enable(house: House, actor: Actor, call: NameCall, emit: Emit | None) -> Any:
    await users.set_disabled(house, call.name, False, by=actor.name)
    return {"name": call.name, "disabled": False}


async def _password(house: House, actor: Actor, call: PasswordCall, emit: Emit | None) -> Any:
    if actor.role != "owner" and actor.name != call.name:
        raise Refused("Only an owner may set somebody else's password.", code="role_may_not", where=call.name)
    password = call.password or secrets.token_urlsafe(12)
    await users.set_password(house, call.name, password, by=actor.name)
    if call.name == users.FIRST_OWNER:
        forget_first_password(house.settings)
    return {"name": call.name, "password": None if call.password else password}


async def _erase(house: House, actor: Actor, call: EraseCall, emit: Emit | None) -> Any:
    return await erasing.erase(house, call.person, actor, reason=call.reason)


async def _export(house: House, actor: Actor, call: PersonCall, emit: Emit | None) -> Any:
    return await people.export_person(house, call.person)


COMMANDS: dict[str, Command] = {
    "users": Command(NoCall, _users, _MANAGERS),
    "user_add": Command(AddCall, _add, OWNER_ONLY),
    "user_role": Command(RoleCall, _role, OWNER_ONLY),
    "user_disable": Command(NameCall, _disable, OWNER_ONLY),
    "user_enable": Command(NameCall, _enable, OWNER_ONLY),
    "user_password": Command(PasswordCall, _password, _SIGNED_IN),
    "erase": Command(EraseCall, _erase, _MANAGERS),
    "export_person": Command(PersonCall, _export, _MANAGERS),
}
