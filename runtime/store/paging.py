"""Pages of long lists by where the last one ended, so that page 1,000 costs what page 1 costs. Knows no record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable
from runtime.store.tables import Moment

Query = Select[*tuple[Any, ...]]
SIZE = 40
_MARK = "~"  # between the sort value of the last row and its id


@dataclass(frozen=True)
class Page:
    """Rows of one page; `next` is the place after the last of them, empty at the end."""

    rows: tuple[dict[str, Any], ...]
    next: str


async def page(
    tx: AsyncConnection,
    query: Query,
    key: ColumnElement[Any],
    ident: ColumnElement[Any],
    *,
    after: str = "",
    size: int = SIZE,
    down: bool = True,
) -> Page:
    """One page of a query, ordered by key and id; the query's rows hold an `id`.

    Raises:
        Correctable: bad_page – `after` is no place in such a list.
    """
    if after:
        value, last = _place(after, key)
        beyond = key < value if down else key > value
        then = ident < last if down else ident > last
        query = query.where(or_(beyond, and_(key == value, then)))
    order = (key.desc(), ident.desc()) if down else (key, ident)
    query = query.add_columns(key.label("page_key")).order_by(*order).limit(size + 1)
    rows: list[dict[str, Any]] = [dict(row) for row in (await tx.execute(query)).mappings()]
    kept = tuple(rows[:size])
    return Page(kept, _told(kept[-1]) if len(rows) > size else "")


def _told(row: dict[str, Any]) -> str:
    value = row["page_key"]
    return f"{value.isoformat() if isinstance(value, datetime) else repr(float(value))}{_MARK}{row['id']}"


def _place(text: str, key: ColumnElement[Any]) -> tuple[datetime | float, str]:
    value, found, last = text.rpartition(_MARK)
    try:
        if not found or len(text) > 200:
            raise ValueError(text[:20])
        if isinstance(key.type, Moment | DateTime):
            at = datetime.fromisoformat(value)
            if at.tzinfo is None:
                raise ValueError(value)
            return at, last
        return float(value), last
    except ValueError as error:
        message = "This page of the list does not exist; begin again at its first page."
        raise Correctable(message, code="bad_page", where="after") from error
