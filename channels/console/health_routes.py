"""/console/health: mailboxes, queue, timetable and chain at once; the doctor's checks and a full walk when asked."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from channels.console.door import Visitor
from channels.console.pages import Console
from service import views_health


def add_routes(router: APIRouter, console: Console) -> None:
    """The page and its two slow parts."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/health")
    async def health(visitor: entered) -> Response:
        shown = await views_health.health(console.house)
        return await console.page(visitor, "health.html", here="health", health=shown)

    @router.get("/health/checks")
    async def checks(visitor: entered) -> Response:
        return console.part("checks.html", checks=await views_health.checks(console.house))

    @router.get("/health/chain")
    async def chain(visitor: entered) -> Response:
        return console.part("chain.html", found=await views_health.verified(console.house))
