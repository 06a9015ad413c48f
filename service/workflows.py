"""The bodies of the durable workflows, as plain functions. The engine drives them; rows of ours say what is true.

A body may run again from its last finished step, so every step bears being repeated.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.errors import RainmakerError
from runtime.durable.engine import Run, Workflow
from service import turn_work
from service.bootstrap import House
from service.ticking import Ticked, turn

log = logging.getLogger(__name__)
WAKE = "*/5 * * * * *"  # every five seconds of machine time
BATCH = 200  # mails of one step, over one connection
TURN, DRAIN, INBOX = "turn", "drain", "inbox"


class Workflows:
    """The workflows of one house."""

    def __init__(self, house: House, no_mail: Callable[[], bool] = lambda: False) -> None:
        self._house = house
        self._no_mail = no_mail  # whether somebody watches the mailboxes and saw nothing
        self._looked_at = 0.0  # machine time of the last turn's start

    def all(self) -> tuple[Workflow, ...]:
        """What the engine registers before it launches."""
        return (Workflow(TURN, self.turn, WAKE), Workflow(DRAIN, self.drain))

    async def turn(self, run: Run, wanted_at: str | None = None, _context: Any = None) -> Any:
        """One unattended turn. A wake-up that waited while a later turn began has nothing left to do."""
        if wanted_at is not None and _seconds(wanted_at) < self._looked_at:
            return {"late": True}
        self._looked_at = time.time()
        told = await run.step("turn", self._turn)
        if told["mails"]:  # each process asks for one drain: many may work, and a dead one's stops nobody
            await run.enqueue(DRAIN, once=f"drain:{self._house.standing.executor}")
        return told

    async def _turn(self) -> dict[str, Any]:
        total = Ticked()
        try:
            await turn(self._house, total, skip=(DRAIN, INBOX) if self._no_mail() else (DRAIN,))
            mails = await turn_work.mails_wait(self._house)
        except RainmakerError as error:  # the next wake-up tries again
            log.warning("turn_failed", extra={"code": error.code, "text": error.message})
            return {"worked": total.worked, "mails": False, "problem": error.code}
        return {"worked": total.worked, "mails": mails}

    async def drain(self, run: Run) -> Any:
        """Send what is due, batch by batch over one connection each, and settle doubt."""
        sent = 0
        while True:
            told = await run.step("send_batch", self._send_batch)
            sent += told["sent"]
            if not told["more"]:
                break
        if told["wait"]:  # doubt that is too young to be settled; nothing waits for it
            await run.enqueue(DRAIN, once=f"settle:{self._house.standing.executor}", after=told["wait"])
        return {"sent": sent}

    async def _send_batch(self) -> dict[str, Any]:
        try:
            effector = self._house.effector()
            report = await effector.drain(BATCH)
            wait = await effector.grace_left() if report.in_doubt else 0.0
        except RainmakerError as error:
            log.warning("drain_failed", extra={"code": error.code, "text": error.message})
            return {"sent": 0, "more": False, "wait": 0.0, "problem": error.code}
        for problem in dict.fromkeys(report.problems):
            log.warning("drain_problem", extra={"text": problem})
        more = report.sent + report.failed >= BATCH
        if not more:
            await turn_work.close_campaigns(self._house)
        return {"sent": report.sent, "more": more, "wait": wait}


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
