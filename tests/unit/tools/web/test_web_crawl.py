"""The crawler: the useful pages first, politely; trouble is a line in the report."""

from typing import Any

import pytest

from domain.errors import Correctable, RainmakerError, Refused, Retryable
from domain.knowledge import Link
from domain.site_names import site_of
from tools.read.web.crawl import Crawl, Progress, crawl
from tools.read.web.rank import NEVER, usefulness
from tools.read.web.site import page_key, start_addresses


def _body(words: str, *links: str) -> str:
    menu = "".join(f'<li><a href="{link}">{link.strip("/")}</a></li>' for link in links)
    return f"<nav><ul>{menu}</ul></nav><main><p>{words} – what Acme says of it, at some length.</p></main>"


def _paths(result: Crawl) -> list[str]:
    return [page.url.removeprefix("http://acme.example") for page in result.pages]


async def test_the_most_useful_pages_are_read_first(web: Any, sandboxed: Any) -> None:
    paths = [
        "/blog/2019/01/a",
        "/terms",
        "/login",
        "/preise",
        "/ueber-uns",
        "/fuer-handwerker",
        "/file.pdf",
        "/kunden",
    ]
    web.put("acme.example/", _body("home", *paths))
    for path in paths:
        web.put("acme.example" + path, _body(path))
    seen: list[Progress] = []
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "http://acme.example", max_pages=5, on_progress=seen.append)
    assert result.start == "http://acme.example/"
    assert _paths(result)[0] == "/"
    assert sorted(_paths(result)[1:]) == ["/fuer-handwerker", "/kunden", "/preise", "/ueber-uns"]
    assert [step.read for step in seen] == [1, 2, 3, 4, 5]
    assert "/file.pdf" not in web.paths("acme.example")


async def test_trouble_with_a_page_is_reported_and_the_rest_is_read(web: Any, sandboxed: Any) -> None:
    web.put("acme.example/robots.txt", web.reply("User-agent: *\nDisallow: /team"))
    paths = ["/pricing", "/team", "/about", "/product", "/contact", "/customers", "/press"]
    web.put("acme.example/", _body("home", *paths))
    web.put("acme.example/pricing", _body("pricing"))
    web.put("acme.example/about", web.reply("x", 500))
    web.put("acme.example/product", web.reply(b"%PDF-1.4 not a page"))
    web.put("acme.example/contact", web.reply("x", 403))
    web.put("acme.example/press", web.reply(status=302, headers={"location": "http://elsewhere.example/"}))
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "http://acme.example")
    assert _paths(result) == ["/", "/pricing"]
    assert {problem.url.rsplit("/", 1)[1]: problem.code for problem in result.problems} == {
        "team": "robots_disallow", "about": "server_error", "product": "not_a_page",
        "contact": "page_forbidden", "customers": "page_not_found", "press": "left_the_site",
    }  # fmt: skip
    assert web.paths("elsewhere.example") == [] and "/team" not in web.paths("acme.example")


async def test_the_same_page_under_several_addresses_is_read_once(web: Any, sandboxed: Any) -> None:
    web.put(
        "acme.example/",
        _body("home", "/about", "/about/", "/about?utm_source=x", "/about#team", "/same", "/copy", "/alias"),
    )
    web.put("acme.example/about", _body("about"))
    web.put("acme.example/same", '<link rel="canonical" href="/about">' + _body("about"))
    web.put("acme.example/copy", _body("about"))
    web.put("acme.example/alias", '<link rel="canonical" href="/about/">' + _body("about, printed"))
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "http://acme.example")
    assert _paths(result) == ["/", "/about"]
    assert web.paths("acme.example").count("/about") == 1


async def test_only_the_companys_own_domain_is_read(web: Any, sandboxed: Any) -> None:
    web.put("acme.example/", _body("home", "http://shop.acme.example/about", "http://other.example/about"))
    web.put("shop.acme.example/about", _body("shop"))
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "http://acme.example")
    assert [page.url for page in result.pages] == ["http://acme.example/", "http://shop.acme.example/about"]
    assert web.paths("other.example") == []


async def test_a_sitemap_helps_when_the_pages_link_to_little(web: Any, sandboxed: Any) -> None:
    web.put("acme.example/", _body("home"))
    web.put("acme.example/pricing", _body("pricing"))
    web.put(
        "acme.example/sitemap.xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
        "<loc>http://acme.example/pages.xml</loc></sitemap></sitemapindex>",
    )
    web.put("acme.example/pages.xml", "<urlset><url><loc> http://acme.example/pricing </loc></url></urlset>")
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "http://acme.example")
    assert _paths(result) == ["/", "/pricing"]


