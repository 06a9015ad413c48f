"""The timetable: runs what is due by the business clock, each kind once at a time, and plans when it comes again.

After downtime each kind catches up once, however long nobody was here. Decides nothing about sales.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Bug, Correctable, RainmakerError, Retryable
from domain.ids import derived
from runtime.store import due
from runtime.store.due import DueRow, DueState
from service.bootstrap import House
from service.cadence import Cadence, cadence, zone_named
from service.due_kinds import EVERY_TURN, KINDS, SINGLE, Kind

log = logging.getLogger(__name__)
MOST_SINGLES = 200  # rows of one kind in one turn
RETRIES = 5  # of a single row that failed for a passing reason
RETRY_AFTER = timedelta(minutes=2)  # doubles
KEPT = timedelta(days=30)  # single rows that are done


@dataclass(frozen=True)
class Worked:
    """What a handler did. `counts` named like a figure of the turn are added to it.

    `again_at` lets a single row come once more at another time instead of being done.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    again_at: datetime | None = None
    detail: str = ""


class Handler(Protocol):
    """Does one piece of due work. It may run twice after a crash, so what it does must bear that."""

    async def __call__(self, house: House, due_row: DueRow) -> Worked:
        """Do it. A Retryable error brings a single row back later; any other ends it as failed."""
        ...


@dataclass(frozen=True)
class Timetable:
    """Every kind with its cadence (None: every turn, or single) and the owner's zone."""

    kinds: tuple[Kind, ...]
    cadences: Mapping[str, Cadence]
    zone: ZoneInfo

    @property
    def in_rows(self) -> list[str]:
        """Kinds that are driven by rows."""
        return [one.name for one in self.kinds if one.when != EVERY_TURN]

    @property
    def told(self) -> list[str]:
        """Kinds whose next time matters to somebody who steps a clock."""
        return [one.name for one in self.kinds if one.when != EVERY_TURN and not one.quiet]


@lru_cache(maxsize=64)
def timetable(wanted: str = "", zone: str = "UTC", kinds: tuple[Kind, ...] = KINDS) -> Timetable:
    """The timetable, with the times an owner wants otherwise ("kind=cadence; kind=cadence").

    Raises:
        Correctable: bad_cadence, bad_zone, unknown_kind.
    """
    times = {one.name: one.when for one in kinds if one.when not in (EVERY_TURN, SINGLE)}
    for name, words in _wanted(wanted):
        if name not in times:
            raise Correctable(
                f"The timetable has nothing called '{name[:40]}' that comes at a time of its own.",
                code="unknown_kind",
                where="RAINMAKER_TIMETABLE",
                hint=f"It has: {', '.join(sorted(times))}.",
            )
        times[name] = words
    return Timetable(kinds, {name: cadence(words) for name, words in times.items()}, zone_named(zone))


def _wanted(text: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, (one.strip() for one in text.split(";"))):
        name, found, words = part.partition("=")
        if not found:
            raise Correctable(
                f"'{part[:60]}' is not 'kind=cadence'.", code="bad_cadence", where="RAINMAKER_TIMETABLE"
            )
        yield name.strip(), words


def of_house(house: House) -> Timetable:
    """The timetable this owner set."""
    return timetable(house.settings.timetable, house.settings.calendar_zone)


def handler_of(kind: Kind) -> Handler:
    """The function behind a kind."""
    module, _, name = kind.handler.partition(":")
    found = getattr(import_module(module), name, None)
    if found is None:
        raise Bug(f"The handler of {kind.name} is missing.", code="handler_missing", where=kind.handler)
    return found


async def plan(
    tx: AsyncConnection, kind: str, key: str, due_at: datetime, *, subject: str = "", cause: str = ""
) -> bool:
    """Plan a single piece of work; False when that key was planned before.

    The key is the business fact, e.g. `follow_up:con_1:2`: planning it twice changes nothing.
    """
    if not any(one.name == kind and one.when == SINGLE for one in KINDS):
        raise Bug(f"{kind} is no kind of single work.", code="unknown_kind", where=key)
    return await due.add(tx, DueRow(derived("due", key), kind, key, due_at, subject=subject, cause=cause))


