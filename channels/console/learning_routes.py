"""/console/learning: forecast, tests and models as their commands tell them; each part is asked for by itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from channels.console.door import Visitor
from channels.console.pages import Console
from domain.errors import RainmakerError

PARTS = ("forecast", "experiments", "models")


def add_routes(router: APIRouter, console: Console) -> None:
    """The page and its parts; they read all of our history, so the page does not wait for them."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/learning")
    async def learning(visitor: entered) -> Response:
        return await console.page(visitor, "learning.html", here="learning", parts_of_page=PARTS)

    @router.get("/learning/forecast")
    async def forecast(visitor: entered) -> Response:
        return await _part(console, visitor, "forecast")

    @router.get("/learning/experiments")
    async def experiments(visitor: entered) -> Response:
        return await _part(console, visitor, "experiments")

    @router.get("/learning/models")
    async def models(visitor: entered) -> Response:
        return await _part(console, visitor, "models")


async def _part(console: Console, visitor: Visitor, name: str) -> Response:
    """One part; what cannot be told says why in its place."""
    told: dict[str, Any] = {}
    error: RainmakerError | None = None
    try:
        told = await console.run(visitor, name)
    except RainmakerError as refused:
        error = refused
    return console.part(f"learning_{name}.html", told=told, error=error)
