"""/console/prospects: found by words and filters, best fit first; and one company with everything about it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from channels.console.door import Visitor
from channels.console.pages import Console
from channels.console.words import LEAD_WORDS
from domain.errors import Correctable
from runtime.store.screen_prospects import ProspectFilter
from service import views_prospects

_QUALIFIED = {"": None, "yes": True, "no": False}


def add_routes(router: APIRouter, console: Console) -> None:
    """The list and one company."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/prospects")
    async def listing(
        visitor: entered,
        q: str = "",
        country: str = "",
        industry: str = "",
        qualified: str = "",
        lead: str = "",
        after: str = "",
    ) -> Response:
        if qualified not in _QUALIFIED or (lead and lead not in LEAD_WORDS):
            where = "qualified" if qualified not in _QUALIFIED else "lead"
            raise Correctable("The list has no such filter.", code="bad_filter", where=where)
        asked = {"q": q.strip()[:100], "country": country[:2].upper(), "industry": industry[:60]}
        wanted = ProspectFilter(
            text=asked["q"],
            country=asked["country"],
            industry=asked["industry"],
            qualified=_QUALIFIED[qualified],
            lead=lead,
        )
        found = await views_prospects.found(console.house, wanted, after=after)
        return await console.page(
            visitor,
            "prospects.html",
            here="prospects",
            found=found,
            asked=asked | {"qualified": qualified, "lead": lead},
            is_first=not after,
        )

    @router.get("/prospects/{wanted}")
    async def one(visitor: entered, wanted: str) -> Response:
        shown = await views_prospects.company(console.house, wanted[:60])
        return await console.page(visitor, "prospect.html", here="prospects", shown=shown)
