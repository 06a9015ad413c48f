"""/console/today: what the agents do, what needs a person, what is next; and the small part that keeps pages fresh."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from channels.console.door import Visitor
from channels.console.pages import Console
from service import views_today


def add_routes(router: APIRouter, console: Console) -> None:
    """The first screen."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/today")
    async def today(visitor: entered) -> Response:
        shown = await views_today.today(console.house)
        return await console.page(visitor, "today.html", here="today", today=shown)

    @router.get("/waiting")
    async def waiting(visitor: entered) -> Response:
        """How much waits, for the frame of every page."""
        now = await views_today.waiting(console.house)
        return console.part("waiting.html", waiting_now=now, sandbox=console.house.settings.sandbox)