async def run_due(
    house: House, table: Timetable, *, skip: Collection[str] = ()
) -> list[tuple[Kind, Worked | RainmakerError]]:
    """Run everything that is due once, kind by kind; trouble of one delays no other."""
    await _make_rows(house, table)
    results: list[tuple[Kind, Worked | RainmakerError]] = []
    for kind in table.kinds:
        if kind.name in skip:
            continue
        if kind.when == EVERY_TURN:
            row = DueRow("", kind.name, kind.name, await house.clock.now())
            results.append((kind, await _guarded(house, kind, row)))
        else:
            results += [(kind, one) for one in await _run_rows(house, table, kind)]
    return results


async def _make_rows(house: House, table: Timetable) -> None:
    """Rows of new kinds, earlier times for cadences that were shortened, and rows of dead processes freed."""
    now = await house.clock.now()
    live = await house.standing.live()
    async with house.database.read() as tx:
        times = await due.standing_times(tx)
        abandoned = await due.abandoned(tx, live)
    firsts = {name: one.first(now, table.zone, name) for name, one in table.cadences.items()}
    late = {
        name: at
        for name, at in firsts.items()
        if name not in times or times[name] > _latest(table, name, now)
    }
    if not late and not abandoned:
        return
    async with house.database.write() as tx:
        await due.free(tx, live)
        for name, at in late.items():
            if not await due.add(tx, DueRow(derived("due", name), name, name, at)):
                await due.moved(tx, name, at)


def _latest(table: Timetable, name: str, now: datetime) -> datetime:
    return table.cadences[name].after(now, table.zone, name) + timedelta(minutes=2)


async def _run_rows(house: House, table: Timetable, kind: Kind) -> list[Worked | RainmakerError]:
    now = await house.clock.now()
    async with house.database.read() as tx:
        rows = await due.ready(tx, [kind.name], now, MOST_SINGLES)
    results = []
    for row in rows:
        if not await _begun(house, kind, row, now):
            continue
        result = await _guarded(house, kind, row)
        await _left(house, table, row, result)
        results.append(result)
    return results


async def _begun(house: House, kind: Kind, row: DueRow, now: datetime) -> bool:
    """Take a row, unless its kind is at work elsewhere."""
    async with house.database.write() as tx:
        if await due.busy(tx, kind.name):
            return False
        return await due.begin(tx, row.id, house.standing.executor, now)


async def _guarded(house: House, kind: Kind, row: DueRow) -> Worked | RainmakerError:
    try:
        return await handler_of(kind)(house, row)
    except RainmakerError as error:
        log.warning("due_work_failed", extra={"kind": kind.name, "key": row.key, "code": error.code})
        return error
    except Exception as error:
        log.exception("due_work_failed", extra={"kind": kind.name, "key": row.key})
        return Bug(f"{kind.name} failed ({type(error).__name__}); the log says why.", code="handler_failed")


async def _left(house: House, table: Timetable, row: DueRow, result: Worked | RainmakerError) -> None:
    """Plan when a row comes again, or close it."""
    now = await house.clock.now()
    state, values = _next(table, replace(row, attempts=row.attempts + 1), result, now)
    detail = result.message if isinstance(result, RainmakerError) else result.detail
    async with house.database.write() as tx:
        if not await due.end(tx, row.id, house.standing.executor, state, detail=detail, **values):
            log.warning("due_row_was_taken", extra={"kind": row.kind, "key": row.key})


def _next(
    table: Timetable, row: DueRow, result: Worked | RainmakerError, now: datetime
) -> tuple[DueState, dict[str, object]]:
    if row.standing:
        again = table.cadences[row.kind].after(now, table.zone, row.kind)
        failed = isinstance(result, RainmakerError)
        return DueState.WAITING, {"due_at": again, **({} if failed else {"attempts": 0})}
    if isinstance(result, Worked):
        if result.again_at is None:
            return DueState.DONE, {}
        return DueState.WAITING, {"due_at": result.again_at, "attempts": 0}
    if isinstance(result, Retryable) and row.attempts <= RETRIES:
        return DueState.WAITING, {"due_at": now + RETRY_AFTER * 2 ** (row.attempts - 1)}
    return DueState.FAILED, {}


async def next_due(tx: AsyncConnection, table: Timetable) -> datetime | None:
    """When the next row is due that somebody who steps a clock should stop for."""
    return await due.next_due(tx, table.told)


async def waiting(tx: AsyncConnection, table: Timetable, now: datetime) -> bool:
    """True when a row is due now."""
    return bool(await due.ready(tx, table.in_rows, now, 1))
