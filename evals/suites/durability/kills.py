"""Workers are killed again and again while mails wait, are claimed, handed over, marked and settled."""

import asyncio
import random
import time
from dataclasses import dataclass, field, replace

from evals.suites.durability.arena import Arena
from evals.suites.durability.worker import POINTS, Job
from evals.suites.options import Say

KILLED = -9
A_KILL = 2  # mails added for each kill
_LAST = 0.05  # seconds without due work after which a worker dies that did not come to its fault point
_EVERY = 25  # kills between two words about how far it is
_DAYS = 9  # working days after the last kill within which everything is settled, or it counts as open
_COMMON = POINTS[:6]  # points every mail passes; the others need doubt or a dead process


@dataclass
class _Progress:
    """Tells how far it is and when it will be done."""

    kills: int
    say: Say
    _began: float = field(default_factory=time.monotonic)
    _told: int = 0

    def tell(self, done: int) -> None:
        """Say so every so many kills."""
        if done // _EVERY == self._told:
            return
        self._told = done // _EVERY
        each = (time.monotonic() - self._began) / done
        left = max(0, self.kills - done) * each / 60
        self.say(f"{done} of {self.kills} kills, {each:.2f} s each, about {left:.0f} min left")


@dataclass
class Killer:
    """Chooses how each worker dies; the same seed chooses the same."""

    chance: random.Random

    def way(self, job: Job) -> Job:
        """The job with its end: mostly at a fault point, else at any moment of its work or of its start."""
        how = self.chance.random()
        if how < 0.1:
            return replace(job, die_in=self.chance.uniform(0.01, 0.5))
        if how < 0.35:
            return replace(job, die_after=self.chance.uniform(0.001, 0.4))
        point = self.chance.choice(_COMMON if self.chance.random() < 0.8 else POINTS)
        return replace(job, die_at=point, after=self.chance.randint(1, 2), die_idle=_LAST)


async def kill_one_by_one(place: Arena, kills: int, seed: int, say: Say) -> int:
    """One worker at a time, each killed; returns the kills. The last one finishes the work."""
    killer, progress, done = Killer(random.Random(seed)), _Progress(kills, say), 0
    while done < kills:
        await place.add(A_KILL, clicks=done % 3 == 0)
        if await place.worked(killer.way(place.job(clicks=True, stay=True))) == KILLED:
            done += 1
            progress.tell(done)
    await _finish(place)
    return done


async def kill_among(place: Arena, kills: int, workers: int, seed: int, say: Say) -> int:
    """Several workers at once; whoever dies is replaced by a new one."""
    killer, progress, done = Killer(random.Random(seed)), _Progress(kills, say), 0
    at_work: set[asyncio.Task[int]] = set()
    while done < kills:
        while len(at_work) < workers:
            await place.add(A_KILL, clicks=done % 3 == 0)
            job = killer.way(place.job(clicks=True, stay=True))
            at_work.add(asyncio.create_task(place.worked(job)))
        ended, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
        done += sum(one.result() == KILLED for one in ended)
        progress.tell(done)
    await asyncio.wait(at_work)
    await _finish(place)
    return done + sum(one.result() == KILLED for one in at_work)


async def _finish(place: Arena) -> None:
    """Workers click what is still open and send the rest, day after day: a mailbox has a cap a day."""
    for later in range(1, _DAYS):
        code = await place.worked(place.job(now=place.later(later), clicks=True, day=True))
        if code != 0:
            raise RuntimeError(f"the last worker ended with {code}")
        if await place.open() == 0:
            return
