"""What a claim asks of a large outbox is found by index: nothing grows with the mails that left before."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from runtime.store import outbox
from runtime.store.engine import Database
from runtime.store.written import written
from tests.fixtures.builders import MONDAY

pytestmark = pytest.mark.sqlite_only


async def plans(database: Database, ask) -> list[str]:  # type: ignore[no-untyped-def]
    """How SQLite carries out what a repository function asks."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_conn, _cursor, statement, parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        seen.append((statement, parameters))

    async with database.read() as tx:
        event.listen(tx.sync_engine, "before_cursor_execute", note)
        await ask(tx)
        event.remove(tx.sync_engine, "before_cursor_execute", note)
        asked = [one for one in seen if "outbox" in one[0]]
        rows = [
            (await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)).all() for sql, values in asked
        ]
    return [row[3] for plan in rows for row in plan]


@pytest.mark.parametrize(
    ("ask", "plan"),
    [
        (lambda tx: outbox.due(tx, MONDAY, 100), r"ix_outbox_due \(state=\? AND due_at<\?\)"),
        (lambda tx: outbox.next_due(tx), r"ix_outbox_due \(state=\?\)"),
        (
            lambda tx: outbox.left_since(tx, MONDAY - timedelta(days=1)),
            r"ix_outbox_left \(state=\? AND <expr>>\?\)",
        ),
    ],
)
async def test_a_question_of_the_claim_is_answered_by_an_index(database, ask, plan) -> None:  # type: ignore[no-untyped-def]
    found = await plans(database, ask)
    assert len(found) == 1 and re.search(plan, found[0]), found  # a second line would be a sort


async def test_what_was_written_to_somebody_is_found_by_three_indexes(database: Database) -> None:
    found = " ".join(await plans(database, lambda tx: written(tx, "con_1", "acc_1", "the fact")))
    for index in (
        r"ix_outbox_contact \(contact_id=\?\)",
        r"ix_outbox_account_id \(account_id=\?\)",
        r"\(key=\?\)",
    ):
        assert re.search(index, found), found
    assert "SCAN" not in found
