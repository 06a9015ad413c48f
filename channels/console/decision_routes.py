"""/console/decisions: every decision, found by text; one of them with its reasons, its chain, replay and undo."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.policy import AGENTS
from channels.console import decided
from channels.console.door import Visitor
from channels.console.pages import Console, see, status_of
from domain.actions import ACTION_KINDS
from domain.decisions import Decision, Verdict
from domain.errors import Correctable, RainmakerError
from runtime.store import authority
from runtime.store import decisions as stored
from service.views_today import day_start

DONE = {"undone": "It was taken back; the undo is a record in the chain."}


def add_routes(router: APIRouter, console: Console) -> None:
    """The list and one decision."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/decisions")
    async def newest(
        visitor: entered,
        q: str = "",
        verdict: str = "",
        action: str = "",
        agent: str = "",
        day: str = "",
        skip: int = 0,
    ) -> Response:
        asked = {"q": q.strip()[:200], "verdict": verdict[:20], "action": action[:40]}
        asked |= {"agent": agent[:60], "day": "today" if day else ""}
        return await _list(console, visitor, asked, max(0, min(skip, 1_000_000)))

    @router.get("/decisions/{decision_id}")
    async def one(visitor: entered, decision_id: str, replay: str = "", done: str = "") -> Response:
        again = await console.run(visitor, "replay", id=decision_id) if replay else None
        return await _one(console, visitor, decision_id, again=again, notice=DONE.get(done))

    @router.post("/decisions/{decision_id}/undo")
    async def undo(request: Request, visitor: entered, decision_id: str) -> Response:
        await console.door.form(request, visitor)
        try:
            await console.run(visitor, "undo", id=decision_id)
        except RainmakerError as error:
            return await _one(console, visitor, decision_id, error=error)
        return see(f"/console/decisions/{quote(decision_id)}?done=undone")


async def _list(console: Console, visitor: Visitor, asked: dict[str, str], skip: int) -> Response:
    since = day_start(console.house, await console.house.clock.now()) if asked["day"] else None
    wanted = decided.Asked(asked["q"], asked["verdict"], asked["action"], asked["agent"], since)
    async with console.house.database.read() as tx:
        rows, more = await decided.found(tx, wanted, skip)
        # words are looked for in every record: counting would look a second time
        count = None if asked["q"] else await decided.count(tx, wanted)
        numbers = await _numbers(tx)
    return await console.page(
        visitor,
        "decisions.html",
        here="decisions",
        rows=rows,
        count=count,
        numbers=numbers,
        asked=asked,
        verdicts=tuple(str(one) for one in Verdict),
        actions=ACTION_KINDS,
        agents=AGENTS,
        newer=_address(asked, skip - decided.PAGE) if skip else "",
        older=_address(asked, skip + decided.PAGE) if more else "",
    )


def _address(asked: dict[str, str], skip: int) -> str:
    given = {name: value for name, value in asked.items() if value} | ({"skip": skip} if skip > 0 else {})
    return f"/console/decisions?{urlencode(given)}"


async def _numbers(tx: AsyncConnection) -> dict[str, int]:
    """Numbers of the stored policy versions by their hashes."""
    from autonomy.policy import Policy

    rows = await authority.policy_versions_listed(tx)
    return {Policy.model_validate(row["body"]).version: row["number"] for row in rows}


async def _one(
    console: Console,
    visitor: Visitor,
    decision_id: str,
    *,
    again: dict[str, Any] | None = None,
    notice: str | None = None,
    error: RainmakerError | None = None,
) -> Response:
    async with console.house.database.read() as tx:
        made = await _known(tx, decision_id)
        numbers = await _numbers(tx)
        may_undo = visitor.may("undo") and await decided.undoable(tx, made)
    told = await console.run(visitor, "why", id=made.id)
    return await console.page(
        visitor,
        "decision.html",
        status=status_of(error) if error else 200,
        notice=notice,
        error=error,
        here="decisions",
        made=made,
        facts=decided.facts(made),
        number=numbers.get(made.policy_version),
        chain=[link for link in told["chain"] if link["kind"] not in ("rule", "risk")],
        again=again,
        may_undo=may_undo,
    )


async def _known(tx: AsyncConnection, decision_id: str) -> Decision:
    made = await stored.decision(tx, decision_id)
    if made is None:
        raise Correctable(
            f"There is no decision {decision_id[:60]}.", code="unknown_id", where=decision_id[:60]
        )
    return made
