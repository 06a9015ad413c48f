"""The HTTP application: REST under /api/v1, the command line's own door, one-click unsubscribe, health."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse

from channels.api_callers import add_sessions, caller_of
from channels.rest.bodies import json_object
from channels.rest.events import add_events
from channels.rest.incoming import add_hooks
from channels.rest.mcp_door import add_mcp
from channels.rest.metrics import add_metrics
from channels.rest.operations import add_resources
from channels.rest.problems import add_problems
from channels.rest.uploads import add_uploads
from channels.security import add_headers
from domain.decisions import Actor
from domain.errors import Bug, Correctable, RainmakerError, Refused
from graph.desk import Progress
from service import unsubscribing
from service.bootstrap import House
from service.commands import COMMANDS, run_command

log = logging.getLogger(__name__)
ON_THIS_MACHINE = frozenset({"import"})  # names a file of this machine: only its owner's command line may


def make_app(house: House, token: str) -> FastAPI:
    """The application over an open house; `token` is the local owner's bearer token."""
    app = FastAPI(
        title="Rainmaker", openapi_url=None, docs_url=None, redoc_url=None
    )  # pages would load scripts
    app.state.house = house
    signed_in = caller_of(house, token)
    add_headers(app)
    add_metrics(app, house, signed_in)
    add_problems(app)
    _pages(app, house)
    _commands(app, house, signed_in)
    add_sessions(app, house)
    add_uploads(app, house, signed_in)
    add_events(app, house, signed_in)
    add_resources(app, house, signed_in)
    add_hooks(app, house)
    add_mcp(app, house, signed_in)
    return app


def _pages(app: FastAPI, house: House) -> None:
    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/chat/")

    @app.get("/openapi.json")
    async def openapi() -> JSONResponse:
        """What the API can do."""
        from channels.rest.description import description

        return JSONResponse(description())

    @app.get("/health")
    async def health() -> dict[str, Any]:
        """Whether the service answers, and what thinks in it."""
        info = house.language.info
        return {"ok": True, "language": info.name, "sandbox": house.settings.sandbox}

    @app.get("/u/{token}", include_in_schema=False)
    async def ask_unsubscribe(token: str) -> HTMLResponse:
        """Looking changes nothing; the button posts."""
        unsubscribing.contact(house, token)
        return HTMLResponse(unsubscribing.PAGE)

    @app.post("/u/{token}", include_in_schema=False)
    async def unsubscribe(token: str) -> HTMLResponse:
        """RFC 8058: the post suppresses at once."""
        await unsubscribing.unsubscribe(house, token)
        return HTMLResponse(unsubscribing.DONE)


def _commands(app: FastAPI, house: House, signed_in: Any) -> None:
    @app.post("/api/v1/commands/{name}")
    async def command(name: str, request: Request, actor: Actor = Depends(signed_in)) -> StreamingResponse:
        """Run a use case; the answer is JSON lines: progress, then result or error."""
        args = await json_object(request)
        if name not in COMMANDS:
            raise Correctable(f"There is no command {name[:60]}.", code="unknown_command", where=name[:60])
        if name in ON_THIS_MACHINE and not request.state.local:
            raise Refused(
                "A file of this machine is named by its own command line only.",
                code="local_only",
                where=name,
                hint="Send the file itself to /api/v1/imports.",
            )
        return StreamingResponse(_lines(house, name, args, actor), media_type="application/x-ndjson")


async def _lines(house: House, name: str, args: dict[str, Any], actor: Actor) -> AsyncIterator[str]:
    import asyncio

    queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def emit(progress: Progress) -> None:
        if progress.kind == "progress":
            await queue.put({"progress": f"{progress.done}/{progress.total or '?'} {progress.text}"})

    async def work() -> None:
        try:
            await queue.put({"result": await run_command(house, name, args, actor=actor, emit=emit)})
        except RainmakerError as error:
            await queue.put({"error": error.as_dict(), "exit": error.exit_code})
        except Exception:  # the job's outer edge
            log.exception("command_failed", extra={"command": name})
            bug = Bug("Something unexpected went wrong; the log has the details.")
            await queue.put({"error": bug.as_dict(), "exit": 1})
        finally:
            await queue.put(None)

    task = asyncio.create_task(work())
    try:
        while (line := await queue.get()) is not None:
            yield json.dumps(line, ensure_ascii=False, default=str) + "\n"
    finally:
        await task
