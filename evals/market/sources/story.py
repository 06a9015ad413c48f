"""A dated piece of news as a feed and a list show it. Knows no source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from evals.market.sites.page import Response


@dataclass(frozen=True, slots=True)
class Story:
    """One piece: when it appeared, where, and what it says; `event` is what it tells, for the market's side."""

    at: datetime
    path: str
    title: str
    body: str
    event: str = ""

    def item(self) -> dict[str, str]:
        """Return it as an entry of a list of articles."""
        return {
            "title": self.title,
            "text": self.body[:160],
            "day": f"{self.at:%-d %B %Y}",
            "href": self.path,
        }


def rss(host: str, name: str, intro: str, stories: Sequence[Story]) -> Response:
    """Write stories as RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(s.title)}</title><link>http://{host}{s.path}</link>"
        f"<guid>http://{host}{s.path}</guid><pubDate>{format_datetime(s.at.astimezone(UTC), usegmt=True)}</pubDate>"
        f"<description>{escape(s.body)}</description></item>"
        for s in stories
    )
    head = (
        f"<title>{escape(name)}</title><link>http://{host}/</link><description>{escape(intro)}</description>"
    )
    xml = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{items}</channel></rss>'
    return Response(body=xml.encode(), content_type="application/rss+xml; charset=utf-8")


def atom(host: str, name: str, stories: Sequence[Story]) -> Response:
    """Write stories as Atom."""
    entries = "".join(
        f"<entry><title>{escape(s.title)}</title><id>http://{host}{s.path}</id>"
        f'<link href="http://{host}{s.path}"/><updated>{_stamp(s.at)}</updated>'
        f"<summary>{escape(s.body)}</summary></entry>"
        for s in stories
    )
    updated = _stamp(max((s.at for s in stories), default=datetime(2026, 1, 1, tzinfo=UTC)))
    head = f"<title>{escape(name)}</title><id>http://{host}/</id><updated>{updated}</updated>"
    xml = f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'
    return Response(body=xml.encode(), content_type="application/atom+xml; charset=utf-8")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
