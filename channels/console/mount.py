"""Puts the console under /console of our application, beside the chat and behind its login."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from channels.console import (
    approval_routes,
    campaign_routes,
    decision_routes,
    event_routes,
    health_routes,
    learning_routes,
    pipeline_routes,
    policy_routes,
    prospect_routes,
    record_routes,
    stop_routes,
    today_routes,
    version_routes,
)
from channels.console.door import Door, Visitor, Who
from channels.console.pages import HERE, Console, route_class
from chat_ui.sessions import acting
from domain.errors import Bug, Correctable
from service.bootstrap import House

_TOPICS = (
    today_routes, approval_routes, pipeline_routes, campaign_routes, prospect_routes, record_routes,
    decision_routes, policy_routes, version_routes, health_routes, learning_routes, stop_routes, event_routes,
)  # fmt: skip


def mount_console(app: FastAPI, house: House, *, who: Who = acting) -> None:
    """Serve the pages of this house under /console."""
    console = Console(Door(house, who))
    app.mount("/console/static", StaticFiles(directory=HERE / "static"), name="console-static")
    app.mount("/console/htmx", StaticFiles(directory=_htmx()), name="console-htmx")
    router = APIRouter(prefix="/console", include_in_schema=False, route_class=route_class(console))
    for topic in _TOPICS:
        topic.add_routes(router, console)
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("")
    async def first() -> RedirectResponse:
        return RedirectResponse("/console/today")

    @router.get("/{page:path}")
    async def unknown(visitor: entered, page: str) -> RedirectResponse:
        message = "The console has no such page."
        raise Correctable(message, code="unknown_page", where=page[:80])

    app.include_router(router)


def _htmx() -> Path:
    """The folder of the installed package that ships htmx; the package itself is never imported."""
    found = find_spec("django_htmx")
    if found is None or not found.submodule_search_locations:
        raise Bug("The package that ships htmx is missing; run make again.", code="missing_package")
    return Path(found.submodule_search_locations[0]) / "static" / "django_htmx"
