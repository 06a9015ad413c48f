"""Sites whose pages change on dates: what a page says at a moment, since when it says so, and honest headers."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from evals.market.sites.page import Link, Page, Request, Response, plain, redirect
from evals.market.sites.render import render_plain

_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


class DatedSite(ABC):
    """A host whose pages are a function of the moments that lie behind.

    A page may depend only on which of `moments` have passed, never on the exact time: that is what makes
    Last-Modified true and an answer worth keeping until the next moment.
    """

    host: str
    name: str
    language: str
    layout: str

    @abstractmethod
    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return all moments at which any page changes, in order, at least up to `at`."""

    @abstractmethod
    def content(self, path: str, at: datetime) -> Page | Response | None:
        """Return what is at a path at a moment; None is a 404."""

    @abstractmethod
    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""

    def version(self, at: datetime | None) -> int:
        """Return how many changes lie behind a moment."""
        return bisect_right(self.moments(at), at) if at else 0

    def answer(self, request: Request) -> Response:
        """Answer one request as of its moment."""
        if request.host != self.host:
            return redirect(f"http://{self.host}{request.path}")
        if request.path == "/robots.txt":
            return plain(200, "User-agent: *\nDisallow: /internal/\n")
        at = request.at or _BEFORE
        found = self.content(request.path, at)
        if found is None:
            return plain(404, "Not Found")
        if isinstance(found, Page):
            html = render_plain(self.layout, self.name, self.language, found, self.menu())
            found = Response(body=html.encode())
        return stamped(found, self._modified(request.path, at))

    def _modified(self, path: str, at: datetime) -> datetime:
        """Return since when a path says what it says now."""
        behind = list(self.moments(at))[: self.version(at)]
        current = self.content(path, at)
        while behind:
            changed = behind.pop()
            if self.content(path, behind[-1] if behind else _BEFORE) != current:
                return changed
        return _BEFORE


def stamped(response: Response, modified: datetime) -> Response:
    """Add Last-Modified and ETag to an answer."""
    headers = {
        **response.headers,
        "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True),
        "ETag": f'"{sha256(response.body).hexdigest()[:20]}"',
    }
    return Response(response.status, response.body, response.content_type, headers, response.delay)


def unchanged(response: Response, none_match: str, modified_since: str) -> bool:
    """Say whether a visitor already has this answer, by the two conditional headers of HTTP."""
    if response.status != 200 or "ETag" not in response.headers:
        return False
    if none_match:
        known = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
        return response.headers["ETag"] in known or "*" in known
    try:
        return bool(modified_since) and (
            parsedate_to_datetime(response.headers["Last-Modified"]) <= parsedate_to_datetime(modified_since)
        )
    except (TypeError, ValueError):
        return False
