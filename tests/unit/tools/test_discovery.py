"""Finding companies: search, lists and sites of a web made by hand; each company once, trouble counted."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.accounts import CompanyFacts, Fact
from domain.errors import BudgetSpent, Correctable, Retryable
from domain.knowledge import Block, Evidence, Link, Page
from domain.labels import web_label
from domain.site_names import registrable_domain
from tools.read.discovery import SITES_AT_ONCE, Discovery
from tools.read.ports import Hit, SiteVisit

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def page(url: str, text: str = "", links: Sequence[str] = ()) -> Page:
    return Page(
        url=url,
        blocks=(Block(kind="p", text=text),),
        links=tuple(Link(url=one, text="more") for one in links),
        fetched_at=NOW,
        label=web_label(url),
    )


@dataclass
class HandMadeWeb:
    """Pages by address, search results by (query, page); what is not there does not answer."""

    pages: Mapping[str, Page] = field(default_factory=dict)
    results: Mapping[tuple[str, int], Sequence[str]] = field(default_factory=dict)
    redirects: Mapping[str, str] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    visited: list[str] = field(default_factory=list)

    async def visit(self, url: str, max_pages: int, on_page: Any = None) -> SiteVisit:
        self.visited.append(url)
        if url in self.broken:
            raise ValueError("a bug in a parser")
        end = self.redirects.get(url, url)
        return SiteVisit(end, (await self.one_page(end),))

    async def one_page(self, url: str) -> Page:
        if url not in self.pages:
            raise Retryable("The site did not answer.", code="unreachable", where=url)
        return self.pages[url]

    async def search(self, query: str, number: int = 1) -> Sequence[Hit]:
        found = self.results.get((query, number))
        if found is None and number == 1:
            raise Retryable("The search did not answer.", code="search_unreachable")
        return [Hit(url=url, title="", snippet="") for url in found or ()]


class ReadsTheFirstLine:
    """A brain that takes a page's text for `name|phone`."""

    async def read_company(self, domain: str, pages: Sequence[Page]) -> CompanyFacts:
        name, _, phone = pages[0].text.partition("|")
        evidence = Evidence(url=pages[0].url, quote=pages[0].text or "x", seen_at=NOW, label=pages[0].label)
        phones = (Fact(value=phone, evidence=evidence),) if phone else ()
        return CompanyFacts(domain=domain, url=pages[0].url, name=name, phones=phones)


def sites(*names: str) -> dict[str, Page]:
    return {f"http://{name}.example/": page(f"http://{name}.example/", name.title()) for name in names}


async def found(web: HandMadeWeb, *queries: str, **options: Any) -> tuple[list[str], Discovery]:
    discovery = Discovery(web, ReadsTheFirstLine(), **options)  # type: ignore[arg-type]
    return sorted([one.facts.domain async for one in discovery.companies(queries or ("q",))]), discovery


async def test_hits_become_companies_each_once():
    web = HandMadeWeb(
        sites("alpha", "beta"),
        {
            ("q", 1): [
                "http://alpha.example/",
                "http://alpha.example/about",
                "http://www.beta.example/team",
                "http://beta.example/",
            ]
        },
    )
    web.pages = {**web.pages, "http://www.beta.example/": page("http://www.beta.example/", "Beta")}
    domains, discovery = await found(web)
    assert domains == ["alpha.example", "beta.example"]
    assert (discovery.tally.sites, discovery.tally.queries) == (2, 1)


async def test_result_pages_are_read_while_they_bring_something_new():
    results = {("q", number): [f"http://firm{number}.example/"] for number in range(1, 5)}
    results[("q", 5)] = ["http://firm1.example/"]
    results[("q", 6)] = ["http://never-asked.example/"]
    domains, _ = await found(HandMadeWeb(sites(*(f"firm{n}" for n in range(1, 5))), results))
    assert domains == [f"firm{n}.example" for n in range(1, 5)]


async def test_a_directory_is_followed_over_its_pages_and_is_no_company_itself():
    members = [f"member{number}" for number in range(20)]
    links = [f"http://{name}.example/" for name in members]
    home = page("http://list.example/", "Directory", [*links[:10], "http://list.example/page/2"])
    second = page("http://list.example/page/2", "Directory", links[10:])
    web = HandMadeWeb(
        {**sites(*members), home.url: home, second.url: second}, {("q", 1): ["http://list.example/"]}
    )
    domains, discovery = await found(web)
    assert domains == sorted(f"{name}.example" for name in members)
    assert discovery.tally.lists == 1


async def test_a_list_below_the_start_page_is_followed_too():
    links = [f"http://m{number}.example/" for number in range(8)]
    deep = "http://magazine.example/best-of-2026"
    web = HandMadeWeb(
        {
            **sites(*(f"m{number}" for number in range(8))),
            "http://magazine.example/": page("http://magazine.example/", "Magazine"),
            deep: page(deep, "Best of", links),
        },
        {("q", 1): [deep]},
    )
    domains, _ = await found(web)
    assert domains == [f"m{number}.example" for number in range(8)]


