"""Where workers are let loose: a post office, a database, a fork server, and the count of what arrived."""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from evals.suites.durability import worker
from evals.suites.durability.post import Post
from evals.suites.durability.seeding import A_DAY, Seeding, business_day
from evals.suites.durability.sender import CAMPAIGN, SALT
from evals.suites.durability.worker import Job
from runtime.store import audit
from runtime.store import outbox as intents
from runtime.store.audit_head import HeadFile
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema

PRELOADED = [
    "evals.suites.durability.worker", "service.workflows", "service.turn_work", "service.approving", "dbos",
    "tools.effector", "imap_tools", "aiosmtplib", "aiosqlite", "language.offline.brain",
]  # fmt: skip
_SETTLED = ("sent", "held", "cancelled", "failed")
_FOREVER = 120.0  # seconds after which a worker counts as stuck


@dataclass(frozen=True)
class Tally:
    """What became of every intent, counted at the receiving end."""

    mails: int
    duplicates: int
    lost: int
    held: int
    refused: int  # by the gate or the server, each with its reason
    doubts: int  # intents that were in doubt at some time
    open: int  # neither gone nor refused yet, those nobody approved included
    chain_ok: bool

    @property
    def settled_alone(self) -> int:
        """Doubts that no person had to look at."""
        return self.doubts - self.held


def processes() -> ForkServerContext:
    """Fresh processes that need not import everything again."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


@dataclass
class Arena:
    """One world: mails go in, workers come and go, the post counts."""

    post: Post
    home: Path
    database_url: str  # empty: SQLite in the home
    database: Database
    seeding: Seeding
    context: ForkServerContext
    lease: float = 30.0
    since: float = field(default_factory=time.time)
    first_effects: list[float] = field(default_factory=list)  # seconds from a worker's start
    _started: list[ForkServerProcess] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """Business time: a working day for as many mails as the mailbox may send a day."""
        return business_day(self.seeding.count // A_DAY)

    def later(self, days: int) -> datetime:
        """Business time so many working days from now."""
        return business_day(self.seeding.count // A_DAY + days)

    async def add(self, mails: int, *, clicks: bool = False) -> None:
        """New mails: approved, or left to the clicks of a worker's person."""
        asked = await self.seeding.ask(mails, self.now)
        if not clicks:
            await self.seeding.approve(asked, self.now)

    def job(self, **given: object) -> Job:
        """A job in this world."""
        where = (str(self.home), self.database_url, self.post.smtp_url, self.post.imap_url)
        times = {"now": self.now, "since": self.since, "lease": self.lease}
        return Job(*where, **{**times, **given})  # type: ignore[arg-type]

    def start(self, job: Job) -> ForkServerProcess:
        """Let a worker loose."""
        process = self.context.Process(target=worker.run, args=(job,))
        process.start()
        self._started.append(process)
        return process

    def end_all(self) -> None:
        """Kill whoever is left."""
        for process in self._started:
            if process.exitcode is None:
                process.kill()
                process.join()

    async def ended(self, process: ForkServerProcess) -> int:
        """Wait for a worker's end; its exit code."""
        deadline = time.monotonic() + _FOREVER
        while process.exitcode is None:
            if time.monotonic() > deadline:
                process.kill()
                raise TimeoutError("a worker is stuck")
            await asyncio.to_thread(process.join, 0.5)
        return process.exitcode

    async def worked(self, job: Job) -> int:
        """Run one worker to its end; its exit code. Notes how long its first effect took."""
        before, began = self.post.count, time.time()
        code = await self.ended(self.start(job))
        if self.post.count > before:
            self.first_effects.append(self.post.arrivals[before] - began)
        return code

    async def open(self) -> int:
        """How many mails neither left nor were refused or held; cheap, unlike a tally."""
        async with self.database.read() as tx:
            counts = await intents.counts(tx, CAMPAIGN)
        return self.seeding.count - sum(counts.get(state, 0) for state in _SETTLED)

    async def tally(self) -> Tally:
        """Count at the sink, and hold it against the outbox."""
        arrived = self.post.arrived()
        async with self.database.read() as tx:
            rows = await intents.of_campaign(tx, CAMPAIGN)
            verified = await audit.verify(tx)
        doubts = [
            row for row in rows if row["resends"] or row["code"] == "reconciled" or row["state"] == "held"
        ]
        gone = {row["message_id"] for row in rows if row["state"] == "sent"}
        kept = sum(row["state"] == "held" for row in rows)
        refused = sum(row["state"] in ("cancelled", "failed") for row in rows)
        still = self.seeding.count - len(gone) - kept - refused
        return Tally(
            mails=self.seeding.count,
            duplicates=sum(times - 1 for times in arrived.values()),
            lost=self.seeding.count - len(gone & set(arrived)) - kept - refused,
            held=kept,
            refused=refused,
            doubts=len(doubts),
            open=still,
            chain_ok=verified.ok,
        )


@asynccontextmanager
async def arena(
    database_url: str = "", *, lease: float = 30.0, folder: str | None = None
) -> AsyncIterator[Arena]:
    """A world of its own; nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="rainmaker-durable-", dir=folder) as home:
        async with Post() as post:
            database = Database(database_url or f"sqlite+aiosqlite:///{home}/rainmaker.db")
            try:
                await ensure_schema(database)
                database.after_audit = HeadFile(Path(home) / "audit-head.json", SALT.encode()).keep
                seeding = Seeding(database)
                await seeding.begin()
                made = Arena(post, Path(home), database_url, database, seeding, processes(), lease)
                await _with_engine(made)
                try:
                    yield made
                finally:
                    made.end_all()
            finally:
                await database.close()


_engine_files: dict[str, bytes] = {}  # of an engine that was started once: making its tables takes seconds


async def _with_engine(place: Arena) -> None:
    """Put an engine's file into a home on SQLite that is new to the engine."""
    if place.database_url:
        return
    if not _engine_files:
        await place.worked(place.job())
        _engine_files.update({one.name: one.read_bytes() for one in place.home.glob("engine.db*")})
        place.first_effects.clear()
    for name, content in _engine_files.items():
        (place.home / name).write_bytes(content)
