"""Importing a contact file: read, stage, judge, write – or, as a dry run, all of it and then nothing."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from domain.actions import RecordProspects
from domain.decisions import Actor
from domain.found import FoundCompany, FoundPerson
from domain.labels import Integrity, Label
from graph.desk import Emit, Progress
from graph.rescore import rescore
from language.offline.lexicon.canonical import industry_slugs, role_slugs, zones_of
from runtime.store import imports, people, staging
from runtime.store.tables import crm_changes
from service.bootstrap import House
from service.carrying_out import carry_out, decide_on
from tools.act.record_prospects import Recorded
from tools.read.contact_file import ContactFile, ContactRow, RowError, read_contact_file

DIFF_SHOWN = 20


class _DryRun(Exception):
    """Carries the report out of the transaction that must not stay."""

    def __init__(self, report: dict[str, Any]) -> None:
        super().__init__("dry run")
        self.report = report


async def import_file(
    house: House, path: str, *, dry_run: bool, actor: Actor, emit: Emit | None = None
) -> dict[str, Any]:
    """Import a CSV file; the report has the contract's keys plus the guessed mapping.

    Raises:
        Correctable: the file as a whole cannot be read.
        Refused: the gate said no.
    """
    file = await asyncio.to_thread(read_contact_file, Path(path))
    batch_id = house.ids.new("bat")
    try:
        async with house.database.write() as tx:
            report = await _import(tx, house, file, batch_id, actor, emit)
            report["dry_run"] = dry_run
            if dry_run:
                raise _DryRun(report)
            now = await house.clock.now()
            sha256 = await asyncio.to_thread(_hash, Path(path))
            await imports.keep(
                tx, batch_id=batch_id, file_name=file.name, sha256=sha256, report=_kept(report), at=now
            )
    except _DryRun as done:
        return done.report
    await rescore(house.desk(actor))
    return report


async def _import(
    tx: AsyncConnection, house: House, file: ContactFile, batch_id: str, actor: Actor, emit: Emit | None
) -> dict[str, Any]:
    rows = repeated = staged = 0
    extra: list[RowError] = []
    async for batch in file.batches():
        rows += len(batch)
        usable = [row for row in batch if row.duplicate_of is None]
        repeated += len(batch) - len(usable)
        found = [await _found(tx, house, row, file, extra) for row in usable]
        await staging.stage(tx, batch_id, staged, [one.model_dump(mode="json") for one in found])
        staged += len(found)
        if emit is not None:
            await emit(Progress("progress", f"{rows} rows read", rows, 0))
    done = await _record(tx, house, file, batch_id, staged, actor) if staged else Recorded()
    errors = [*file.errors, *extra]
    return {
        "batch_id": batch_id,
        "file": file.name,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "mapping": [guess.model_dump(mode="json") for guess in file.mapping],
        "rows": rows + len({error.row for error in file.errors if error.code in _UNUSABLE}),
        "created": done.created,
        "updated": done.updated,
        "duplicates": repeated + done.unchanged,
        "people": done.people,
        "errors": [error.model_dump(mode="json") for error in errors],
        "diff": await _diff(tx, batch_id),
    }


_UNUSABLE = frozenset({"ragged_row", "unclosed_quote", "no_identity", "line_too_long", "empty_row"})


async def _found(
    tx: AsyncConnection, house: House, row: ContactRow, file: ContactFile, extra: list[RowError]
) -> FoundCompany:
    label = Label(integrity=Integrity.CRM, origin=f"import:{file.name}:{row.row}")
    email = row.email
    if email and await people.suppressed(tx, suppression.hashes_of(house.terms.salt, email)):
        message = "This address asked not to be contacted; the company is kept, the person is not."
        extra.append(RowError(row=row.row, field="email", code="suppressed", message=message))
        email = ""
    zones = (row.zone,) if row.zone else zones_of(row.country, row.city)
    persons: tuple[FoundPerson, ...] = ()
    if email or (row.name and not row.email):
        role = next(iter(role_slugs(row.title)), "")
        persons = (FoundPerson(name=row.name, title=row.title, role=role, email=email, zones=zones),)
    return FoundCompany(
        name=row.company or row.domain,
        domain=row.domain,
        country=row.country,
        city=row.city,
        industry=next(iter(industry_slugs(row.industry)), ""),
        staff_min=row.staff_min,
        staff_max=row.staff_max,
        people=persons,
        label=label,
    )


async def _record(
    tx: AsyncConnection, house: House, file: ContactFile, batch_id: str, staged: int, actor: Actor
) -> Recorded:
    made = await decide_on(
        tx,
        house,
        RecordProspects(batch_id=batch_id, source="import", companies=staged, people=staged),
        actor=actor,
        reason=f"import of {file.name}",
        label=Label(integrity=Integrity.CRM, origin=f"import:{file.name}"),
        cause=batch_id,
    )
    done = await carry_out(tx, house, made)
    return done.recorded or Recorded()


async def _diff(tx: AsyncConnection, batch_id: str) -> Sequence[dict[str, Any]]:
    """The first changes to records that were there before: field, before, after."""
    query = select(crm_changes).where(crm_changes.c.batch_id == batch_id, crm_changes.c.record != "prospects")
    shown = []
    for row in (await tx.execute(query)).mappings():
        if row["before"] is not None and len(shown) < DIFF_SHOWN:
            shown.append(
                {
                    "record": row["record"],
                    "id": row["record_id"],
                    "before": row["before"],
                    "after": row["after"],
                }
            )
    return shown


def _kept(report: dict[str, Any]) -> dict[str, Any]:
    """The report as it is stored: without the sample cells, which may show somebody we must not keep."""
    return {**report, "mapping": [{**one, "sample": ""} for one in report["mapping"]]}


def _hash(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
