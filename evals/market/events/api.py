"""The part of the control API that shows the calendar and lets shocks happen. Market side only."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evals.market.events.moments import OPENING
from evals.market.events.records import Event
from evals.market.events.scene import Scene
from evals.market.events.shocks import SHOCKS, Shocks
from evals.market.search.documents import story_document
from evals.market.search.endpoint import SEARCH_HOST, SearchSite
from evals.market.sites.internet import Internet

Endpoint = Callable[[Request], Awaitable[Response]]
_AHEAD = timedelta(days=90)


class EventsApi:
    """The endpoints, one method each."""

    def __init__(self, scene: Scene, shocks: Shocks, internet: Internet, now: Callable[[], datetime]) -> None:
        self._scene, self._shocks, self._internet, self._now = scene, shocks, internet, now

    def routes(self) -> list[tuple[str, Endpoint, str]]:
        """Return path, endpoint and method of each."""
        return [
            ("/truth/events", self.list_events, "GET"),
            ("/shocks", self.list_shocks, "GET"),
            ("/shocks/{name}", self.strike, "POST"),
        ]

    async def list_events(self, request: Request) -> Response:
        """List what happens from ?since= (the opening) until ?until= (90 days from now), by origin, seller, decoy."""
        asked = request.query_params
        since = _moment(asked.get("since"), OPENING)
        until = _moment(asked.get("until"), self._now() + _AHEAD)
        events = await asyncio.to_thread(self._scene.events, since, until)
        return JSONResponse([event.shown() for event in events if _wanted(event, request)])

    async def list_shocks(self, _: Request) -> Response:
        """List what can be made to happen, one sentence each."""
        return JSONResponse([{"name": name, "sentence": sentence} for name, sentence in SHOCKS.items()])

    async def strike(self, request: Request) -> Response:
        """Let a shock happen now; the body may say whom it hits."""
        given = await request.json() if await request.body() else {}
        at = self._now().replace(microsecond=0)
        event = self._shocks.strike(str(request.path_params["name"]), given, at)
        self._internet.forget()
        await asyncio.to_thread(self._index_news_of, event.facts.get("event", ""), at)
        return JSONResponse({"sentence": f"{event.title}.", **event.shown()}, 201)

    def _index_news_of(self, cause: str, at: datetime) -> None:
        """Let the search engine find what the press has just printed."""
        search = self._internet.site(SEARCH_HOST)
        if cause and isinstance(search, SearchSite):
            for story in self._scene.press.stories(at):
                if story.at == at and cause in story.event:
                    search.index.add(story_document(self._scene.press, story))


def _wanted(event: Event, request: Request) -> bool:
    """Say whether an event passes the filters of a question."""
    asked = request.query_params
    fits_origin = asked.get("origin", event.origin.value) == event.origin.value
    fits_seller = "seller" not in asked or asked["seller"] in {**event.relevance, **event.looks}
    fits_decoy = "decoy" not in asked or (asked["decoy"] == "true") == (event.decoy is not None)
    return fits_origin and fits_seller and fits_decoy


def _moment(text: str | None, otherwise: datetime) -> datetime:
    """Read an ISO moment; without a zone it is UTC."""
    moment = datetime.fromisoformat(text.replace(" ", "+")) if text else otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
