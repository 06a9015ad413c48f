"""The audit chain: how fast it is verified, and whether tampering at random places is found."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from evals.suites.figures import Figure, share
from runtime.store import audit
from runtime.store.audit_head import HeadFile, verify_with_head
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
from runtime.store.tables import audit as table

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
KEY = b"evaluation-key-evaluation-key-32"
LONG, SHORT = 50_000, 10_000
PLACES = 200
SEED = 11


@dataclass(frozen=True, slots=True)
class Tampering:
    """One way to damage the chain at a record, and how it is put right again."""

    name: str
    damage: Callable[[AsyncConnection, int], Awaitable[None]]


def records(count: int) -> list[dict[str, Any]]:
    """A sound chain of decisions, as rows."""
    rows: list[dict[str, Any]] = []
    prev = audit.GENESIS
    for seq in range(1, count + 1):
        body = {
            "verdict": "ask" if seq % 3 else "allow",
            "action": f"{seq * 7919:064x}",
            "rules": ["G1", "authority:D-01"],
            "risk": [["financial", 1, "one mail"], ["relationship", 4, "nobody there was written to before"]],
        }
        row = {
            "at": START + timedelta(seconds=seq),
            "kind": "decision",
            "subject": f"dec_{seq}",
            "by": "gate",
        }
        body = audit.in_hashed_order(body)
        own = audit.record_hash(seq, row["at"], row["kind"], row["subject"], row["by"], body, prev)
        rows.append({"seq": seq, **row, "body": body, "prev_hash": prev, "hash": own})
        prev = own
    return rows


async def figures(*, long: int = LONG, short: int = SHORT, places: int = PLACES) -> dict[str, Figure]:
    """Both figures."""
    return await _speed(long) | await _tampering(short, places)


async def _speed(count: int) -> dict[str, Figure]:
    async with _Chain(records(count)) as chain:
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            async with chain.database.read() as tx:
                walked = await audit.verify(tx)
            seconds.append(time.perf_counter() - started)
            if not walked.ok or walked.records != count:
                raise RuntimeError(f"the sound chain was not accepted: {walked.problem}")
    return {"audit_records_per_s": Figure(count / min(seconds), "records/s", "≥ 50000", n=count)}


async def _tampering(count: int, places: int) -> dict[str, Figure]:
    rng = Random(SEED)
    found, tried = 0, 0
    missed: dict[str, int] = {}
    async with _Chain(records(count)) as chain:
        for kind in KINDS:
            for place in rng.sample(range(2, count), places):
                caught = await chain.is_found(kind, place)
                found, tried = found + caught, tried + 1
                missed[kind.name] = missed.get(kind.name, 0) + (not caught)
    by_kind = {
        f"audit_{name}_missed": Figure(number, "places", "0", n=places) for name, number in missed.items()
    }
    return {"audit_tampering_found": share(found, tried, "1"), **by_kind}


class _Chain:
    """A database that holds the chain and its signed head; every damage is rolled back."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self._rows = rows
        self._folder = TemporaryDirectory(prefix="rainmaker-eval-")
        folder = Path(self._folder.name)
        self.database = Database(f"sqlite+aiosqlite:///{folder / 'chain.db'}")
        self._head = HeadFile(folder / "audit-head.json", KEY)

    async def __aenter__(self) -> "_Chain":
        await ensure_schema(self.database)
        async with self.database.write() as tx:
            for start in range(0, len(self._rows), 1000):
                await tx.execute(insert(table), self._rows[start : start + 1000])
        self._head.keep(self._rows[-1]["seq"], self._rows[-1]["hash"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()
        self._folder.cleanup()

    async def is_found(self, kind: Tampering, place: int) -> bool:
        """Damage, verify, roll back; True when the check names a problem."""
        try:
            async with self.database.write() as tx:
                await kind.damage(tx, place)
                walked = await verify_with_head(tx, self._head)
                raise _Undo(walked.ok)
        except _Undo as undone:
            return not undone.passed


class _Undo(Exception):
    """Not an error: it rolls the damage back."""

    def __init__(self, passed: bool) -> None:
        super().__init__()
        self.passed = passed


async def _edit(tx: AsyncConnection, place: int) -> None:
    await tx.execute(update(table).where(table.c.seq == place).values(body={"verdict": "allow"}))


async def _drop(tx: AsyncConnection, place: int) -> None:
    await tx.execute(delete(table).where(table.c.seq == place))


async def _reorder(tx: AsyncConnection, place: int) -> None:
    """Two neighbours trade places."""
    rows = (await tx.execute(select(table).where(table.c.seq.in_((place, place + 1))))).mappings().all()
    first, second = ({str(key): row[key] for key in row} for row in sorted(rows, key=lambda row: row["seq"]))
    await tx.execute(delete(table).where(table.c.seq.in_((place, place + 1))))
    await tx.execute(insert(table), [{**first, "seq": place + 1}, {**second, "seq": place}])


async def _truncate(tx: AsyncConnection, place: int) -> None:
    await tx.execute(delete(table).where(table.c.seq >= place))


async def _rewrite(tx: AsyncConnection, place: int) -> None:
    """Cut off, and a new end with right hashes: only the signed head can tell."""
    last = (await tx.execute(select(table).where(table.c.seq == place - 1))).mappings().one()
    await _truncate(tx, place)
    await audit.append(
        tx, at=last["at"], kind="decision", subject="dec_forged", by="gate", body={"verdict": "allow"}
    )


KINDS = (
    Tampering("edit", _edit),
    Tampering("drop", _drop),
    Tampering("reorder", _reorder),
    Tampering("truncate", _truncate),
    Tampering("rewrite", _rewrite),
)
