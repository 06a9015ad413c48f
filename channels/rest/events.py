"""The stream of events: server-sent, each with a number, so that a reader goes on where it stopped."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from channels.rest.operations import PREFIX
from domain.decisions import Actor
from domain.errors import Correctable, RainmakerError, Retryable
from runtime.store import audit
from service.bootstrap import House
from service.events import Event, events_after

PULSE = 0.5  # seconds between two looks for something new
SIGN_OF_LIFE = 15.0  # seconds of silence after which a comment is sent and the caller is looked at again
AT_ONCE = 200
MOST_STREAMS = 50


def add_events(app: FastAPI, house: House, signed_in: Any) -> None:
    """Add the address."""
    open_streams: set[object] = set()

    @app.get(PREFIX + "/events", include_in_schema=False)
    async def events(request: Request, actor: Actor = Depends(signed_in)) -> Response:
        """Events from now on, or after `Last-Event-ID`; `follow=false` ends with the last one there is."""
        wanted, follow = _asked(request)
        after = await _begin(house, request.headers.get("last-event-id", ""))
        if len(open_streams) >= MOST_STREAMS:
            raise Retryable(
                f"{MOST_STREAMS} readers listen already.", code="too_many_streams", retry_after=30.0
            )

        async def stream() -> AsyncIterator[str]:
            mine = object()
            open_streams.add(mine)
            try:
                async for text in _stream(house, request, signed_in, after, wanted, follow):
                    yield text
            finally:
                open_streams.discard(mine)

        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


def _asked(request: Request) -> tuple[frozenset[str], bool]:
    unknown = set(request.query_params) - {"types", "follow"}
    follow = request.query_params.get("follow", "true").lower()
    if unknown or follow not in ("true", "false"):
        where = min(unknown, default="follow")[:60]
        raise Correctable(f"{where} is wrong.", code="bad_arguments", where=where)
    types = request.query_params.get("types", "").split(",")
    return frozenset(one.strip() for one in types if one.strip()), follow == "true"


async def _begin(house: House, last: str) -> int:
    if last:
        if not last.isascii() or not last.isdigit() or len(last) > 16:
            raise Correctable("Last-Event-ID is a number.", code="bad_arguments", where="Last-Event-ID")
        return int(last)
    async with house.database.read() as tx:
        return (await audit.head(tx)).records


async def _stream(
    house: House, request: Request, signed_in: Any, after: int, wanted: frozenset[str], follow: bool
) -> AsyncIterator[str]:
    yield ": events of the audit chain, oldest first\nretry: 2000\n\n"
    silent = 0.0
    while not await request.is_disconnected() and not _ending(request):
        async with house.database.read() as tx:
            found = await events_after(tx, after, limit=AT_ONCE)
        for event in found:
            after = event.id
            if not wanted or event.type in wanted:
                yield _written(event)
                silent = 0.0
        if len(found) == AT_ONCE:
            continue
        if not follow:
            return
        await asyncio.sleep(PULSE)
        silent += PULSE
        if silent >= SIGN_OF_LIFE:
            silent = 0.0
            if not await _still_welcome(request, signed_in):
                return
            yield ": still here\n\n"


def _ending(request: Request) -> bool:
    """True when the service was asked to stop."""
    ending = getattr(request.app.state, "ending", None)
    return ending is not None and bool(ending())


async def _still_welcome(request: Request, signed_in: Any) -> bool:
    """A token that was revoked and a session that ended stop hearing."""
    try:
        await signed_in(request)
    except RainmakerError:
        return False
    return True


def _written(event: Event) -> str:
    return f"id: {event.id}\nevent: {event.type}\ndata: {json.dumps(event.as_json(), ensure_ascii=False)}\n\n"
