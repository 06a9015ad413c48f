"""Everything that is stored about one person, as one JSON document."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from runtime.store import audit, people, person_traces
from runtime.store.person_traces import Person, Row
from service.bootstrap import House
from service.erased_files import files_naming
from service.erasing import database_file, find

_LEFT_OUT = frozenset({"action_hash", "password_hash"})


async def export_person(house: House, wanted: str) -> dict[str, Any]:
    """What we hold about a person: their records, texts written to them, and every mention.

    Raises:
        Correctable: unknown_contact.
    """
    async with house.database.read() as tx:
        who = await find(tx, wanted)
        stored = {name: [_plain(row) for row in rows] for name, rows in (await _all(tx, who)).items() if rows}
        hashes = [
            one for address in who.words.addresses for one in suppression.hashes_of(house.terms.salt, address)
        ]
        reason = await people.suppressed(tx, hashes) if hashes else None
        chain = [
            _plain(row) for one in stored.get("decisions", []) for row in await audit.about(tx, one["id"])
        ]
    files = await asyncio.to_thread(files_naming, house.settings.home, database_file(house), who.words)
    return {
        "id": who.contact_ids[0],
        "names": list(who.words.names),
        "addresses": list(who.words.addresses),
        "suppressed": reason,
        "stored": stored,
        "audit": chain,
        "files": files,
    }


async def _all(tx: AsyncConnection, who: Person) -> dict[str, list[Row]]:
    found = await person_traces.own_rows(tx, who)
    for table in person_traces.searched_tables():
        known = {row["id"] for row in found.get(table.name, []) if "id" in row}
        more = [
            row for row in await person_traces.mentions(tx, table, who.words) if row.get("id") not in known
        ]
        found[table.name] = [*found.get(table.name, []), *more]
    return found


def _plain(row: Row) -> Row:
    """JSON-ready, without hashes that say nothing to a person."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
        if name not in _LEFT_OUT
    }
