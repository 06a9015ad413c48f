"""Mails to people in 24 zones over nights on which clocks change: when each left, by the wall clock of its reader.

The claim is the product's own; the clock jumps, and now and then all that is queued becomes due, as after a pause.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import update

from autonomy.policy_file import load_policy
from domain.decisions import OutboxState
from evals.suites.durability.seeding import RAMP, Seeding
from evals.suites.durability.sender import TERMS
from evals.suites.options import Say
from runtime.identity import RandomIds
from runtime.store import outbox
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
from runtime.store.tables import outbox as intents
from tools.drains import Mailbox
from tools.effector import Effector
from tools.providers.smtp import Attempt, Sending

ZONES = (
    "Pacific/Pago_Pago", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver",
    "America/Chicago", "America/New_York", "America/Halifax", "America/St_Johns", "America/Sao_Paulo",
    "Atlantic/South_Georgia", "Atlantic/Azores", "Europe/London", "Europe/Berlin", "Europe/Helsinki",
    "Africa/Cairo", "Europe/Istanbul", "Asia/Dubai", "Asia/Kolkata", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
NIGHTS = (
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 14, 10, tzinfo=UTC),
)  # Europe's, North America's
_ROUNDS = 12.0  # days after which every mail must have left
_SURPRISES = 3  # times that everything queued is made due, wherever its reader's clock stands
_SAY = 10


@dataclass
class Left:
    """What left: recipient's zone and the business time of its claim."""

    mails: int = 0
    outside: int = 0
    zones: set[str] = field(default_factory=set)
    waiting: int = 0  # never left


class _Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self) -> datetime:
        return self.at


class _Recorder:
    """Takes every mail at once and keeps when it came and for whom."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self.taken: list[tuple[str, datetime]] = []

    async def send(self, sender: str, recipient: str, message: bytes) -> Attempt:
        """Accept."""
        self.taken.append((recipient, self._clock.at))
        return Attempt(Sending.ACCEPTED, "250")

    async def close(self) -> None:
        """Nothing is open."""


async def send_over_nights(mails: int, seed: int, say: Say, folder: str | None = None) -> Left:
    """Send as many mails around the nights, from workspaces of one mailbox's day each."""
    left, chance = Left(), random.Random(seed)
    with TemporaryDirectory(prefix="rainmaker-hours-", dir=folder) as home:
        empty = Path(home) / "empty.db"
        database = Database(f"sqlite+aiosqlite:///{empty}")
        await ensure_schema(database)
        await database.close()
        for number in range(-(-mails // RAMP)):
            path = copyfile(empty, Path(home) / "one.db")
            database = Database(f"sqlite+aiosqlite:///{path}")
            try:
                size = min(RAMP, mails - left.mails - left.waiting)
                await _one_workspace(database, size, NIGHTS[number % len(NIGHTS)], chance, left)
            finally:
                await database.close()
            if (number + 1) % _SAY == 0:
                say(f"{left.mails} of {mails} mails over {len(left.zones)} zones, {left.outside} outside")
    return left


async def _one_workspace(
    database: Database, mails: int, night: datetime, chance: random.Random, left: Left
) -> None:
    """Queue between two days before and one after the night; then go from due time to due time."""
    clock = _Clock(night + timedelta(minutes=chance.randrange(-48 * 60, 24 * 60)))
    zones = chance.sample(ZONES, len(ZONES))
    seeding = Seeding(database, zones=tuple(zones))
    await seeding.begin()
    await seeding.approve(await seeding.ask(mails, clock.at), clock.at)
    sender = _Recorder(clock)
    mailbox = Mailbox(sender, None, "server")
    effector = Effector(
        database, clock, RandomIds(), mailbox, replace(TERMS, stop_file=None), load_policy(None)
    )
    surprises = sorted(clock.at + timedelta(hours=chance.uniform(0, 72)) for _ in range(_SURPRISES))
    ends = clock.at + timedelta(days=_ROUNDS)
    while clock.at < ends:
        await effector.drain()
        moment = await _next(database, surprises, clock.at)
        if moment is None:
            break
        clock.at = moment
    _count(sender.taken, seeding, left)
    left.waiting += mails - len(sender.taken)


async def _next(database: Database, surprises: list[datetime], now: datetime) -> datetime | None:
    """The next moment at which something happens; at a surprise everything that waits becomes due."""
    async with database.read() as tx:
        due = await outbox.next_due(tx)
    if due is None:
        return None
    if not surprises or due < surprises[0]:
        return max(due, now + timedelta(seconds=1))
    moment = surprises.pop(0)
    async with database.write() as tx:
        where = intents.c.state == str(OutboxState.QUEUED)
        await tx.execute(update(intents).where(where).values(due_at=moment))
    return max(moment, now)


def _count(taken: Sequence[tuple[str, datetime]], seeding: Seeding, left: Left) -> None:
    """Hold every mail against the wall clock of its reader, by the zone database and nothing of the product."""
    for recipient, at in taken:
        zone = seeding.zone_of(recipient)
        local = at.astimezone(ZoneInfo(zone))
        left.mails += 1
        left.zones.add(zone)
        left.outside += not (local.isoweekday() <= 5 and 8 <= local.hour < 18)
