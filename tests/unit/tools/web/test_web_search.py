"""The search client: the SearXNG protocol, and each way an endpoint can fail."""

import json
from typing import Any

import pytest

from domain.errors import Correctable, RainmakerError, Retryable
from tools.read.web.search import SearchClient, SearchHit

RESULTS = {
    "results": [
        {
            "url": "https://acme.example/",
            "title": "Acme\u202e pumps",
            "content": " Pumps  for cities ",
            "engine": "x",
        },
        {"url": "javascript:alert(1)", "title": "no"},
        {"title": "no address"},
        {"url": "http://other.example/a", "title": None},
    ]
}


async def test_results_are_read_and_cleaned(web: Any, sandboxed: Any) -> None:
    web.put("search.example/search", web.reply(json.dumps(RESULTS), kind="application/json"))
    async with sandboxed() as fetcher:
        hits = await SearchClient(fetcher, "http://search.example/search").search(
            "pump makers & co", page=2, language="de"
        )
    assert hits == [
        SearchHit(url="https://acme.example/", title="Acme pumps", snippet="Pumps for cities"),
        SearchHit(url="http://other.example/a"),
    ]
    assert web.paths("search.example") == ["/search?q=pump+makers+%26+co&format=json&pageno=2&language=de"]


async def test_the_owners_endpoint_may_be_on_this_machine(web: Any, direct: Any) -> None:
    web.put("127.0.0.1/search", web.reply(json.dumps(RESULTS), kind="application/json"))
    async with direct() as fetcher:
        hits = await SearchClient(fetcher, f"http://127.0.0.1:{web.port}/search").search("pumps")
    assert len(hits) == 2


async def test_an_endpoint_that_redirects_is_not_followed(web: Any, direct: Any) -> None:
    web.put("127.0.0.1/search", web.reply(status=302, headers={"location": "http://169.254.169.254/"}))
    async with direct() as fetcher:
        with pytest.raises(Correctable):
            await SearchClient(fetcher, f"http://127.0.0.1:{web.port}/search").search("pumps")
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("body", "status", "family", "code"),
    [
        ("<html>forbidden", 403, Correctable, "search_json_disabled"),
        ("<html>no", 404, Correctable, "search_address_wrong"),
        ("x", 500, Retryable, "search_unavailable"),
        ("x", 429, Retryable, "site_busy"),
        ("{not json", 200, Retryable, "search_answer_unreadable"),
        ("[]", 200, Retryable, "search_answer_unreadable"),
        ('{"results": [', 200, Retryable, "search_answer_unreadable"),
        ('{"results": [{"url": 5}]}', 200, Retryable, "search_answer_unreadable"),
        ("[" * 100_000, 200, Retryable, "search_answer_unreadable"),
    ],
)
async def test_each_failure_of_the_endpoint_says_what_to_do(
    web: Any, sandboxed: Any, body: str, status: int, family: type[RainmakerError], code: str
) -> None:
    web.put("search.example/search", web.reply(body, status))
    async with sandboxed() as fetcher:
        with pytest.raises(family) as trouble:
            await SearchClient(fetcher, "http://search.example/search").search("pumps")
    assert trouble.value.code == code


@pytest.mark.parametrize(
    ("address", "code"),
    [(None, "search_not_configured"), (" ", "search_not_configured"), ("search", "search_address_wrong")],
)
async def test_a_missing_or_wrong_setting_is_named(sandboxed: Any, address: str | None, code: str) -> None:
    async with sandboxed() as fetcher:
        with pytest.raises(Correctable) as trouble:
            await SearchClient(fetcher, address).search("pumps")
    assert (trouble.value.code, trouble.value.where) == (code, "RAINMAKER_SEARCH_URL")
    assert trouble.value.hint
