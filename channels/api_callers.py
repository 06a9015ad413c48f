"""Who calls the API: the token of this machine's service, a session by password, or the chat's own session."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.decisions import Actor
from domain.errors import Correctable, Refused
from service import sessions
from service.bootstrap import House
from service.users import LONGEST, local_owner

LONGEST_BODY = 2_000_000
Caller = Callable[..., Awaitable[Actor]]


class Login(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=LONGEST)


def caller_of(house: House, token: str) -> Caller:
    """What finds out who calls; `token` is the service's own, known to this machine's owner."""

    async def caller(request: Request, authorization: Annotated[str, Header()] = "") -> Actor:
        scheme, _, given = authorization.partition(" ")
        if not authorization:
            return await _chat_session(house, request)
        if scheme.lower() != "bearer":
            raise _stranger()
        if hmac.compare_digest(given.encode(), token.encode()):
            return await local_owner(house)
        return await sessions.person_of(house, given)

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
            login = Login.model_validate(await arguments(request))
        except ValidationError as error:
            where = str(error.errors()[0]["loc"][-1])
            raise Correctable(f"{where} is missing or wrong.", code="bad_arguments", where=where) from error
        address = request.client.host if request.client else ""
        if sessions.locked(house.tries, login.name, address):
            raise Refused("Too many wrong passwords; wait a minute.", code="too_many_tries")
        actor = await sessions.sign_in(house, house.tries, login.name, login.password, address)
        if actor is None:
            raise Refused("The name or the password is wrong.", code="wrong_password")
        return await sessions.begin(house, actor)

    @app.delete("/api/v1/sessions")
    async def end(authorization: Annotated[str, Header()] = "") -> dict[str, bool]:
        """Log out: every session of this person ends."""
        actor = await sessions.person_of(house, authorization.partition(" ")[2])
        await sessions.end_all(house, actor.name)
        return {"ended": True}


async def arguments(request: Request) -> dict[str, Any]:
    """The JSON object of a request, read no further than the limit.

    Raises:
        Correctable: body_too_large, bad_json.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise Correctable("The request is larger than 2 MB.", code="body_too_large")
    try:
        args = json.loads(body or b"{}")
    except ValueError as error:
        raise Correctable("The request is not JSON.", code="bad_json") from error
    if not isinstance(args, dict):
        raise Correctable("The request must be a JSON object.", code="bad_json")
    return args
