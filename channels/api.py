"""The HTTP application: commands under /api/v1, one-click unsubscribe, health; errors as problem documents."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse

from channels.api_approvals import add_approvals
from channels.api_callers import add_sessions, arguments, caller_of
from channels.security import add_headers
from domain.decisions import Actor
from domain.errors import Bug, Correctable, RainmakerError, Refused, Retryable
from graph.desk import Progress
from service import unsubscribing
from service.bootstrap import House
from service.commands import COMMANDS, run_command

log = logging.getLogger(__name__)
STATUS = {Correctable: 400, Refused: 403, Retryable: 503, Bug: 500}
STATUS_OF_CODE = {
    "not_signed_in": 401,
    "session_ended": 401,
    "wrong_password": 401,
    "unknown_command": 404,
    "unknown_approval": 404,
    "already_decided": 409,
    "already_agreed": 409,
    "approval_expired": 409,
    "approval_mismatch": 409,
    "body_too_large": 413,
    "bad_arguments": 422,
    "too_many_tries": 429,
}


def make_app(house: House, token: str) -> FastAPI:
    """The application over an open house; `token` is the local owner's bearer token."""
    app = FastAPI(
        title="Rainmaker", version="0.1.0", docs_url=None, redoc_url=None
    )  # pages would load scripts
    app.state.house = house
    add_headers(app)
    app.exception_handler(RainmakerError)(_problem)
    app.exception_handler(RequestValidationError)(_wrong_request)
    _pages(app, house)
    _commands(app, house, token)
    add_approvals(app, house, token)
    add_sessions(app, house)
    return app


async def _problem(request: Request, error: Exception) -> JSONResponse:
    """RFC 9457: one clear sentence, a stable code, no trace."""
    if not isinstance(error, RainmakerError):
        raise error
    by_kind = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    status = STATUS_OF_CODE.get(error.code, by_kind)
    body = {
        "type": f"urn:rainmaker:{error.code}",
        "title": error.message,
        "status": status,
        "code": error.code,
        "where": error.where,
        "hint": error.hint,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _wrong_request(request: Request, error: Exception) -> JSONResponse:
    """A wrong query value: which one, and what is wrong, in one sentence."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = str(first["loc"][-1])
    wrong = Correctable(f"{where} is wrong: {first['msg']}.", code="bad_arguments", where=where)
    return await _problem(request, wrong)


def _pages(app: FastAPI, house: House) -> None:
    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/chat/")

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


def _commands(app: FastAPI, house: House, token: str) -> None:
    caller = caller_of(house, token)

    @app.post("/api/v1/commands/{name}")
    async def command(
        name: str, request: Request, actor: Annotated[Actor, Depends(caller)]
    ) -> StreamingResponse:
        """Run a use case; the answer is JSON lines: progress, then result or error."""
        args = await arguments(request)
        if name not in COMMANDS:
            raise Correctable(f"There is no command {name[:60]}.", code="unknown_command", where=name[:60])
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