async def test_a_bare_host_is_tried_over_https_then_http(web: Any, sandboxed: Any) -> None:
    web.put("acme.example/", web.reply(status=301, headers={"location": "http://www.acme.example/"}))
    web.put("www.acme.example/", _body("home"))
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "acme.example", max_pages=1)
    assert result.start == "http://www.acme.example/"


@pytest.mark.parametrize(
    ("start", "robots", "page", "family", "code"),
    [
        ("http://acme.example", ("", 404), ("x", 404), Correctable, "page_not_found"),
        ("http://acme.example", ("", 404), ("x", 500), Retryable, "server_error"),
        ("http://acme.example", ("", 404), ("x", 403), Refused, "page_forbidden"),
        ("http://acme.example", ("", 500), ("x", 200), Retryable, "server_error"),
        ("http://acme.example", ("User-agent: *\nDisallow: /", 200), ("x", 200), Refused, "robots_disallow"),
        ("acme.example", ("", 404), ("x", 404), Correctable, "page_not_found"),
        ("http://127.0.0.1/", ("", 404), ("x", 200), Refused, "address_not_public"),
        ("http://u:p@acme.example/", ("", 404), ("x", 200), Refused, "userinfo_in_url"),
        ("not a site", ("", 404), ("x", 200), Refused, "url_malformed"),
        ("", ("", 404), ("x", 200), Refused, "url_malformed"),
    ],
)
async def test_a_start_page_that_does_not_open_says_why_in_one_sentence(
    web: Any, sandboxed: Any, start: str, robots: Any, page: Any, family: type[RainmakerError], code: str
) -> None:
    web.put("acme.example/robots.txt", web.reply(*robots))
    web.put("acme.example/", web.reply(*page))
    async with sandboxed() as fetcher:
        with pytest.raises(family) as trouble:
            await crawl(fetcher, start)
    assert trouble.value.code == code
    assert trouble.value.message.endswith(".")


async def test_a_name_nobody_knows_asks_to_check_the_spelling(direct: Any) -> None:
    async def resolver(host: str) -> list[str]:
        raise OSError

    async with direct(resolver=resolver) as fetcher:
        with pytest.raises(Correctable) as trouble:
            await crawl(fetcher, "acmee.example")
    assert trouble.value.code == "site_not_found" and trouble.value.hint


async def test_a_page_for_browsers_only_is_reported_when_there_is_no_browser(
    web: Any, sandboxed: Any
) -> None:
    web.put("acme.example/", '<div id="root"></div><script src="/app.js"></script>')
    async with sandboxed() as fetcher:
        result = await crawl(fetcher, "http://acme.example")
    assert [problem.code for problem in result.problems] == ["javascript_only"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("/pricing", "/blog/how-we-price"),
        ("/uber-uns", "/datenschutz"),
        ("/tarifs", "/connexion"),
        ("/casos-de-exito", "/aviso"),
        ("/vs-globex", "/changelog/12"),
        ("/for-dentists", "/status"),
        ("/chi-siamo", "/carrello"),
        ("/precos", "/some/deep/page"),
        ("/about", "/about?page=2"),
    ],
)
def test_pages_for_sales_research_rank_above_the_rest(better: str, worse: str) -> None:
    left, right = (usefulness(Link(url=f"https://acme.example{path}", text="")) for path in (better, worse))
    assert left > right


def test_files_are_never_followed() -> None:
    assert usefulness(Link(url="https://acme.example/brochure.PDF", text="About us")) <= NEVER


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("shop.acme.co.uk", "acme.co.uk"), ("acme.example", "acme.example"),
        ("www.acme.example", "acme.example"), ("a.github.io", "a.github.io"),
        ("localhost", "localhost"), ("93.184.215.14", "93.184.215.14"),
    ],
)  # fmt: skip
def test_the_registrable_domain_is_what_one_company_owns(host: str, domain: str) -> None:
    assert site_of(host) == domain


def test_addresses_of_one_page_have_one_key() -> None:
    same = [
        "http://acme.example/a",
        "https://www.acme.example/a/",
        "http://acme.example/a/index.html?utm_medium=x",
    ]
    assert {page_key(url) for url in same} == {"acme.example/a"}
    assert page_key("http://acme.example/?b=2&a=1") == page_key("http://acme.example/?a=1&b=2")


def test_a_scheme_is_kept_and_a_bare_host_gets_two() -> None:
    assert start_addresses("http://acme.example") == ["http://acme.example"]
    assert start_addresses(" acme.example/de ") == ["https://acme.example/de", "http://acme.example/de"]
    assert start_addresses("acme.example:8080") == ["https://acme.example:8080", "http://acme.example:8080"]
    assert start_addresses("file:///etc/passwd") == ["file:///etc/passwd"]
