"""Between label columns and labels, and other small shapes every repository shares."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Select, Table, Update, bindparam, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.labels import Integrity, Label

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


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
    add = _insert_new(tx.dialect.name, table, tuple(unique))
    done = await tx.execute(add, dict(values), execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


@cache
def _insert_new(dialect: str, table: Table, unique: tuple[str, ...]) -> "postgresql.Insert | sqlite.Insert":
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=unique)


async def insert_or_change(
    tx: AsyncConnection, table: Table, values: Mapping[str, Any], *, unique: Sequence[str]
) -> None:
    """Insert a row, or give the one with the same key these values."""
    add = _insert(tx.dialect.name, table).values(**values)
    others = {name: add.excluded[name] for name in values if name not in unique}
    await tx.execute(add.on_conflict_do_update(index_elements=list(unique), set_=others))


def _insert(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


async def change_one(tx: AsyncConnection, key: Column[Any], row_id: str, values: Mapping[str, Any]) -> None:
    """Give the row whose key has this value others in some columns."""
    if values:
        given = {f"to_{name}": value for name, value in values.items()}
        await tx.execute(_change(key, tuple(sorted(values))), {**given, "is": row_id})


@cache
def _change(key: Column[Any], names: tuple[str, ...]) -> Update:
    new = {name: bindparam(f"to_{name}", type_=key.table.c[name].type) for name in names}
    return update(key.table).where(key == bindparam("is")).values(new)


CHUNK = 400  # rows a statement; keeps below every backend's parameter limit


async def insert_many(tx: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows in chunks; an empty list is fine."""
    for start in range(0, len(rows), CHUNK):
        await tx.execute(insert(table), rows[start : start + CHUNK])
