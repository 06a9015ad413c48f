"""The audit chain finds every edit, drop, reorder and truncation, and says itself what it allows."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store import audit, audit_head
from runtime.store.audit import Head, Verified
from runtime.store.audit_head import HeadFile, check_head, sign_head, verify_with_head
from runtime.store.engine import Database
from runtime.store.tables import audit as table
from tests.fixtures import builders

pytestmark = pytest.mark.both_engines

KEY = b"0123456789abcdef"


@pytest.fixture
async def chain(database: Database) -> Database:
    """Six records."""
    async with database.write() as tx:
        for number in range(1, 7):
            await audit.append(
                tx,
                at=builders.MONDAY + timedelta(seconds=number),
                kind="decision",
                subject=f"dec_{number}",
                by="gate",
                body={"verdict": "ask", "number": number, "text": "Größe 😀 \ud800"},
            )
    return database


async def first_bad(database: Database) -> int | None:
    async with database.read() as tx:
        found = await audit.verify(tx)
    assert found.ok == (found.first_bad is None)
    return found.first_bad


async def change(database: Database, number: int, **values: Any) -> None:
    async with database.write() as tx:
        await tx.execute(update(table).where(table.c.seq == number).values(**values))


async def test_an_untouched_chain_is_whole(chain: Database) -> None:
    async with chain.read() as tx:
        assert await audit.verify(tx) == audit.Verified(True, 6)


async def test_an_empty_chain_is_whole(database: Database) -> None:
    assert await first_bad(database) is None


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "approved"},
        {"subject": "dec_9"},
        {"by": "olga"},
        {"body": {"verdict": "allow", "number": 3}},
        {"at": builders.MONDAY},
        {"prev_hash": "0" * 64},
        {"hash": "f" * 64},
    ],
)
async def test_an_edit_of_any_cell_is_found_where_it_is(chain: Database, values: dict[str, Any]) -> None:
    await change(chain, 3, **values)
    assert await first_bad(chain) == 3


async def test_an_edit_with_its_hash_made_again_is_found_at_the_next_record(chain: Database) -> None:
    async with chain.read() as tx:
        row = (await audit.about(tx, "dec_3"))[0]
    body = {"verdict": "allow"}
    again = audit.record_hash(3, row["at"], row["kind"], row["subject"], row["by"], body, row["prev_hash"])
    await change(chain, 3, body=body, hash=again)
    assert await first_bad(chain) == 4


@pytest.mark.parametrize(("seq", "found"), [(1, 2), (3, 4), (5, 6)])
async def test_a_dropped_record_is_found(chain: Database, seq: int, found: int) -> None:
    async with chain.write() as tx:
        await tx.execute(delete(table).where(table.c.seq == seq))
    assert await first_bad(chain) == found


async def test_two_swapped_records_are_found(chain: Database) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        await change(chain, old, seq=new)
    assert await first_bad(chain) == 2


@pytest.fixture
async def kept(database: Database, tmp_path: Path) -> HeadFile:
    """A head file that hears of every commit, with four records in the chain."""
    file = HeadFile(tmp_path / "audit-head.json", KEY)
    database.after_audit = file.keep
    for number in range(4):
        async with database.write() as tx:
            await audit.append(tx, at=builders.MONDAY, kind="k", subject=f"s{number}", by="b", body={})
    return file


async def test_an_untouched_chain_fits_its_head(database: Database, kept: HeadFile) -> None:
    async with database.read() as tx:
        assert (await verify_with_head(tx, kept)).ok


@pytest.mark.parametrize("left", [0, 1, 3])
async def test_a_chain_cut_at_its_end_is_found(database: Database, kept: HeadFile, left: int) -> None:
    async with database.write() as tx:
        await tx.execute(delete(table).where(table.c.seq > left))
    async with database.read() as tx:
        found = await verify_with_head(tx, kept)
    assert (found.ok, found.first_bad) == (False, left + 1)
    assert found.problem == f"{4 - left} records at the end are gone"


async def test_a_chain_written_anew_by_who_knows_the_hash_is_found(
    database: Database, kept: HeadFile
) -> None:
    database.after_audit = None
    async with database.write() as tx:
        await tx.execute(delete(table))
        for number in range(6):
            await audit.append(tx, at=builders.MONDAY, kind="k", subject=f"s{number}", by="forger", body={})
    async with database.read() as tx:
        found = await verify_with_head(tx, kept)
    assert (found.ok, found.problem) == (False, "the chain was written anew")


@pytest.mark.parametrize("text", [None, "", "{}"])
async def test_a_missing_or_damaged_head_is_told(
    database: Database, kept: HeadFile, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_head, "FIRST_HEAD_SECONDS", 0.0)
    kept.path.unlink() if text is None else kept.path.write_text(text)
    async with database.read() as tx:
        found = await verify_with_head(tx, kept)
    assert (found.ok, found.first_bad) == (False, None)
    assert "signed head" in found.problem


async def test_the_very_first_head_may_be_written_while_somebody_looks(
    database: Database, kept: HeadFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = kept.read()
    kept.path.unlink()
    walk = audit.verify

    async def walked_while_the_writer_finishes(tx: AsyncConnection) -> Verified:
        found = await walk(tx)
        kept.keep(head.records, head.hash)
        return found

    monkeypatch.setattr(audit, "verify", walked_while_the_writer_finishes)
    async with database.read() as tx:
        assert (await verify_with_head(tx, kept)).ok


async def test_a_rolled_back_record_never_reaches_the_head(database: Database, kept: HeadFile) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"):
        async with database.write() as tx:
            await audit.append(tx, at=builders.MONDAY, kind="k", subject="s", by="b", body={})
            raise RuntimeError("changed my mind")
    async with database.write():
        pass
    async with database.read() as tx:
        assert await verify_with_head(tx, kept) == Verified(True, 4)


async def test_a_dropped_last_record_is_found_by_the_signed_head_only(chain: Database) -> None:
    async with chain.read() as tx:
        kept = sign_head(KEY, await audit.head(tx))
    async with chain.write() as tx:
        await tx.execute(delete(table).where(table.c.seq == 6))
    assert await first_bad(chain) is None
    told = check_head(KEY, kept)
    assert told is not None
    async with chain.read() as tx:
        assert await audit.hash_at(tx, told.records) != told.hash


async def test_a_chain_that_grew_since_the_head_was_kept_still_fits_it(chain: Database) -> None:
    async with chain.read() as tx:
        told = check_head(KEY, sign_head(KEY, await audit.head(tx)))
    async with chain.write() as tx:
        await audit.append(tx, at=builders.MONDAY, kind="sent", subject="dec_1", by="effector", body={})
    async with chain.read() as tx:
        assert told is not None
        assert await audit.hash_at(tx, told.records) == told.hash


async def test_the_head_of_an_empty_chain_fits_it(database: Database) -> None:
    async with database.read() as tx:
        told = check_head(KEY, sign_head(KEY, await audit.head(tx)))
        assert told == Head(0, audit.GENESIS)
        assert await audit.hash_at(tx, 0) == told.hash


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        '{"records": 3}',
        "null",
        sign_head(b"another key", Head(6, "a" * 64)),
        sign_head(KEY, Head(6, "a" * 64)).replace('"records": 6', '"records": 5'),
        sign_head(KEY, Head(6, "a" * 64)).replace("aaa", "baa"),
        '{"records": 6, "hash": "x", "mac": "ü"}',
    ],
)
def test_a_damaged_forged_or_foreign_head_is_no_head(line: str) -> None:
    assert check_head(KEY, line) is None


async def test_records_come_out_ready_for_json_and_in_order(chain: Database) -> None:
    async with chain.read() as tx:
        records = await audit.everything(tx)
        stored = (await tx.execute(select(table.c.seq))).scalars().all()
    assert [one["seq"] for one in records] == list(stored) == [1, 2, 3, 4, 5, 6]
    assert isinstance(records[0]["at"], str)


HASH = "a" * 64
ASKED: list[tuple[str, dict[str, Any]]] = [("decision", {"action_hash": HASH, "verdict": "ask"})]
APPROVED = ("approved", {"action_hash": HASH})
ENTITLEMENTS: dict[str, tuple[list[tuple[str, dict[str, Any]]], bool]] = {
    "nothing": ([], False),
    "allowed": ([("decision", {"action_hash": HASH, "verdict": "allow"})], True),
    "notify": ([("decision", {"action_hash": HASH, "verdict": "notify"})], True),
    "asked": (ASKED, False),
    "asked and approved": ([*ASKED, APPROVED], True),
    "approved another text": ([*ASKED, ("approved", {"action_hash": "b" * 64})], False),
    "rejected": ([*ASKED, ("rejected", {"action_hash": HASH})], False),
    "refused": ([("decision", {"action_hash": HASH, "verdict": "refuse"})], False),
    "refused, approval forged": ([("decision", {"action_hash": HASH, "verdict": "refuse"}), APPROVED], False),
    "approved, never decided": ([APPROVED], False),
    "another action": ([("decision", {"action_hash": "b" * 64, "verdict": "allow"})], False),
    "unknown verdict": ([("decision", {"action_hash": HASH, "verdict": "yes"})], False),
}


@pytest.mark.parametrize(("records", "expected"), ENTITLEMENTS.values(), ids=list(ENTITLEMENTS))
async def test_the_chain_says_what_may_be_done(
    database: Database, records: list[tuple[str, dict[str, Any]]], expected: bool
) -> None:
    async with database.write() as tx:
        for kind, body in records:
            await audit.append(tx, at=builders.MONDAY, kind=kind, subject="dec_1", by="gate", body=body)
    async with database.read() as tx:
        assert await audit.entitled(tx, "dec_1", HASH) is expected


async def test_a_record_changed_by_hand_allows_nothing(database: Database) -> None:
    async with database.write() as tx:
        body = {"action_hash": HASH, "verdict": "refuse"}
        await audit.append(tx, at=builders.MONDAY, kind="decision", subject="dec_1", by="gate", body=body)
    await change(database, 1, body={"action_hash": HASH, "verdict": "allow"})
    async with database.read() as tx:
        assert not await audit.entitled(tx, "dec_1", HASH)


async def test_a_head_is_never_put_back_by_a_slower_process(kept: HeadFile) -> None:
    newest = kept.read()
    kept.keep(newest.records - 1, "f" * 64)
    assert kept.read() == newest
    kept.keep(newest.records + 96, "e" * 64)  # longer by a digit
    assert kept.read() == audit.Head(100, "e" * 64)
    assert len(kept.path.read_text().splitlines()) == 1


@pytest.mark.parametrize("text", ["", "{}", "x" * 5000])
async def test_the_next_record_heals_a_damaged_head(kept: HeadFile, text: str) -> None:
    kept.path.write_text(text)
    kept.keep(5, "d" * 64)
    assert kept.read() == audit.Head(5, "d" * 64)
