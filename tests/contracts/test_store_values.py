"""The same values in and out on both engines: lengths, numbers, times, JSON, order, and what a search finds."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    insert,
    null,
    select,
)

import runtime.store.deal_tables
import runtime.store.talk_tables  # noqa: F401 – every table is declared once these are loaded
from domain.accounts import CompanyFacts
from domain.ids import digest
from runtime.store import audit, crm, person_traces
from runtime.store.engine import Database
from runtime.store.person_words import PersonWords
from runtime.store.tables import Moment, accounts, events, metadata
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace

pytestmark = pytest.mark.both_engines
LONG = "Ärger mit „Maßen“ und 🙂 " * 40  # longer than any declared length
DEEP = {"z": [1, 2.5, None, True], "a": {"ключ": "значение", "lone": "\udc00", "nul": "\x00"}}
AT = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))


async def test_a_row_of_any_table_comes_back_as_it_was_stored(database: Database) -> None:
    rows = {table: {one.name: _value(one.type) for one in table.c} for table in metadata.sorted_tables}
    async with database.write() as tx:
        for table, row in rows.items():
            await tx.execute(insert(table).values(**row))
    async with database.read() as tx:
        found = {table: dict((await tx.execute(select(table))).mappings().one()) for table in rows}
    assert found == rows


def _value(kind: Any) -> Any:
    by_kind: list[tuple[Any, Any]] = [
        (Moment, AT),
        (JSON, DEEP),
        (Boolean, True),
        (Integer, 2**40),
        (Float, 0.1),
        (Numeric, Decimal("1234.50")),
        (Date, AT.date()),
        (LargeBinary, b"\x00\xff"),
        (String | Text, LONG),
    ]
    return next(value for type_, value in by_kind if isinstance(kind, type_))


async def test_json_keeps_its_order_and_its_hash(database: Database) -> None:
    async with database.write() as tx:
        await audit.append(tx, at=AT.astimezone(UTC), kind="k", subject="s" * 300, by="b" * 300, body=DEEP)
    async with database.read() as tx:
        record = (await audit.everything(tx))[0]
        assert (await audit.verify(tx)).ok
    assert digest(record["body"]) == digest(DEEP)


async def test_texts_sort_by_their_letters_codes(database: Database, workspace: Workspace) -> None:
    names = ["b", "B", "a", "Ä", "_", "-", "é", "z", "10", "9", "🙂"]
    await workspace.add(*(builders.account(number, name=name) for number, name in enumerate(names)))
    async with database.read() as tx:
        found = list((await tx.execute(select(accounts.c.name).order_by(accounts.c.name))).scalars())
    assert found == sorted(names)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("north", 2), ("NORTH", 2), ("north\\", 1), ("%", 0), ("_", 0), ("wind\\", 0), ("", 0)],
)
async def test_a_company_is_found_by_how_its_name_begins(
    database: Database, workspace: Workspace, asked: str, found: int
) -> None:
    names = ["Northwind", "North\\South", "South"]
    await workspace.add(*(builders.account(number, name=name) for number, name in enumerate(names)))
    async with database.read() as tx:
        assert len(await crm.accounts_named(tx, asked, 10)) == found


async def test_companies_whose_site_was_never_read_are_told_by_domain(
    database: Database, workspace: Workspace
) -> None:
    read = CompanyFacts(domain="read.example", url="http://read.example/")
    await workspace.add(
        builders.account(1, domain="listed.example"),
        builders.account(2, domain="read.example", facts=read),
        builders.account(3, domain=""),
    )
    async with database.write() as tx:
        await tx.execute(accounts.update().where(accounts.c.domain == "").values(facts=null()))
    async with database.read() as tx:
        assert await crm.unread_domains(tx) == ["listed.example"]


async def test_a_nul_character_does_not_stop_a_text(database: Database, workspace: Workspace) -> None:
    await workspace.add(builders.account(1, name="North\x00wind"))
    async with database.read() as tx:
        name = (await tx.execute(select(accounts.c.name))).scalar_one()
    assert name in ("North\x00wind", "North\ufffdwind")


async def test_a_person_is_found_in_json_of_any_table(database: Database) -> None:
    async with database.write() as tx:
        body = {"said": ["Write to Anna Weiss, anna@northwind.example"]}
        row = {"id": "evt_1", "kind": "k", "subject": "s", "body": body, "cause": "", "at": datetime.now(UTC)}
        await tx.execute(insert(events).values(**row))
    words = PersonWords(("anna@northwind.example",), ("Anna Weiss",))
    async with database.read() as tx:
        assert [one["id"] for one in await person_traces.mentions(tx, events, words)] == ["evt_1"]