async def test_a_company_under_two_domains_is_met_once():
    web = HandMadeWeb(
        {
            "http://acme.example/": page("http://acme.example/", "Acme GmbH|+49305550"),
            "http://acme-berlin.example/": page("http://acme-berlin.example/", "Acme|+49305550"),
            "http://acme-paris.example/": page("http://acme-paris.example/", "Acme|+33155500"),
        },
        {
            ("q", 1): [
                "http://acme.example/",
                "http://acme-berlin.example/",
                "http://acme-paris.example/",
            ]
        },
    )
    domains, discovery = await found(web)
    assert len(domains) == 2
    assert "acme-paris.example" in domains
    assert discovery.tally.duplicates == 1


async def test_a_redirect_to_a_company_met_before_is_a_duplicate():
    web = HandMadeWeb(
        sites("acme"),
        {("q", 1): ["http://acme.example/", "http://old-acme.example/"]},
        {"http://old-acme.example/": "http://acme.example/"},
    )
    domains, discovery = await found(web)
    assert (domains, discovery.tally.duplicates) == (["acme.example"], 1)


async def test_we_and_our_competitors_are_no_prospects_even_behind_a_redirect():
    web = HandMadeWeb(
        sites("us", "rival", "buyer"),
        {
            ("q", 1): [
                *("http://us.example/", "http://rival.example/", "http://our-alias.example/"),
                "http://buyer.example/",
            ]
        },
        {"http://our-alias.example/": "http://us.example/"},
    )
    domains, _ = await found(web, known_domains=frozenset({"us.example", "rival.example"}))
    assert domains == ["buyer.example"]
    assert "http://rival.example/" not in web.visited


async def test_platforms_where_everybody_has_a_page_are_never_read():
    web = HandMadeWeb({}, {("q", 1): ["https://www.linkedin.com/company/acme", "https://github.com/acme"]})
    domains, _ = await found(web)
    assert (domains, web.visited) == ([], [])


async def test_sites_that_cannot_be_read_are_counted_and_end_nothing():
    web = HandMadeWeb(
        sites("good"),
        {("q", 1): ["http://dead.example/", "http://bug.example/", "http://good.example/"]},
        broken=frozenset({"http://bug.example/"}),
    )
    domains, discovery = await found(web)
    assert (domains, discovery.tally.unreadable) == (["good.example"], 2)


async def test_a_query_without_answer_is_counted_and_the_others_go_on():
    web = HandMadeWeb(sites("good"), {("works", 1): ["http://good.example/"]})
    domains, discovery = await found(web, "fails", "works", "fails again")
    assert domains == ["good.example"]
    assert (discovery.tally.queries, discovery.tally.failed) == (3, 2)


async def test_a_search_that_answers_nothing_at_all_is_an_error_not_an_empty_list():
    with pytest.raises(Retryable) as failed:
        await found(HandMadeWeb(), "one", "two")
    assert failed.value.code == "search_unreachable"


async def test_a_search_that_is_not_set_is_said_at_once():
    class NoSearch(HandMadeWeb):
        async def search(self, query: str, number: int = 1) -> Sequence[Hit]:
            raise Correctable("No search is set.", code="no_search")

    with pytest.raises(Correctable):
        await found(NoSearch())


async def test_stopping_early_stops_the_reading():
    names = [f"firm{number}" for number in range(500)]
    results = {("q", 1): [f"http://{name}.example/" for name in names]}
    web = HandMadeWeb(sites(*names), results)
    discovery = Discovery(web, ReadsTheFirstLine())  # type: ignore[arg-type]
    taken = []
    async with aclosing(discovery.companies(["q"])) as companies:
        async for one in companies:
            taken.append(registrable_domain(one.facts.domain))
            if len(taken) == 10:
                break
    assert len(taken) == 10
    assert len(web.visited) <= 10 + 2 * SITES_AT_ONCE


async def test_a_spent_budget_ends_the_run_with_what_was_read():
    class OneMore(HandMadeWeb):
        async def visit(self, url: str, max_pages: int, on_page: Any = None) -> SiteVisit:
            if len(self.visited) == 3:
                raise BudgetSpent("The requests of today are used up.")
            return await super().visit(url, max_pages, on_page)

    names = [f"firm{number}" for number in range(200)]
    web = OneMore(sites(*names), {("q", 1): [f"http://{name}.example/" for name in names]})
    domains, discovery = await found(web)
    assert len(domains) == len(web.visited) == 3
    assert discovery.tally.spent is not None
    assert discovery.tally.unreadable == 0


async def test_a_budget_spent_before_anything_was_read_is_the_news():
    class Nothing(HandMadeWeb):
        async def search(self, query: str, number: int = 1) -> Sequence[Hit]:
            raise BudgetSpent("The requests of today are used up.")

    with pytest.raises(BudgetSpent):
        await found(Nothing())


async def test_companies_from_a_list_are_read_before_anything_is_searched():
    pages = sites("alpha", "beta")
    web = HandMadeWeb(
        {**pages, "listed.example": page("http://listed.example/", "Listed")},
        {("q", 1): ["http://listed.example/", "http://alpha.example/"]},
        {"listed.example": "listed.example"},
    )
    discovery = Discovery(web, ReadsTheFirstLine())  # type: ignore[arg-type]
    async with aclosing(discovery.companies(("q",), ("listed.example", "listed.example"))) as companies:
        first = await anext(companies)
        rest = [one.facts.domain async for one in companies]
    assert first.facts.name == "Listed"
    assert rest == ["alpha.example"]
    assert web.visited.count("listed.example") == 1, "and the search does not lead there again"
