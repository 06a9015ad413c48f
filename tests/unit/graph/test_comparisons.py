"""A rival is compared as our own pages compare it: rows of a table whatever its shape, else sentences, else nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.icp import ProfileFact
from domain.knowledge import Block, Evidence, Page
from domain.labels import web_label
from domain.replies import Finding, Objection, ObjectionKind, ReplyKind, ReplyReading
from graph.specialists.comparisons import compared, named_rivals
from graph.specialists.passages import speaking_of
from runtime.store import knowledge

URL = "https://us.example/versus"
AT = datetime(2026, 11, 2, tzinfo=UTC)
NO_CORNER = (
    "Tidewater against paper and Brassline",
    *("Paper", "Brassline", "Tidewater"),
    *("Time to set up", "none", "three weeks", "one day"),
    *("Looks", "by hand", "fixed", "your own"),
    *("Price for 8 people", "–", "€232", "€79"),
    "Tidewater Ltd",
)
CORNER = (
    "How we compare",
    *("What you get", "Tidewater", "Brassline", "Ironclad"),
    *("Price a month", "€10", "€20", "€30"),
    *("Help", "by mail", "by phone", "none"),
    *("Export", "yes", "no", "yes"),
    "Imprint",
)


def page(*lines: str) -> Page:
    blocks = tuple(Block(kind="td", text=line) for line in lines)
    return Page(url=URL, blocks=blocks, fetched_at=AT, label=web_label(URL))


async def told(database: Any, name: str, *lines: str) -> tuple[ProfileFact, ...]:
    async with database.write() as tx:
        await knowledge.keep_pages(tx, knowledge.SELLER, [page(*lines)])
        return await compared(tx, [name], "Tidewater")


@pytest.mark.parametrize(
    ("lines", "name", "rows"),
    [
        (
            NO_CORNER,
            "Brassline",
            [
                "Time to set up: Brassline three weeks, Tidewater one day",
                "Looks: Brassline fixed, Tidewater your own",
                "Price for 8 people: Brassline €232, Tidewater €79",
            ],
        ),
        (
            CORNER,
            "Ironclad",
            [
                "Price a month: Ironclad €30, Tidewater €10",
                "Help: Ironclad none, Tidewater by mail",
                "Export: Ironclad yes, Tidewater yes",
            ],
        ),
    ],
)
async def test_the_rows_of_a_table_are_told_with_a_quote_for_each_cell(
    database: Any, lines: tuple[str, ...], name: str, rows: list[str]
) -> None:
    facts = await told(database, name, *lines)

    assert [fact.value for fact in facts] == rows
    async with database.read() as tx:
        stored = await knowledge.stored_evidence(tx, [knowledge.SELLER])
    assert {(one.url, one.sha256) for fact in facts for one in fact.evidence} <= set(stored)


async def test_without_a_table_the_sentences_that_name_the_rival_are_told(database: Any) -> None:
    line = "Who comes from Brassline keeps all old orders. Nothing else changes."
    (fact,) = await told(database, "Brassline", "Moving over", line)

    assert fact.value == fact.evidence[0].quote == "Who comes from Brassline keeps all old orders."


async def test_of_a_rival_that_our_pages_do_not_name_nothing_is_told(database: Any) -> None:
    assert await told(database, "Unheard-of", *NO_CORNER) == ()


def reading(*competitors: str) -> ReplyReading:
    found = tuple(Objection(kind=ObjectionKind.COMPETITOR, competitor=one, quote="x") for one in competitors)
    finding = Finding(kind=ReplyKind.QUESTION, confidence=0.9, quote="x")
    return ReplyReading(findings=(finding,), objections=found)


@pytest.mark.parametrize(
    ("said", "read", "names"),
    [
        ("Where do you beat Brassline?", (), ("Brassline",)),
        ("worin seid ihr besser als brassline?", (), ("Brassline",)),
        ("We use Ledgerly.", ("Ledgerly",), ("Ledgerly",)),
        ("We use brasslines of all kinds.", (), ()),
        ("What does it cost?", (), ()),
    ],
)
def test_a_rival_our_site_names_is_known_in_whatever_words(
    said: str, read: tuple[str, ...], names: tuple[str, ...]
) -> None:
    known = Evidence(url=URL, quote="Brassline", seen_at=AT, label=web_label(URL))
    facts = (ProfileFact(field="competitor", value="Brassline", evidence=(known,)),)

    assert named_rivals(said, reading(*read), facts) == names


def test_a_page_in_another_language_is_found_by_what_is_asked() -> None:
    text = "Cancel any month.\nOrders carry a legally binding signature.\nWe like the sea."
    pages = [{"url": URL, "fetched_at": AT, "text": text}]

    for asked in (
        "Ist die Unterschrift rechtsgültig?",
        "La signature est-elle légale ?",
        "¿La firma es legal?",
    ):
        assert speaking_of(asked, pages, 3)[0].quote == "Orders carry a legally binding signature."
