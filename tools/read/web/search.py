"""Web search over the SearXNG JSON protocol. The endpoint is the owner's; what it returns is untrusted."""

import json
from urllib.parse import urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import Correctable, Retryable
from tools.read.web.fetch import Fetched, Fetcher
from tools.read.web.visibility import visible_text

_LONGEST_QUERY = 500


class SearchHit(BaseModel):
    """One result of a search."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str = ""
    snippet: str = ""


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    content: str | None = None


class _Answer(BaseModel):
    results: list[_Result]


class SearchClient:
    """Asks one search endpoint.

    Args:
        search_url: full JSON endpoint (`…/search`); None or "" when the owner has none.
    """

    def __init__(self, fetcher: Fetcher, search_url: str | None) -> None:
        self._fetcher = fetcher
        self._url = (search_url or "").strip()

    async def search(self, query: str, *, page: int = 1, language: str | None = None) -> list[SearchHit]:
        """Results for a query, best first; an empty list means nothing was found.

        Raises:
            Correctable: `search_not_configured`, `search_json_disabled`, `search_address_wrong`.
            Retryable: `search_unavailable`, `search_answer_unreadable`, `site_busy` and transport codes.
        """
        if not self._url:
            raise Correctable(
                "No search service is set, so nothing can be searched on the web.",
                code="search_not_configured",
                where="RAINMAKER_SEARCH_URL",
                hint="Set RAINMAKER_SEARCH_URL to a SearXNG endpoint such as https://search.acme.example/search.",
            )
        answer = await self._fetcher.get_configured(
            self._address(query, page, language), headers={"accept": "application/json"}
        )
        _require_success(answer)
        return _hits(answer)

    def _address(self, query: str, page: int, language: str | None) -> str:
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Correctable(
                "The search address is not a web address.",
                code="search_address_wrong",
                where="RAINMAKER_SEARCH_URL",
                hint="Give the full endpoint, beginning with http:// or https://.",
            )
        asked = {"q": visible_text(query)[:_LONGEST_QUERY], "format": "json", "pageno": str(max(1, page))}
        if language:
            asked["language"] = language
        given = f"{parts.query}&" if parts.query else ""
        return urlunsplit((parts.scheme, parts.netloc, parts.path, given + urlencode(asked), ""))


def _require_success(answer: Fetched) -> None:
    if answer.status == 403:
        raise Correctable(
            "The search service refuses JSON answers.",
            code="search_json_disabled",
            where="RAINMAKER_SEARCH_URL",
            hint="Add `json` to `search.formats` in the SearXNG settings file and restart it.",
        )
    if answer.status in (429, 503):
        raise Retryable("The search service is busy.", code="site_busy", where=answer.url)
    if answer.status >= 500:
        raise Retryable("The search service failed.", code="search_unavailable", where=answer.url)
    if answer.status != 200:
        raise Correctable(
            f"The search address answered with status {answer.status}.",
            code="search_address_wrong",
            where="RAINMAKER_SEARCH_URL",
            hint="Give the full endpoint, `/search` included.",
        )


def _hits(answer: Fetched) -> list[SearchHit]:
    try:
        results = _Answer.model_validate(json.loads(answer.body)).results
    except (ValueError, ValidationError, RecursionError) as error:
        raise Retryable(
            "The search service sent an answer that cannot be read.",
            code="search_answer_unreadable",
            where=answer.url,
        ) from error
    return [
        SearchHit(
            url=result.url.strip(),
            title=visible_text(result.title or "")[:300],
            snippet=visible_text(result.content or "")[:1000],
        )
        for result in results
        if result.url and result.url.strip().startswith(("http://", "https://"))
    ]
