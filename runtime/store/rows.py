"""Between label columns and labels, and other small shapes every repository shares."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
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


@cache
def by(*columns: Column[Any]) -> Select[Any]:
    """The rows of a table in which these columns have the values given when it is run, under the columns' names.

    Made once: making a statement costs three times what running it does, and a claim of one mail runs dozens.
    """
    return select(columns[0].table).where(*(column == bindparam(column.key) for column in columns))


async def insert_new(
    tx: AsyncConnection, table: Table, values: Mapping[str, Any], *, unique: Sequence[str]
) -> bool:
    """Insert a row unless one with the same key is there; False then. One statement, safe beside other writers."""
    add = _insert(tx, table).values(**values).on_conflict_do_nothing(index_elements=list(unique))
    done = await tx.execute(add, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


async def insert_or_change(
    tx: AsyncConnection, table: Table, values: Mapping[str, Any], *, unique: Sequence[str]
) -> None:
    """Insert a row, or give the one with the same key these values."""
    add = _insert(tx, table).values(**values)
    others = {name: add.excluded[name] for name in values if name not in unique}
    await tx.execute(add.on_conflict_do_update(index_elements=list(unique), set_=others))


def _insert(tx: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


CHUNK = 400  # rows a statement; keeps below every backend's parameter limit


async def insert_many(tx: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows in chunks; an empty list is fine."""
    for start in range(0, len(rows), CHUNK):
        await tx.execute(insert(table), rows[start : start + CHUNK])
