"""Who stands before the console: the chat's session, the token bound to it, and forms that carry it."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from chat_ui.guard import own_origin
from chat_ui.sessions import COOKIE
from domain.decisions import Actor
from domain.errors import Correctable, Refused
from service.bootstrap import House
from service.commands import COMMANDS

LOGIN = "/chat/login"
TOKEN_FIELD = "form_token"
LONGEST_FORM = 4_000_000  # bytes
MOST_FIELDS = 30_000  # a matrix of 300 rows has about 6,000
LONGEST_FIELD = 1_000_000

Who = Callable[[House, str | None], Awaitable[Actor]]


@dataclass(frozen=True)
class Visitor:
    """A signed-in person and the token their forms must carry."""

    actor: Actor
    form_token: str

    def may(self, command: str) -> bool:
        """True when a button for this command makes sense; the command itself checks again."""
        return self.actor.role in COMMANDS[command].roles


@dataclass(frozen=True)
class Door:
    """Lets people in by the chat's cookie; `who` tells whose cookie it is."""

    house: House
    who: Who

    async def enter(self, request: Request) -> Visitor:
        """The visitor; somebody who is not signed in is sent to the chat's login."""
        token = request.cookies.get(COOKIE)
        try:
            actor = await self.who(self.house, token)
        except Refused as error:
            # a part that a page asks for must not hold the login: the page itself goes there
            is_part = "hx-request" in request.headers
            way = {"HX-Redirect": LOGIN} if is_part else {"Location": LOGIN}
            raise HTTPException(401 if is_part else 303, headers=way) from error
        return Visitor(actor, self.token_of(token or ""))

    async def form(self, request: Request, visitor: Visitor) -> FormData:
        """The fields of a form that came from one of our pages.

        Raises:
            Refused: foreign_form. Correctable: body_too_large.
        """
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LONGEST_FORM:
            raise Correctable("The form is larger than 4 MB.", code="body_too_large")
        if not own_origin(self.house, request.scope):
            raise _foreign()
        values = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
        given = values.get(TOKEN_FIELD)
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visitor.form_token.encode()):
            raise _foreign()
        return values

    def token_of(self, session: str) -> str:
        """The token that forms of a session carry; whoever lacks our key cannot make it."""
        key = hashlib.sha256(b"console forms:" + self.house.terms.salt).digest()
        return hmac.new(key, session.encode(), hashlib.sha256).hexdigest()


def _foreign() -> Refused:
    return Refused(
        "This form did not come from a page of your session; nothing was done.",
        code="foreign_form",
        hint="Open the page again and repeat what you did.",
    )


def text_of(form: FormData, name: str, default: str = "") -> str:
    """A text field; files and missing fields count as the default."""
    value = form.get(name, default)
    return value.replace("\r\n", "\n") if isinstance(value, str) else default
