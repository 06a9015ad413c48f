"""Approvals, pause and resume over REST: the same use cases as the chat and the command line, nothing more."""

from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query, Request, Response

from channels.api_callers import arguments, caller_of
from domain.decisions import Actor
from domain.errors import Correctable
from service.bootstrap import House
from service.commands import run_command

MOST = 500  # approvals on one page
_DECISIONS = ("approve", "reject", "edit", "always")
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def add_approvals(app: FastAPI, house: House, token: str) -> None:
    """Add the routes."""
    signed_in = Depends(caller_of(house, token))
    _add_reading(app, house, signed_in)
    _add_deciding(app, house, signed_in)
    _add_stopping(app, house, signed_in)


def _add_reading(app: FastAPI, house: House, signed_in: Any) -> None:
    @app.get("/api/v1/approvals")
    async def approvals(
        response: Response, page: Page = 1, limit: Limit = 100, actor: Actor = signed_in
    ) -> Any:
        """What waits for a decision, riskiest first; `X-Total-Count` says how many there are."""
        rows = await run_command(house, "approvals", {}, actor=actor)
        response.headers["X-Total-Count"] = str(len(rows))
        return rows[(page - 1) * limit : page * limit]

    @app.get("/api/v1/approvals/{approval_id}")
    async def approval(approval_id: str, actor: Actor = signed_in) -> Any:
        """One approval with its exact texts, whatever its state."""
        return await run_command(house, "approval", {"id": approval_id}, actor=actor)


def _add_deciding(app: FastAPI, house: House, signed_in: Any) -> None:
    @app.post("/api/v1/approvals/{decision}")
    async def decide_many(
        decision: Literal["approve", "reject"], request: Request, actor: Actor = signed_in
    ) -> Any:
        """Decide on several: the body names `ids`; each has its own result."""
        return await run_command(house, f"{decision}_many", await arguments(request), actor=actor)

    @app.post("/api/v1/approvals/{approval_id}/{decision}")
    async def decide(approval_id: str, decision: str, request: Request, actor: Actor = signed_in) -> Any:
        """approve, reject, edit or always; the body may name items, subject and text."""
        if decision not in _DECISIONS:
            message = "Decide with approve, reject, edit or always."
            raise Correctable(message, code="unknown_command", where=decision[:40])
        args = {**(await arguments(request)), "id": approval_id}
        return await run_command(house, decision, args, actor=actor)


def _add_stopping(app: FastAPI, house: House, signed_in: Any) -> None:
    @app.post("/api/v1/pause")
    async def pause(request: Request, actor: Actor = signed_in) -> Any:
        """Stop; the body may name scope, reason and how much stops."""
        return await run_command(house, "pause", await arguments(request), actor=actor)

    @app.post("/api/v1/resume")
    async def resume(request: Request, actor: Actor = signed_in) -> Any:
        """Let it go on; only an owner may."""
        return await run_command(house, "resume", await arguments(request), actor=actor)
