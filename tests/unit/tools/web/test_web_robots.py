"""Robots: what a site asks for is kept, and silence from its server means hands off."""

from typing import Any

import pytest

from domain.errors import BudgetSpent, RainmakerError
from tools.read.web.robots import Robots


async def _verdict(web: Any, sandboxed: Any, robots: Any, path: str = "/a") -> str:
    web.put("acme.example/robots.txt", robots)
    async with sandboxed() as fetcher:
        try:
            await Robots(fetcher).check(fetcher.check(f"http://acme.example{path}"))
        except RainmakerError as error:
            return error.code
    return "allowed"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (404, "allowed"),
        (403, "allowed"),
        (410, "allowed"),
        (500, "robots_unavailable"),
        (503, "robots_unavailable"),
        (429, "robots_unavailable"),
    ],
)
async def test_the_status_of_robots_txt_decides_when_there_are_no_rules(
    web: Any, sandboxed: Any, status: int, verdict: str
) -> None:
    assert await _verdict(web, sandboxed, web.reply("x", status)) == verdict


@pytest.mark.parametrize(
    ("rules", "path", "verdict"),
    [
        ("User-agent: *\nDisallow: /", "/a", "robots_disallow"),
        ("User-agent: *\nDisallow: /private", "/a", "allowed"),
        ("User-agent: *\nDisallow: /private", "/private/x", "robots_disallow"),
        ("User-agent: *\nDisallow: /\nAllow: /a", "/a", "allowed"),
        ("User-agent: RainmakerTest\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", "robots_disallow"),
        ("User-agent: OtherBot\nDisallow: /", "/a", "allowed"),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", "robots_disallow"),
        ("<html>not robots at all</html>", "/a", "allowed"),
        ("", "/a", "allowed"),
    ],
)
async def test_the_rules_for_our_name_are_kept(
    web: Any, sandboxed: Any, rules: str, path: str, verdict: str
) -> None:
    assert await _verdict(web, sandboxed, web.reply(rules, kind="text/plain"), path) == verdict


async def test_rules_are_read_once_for_an_origin(web: Any, sandboxed: Any) -> None:
    web.put(
        "acme.example/robots.txt",
        web.reply("User-agent: *\nDisallow: /no\nSitemap: http://acme.example/s.xml"),
    )
    async with sandboxed() as fetcher:
        robots = Robots(fetcher)
        for path in ("/a", "/b", "/c"):
            await robots.check(fetcher.check(f"http://acme.example{path}"))
        assert await robots.sitemaps(fetcher.check("http://acme.example/")) == ["http://acme.example/s.xml"]
    assert len(web.asked) == 1


async def test_a_crawl_delay_slows_our_pace_up_to_a_bound(
    web: Any, sandboxed: Any, pace: Any, machine_time: Any
) -> None:
    web.put("acme.example/robots.txt", web.reply("User-agent: *\nCrawl-delay: 3600"))
    async with sandboxed(pace=pace) as fetcher:
        await Robots(fetcher).check(fetcher.check("http://acme.example/"))
    await pace.turn("acme.example")
    await pace.turn("acme.example")
    assert machine_time.slept == [1.0, 10.0]


async def test_a_spent_budget_is_not_taken_for_the_sites_fault_and_is_asked_about_again(
    web: Any, sandboxed: Any
) -> None:
    web.put("acme.example/robots.txt", "User-agent: *\nAllow: /")
    left: list[int] = []

    async def toll() -> None:
        if not left:
            raise BudgetSpent("No request is left.")

    async with sandboxed(toll=toll) as fetcher:
        robots, url = Robots(fetcher), fetcher.check("http://acme.example/a")
        with pytest.raises(BudgetSpent):
            await robots.check(url)
        left.append(1)
        await robots.check(url)
