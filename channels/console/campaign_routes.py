"""/console/campaigns: the list, and one campaign with its funnel, its days, its drafts; pausing and going on."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from channels.console import charts
from channels.console.door import Visitor, text_of
from channels.console.pages import Console, see, status_of
from domain.errors import Correctable, RainmakerError
from service import views_campaigns

DONE = {"paused": "Paused: nothing of this campaign leaves.", "resumed": "It goes on."}


def add_routes(router: APIRouter, console: Console) -> None:
    """The pages of campaigns."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/campaigns")
    async def listing(visitor: entered, after: str = "") -> Response:
        rows, following = await views_campaigns.listing(console.house, after=after)
        return await console.page(
            visitor, "campaigns.html", here="campaigns", rows=rows, next=following, is_first=not after
        )

    @router.get("/campaigns/{campaign_id}")
    async def one(visitor: entered, campaign_id: str, after: str = "", done: str = "") -> Response:
        return await _one(console, visitor, campaign_id, after=after, notice=DONE.get(done))

    @router.post("/campaigns/{campaign_id}")
    async def switch(request: Request, visitor: entered, campaign_id: str) -> Response:
        form = await console.door.form(request, visitor)
        try:
            done = await _switch(console, visitor, campaign_id[:60], text_of(form, "do"))
        except RainmakerError as error:
            return await _one(console, visitor, campaign_id, error=error)
        return see(f"/console/campaigns/{quote(campaign_id)}?done={done}")


async def _switch(console: Console, visitor: Visitor, campaign_id: str, wanted: str) -> str:
    """Pause one campaign, or let it go on."""
    if wanted == "pause":
        await console.run(visitor, "campaign_pause", id=campaign_id)
        return "paused"
    if wanted == "resume":
        await console.run(visitor, "resume", scope=f"campaign:{campaign_id}", reason="may go on")
        return "resumed"
    raise Correctable("This page has no such button.", code="unknown_command", where="do")


async def _one(
    console: Console,
    visitor: Visitor,
    campaign_id: str,
    *,
    after: str = "",
    notice: str | None = None,
    error: RainmakerError | None = None,
) -> Response:
    told = await views_campaigns.one(console.house, campaign_id[:60], after=after)
    return await console.page(
        visitor,
        "campaign.html",
        status=status_of(error) if error else 200,
        notice=notice,
        error=error,
        here="campaigns",
        told=told,
        chart=charts.days(told.days),
        funnel=charts.funnel(told),
        is_first=not after,
    )
