"""The search host: SearXNG's /search, as JSON or as a small HTML page."""

import html
import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from evals.market.search.index import Hit, SearchIndex
from evals.market.sites.page import Request, Response, plain

logger = logging.getLogger(__name__)

SEARCH_HOST = "search.example"
_PAGE_SIZE = 10
_PAGES = 40


class SearchSite:
    """Answers searches; the index is built once, when it is first needed or warmed up."""

    def __init__(self, build: Callable[[], SearchIndex]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._built: SearchIndex | None = None

    @property
    def index(self) -> SearchIndex:
        """The index over all sites; a second caller waits for the first one's build."""
        with self._lock:
            self._built = self._built or self._build()
            return self._built

    def version(self, at: datetime | None) -> int:
        """Return a number that grows with what can be found."""
        crawled = _crawled(at)
        return self.index.appeared(crawled) if crawled else 0

    def warm_up(self) -> None:
        """Build the index ahead of the first search."""
        logger.info("search_index_built", extra={"documents": len(self.index)})

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/robots.txt":
            return plain(200, "User-agent: *\nDisallow:\n")
        if request.path not in {"/", "/search"}:
            return plain(404, "Not Found")
        given = {key: values[0] for key, values in parse_qs(request.query).items()}
        query = given.get("q", "").strip()
        kind = given.get("format", "html")
        if kind not in {"html", "json"}:
            return plain(403, "Forbidden")
        if not query and kind == "json":
            return Response(400, b'{"error": "No query"}', "application/json")
        crawled = _crawled(request.at)
        number = _number(given)
        return self._json(query, number, crawled) if kind == "json" else self._html(query, number, crawled)

    def _hits(self, query: str, page: int, at: datetime | None) -> tuple[list[Hit], int]:
        """Return one page of hits and how many there are."""
        hits = self.index.search(query, at)[: _PAGE_SIZE * _PAGES] if query else []
        return hits[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE], len(hits)

    def _json(self, query: str, page: int, at: datetime | None) -> Response:
        """Answer in SearXNG's JSON."""
        hits, total = self._hits(query, page, at)
        start = (page - 1) * _PAGE_SIZE
        body = {
            "query": query,
            "number_of_results": total,
            "results": [_result(hit, start + n + 1) for n, hit in enumerate(hits)],
            "answers": [],
            "corrections": [],
            "infoboxes": [],
            "suggestions": [],
            "unresponsive_engines": [],
        }
        return Response(body=json.dumps(body, ensure_ascii=False).encode(), content_type="application/json")

    def _html(self, query: str, page: int, at: datetime | None) -> Response:
        """Answer for people."""
        hits, _ = self._hits(query, page, at)
        rows = "".join(
            f'<article><h3><a href="{html.escape(h.document.url)}">{html.escape(h.document.title)}</a></h3>'
            f"<p>{html.escape(h.snippet)}</p></article>"
            for h in hits
        )
        field = f'<input name="q" value="{html.escape(query)}">'
        form = f'<form action="/search">{field}<button>Search</button></form>'
        return Response(body=f"<!doctype html><title>Search</title>{form}{rows}".encode())


def _result(hit: Hit, position: int) -> Mapping[str, Any]:
    """Shape one result."""
    parts = urlsplit(hit.document.url)
    return {
        "url": hit.document.url,
        "title": hit.document.title,
        "content": hit.snippet,
        "engine": "market",
        "engines": ["market"],
        "parsed_url": [parts.scheme, parts.netloc, parts.path, "", parts.query, ""],
        "template": "default.html",
        "positions": [position],
        "category": "general",
        "score": round(hit.score, 4),
    }


def _crawled(at: datetime | None) -> datetime | None:
    """Return up to when the engine knows the net: what is new is found within an hour, not at once."""
    return at.replace(minute=0, second=0, microsecond=0) if at else None


def _number(given: Mapping[str, str]) -> int:
    """Read pageno; nonsense is the first page."""
    value = given.get("pageno", "1")
    return max(1, int(value)) if value.isdigit() else 1
