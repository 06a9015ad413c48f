"""Cursors of pages: opaque texts that say after which row a page begins, so that new rows shift nothing."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from domain.errors import Correctable

MOST = 500  # rows on one page
LONGEST = 600  # characters of a cursor
_ANCHORS = 5  # rows of a page that its cursor remembers


def at_place(place: str) -> str:
    """A cursor for a place in a list that the database pages (runtime/store/paging.py)."""
    return _written(place)


def place_in(cursor: str) -> str:
    """The place a cursor names; none for the first page.

    Raises:
        Correctable: bad_cursor – not one of this list.
    """
    if not cursor:
        return ""
    place = _read(cursor)
    if not isinstance(place, str) or not place:
        raise bad()
    return place


def page_of(rows: Sequence[dict[str, Any]], cursor: str, limit: int) -> dict[str, Any]:
    """One page of a list that is read whole.

    The cursor names the last rows of the page before; of those that are still there, the last one counts, so rows
    that came or went since shift nothing. When all of them are gone, the page begins where they were.

    Raises:
        Correctable: bad_cursor.
    """
    start = _start(rows, cursor) if cursor else 0
    shown = list(rows[start : start + limit])
    more = start + limit < len(rows)
    anchors = [key_of(row) for row in shown[-_ANCHORS:]]
    return {"items": shown, "next_cursor": _written([anchors, start]) if more else None}


def key_of(row: dict[str, Any]) -> str:
    """What tells a row of a whole list from others."""
    return str(row.get("id") or row.get("name") or row.get("version") or "")


def _start(rows: Sequence[dict[str, Any]], cursor: str) -> int:
    match _read(cursor):
        case [list(anchors), int(position)] if position >= 0:
            places = {key_of(row): place for place, row in enumerate(rows)}
            known = [places[one] for one in anchors if isinstance(one, str) and one in places]
            return max(known) + 1 if known else min(position, len(rows))
        case _:
            raise bad()


def bad() -> Correctable:
    """What a foreign or damaged cursor hears."""
    hint = "Use next_cursor of the page before, unchanged, or leave it out to begin anew."
    return Correctable("This cursor is not one of this list.", code="bad_cursor", where="cursor", hint=hint)


def _written(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _read(cursor: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise bad() from error
