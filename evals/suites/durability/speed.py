"""How many mails a second leave through gate, claim, engine and audit over one connection into a loopback sink."""

import asyncio
import sys
import time

from evals.suites.durability import worker
from evals.suites.durability.arena import Arena
from evals.suites.durability.seeding import A_DAY

_A_DAY_TAKES = 60.0  # seconds at most


async def sends_per_second(place: Arena, days: int) -> list[float]:
    """The rate of each working day of one worker, from a day's first arrival to its last; the first warms up."""
    clock = place.home / "clock"
    clock.write_text(place.now.isoformat())
    process = place.start(place.job(stay=True, clock_file=str(clock)))
    rates = []
    for _ in range(days + 1):
        before = place.post.count
        await place.add(A_DAY)
        clock.write_text(place.now.isoformat())
        async with asyncio.timeout(_A_DAY_TAKES):
            while place.post.count < before + A_DAY:  # noqa: ASYNC110 – another process
                await asyncio.sleep(0.1)
        arrived = place.post.arrivals[before:]
        rates.append((len(arrived) - 1) / (arrived[-1] - arrived[0]))
    process.kill()
    return rates[1:]


async def cold_starts(place: Arena, times: int) -> list[float]:
    """Seconds from starting a worker's process, imports included, to its first effect at the sink."""
    took = []
    for _ in range(times):
        await place.add(2)
        path = worker.write(place.job(abrupt=False), place.home / "job.json")
        before, began = place.post.count, time.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "evals.suites.durability.worker",
            str(path),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await process.wait()
        took.append(place.post.arrivals[before] - began)
    return took
