"""Erasing a person everywhere: the gate decides, then files, database, index – and nothing in free pages.

Files are cleaned before the database is, in the same breath: after a crash the person is still found and
the same command finishes the work.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import ErasePerson
from domain.decisions import Actor, Decision
from domain.errors import Correctable, Refused
from domain.labels import owner_label
from runtime.store import person_traces
from runtime.store.person_traces import Person
from runtime.store.person_words import PersonWords
from runtime.store.tables import pages
from service.bootstrap import House
from service.carrying_out import MAY_HAPPEN, carry_out, decide_on
from service.erased_files import blank_leftovers, strike_files


async def erase(
    house: House, wanted: str, actor: Actor, *, reason: str = "they asked for it"
) -> dict[str, Any]:
    """Erase a person by contact id or address.

    Raises:
        Correctable: unknown_contact. Refused: refused. Retryable: file_busy, index_owned_elsewhere.
    """
    async with house.database.write() as tx:
        who = await find(tx, wanted)
        action = ErasePerson(contact_id=who.contact_ids[0], reason=who.words.struck(reason)[:200])
        made = await decide_on(
            tx, house, action, actor=actor, reason="erasure of a person", label=owner_label(actor.name)
        )
        done = await _carried_out(tx, house, made, who, actor)
    if done is None:  # the refusal stays on record: its transaction was kept
        raise Refused(made.judgement.why, code="refused", where=made.id)
    await after(house, done.subjects, who.words)
    return {
        "id": who.contact_ids[0],
        "erased": True,
        "decision": made.id,
        "files": done.files,
        "suppressed": bool(who.words.addresses) or who.erased,
        "text": done.text,
    }


@dataclass(frozen=True)
class _Done:
    text: str
    subjects: list[str]
    files: list[str]


async def _carried_out(
    tx: AsyncConnection, house: House, made: Decision, who: Person, actor: Actor
) -> _Done | None:
    if made.judgement.verdict not in MAY_HAPPEN:
        return None
    subjects, files = await before(tx, house, who)
    done = await carry_out(tx, house, made, by=actor.name)
    return _Done(done.text, subjects, files)


async def find(tx: AsyncConnection, wanted: str) -> Person:
    """A person by contact id or address.

    Raises:
        Correctable: unknown_contact.
    """
    who = await person_traces.person(tx, wanted)
    if who is None:
        raise Correctable(
            "There is nobody with this id or address.",
            code="unknown_contact",
            where=wanted[:80],
            hint="Give a contact id or the full e-mail address.",
        )
    return who


async def before(tx: AsyncConnection, house: House, who: Person) -> tuple[list[str], list[str]]:
    """Clean the files while the person can still be found; returns subjects to index anew, and files cleaned."""
    named = await person_traces.mentions(tx, pages, who.words)
    own = await tx.execute(select(pages.c.subject).where(pages.c.subject.in_(who.account_ids)).distinct())
    subjects = {row["subject"] for row in named} | set(own.scalars())
    files = await asyncio.to_thread(_strike, house, who)
    return sorted(subjects), files


def _strike(house: House, who: Person) -> list[str]:
    return strike_files(house.settings.home, database_file(house), who.words)


def database_file(house: House) -> Path | None:
    """The business database, when it is a file."""
    name = house.database.url.database if house.database.is_sqlite else None
    return Path(name) if name else None


async def after(house: House, subjects: list[str], words: PersonWords) -> None:
    """Index the cleaned pages anew, and leave nothing in the free pages of any file."""
    await house.recall.relearn(subjects)
    await asyncio.to_thread(blank_leftovers, house.settings.home / "vectors", words)
    await house.database.compact()
