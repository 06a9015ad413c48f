"""One worker of the product as a process of its own: lease, engine, workflows – and told when to die.

Run by a fork server, or cold by `python -m evals.suites.durability.worker JOB.json`.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from autonomy import asked
from domain.decisions import Actor
from domain.errors import RainmakerError, Retryable
from evals.suites.durability.sender import CAMPAIGN, SALT, TERMS
from runtime import faults
from runtime.durable.engine_home import is_embedded
from runtime.settings import Settings
from runtime.store import outbox
from service.approving import approve
from service.bootstrap import House, open_house
from service.running import home_lock
from service.working import Role, at_work
from tools import effector

POINTS = (
    "before_claim", "in_claim", "after_claim", "after_250", "before_mark", "after_mark", "mid_settle", "mid_recover",
)  # fmt: skip
_PERSON = Actor(kind="user", name="olga", role="owner")
_NO_WORK = 10.0  # seconds
_LOOK = 0.3  # seconds between looks whether work is left


@dataclass(frozen=True)
class Job:
    """Where the work is, the business time, and how this process ends.

    It ends by itself once nothing is open (`stay`: never), at a fault point (the n-th time), `die_in` seconds
    after it set to work, `die_after` seconds after its first look into the outbox, or `die_idle` seconds after
    nothing was due any more. With `clicks` a person approves meanwhile whatever is asked, twice. With the fate
    "frozen" it is stopped where it would have died.
    """

    home: str
    database_url: str
    smtp_url: str
    imap_url: str
    now: datetime
    since: float  # machine time at which `now` was the business time; it went on since, whoever lived
    lease: float = 30.0
    grace: float = 0.4
    die_at: str = ""
    after: int = 1
    fate: faults.Fate = "killed"
    die_in: float = 0.0
    die_after: float = 0.0
    die_idle: float = 0.0
    clock_file: str = ""  # business time is what it says, when given
    clicks: bool = False
    stay: bool = False
    abrupt: bool = True  # ends without a word once its work is done, as if the power went
    day: bool = False  # ends when nothing is due any more, though more is queued for later

    def settings(self) -> Settings:
        """As the product reads them."""
        return Settings(
            home=Path(self.home),
            database_url=self.database_url,
            smtp_url=self.smtp_url,  # type: ignore[arg-type]
            imap_url=self.imap_url,  # type: ignore[arg-type]
            secret_key=SALT,  # type: ignore[arg-type]
            send_grace=self.grace,
            lease_seconds=self.lease,
            mail_from=f"{TERMS.sender_name} <{TERMS.sender}>",
        )


class MovingClock:
    """Business time that goes on from a given moment at the machine's pace."""

    def __init__(self, start: datetime, since: float) -> None:
        self._start = start
        self._since = since

    async def now(self) -> datetime:
        """Aware UTC time."""
        return self._start + timedelta(seconds=time.time() - self._since)


class FileClock:
    """Business time as somebody else writes it into a file, ISO 8601."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.fromisoformat(self._path.read_text())


def run(job: Job) -> None:
    """Work until nothing is open, or until killed."""
    logging.disable(logging.CRITICAL)
    if job.die_at:
        faults.arm(job.die_at, job.after, job.fate)
    asyncio.run(_work(job))


def _wind(seconds: float) -> None:
    """Be gone after so many seconds, whatever happens then."""
    clock = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL))
    clock.daemon = True
    clock.start()


async def _work(job: Job) -> None:
    settings = job.settings()
    with _locked(settings):
        async with open_house(settings) as opened:
            clock = FileClock(Path(job.clock_file)) if job.clock_file else MovingClock(job.now, job.since)
            house = replace(opened, clock=clock, terms=replace(TERMS, stop_file=None))
            role = Role.ALL if is_embedded(settings) else Role.WORKER
            async with at_work(house, role):
                if job.die_in:
                    _wind(job.die_in)
                dying = asyncio.gather(_die_after(job.die_after), _die_idle(house, job.die_idle))
                clicking = asyncio.create_task(_click(house, job.clicks))
                while job.stay or not clicking.done() or await _open(house, job.day):  # noqa: ASYNC110 – other processes
                    await asyncio.sleep(_LOOK)
                dying.cancel()
                if job.abrupt:
                    os._exit(0)


async def _die_after(seconds: float) -> None:
    """Be gone so many seconds after the first look into the outbox; long after the start if there is none."""
    if not seconds:
        return
    try:
        async with asyncio.timeout(_NO_WORK):
            while not effector.draining():  # noqa: ASYNC110 – nothing tells of it
                await asyncio.sleep(0.002)
    except TimeoutError:
        pass
    _wind(seconds)


async def _die_idle(house: House, seconds: float) -> None:
    """Be gone so many seconds after nothing was due any more."""
    if seconds:
        while await _open(house, only_due=True):  # noqa: ASYNC110 – other processes
            await asyncio.sleep(_LOOK / 6)
        _wind(seconds)


def _locked(settings: Settings):  # type: ignore[no-untyped-def]
    from contextlib import nullcontext

    return home_lock(settings) if is_embedded(settings) else nullcontext()


async def _click(house: House, wanted: bool) -> None:
    """What a person does who approves everything that waits."""
    if wanted:
        async with house.database.read() as tx:
            waiting = await asked.listing(tx, await house.clock.now())
        await asyncio.gather(*(_click_twice(house, one["id"]) for one in waiting))


async def _click_twice(house: House, approval_id: str) -> None:
    """Both clicks at once, as from two browsers; the second one finds the ask decided."""
    done = await asyncio.gather(
        *(approve(house, approval_id, _PERSON) for _ in range(2)), return_exceptions=True
    )
    strange = [one for one in done if isinstance(one, BaseException) and not isinstance(one, RainmakerError)]
    if strange:
        raise strange[0]


async def _open(house: House, only_due: bool) -> bool:
    """Whether work is left; yes as long as the busy database does not say."""
    try:
        async with house.database.read() as tx:
            counts = await outbox.counts(tx, CAMPAIGN)  # a morning page may wait for its own morning
            due = await outbox.due(tx, await house.clock.now(), 1) if only_due else ()
    except Retryable:
        return True
    states = [state for state in outbox.OPEN if state != "queued" or not only_due]
    return bool(due) or any(counts.get(str(state)) for state in states)


def _cold(path: str) -> Iterator[str]:
    row = json.loads(Path(path).read_text())
    row["now"] = datetime.fromisoformat(row["now"])
    run(Job(**row))
    yield from sorted(sys.modules)


def write(job: Job, path: Path) -> Path:
    """Keep a job in a file for a cold start."""
    path.write_text(json.dumps({**asdict(job), "now": job.now.isoformat()}))
    return path


if __name__ == "__main__":
    sys.stdout.write("\n".join(_cold(sys.argv[1])))
