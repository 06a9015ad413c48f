"""Between label columns and labels, and other small shapes every repository shares."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.labels import Integrity, Label


def label_columns(label: Label) -> dict[str, Any]:
    """The three label columns of a row."""
    return {"integrity": int(label.integrity), "readers": sorted(label.readers), "origin": label.origin}


def label_of(row: Mapping[Any, Any]) -> Label:
    """The label of a row."""
    return Label(
        integrity=Integrity(row["integrity"]), readers=frozenset(row["readers"]), origin=row["origin"]
    )


CHUNK = 400  # rows a statement; keeps below every backend's parameter limit


async def insert_many(tx: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows in chunks; an empty list is fine."""
    for start in range(0, len(rows), CHUNK):
        await tx.execute(insert(table), rows[start : start + CHUNK])
