"""Finding companies with no list supplied: search, directories, then the companies' own sites."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.accounts import CompanyFacts
from domain.errors import BudgetSpent, Correctable, RainmakerError
from domain.knowledge import Page
from domain.site_names import registrable_domain
from language.port import Language
from tools.read.identity import Company, Matcher, normal_name
from tools.read.ports import SiteVisit, Web

log = logging.getLogger(__name__)

PAGES_PER_SITE = 5
SITES_AT_ONCE = 24
LIST_FROM = 8  # a page linking to this many other companies is a list
LIST_PAGES = 40  # pages of one list
SEARCH_PAGES = 6
NEVER = frozenset(
    [
        "facebook.com",
        "linkedin.com",
        "twitter.com",
        "x.com",
        "instagram.com",
        "youtube.com",
        "google.com",
        "wikipedia.org",
        "github.com",
        "apple.com",
        "xing.com",
        "tiktok.com",
        "pinterest.com",
        "vimeo.com",
        "medium.com",
        "reddit.com",
        "whatsapp.com",
    ]
)


@dataclass(frozen=True)
class Visited:
    """A company's site as read."""

    facts: CompanyFacts
    pages: tuple[Page, ...]


@dataclass
class Tally:
    """What was looked at, for people and figures."""

    queries: int = 0
    failed: int = 0  # queries the search did not answer
    sites: int = 0
    unreadable: int = 0
    lists: int = 0
    duplicates: int = 0
    spent: BudgetSpent | None = None  # why it ended early


