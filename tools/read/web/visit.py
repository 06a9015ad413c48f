"""Read one page as a polite visitor: robots, fetch, blocks; a browser where nothing else shows text."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from domain.errors import Correctable, RainmakerError, Refused, Retryable
from domain.knowledge import Page
from domain.site_names import site_of
from tools.read.web.fetch import Fetched, Fetcher
from tools.read.web.guard import Url
from tools.read.web.page import PAGE_TYPES, Document, looks_javascript_only, read_document
from tools.read.web.robots import Robots

log = logging.getLogger(__name__)

_PARSE_HERE = 200_000  # larger bodies are parsed in a thread


class Renders(Protocol):
    """Shows a page in a browser and reads it there."""

    async def render(self, url: str) -> Page:
        """The page as a person would see it after its scripts ran."""
        ...


@dataclass(frozen=True)
class Problem:
    """A page that could not be read, or only in part."""

    url: str
    code: str
    message: str


@dataclass(frozen=True)
class Visit:
    """A page that was read, with what was wrong with it, if anything."""

    document: Document
    problem: Problem | None = None

    @property
    def page(self) -> Page:
        """The page itself."""
        return self.document.page


class Visitor:
    """Reads single pages of any site."""

    def __init__(
        self, fetcher: Fetcher, robots: Robots | None = None, browser: Renders | None = None
    ) -> None:
        self.fetcher = fetcher
        self.robots = robots or Robots(fetcher)
        self._browser = browser

    async def visit(self, url: str, *, site: str | None = None) -> Visit:
        """Read one page.

        Args:
            url: absolute address.
            site: registrable domain that redirects must not leave; None lets them.

        Raises:
            Refused, Correctable, Retryable: with the codes of the guard, the fetcher and robots,
                and `page_not_found`, `page_forbidden`, `server_error`, `left_the_site`.
        """

        async def on_hop(hop: Url) -> None:
            if site is not None and site_of(hop.host) != site:
                raise Refused(
                    "The page leads away from the company's site.", code="left_the_site", where=str(hop)
                )
            await self.robots.check(hop)

        fetched = await self.fetcher.get(url, types=PAGE_TYPES, on_hop=on_hop)
        _require_success(fetched)
        if len(fetched.body) > _PARSE_HERE:
            document = await asyncio.to_thread(read_document, fetched)
        else:
            document = read_document(fetched)
        if not looks_javascript_only(document.page, fetched):
            return Visit(document)
        return await self._in_browser(document)

    async def _in_browser(self, document: Document) -> Visit:
        url = document.page.url
        if self._browser is None:
            problem = Problem(url, "javascript_only", "The page shows its text only in a browser.")
            return Visit(document, problem)
        try:
            page = await self._browser.render(url)
        except RainmakerError as error:
            log.info("browser_failed", extra={"url": url, "code": error.code})
            return Visit(document, problem_of(error, url))
        if _site_of(page) != _site_of(document.page):
            return Visit(
                document, Problem(url, "left_the_site", "The page leads away from the company's site.")
            )
        return Visit(Document(page, document.canonical))


def _site_of(page: Page) -> str:
    return site_of(page.url)


def problem_of(error: RainmakerError, url: str) -> Problem:
    """An error as a line of a report."""
    return Problem(url, error.code, error.message)


def _require_success(fetched: Fetched) -> None:
    status, url = fetched.status, fetched.url
    if status < 300:
        return
    if status >= 500:
        raise Retryable("The site answered with an error of its own.", code="server_error", where=url)
    if status in (401, 402, 403, 407, 451):
        raise Refused("The site does not let us read this page.", code="page_forbidden", where=url)
    raise Correctable(f"There is no page here (status {status}).", code="page_not_found", where=url)
