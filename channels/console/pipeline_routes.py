"""/console/pipeline and /console/deals: the board, lists of deals, one deal, and what a person does with it."""

from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from channels.console.door import Visitor, text_of
from channels.console.pages import Console, see, status_of
from domain.deals import CLOSED, ORDER, DealFact, DealStage
from domain.errors import Correctable, RainmakerError
from runtime.store.screen_deals import DealFilter
from service import views_pipeline
from service.cadence import zone_named
from service.views_today import day_start

DONE = {
    "moved": "Moved. The move is a decision with its reasons.",
    "asked": "The limits ask a person first: it waits among the approvals.",
    "next": "The next step is planned.",
    "amount": "The amount is kept.",
    "task": "The task is closed.",
}


def add_routes(router: APIRouter, console: Console) -> None:
    """Looking at deals, and changing one."""
    entered = Annotated[Visitor, Depends(console.door.enter)]
    _add_lists(router, console, entered)

    @router.get("/deals/{deal_id}")
    async def one(visitor: entered, deal_id: str, done: str = "") -> Response:
        return await _one(console, visitor, deal_id, notice=DONE.get(done))

    @router.post("/deals/{deal_id}")
    async def change(request: Request, visitor: entered, deal_id: str) -> Response:
        form = await console.door.form(request, visitor)
        typed = {name: text_of(form, name).strip()[:1000] for name in form if name != "form_token"}
        try:
            done = await _change(console, visitor, deal_id[:120], typed)
        except RainmakerError as error:
            return await _one(console, visitor, deal_id, error=error, typed=typed)
        return see(f"/console/deals/{quote(deal_id)}?done={done}")


def _add_lists(router: APIRouter, console: Console, entered: Any) -> None:
    @router.get("/pipeline")
    async def board(visitor: entered) -> Response:
        shown = await views_pipeline.board(console.house)
        return await console.page(visitor, "pipeline.html", here="pipeline", board=shown)

    @router.get("/deals")
    async def deals(
        visitor: entered,
        stage: str = "",
        q: str = "",
        opened: str = "",
        moved: str = "",
        campaign: str = "",
        only: str = "",
        after: str = "",
    ) -> Response:
        today = day_start(console.house, await console.house.clock.now())
        wanted = DealFilter(
            stage=_stage(stage),
            text=q.strip()[:100],
            opened_since=today if opened else None,
            moved_since=today if moved else None,
            is_open={"open": True, "closed": False}.get(only),
            campaign_id=campaign[:60],
        )
        page = await views_pipeline.deals_page(console.house, wanted, after=after)
        asked = {"stage": wanted.stage, "q": wanted.text, "opened": opened and "today"}
        asked |= {"moved": moved and "today", "campaign": wanted.campaign_id, "only": only}
        return await console.page(
            visitor, "deals.html", here="pipeline", page=page, asked=asked, stages=views_pipeline.STAGES
        )


def _stage(text: str) -> str:
    if text and text not in set(DealStage):
        raise Correctable(f"There is no stage “{text[:40]}”.", code="bad_filter", where="stage")
    return text


async def _change(console: Console, visitor: Visitor, deal_id: str, typed: dict[str, str]) -> str:
    """Carry out what a form of the deal's page wants; returns what to say about it."""
    match typed.get("do"):
        case "move":
            proof = {"quote": typed.get("quote", "")}
            proof |= {"fact": typed["fact"]} if typed.get("fact") else {}
            proofs = [proof] if proof["quote"] else []
            stage, why = typed.get("stage", ""), typed.get("why", "")
            done = await console.run(visitor, "deals_move", id=deal_id, stage=stage, why=why, proofs=proofs)
            return "asked" if done["verdict"] == "ask" else "moved"
        case "next":
            step, at = typed.get("step", ""), _moment(console, typed.get("at", ""))
            await console.run(visitor, "deals_next", id=deal_id, step=step, at=at)
            return "next"
        case "amount":
            amount, currency = typed.get("amount", ""), typed.get("currency", "").upper()
            await console.run(visitor, "deals_amount", id=deal_id, amount=amount, currency=currency)
            return "amount"
        case "task":
            result = typed.get("result") or "done"
            await console.run(visitor, "tasks_done", id=typed.get("task", "")[:60], result=result)
            return "task"
    raise Correctable("This page has no such button.", code="unknown_command", where="do")


def _moment(console: Console, text: str) -> datetime:
    """A day the owner names, at the hour they begin to work."""
    settings = console.house.settings
    try:
        day = datetime.fromisoformat(text)
    except ValueError as error:
        raise Correctable("Choose the day of the next step.", code="bad_date", where="at") from error
    if len(text) <= len("2026-11-05"):
        day = datetime.combine(day.date(), time.fromisoformat(settings.working_hours[:5]))
    return day if day.tzinfo else day.replace(tzinfo=zone_named(settings.calendar_zone))


async def _one(
    console: Console,
    visitor: Visitor,
    deal_id: str,
    *,
    notice: str | None = None,
    error: RainmakerError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    deal: dict[str, Any] = await console.run(visitor, "deals_show", id=deal_id[:120])
    stage = DealStage(deal["stage"])
    return await console.page(
        visitor,
        "deal.html",
        status=status_of(error) if error else 200,
        notice=notice,
        error=error,
        here="pipeline",
        deal=deal,
        typed=typed or {},
        stages=tuple(one for one in DealStage if one is not stage),
        order=ORDER,
        place=ORDER.index(stage) if stage in ORDER else -1,
        facts=tuple(DealFact),
        is_open=stage not in CLOSED,
        may_change=visitor.may("deals_move"),
    )
