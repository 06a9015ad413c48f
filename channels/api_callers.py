"""Who calls the API: this machine's service token, an API token, a session by password, or the chat's own session."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.rest.bodies import json_object
from channels.rest.pace import Pace
from domain.decisions import Actor
from domain.errors import Correctable, Refused
from service import sessions, tokens
from service.bootstrap import House
from service.users import LONGEST, local_owner

Caller = Callable[[Request], Awaitable[Actor]]


class Login(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=LONGEST)


def caller_of(house: House, token: str) -> Caller:
    """What finds out who calls, and holds them to their pace; `token` is the service's own, known to its owner.

    The request's state says afterwards whether it was that token (`local`): only this machine's owner has it.
    """
    pace = Pace(house.settings.calls_per_minute)

    async def caller(request: Request) -> Actor:
        authorization = request.headers.get("authorization", "")
        scheme, _, given = authorization.partition(" ")
        request.state.local = False
        if not authorization:
            actor = await _chat_session(house, request)
        elif scheme.lower() != "bearer":
            raise _stranger()
        elif hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
            request.state.local = True
            return await local_owner(house)
        elif given.startswith(tokens.PREFIX):
            bearer = await tokens.bearer_of(house, given)
            pace.take(bearer.token_id)
            return bearer.actor
        else:
            actor = await sessions.person_of(house, given)
        pace.take(f"user:{actor.name}")
        return actor

    return caller


async def _chat_session(house: House, request: Request) -> Actor:
    """A browser that is signed in to the chat; other sites may not use its cookie."""
    from chat_ui.guard import own_origin
    from chat_ui.sessions import COOKIE, acting

    cookie = request.cookies.get(COOKIE, "")
    if not cookie or not own_origin(house, request.scope):
        raise _stranger()
    return await acting(house, cookie)


def _stranger() -> Refused:
    return Refused("This needs a valid token.", code="not_signed_in")


def add_sessions(app: FastAPI, house: House) -> None:
    """Signing in and out for programs and people without the chat."""

    @app.post("/api/v1/sessions")
    async def begin(request: Request) -> dict[str, Any]:
        """Name and password become a token that lives for hours."""
        try:
            login = Login.model_validate(await json_object(request))
            login.name.encode()
        except (ValidationError, UnicodeEncodeError) as error:
            where = str(error.errors()[0]["loc"][0]) if isinstance(error, ValidationError) else "name"
            raise Correctable(f"{where} is missing or wrong.", code="bad_arguments", where=where) from error
        address = request.client.host if request.client else ""
        if sessions.locked(house.tries, login.name, address):
            raise Refused("Too many wrong passwords; wait a minute.", code="too_many_tries")
        actor = await sessions.sign_in(house, house.tries, login.name, login.password, address)
        if actor is None:
            raise Refused("The name or the password is wrong.", code="wrong_password")
        return await sessions.begin(house, actor)

    @app.delete("/api/v1/sessions")
    async def end(request: Request) -> dict[str, bool]:
        """Log out: every session of this person ends."""
        given = request.headers.get("authorization", "").partition(" ")[2]
        actor = await sessions.person_of(house, given)
        await sessions.end_all(house, actor.name)
        return {"ended": True}