@dataclass
class Discovery:
    """One run. Ask `companies()` and stop when enough."""

    web: Web
    language: Language
    known_domains: frozenset[str] = frozenset()  # our own and our competitors'
    tally: Tally = field(default_factory=Tally)
    _seen: set[str] = field(default_factory=set)
    _frontier: deque[str] = field(default_factory=deque)
    _matcher: Matcher = field(default_factory=Matcher)
    _reached: set[tuple[str, str]] = field(default_factory=set)  # (name, phone or address)
    _trouble: RainmakerError | None = None  # the last of the search

    async def companies(self, queries: Sequence[str], listed: Sequence[str] = ()) -> AsyncGenerator[Visited]:
        """Companies as they are read, each once: those whose domains are `listed` first, then what a search finds.

        Raises:
            Correctable: no search is set. Retryable: the search answered no query at all.
            BudgetSpent: before any site was read; later it only ends the run, see the tally.
        """
        self._seen |= self.known_domains
        for domain in listed:
            self._add(domain)
        waiting = deque(queries)
        tasks: list[asyncio.Task[Visited | None]] = []
        try:
            while waiting or self._frontier or tasks:
                if self.tally.spent is not None:
                    waiting.clear()
                    self._frontier.clear()
                while waiting and len(self._frontier) < SITES_AT_ONCE:
                    await self._search(waiting.popleft())
                while self._frontier and len(tasks) < SITES_AT_ONCE:
                    tasks.append(asyncio.create_task(self._guarded(self._frontier.popleft())))
                if not tasks:
                    continue
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finished = [task for task in tasks if task in done]  # of several at once, the first begun
                tasks = [task for task in tasks if task not in done]
                for task in finished:
                    found = task.result()
                    if found is not None and self._is_new(found.facts):
                        yield found
            self._raise_when_nothing_could_be_read()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _raise_when_nothing_could_be_read(self) -> None:
        if self.tally.spent is not None and not self.tally.sites:
            raise self.tally.spent
        if self._trouble is not None and self.tally.failed == self.tally.queries:
            raise self._trouble

    async def _search(self, query: str) -> None:
        self.tally.queries += 1
        for number in range(1, SEARCH_PAGES + 1):
            try:
                hits = await self.web.search(query, number)
            except Correctable:
                raise
            except BudgetSpent as error:
                self.tally.spent = error
                return
            except RainmakerError as error:
                log.info("search_failed", extra={"code": error.code})
                self.tally.failed += number == 1
                self._trouble = error
                return
            fresh = sum(self._add(hit.url) for hit in hits)
            if not hits or (not fresh and number > 1):
                return

    def _add(self, url: str) -> bool:
        domain = registrable_domain(url)
        if not domain or domain in self._seen or domain in NEVER:
            return False
        self._seen.add(domain)
        self._frontier.append(url)
        return True

    async def _guarded(self, url: str) -> Visited | None:
        """One site nobody foresaw must not end a run over thousands."""
        try:
            return await self._company(url)
        except Exception:  # the job's edge: one site
            log.exception("site_failed", extra={"url": url})
            self.tally.unreadable += 1
            return None

    async def _company(self, url: str) -> Visited | None:
        parts = urlsplit(url)
        try:
            visit = await self.web.visit(  # a bare domain from a list is tried over https, then http
                f"{parts.scheme}://{parts.netloc}/" if parts.netloc else url, PAGES_PER_SITE
            )
            if await self._is_list(visit, url if parts.netloc else visit.url):
                return None
            domain = registrable_domain(visit.url) or registrable_domain(url)
            if domain in self.known_domains:  # a redirect led to ourselves or a competitor
                self.tally.duplicates += 1
                return None
            facts = await self.language.read_company(domain, visit.pages)
        except BudgetSpent as error:
            self.tally.spent = error
            return None
        except RainmakerError as error:
            self.tally.unreadable += 1
            log.debug("site_unreadable", extra={"code": error.code})
            return None
        self.tally.sites += 1
        return Visited(facts, visit.pages)

    async def _is_list(self, visit: SiteVisit, found_at: str) -> bool:
        """A directory gives more sites instead of being a company."""
        lists = [page for page in visit.pages if len(self._others(page)) >= LIST_FROM]
        if not lists and found_at.rstrip("/") != visit.url.rstrip("/"):
            page = await self._quiet_page(found_at)
            lists = [page] if page and len(self._others(page)) >= LIST_FROM else []
        if not lists:
            return False
        self.tally.lists += 1
        await self._follow(lists)
        return True

    def _others(self, page: Page) -> dict[str, str]:
        """Other companies' domains this page links to, with the link."""
        own = registrable_domain(page.url)
        found: dict[str, str] = {}
        for link in page.links:
            if link.url.startswith("http"):
                domain = registrable_domain(link.url)
                if domain and domain != own and domain not in NEVER:
                    found.setdefault(domain, link.url)
        return found

    async def _follow(self, lists: Sequence[Page]) -> None:
        """Take the companies of a list and of its further pages."""
        read = {page.url for page in lists}
        queue = deque(lists)
        while queue:
            page = queue.popleft()
            for url in self._others(page).values():
                self._add(url)
            for url in self._further(page):
                if url not in read and len(read) < LIST_PAGES:
                    read.add(url)
                    following = await self._quiet_page(url)
                    if following:
                        queue.append(following)

    def _further(self, page: Page) -> list[str]:
        """Links inside the same site that may continue the list."""
        own = registrable_domain(page.url)
        return [
            link.url
            for link in page.links
            if link.url.startswith("http") and registrable_domain(link.url) == own
        ]

    async def _quiet_page(self, url: str) -> Page | None:
        try:
            return await self.web.one_page(url)
        except RainmakerError:
            return None

    def _is_new(self, facts: CompanyFacts) -> bool:
        """False for a company already met, also when it stands under a second domain."""
        country = facts.country.value if facts.country else ""
        company = Company(key=facts.domain, name=facts.name, domain=facts.domain, country=country)
        name = normal_name(facts.name)
        reached = {(name, fact.value) for fact in (*facts.phones, *facts.emails)} if name else set()
        if self._matcher.find(company) is not None or reached & self._reached:
            self.tally.duplicates += 1
            return False
        self._reached |= reached
        self._matcher.add(company)
        return True
