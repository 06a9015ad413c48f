"""Workers are killed again and again while mails wait, are claimed, handed over, marked and settled."""

import asyncio
import random
from dataclasses import dataclass, replace

from evals.suites.durability.arena import Arena
from evals.suites.durability.worker import POINTS, Job
from evals.suites.options import Say

KILLED = -9
A_KILL = 2  # mails added for each kill
_LAST = 0.5  # seconds of work after which a worker dies that did not come to its fault point
_EVERY = 50  # kills between two words about how far it is
_COMMON = POINTS[:6]  # points every mail passes; the others need doubt or a dead process


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
            return replace(job, die_after=self.chance.uniform(0.001, 0.15))
        point = self.chance.choice(_COMMON if self.chance.random() < 0.8 else POINTS)
        return replace(job, die_at=point, after=self.chance.randint(1, 2), die_after=_LAST)


async def kill_one_by_one(place: Arena, kills: int, seed: int, say: Say) -> int:
    """One worker at a time, each killed; returns the kills. The last one finishes the work."""
    killer, done = Killer(random.Random(seed)), 0
    while done < kills:
        clicks = await place.add(A_KILL, clicks=done % 3 == 0)
        if await place.worked(killer.way(place.job(clicks=clicks, stay=True))) == KILLED:
            done += 1
            _tell(done, kills, say)
    await _finish(place)
    return done


async def kill_among(place: Arena, kills: int, workers: int, seed: int, say: Say) -> int:
    """Several workers at once; whoever dies is replaced by a new one."""
    killer, done = Killer(random.Random(seed)), 0
    at_work: set[asyncio.Task[int]] = set()
    while done < kills:
        while len(at_work) < workers:
            clicks = await place.add(A_KILL, clicks=done % 3 == 0)
            job = killer.way(place.job(clicks=clicks, stay=True))
            at_work.add(asyncio.create_task(place.worked(job)))
        ended, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
        done += sum(one.result() == KILLED for one in ended)
        _tell(done, kills, say)
    await asyncio.wait(at_work)
    await _finish(place)
    return done + sum(one.result() == KILLED for one in at_work)


async def _finish(place: Arena) -> None:
    """The last worker clicks what is still open and ends when nothing is."""
    code = await place.worked(place.job(clicks=place.asks))
    if code != 0:
        raise RuntimeError(f"the last worker ended with {code}")


def _tell(done: int, kills: int, say: Say) -> None:
    if done % _EVERY == 0:
        say(f"{done} of {kills} kills")
