"""Ports of reading: the web, the calendar and recall, as specialists see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.knowledge import Page
from language.port import Passage

Wish = tuple[datetime, datetime]  # from and until when somebody would like to meet
OnPage = Callable[[int, int, str], None]  # pages read, pages wanted, URL


@dataclass(frozen=True)
class SiteVisit:
    """Pages read from one site and what went wrong on others: (url, code, sentence)."""

    url: str
    pages: tuple[Page, ...]
    problems: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Hit:
    """One search result."""

    url: str
    title: str
    snippet: str


class Web(Protocol):
    """Reading the web under the fetch guard."""

    async def visit(self, url: str, max_pages: int, on_page: OnPage | None = None) -> SiteVisit:
        """Pages of one site. Raises Correctable or Retryable when its start page cannot be read."""
        ...

    async def one_page(self, url: str) -> Page:
        """A single page. Raises like `visit`."""
        ...

    async def search(self, query: str, page: int = 1) -> Sequence[Hit]:
        """One page of search results. Raises Correctable when no search is set."""
        ...


class Diary(Protocol):
    """The owner's calendar, as far as a specialist may see it: free times, no entries."""

    async def free_times(
        self, zone_contact: str, country: str, count: int, *, contact_id: str, wished: Sequence[Wish] = ()
    ) -> tuple[datetime, ...]:
        """Free times that may be offered, spread over days; none that is held open for somebody else.

        Where some lie within what they wished, only those.
        """
        ...

    async def fits(self, at: datetime, zone_contact: str, country: str, *, contact_id: str) -> bool:
        """True when a time the contact named is free for the owner."""
        ...


class Recall(Protocol):
    """Finding stored text again."""

    async def passages(self, question: str, subjects: Sequence[str] | None, limit: int) -> Sequence[Passage]:
        """The nearest passages with provenance and age."""
        ...

    async def remember(self, subject: str) -> None:
        """Index a subject's stored pages now."""
        ...
