"""/console/stop: what is stopped, by whom and why; stopping more; letting go on."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from channels.console import stopping
from channels.console.door import Visitor, text_of
from channels.console.pages import Console, see, status_of
from domain.errors import RainmakerError, Refused

DONE = {"stopped": "Stopped. It holds at once and after a restart.", "cleared": "It may go on."}


def add_routes(router: APIRouter, console: Console) -> None:
    """The switch."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/stop")
    async def switches(visitor: entered, done: str = "") -> Response:
        return await _page(console, visitor, {}, notice=DONE.get(done))

    @router.post("/stop")
    async def stop(request: Request, visitor: entered) -> Response:
        form = await console.door.form(request, visitor)
        _check(visitor, "pause")
        typed = {name: text_of(form, name).strip() for name in ("level", "kind", "name", "reason")}
        try:
            scope = stopping.scope_of(typed["kind"], typed["name"])
            reason = typed["reason"][:300]
            await stopping.stop(
                console.house, visitor.actor, level=typed["level"], scope=scope, reason=reason
            )
        except RainmakerError as error:
            return await _page(console, visitor, typed, error=error)
        return see("/console/stop?done=stopped")

    @router.post("/stop/clear")
    async def clear(request: Request, visitor: entered) -> Response:
        form = await console.door.form(request, visitor)
        _check(visitor, "resume")
        scope, reason = text_of(form, "scope")[:80], text_of(form, "reason").strip()[:300]
        try:
            await stopping.go_on(console.house, visitor.actor, scope, reason)
        except RainmakerError as error:
            return await _page(console, visitor, {}, error=error)
        return see("/console/stop?done=cleared")


def _check(visitor: Visitor, command: str) -> None:
    if not visitor.may(command):
        raise Refused(f"The role {visitor.actor.role} may not {command}.", code="role_may_not", where=command)


async def _page(
    console: Console,
    visitor: Visitor,
    typed: dict[str, str],
    *,
    notice: str | None = None,
    error: RainmakerError | None = None,
) -> Response:
    values: dict[str, Any] = {"level": "sends", "kind": "workspace", "name": "", "reason": "", **typed}
    return await console.page(
        visitor,
        "stop.html",
        status=status_of(error) if error else 200,
        notice=notice,
        error=error,
        here="stop",
        switches=await stopping.stopped_now(console.house),
        file_reason=stopping.file_stop(console.house),
        typed=values,
        levels=stopping.LEVELS,
        kinds=stopping.SCOPE_KINDS,
    )
