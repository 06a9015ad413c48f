"""What the checks of each turn remember inside this process: how far they looked. Nothing a restart may lose."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime

from runtime.store.audit import Head
from runtime.store.audit_walk import START


@dataclass
class Watch:
    """Positions of the running checks; a fresh one makes every check look at everything once."""

    chain: Head = START
    chain_full_at: float = float("-inf")  # machine time of the last walk from the first record
    clock: tuple[datetime, float] | None = None  # business and machine time of the last look
    sends_seq: int = 0
    reviewed: tuple[object, ...] = ()  # what the last review of earned levels rested on
    calibrated_on: date | None = None
    failing_hosts: dict[str, float] = field(
        default_factory=dict
    )  # machine time a webhook last did not answer
    turning: asyncio.Lock = field(default_factory=asyncio.Lock)  # one turn at a time in a process
