"""/console/events: a stream that says that something changed; pages then ask for what they show. Tells no facts."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from channels.console.door import Visitor
from channels.console.pages import Console
from chat_ui.sessions import COOKIE
from domain.errors import Refused
from service.views_pulse import LOOK, Pulse

KNOCKS = 20  # looks between two checks whether the visitor is still signed in
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def add_routes(router: APIRouter, console: Console) -> None:
    """The stream."""
    entered = Annotated[Visitor, Depends(console.door.enter)]
    pulse = Pulse(console.house)

    @router.get("/events")
    async def events(request: Request, visitor: entered) -> StreamingResponse:
        return StreamingResponse(
            _changes(console, pulse, request), media_type="text/event-stream", headers=HEADERS
        )


async def _changes(console: Console, pulse: Pulse, request: Request) -> AsyncIterator[str]:
    """One event for each change, until the visitor leaves, is signed out, or the service ends."""
    knocks = 0
    async with pulse.listening():
        seen = pulse.count
        yield "retry: 2000\n\n"
        while not _ending(request) and not await request.is_disconnected():
            count = await pulse.beyond(seen, LOOK)
            if count != seen:
                seen = count
                yield f"event: changed\ndata: {seen}\n\n"
            knocks += 1
            if knocks % KNOCKS == 0:
                if not await _still_in(console, request):
                    return
                yield ": still here\n\n"


def _ending(request: Request) -> bool:
    """True once the server wants to stop: it waits for open answers, and this one would never end."""
    ending = getattr(request.app.state, "ending", None)
    return bool(ending and ending())


async def _still_in(console: Console, request: Request) -> bool:
    try:
        await console.door.who(console.house, request.cookies.get(COOKIE))
    except Refused:
        return False
    return True
