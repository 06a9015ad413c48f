"""Puts the console under /console of our application, beside the chat and behind its login."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from channels.console import approval_routes, decision_routes, policy_routes, stop_routes, version_routes
from channels.console.door import Door, Who
from channels.console.pages import HERE, Console, route_class
from chat_ui.sessions import acting
from service.bootstrap import House


def mount_console(app: FastAPI, house: House, *, who: Who = acting) -> None:
    """Serve the pages of this house under /console."""
    console = Console(Door(house, who))
    router = APIRouter(prefix="/console", include_in_schema=False, route_class=route_class(console))
    for topic in (policy_routes, version_routes, approval_routes, decision_routes, stop_routes):
        topic.add_routes(router, console)

    @router.get("")
    async def first() -> RedirectResponse:
        return RedirectResponse("/console/approvals")

    app.include_router(router)
    app.mount("/console/static", StaticFiles(directory=HERE / "static"), name="console-static")
