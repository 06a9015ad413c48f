"""The web port over fetcher, crawler, search and browser. The browser starts only when needed."""

from collections.abc import Sequence

from domain.knowledge import Page
from runtime.clock import Clock, CoarseClock
from runtime.settings import Settings
from runtime.telemetry import requested
from tools.read.ports import Hit, OnPage, SiteVisit
from tools.read.web.browser import Browser
from tools.read.web.crawl import Progress, crawl
from tools.read.web.fetch import Fetcher, Toll
from tools.read.web.robots import Robots
from tools.read.web.search import SearchClient
from tools.read.web.visit import Visitor

AGENT = "Rainmaker/0.1 (+sales research; respects robots.txt)"
INTERVAL = 1.0  # seconds between two requests to one host
SANDBOX_INTERVAL = 0.0  # the sandbox runs on our own machine


class WebDesk:
    """Reads sites politely under the fetch guard."""

    def __init__(self, settings: Settings, clock: Clock, toll: Toll | None = None) -> None:
        proxy = settings.web_proxy or None
        clock = CoarseClock(clock)
        self._fetcher = Fetcher(
            proxy=proxy,
            sandbox=settings.sandbox,
            user_agent=AGENT,
            per_host_interval=SANDBOX_INTERVAL if settings.sandbox else INTERVAL,
            clock=clock,
            toll=toll,
        ).open()
        self._browser = Browser(
            proxy=proxy, sandbox=settings.sandbox, user_agent=AGENT, clock=clock, toll=toll
        )
        self._search = SearchClient(self._fetcher, settings.search_url or None)
        self._robots = Robots(self._fetcher)

    async def close(self) -> None:
        """Close connections and the browser."""
        await self._browser.close()
        await self._fetcher.__aexit__(None, None, None)

    async def visit(self, url: str, max_pages: int, on_page: OnPage | None = None) -> SiteVisit:
        """Pages of one site."""

        def told(progress: Progress) -> None:
            if on_page is not None:
                on_page(progress.read, max(progress.planned, progress.read), progress.url)

        done = await crawl(
            self._fetcher,
            url,
            max_pages=max_pages,
            on_progress=told,
            browser=self._browser,
            robots=self._robots,
        )
        problems = tuple((one.url, one.code, one.message) for one in done.problems)
        return SiteVisit(done.start, done.pages, problems)

    async def one_page(self, url: str) -> Page:
        """A single page."""
        return (await Visitor(self._fetcher, self._robots).visit(url)).page

    async def search(self, query: str, page: int = 1) -> Sequence[Hit]:
        """One page of search results."""
        requested(search=True)
        hits = await self._search.search(query, page=page)
        return [Hit(url=hit.url, title=hit.title, snippet=hit.snippet) for hit in hits]
