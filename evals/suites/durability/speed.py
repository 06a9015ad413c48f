"""How many mails a second leave through gate, claim, engine and audit over one connection into a loopback sink.

The same days tell whether the worker grows. Beside it: bare SMTP into the same sink, and how long a cold start takes.
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from statistics import median

from evals.suites.durability import worker
from evals.suites.durability.arena import Arena
from evals.suites.durability.seeding import A_DAY, address_of
from evals.suites.durability.sender import USER
from evals.suites.options import Say
from tools.providers.mail_urls import mail_server
from tools.providers.smtp import Sending, SmtpSender

_A_DAY_TAKES = 120.0  # seconds at most
_WARM = 5  # days after which a worker has everything it ever loads
_SAY = 20  # days between two words about how far it is
_MB = 1024 * 1024


@dataclass
class Days:
    """What each working day of one worker took; the first warms up and is not among them."""

    rates: list[float] = field(default_factory=list)  # mails a second, from a day's first arrival to its last
    cpu: list[float] = field(
        default_factory=list
    )  # the worker's CPU seconds for one mail, its engine included
    megabytes: list[float] = field(default_factory=list)  # resident at the day's end

    @property
    def growth(self) -> float | None:
        """Megabytes from the days after the warm ones to the last ones; None for a short run."""
        if len(self.megabytes) < 3 * _WARM:
            return None
        return median(self.megabytes[-_WARM:]) - median(self.megabytes[_WARM : 2 * _WARM])


async def work_for(place: Arena, days: int, say: Say) -> Days:
    """Let one worker send day after day."""
    clock, seen = place.home / "clock", Days()
    clock.write_text(place.now.isoformat())
    process = place.start(place.job(stay=True, clock_file=str(clock)))
    for day in range(days + 1):
        before = place.post.count
        await place.add(A_DAY)
        cpu = _cpu_of(process)
        clock.write_text(place.now.isoformat())
        async with asyncio.timeout(_A_DAY_TAKES):
            while place.post.count < before + A_DAY:  # noqa: ASYNC110 – another process
                await asyncio.sleep(0.1)
        if day:
            arrived = place.post.arrivals[before:]
            seen.rates.append((len(arrived) - 1) / (arrived[-1] - arrived[0]))
            seen.cpu.append((_cpu_of(process) - cpu) / A_DAY)
            seen.megabytes.append(_megabytes_of(process))
        if day and day % _SAY == 0:
            say(f"{place.post.count} mails, {median(seen.rates):.0f} a second, {seen.megabytes[-1]:.0f} MB")
    process.kill()
    return seen


def _cpu_of(process: ForkServerProcess) -> float:
    """CPU seconds a process used so far."""
    ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(int(one) for one in ticks) / os.sysconf("SC_CLK_TCK")


def _megabytes_of(process: ForkServerProcess) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MB


async def bare_sends_per_second(place: Arena, mails: int) -> float:
    """The rate of the product's SMTP session alone, with nothing judged, claimed or kept."""
    sender = SmtpSender(mail_server(place.post.smtp_url, "RAINMAKER_SMTP_URL"))
    began = 0.0
    for number in range(mails + 1):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Message-ID"] = (
            USER,
            address_of(number),
            f"<bare{number}@acme.example>",
        )
        mail.set_content("Would a short call next week help?\n" * 10)
        attempt = await sender.send(USER, address_of(number), mail.as_bytes())
        if attempt.outcome is not Sending.ACCEPTED:
            raise RuntimeError(attempt.detail)
        began = began or time.perf_counter()  # the first one opens the session
    await sender.close()
    return mails / (time.perf_counter() - began)


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
