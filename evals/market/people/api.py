"""The people's part of the control API: what the harness asks about them, and what it makes them do."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evals.market.buyers.odds import as_row
from evals.market.people.town import Townsfolk
from evals.market.people.truth import click_row, letter_row, reply_row

Endpoint = Callable[[Request], Awaitable[Response]]


class PeopleApi:
    """The endpoints, one method each; the caller guards them."""

    def __init__(self, folk: Townsfolk) -> None:
        self._folk = folk

    def routes(self) -> list[tuple[str, Endpoint, str]]:
        """Path, endpoint and method of each."""
        return [
            ("/truth/letters", self.letters, "GET"),
            ("/truth/replies", self.replies, "GET"),
            ("/truth/replies/{id}/raw", self.raw_reply, "GET"),
            ("/truth/people", self.people, "GET"),
            ("/truth/meetings", self.meetings, "GET"),
            ("/truth/clicks", self.clicks, "GET"),
            ("/truth/refusals", self.refusals, "GET"),
            ("/truth/worth", self.worth, "GET"),
            ("/people/next", self.next, "GET"),
            ("/people/wishes", self.wish, "POST"),
        ]

    async def letters(self, _: Request) -> Response:
        """What the product sent, to whom, and what it was to them."""
        lives = self._folk.lives
        return JSONResponse([letter_row(one, lives[one.person].person.zone) for one in self._folk.letters])

    async def replies(self, _: Request) -> Response:
        """What everybody wrote back and what it means."""
        return JSONResponse([reply_row(one) for one in self._folk.replies])

    async def raw_reply(self, request: Request) -> Response:
        """The bytes of one mail of theirs, base64 in "raw"."""
        wanted = str(request.path_params["id"])
        for reply in self._folk.replies:
            if reply.id == wanted:
                return JSONResponse({"raw": base64.b64encode(reply.raw).decode()})
        return JSONResponse({"error": "no such reply"}, 404)

    async def people(self, _: Request) -> Response:
        """Everybody who was written to, and what they are bent on."""
        return JSONResponse([life.as_row() for life in self._folk.lives.values()])

    async def meetings(self, _: Request) -> Response:
        """Every meeting somebody was invited to, and whether it was held."""
        return JSONResponse([one.as_row() for one in self._folk.script.meetings.values()])

    async def clicks(self, _: Request) -> Response:
        """Uses of one-click addresses."""
        return JSONResponse([click_row(one) for one in self._folk.clicks])

    async def refusals(self, _: Request) -> Response:
        """Recipients turned away at RCPT."""
        rows = [
            {"at": one.at.isoformat(), "person": one.person, "code": one.code} for one in self._folk.attempts
        ]
        return JSONResponse(rows)

    async def worth(self, _: Request) -> Response:
        """What each unasked letter may lead to, by hidden state; empty where people have no minds of their own."""
        found = self._folk.weighed
        rows = [
            {"letter": one.id, "at": one.at.isoformat(), "person": one.person, **as_row(found[one.id])}
            for one in self._folk.letters
            if one.id in found
        ]
        return JSONResponse(rows)

    async def next(self, _: Request) -> Response:
        """When somebody does something next."""
        due = self._folk.next_due()
        return JSONResponse({"due": due.isoformat() if due else None})

    async def wish(self, request: Request) -> Response:
        """Decide what somebody does: address, and bent, touch, minutes, on_offer, on_invite …"""
        body: dict[str, Any] = await request.json()
        return JSONResponse(self._folk.wish(str(body["address"]), body).as_row())
