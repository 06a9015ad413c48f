"""Read a company's site: the pages a salesperson would open first, politely and within a bound.

A dead or forbidden page is a line in the report, never an exception; only the start page must open.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain.errors import Correctable, RainmakerError, Refused, Retryable
from domain.knowledge import Link, Page, text_hash
from domain.site_names import site_of
from tools.read.web.fetch import Fetcher
from tools.read.web.rank import NEVER, Rank, family, language_of, usefulness
from tools.read.web.robots import Robots
from tools.read.web.site import page_key, start_addresses
from tools.read.web.sitemap import listed_pages
from tools.read.web.visit import Problem, Renders, Visit, Visitor, problem_of

log = logging.getLogger(__name__)

_IN_MENU = 2.0
_SAME_FAMILY = 0.8
_OTHER_LANGUAGE = 8.0
_GIVE_UP_AFTER = 6  # transport failures in a row: the site went down
_MOST_KNOWN = 3_000
_TRY_HTTP_AFTER = {"tls_failed", "page_not_found", "page_forbidden"}


@dataclass(frozen=True)
class Progress:
    """How far a crawl is; `planned` may grow while links are found."""

    url: str
    read: int
    planned: int
    problems: int


@dataclass(frozen=True)
class Crawl:
    """What was read of one site; the start page comes first."""

    start: str
    pages: tuple[Page, ...]
    problems: tuple[Problem, ...]


OnProgress = Callable[[Progress], None]


async def crawl(
    fetcher: Fetcher,
    start_url: str,
    *,
    max_pages: int = 30,
    on_progress: OnProgress | None = None,
    browser: Renders | None = None,
    wanted: Rank = usefulness,
    robots: Robots | None = None,
    concurrency: int = 4,
) -> Crawl:
    """Read up to `max_pages` pages of the site at `start_url`, the most useful first.

    Args:
        start_url: a URL keeps its scheme; a bare host is tried over https, then http.
        wanted: worth of a link; at or below `NEVER` it is not followed.
        robots: shared between crawls to keep its cache.
        concurrency: pages under way at once; the fetcher's pace per host still holds.

    Raises:
        Correctable, Refused, Retryable: the start page cannot be read.
    """
    visitor = Visitor(fetcher, robots, browser)
    first = await open_start(visitor, start_url)
    run = _Run(visitor, first, max_pages, wanted, on_progress)
    await run.all_pages(concurrency)
    return Crawl(start=first.page.url, pages=tuple(run.pages), problems=tuple(run.problems))


async def open_start(visitor: Visitor, start_url: str) -> Visit:
    """The first page of a site.

    Raises:
        Correctable, Refused, Retryable: one clear sentence on why it does not open.
    """
    addresses = start_addresses(start_url)
    failure: RainmakerError | None = None
    for address in addresses:
        try:
            visit = await visitor.visit(address)
            return await visitor.visit(visit.document.refresh) if visit.document.refresh else visit
        except Retryable as error:
            failure = _cause_of(error)
        except (Refused, Correctable) as error:
            if error.code not in _TRY_HTTP_AFTER:
                raise
            failure = error
    raise _start_failure(failure, start_url)


@dataclass(frozen=True)
class _Candidate:
    url: str
    worth: float
    order: int


class _Run:
    """The state of one crawl. Works in rounds, so the same site always gives the same pages."""

    def __init__(
        self, visitor: Visitor, first: Visit, max_pages: int, wanted: Rank, on_progress: OnProgress | None
    ) -> None:
        self.pages: list[Page] = []
        self.problems: list[Problem] = []
        self._visitor = visitor
        self._start = visitor.fetcher.check(first.page.url)
        self._site = site_of(self._start.host)
        self._language = language_of(self._start.target.strip("/").split("/")[0])
        self._max_pages = max(1, max_pages)
        self._wanted = wanted
        self._on_progress = on_progress
        self._waiting: dict[str, _Candidate] = {}
        self._known: set[str] = set()
        self._read_keys: set[str] = set()
        self._texts: set[str] = set()
        self._families: Counter[str] = Counter()
        self._failures_in_a_row = 0
        self._take(first)

    async def all_pages(self, concurrency: int) -> None:
        """Read until enough pages are read, nothing is left, or the site went down."""
        if len(self._waiting) < self._max_pages - 1:
            listed = await listed_pages(self._visitor.fetcher, self._visitor.robots, self._start)
            self._learn((Link(url=url, text="") for url in listed), frozenset())
        tries = 2 * self._max_pages + 10
        while len(self.pages) < self._max_pages and self._waiting and tries > 0:
            if self._failures_in_a_row >= _GIVE_UP_AFTER:
                log.info("crawl_gave_up", extra={"site": self._site})
                return
            batch = self._best(min(concurrency, self._max_pages - len(self.pages), tries))
            tries -= len(batch)
            for result in await asyncio.gather(*(self._read(candidate.url) for candidate in batch)):
                self._record(result)

    async def _read(self, url: str) -> Visit | Problem:
        try:
            return await self._visitor.visit(url, site=self._site)
        except Retryable as error:
            self._failures_in_a_row += 1
            return problem_of(error, url)
        except RainmakerError as error:
            return problem_of(error, url)

    def _record(self, result: Visit | Problem) -> None:
        if isinstance(result, Problem):
            self.problems.append(result)
            return
        self._failures_in_a_row = 0
        self._take(result)

    def _take(self, visit: Visit) -> None:
        """Keep a page unless it is one we have under another address."""
        page = visit.page
        names = {page_key(page.url), *self._canonical_key(visit.document.canonical)}
        self._known |= names
        for name in names:
            self._waiting.pop(name, None)
        if visit.problem is not None:
            self.problems.append(visit.problem)
        content = text_hash(page.text)
        if content in self._texts or not names.isdisjoint(self._read_keys):
            return
        self._read_keys |= names
        self._texts.add(content)
        self.pages.append(page)
        menu = frozenset(
            block.href for block in page.blocks if block.href and block.zone in ("nav", "header")
        )
        self._learn(page.links, menu)
        self._tell(page.url)

    def _canonical_key(self, canonical: str) -> set[str]:
        """Its key, unless it is the home page: careless sites name that on every page."""
        if not canonical or not self._is_own(canonical):
            return set()
        return {page_key(canonical)} - {page_key(str(self._start))}

    def _learn(self, links: Iterable[Link], menu: frozenset[str]) -> None:
        for link in links:
            if len(self._known) + len(self._waiting) > _MOST_KNOWN:
                return
            if not self._is_own(link.url):
                continue
            key = page_key(link.url)
            worth = self._worth(link) + (_IN_MENU if link.url in menu else 0.0)
            known = self._waiting.get(key)
            if key in self._known or worth <= NEVER or (known is not None and known.worth >= worth):
                continue
            order = known.order if known else len(self._known) + len(self._waiting)
            self._waiting[key] = _Candidate(link.url, worth, order)

    def _worth(self, link: Link) -> float:
        worth = self._wanted(link)
        path = link.url.split("//", 1)[-1].split("/", 2)
        language = language_of(path[1].lower()) if len(path) > 1 else ""
        return worth - _OTHER_LANGUAGE if language and language != self._language else worth

    def _best(self, count: int) -> list[_Candidate]:
        """The most useful waiting pages, spread over families of pages."""
        chosen: list[_Candidate] = []
        while self._waiting and len(chosen) < count:
            key, candidate = max(
                self._waiting.items(),
                key=lambda item: (
                    item[1].worth - _SAME_FAMILY * self._families[family(item[1].url)],
                    -item[1].order,
                ),
            )
            del self._waiting[key]
            self._known.add(key)
            self._families[family(candidate.url)] += 1
            chosen.append(candidate)
        return chosen

    def _is_own(self, url: str) -> bool:
        try:
            address = self._visitor.fetcher.check(url)
        except Refused:
            return False
        return site_of(address.host) == self._site

    def _tell(self, url: str) -> None:
        if self._on_progress is not None:
            planned = min(self._max_pages, len(self.pages) + len(self._waiting))
            self._on_progress(Progress(url, len(self.pages), planned, len(self.problems)))


def _cause_of(error: RainmakerError) -> RainmakerError:
    """When even robots.txt could not be fetched, the reason for that is the news."""
    cause = error.__cause__
    return cause if error.code == "robots_unavailable" and isinstance(cause, RainmakerError) else error


def _start_failure(failure: RainmakerError | None, start_url: str) -> RainmakerError:
    if failure is None:
        return Correctable("Give a company's web address.", code="site_not_given", where=start_url)
    if failure.code == "name_not_resolved":
        return Correctable(
            f"No site answers to the name in {start_url}.",
            code="site_not_found",
            where=start_url,
            hint="Check the spelling of the address.",
        )
    hint = "Try again later, or give another page of the site." if isinstance(failure, Retryable) else None
    failure.where, failure.hint = start_url, failure.hint or hint
    return failure
