"""A price gets the words of its table from the stored page: the plan, and what the row is about."""

from datetime import UTC, datetime
from typing import Any

from domain.icp import ProfileFact
from domain.knowledge import Block, Evidence, Page
from domain.labels import web_label
from graph.specialists.listed_prices import quotable
from runtime.store import knowledge

URL = "https://us.example/pricing"
AT = datetime(2026, 11, 2, tzinfo=UTC)
CELLS = ("Plan", "Solo", "Studio", "Price per month", "€15", "€64")


def _fact(value: str, quote: str) -> ProfileFact:
    source = Evidence(url=URL, quote=quote, seen_at=AT, label=web_label(URL))
    return ProfileFact(field="pricing", value=value, evidence=(source,))


async def test_the_plan_and_the_row_of_a_price_are_quoted_from_its_page(database: Any) -> None:
    page = Page(
        url=URL,
        blocks=tuple(Block(kind="td", text=cell) for cell in CELLS),
        fetched_at=AT,
        label=web_label(URL),
    )
    async with database.write() as tx:
        await knowledge.keep_pages(tx, knowledge.SELLER, [page])
        made = await quotable(
            tx,
            (
                _fact("Studio, Price per month: €64", "€64"),
                _fact("Team, Price per month: €99", "€99"),
                _fact("Plans start at €15 a month.", "Plans start at €15 a month."),
            ),
        )
    assert [one.quote for one in made[0].evidence] == ["€64", "Studio", "Price per month"]
    assert [one.quote for one in made[1].evidence] == ["€99", "Price per month"]
    assert len(made[2].evidence) == 1
    async with database.read() as tx:
        stored = await knowledge.stored_evidence(tx, [knowledge.SELLER])
    assert {(one.url, one.sha256) for one in made[0].evidence} <= set(stored)
