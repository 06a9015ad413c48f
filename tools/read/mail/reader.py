"""Reads mails through one warm child process, so that no mail can harm or stop this one."""

import asyncio
import json
import logging
import os
import sys
from datetime import datetime
from pathlib import Path

from domain.mail import InboundMail, Quarantined
from tools.read.mail.child import ANSWER, HEAD
from tools.read.mail.limits import put_aside
from tools.read.mail.read import Terms, quarantined

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[3]
_TRIES = 2
_GRACE = 5.0  # seconds beyond the child's own timer before it counts as hung


class MailReader:
    """One child, one mail at a time; started by the first mail, replaced when it hangs or dies.

    Belongs to one event loop. Close it.
    """

    def __init__(self, terms: Terms | None = None, *, start_seconds: float = 30.0) -> None:
        self._terms = terms or Terms()
        self._start_seconds = start_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._number = 0
        self._taken = False

    async def __aenter__(self) -> "MailReader":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, raw: bytes, received_at: datetime | None = None) -> InboundMail | Quarantined:
        """What the mail says, or why it was put aside. Never raises for a mail's sake."""
        limits = self._terms.limits
        if len(raw) > limits.size:
            return quarantined(raw, put_aside("mail_too_large", limits))
        async with self._turn:
            for _ in range(_TRIES):
                read = await self._tried(raw, received_at)
                if read is not None:
                    return read
            return quarantined(raw, put_aside("mail_reader_died", limits))

    async def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 2)
        except TimeoutError:
            _kill_group(process)
            await process.wait()

    async def _tried(self, raw: bytes, received_at: datetime | None) -> InboundMail | Quarantined | None:
        """One try; None when the child failed before it took the mail, which is then not to blame."""
        self._taken = False
        try:
            process = await asyncio.wait_for(self._running(), self._start_seconds)
            await self._send(process, raw, received_at)
            return await asyncio.wait_for(
                self._answer(process, raw), self._terms.limits.wall_seconds + _GRACE
            )
        except TimeoutError:
            return await self._give_up(raw, "mail_too_slow", "hung")
        except (OSError, EOFError, ValueError) as error:  # a pipe that broke, a frame that is none
            return await self._give_up(raw, "mail_reader_died", repr(error))

    async def _answer(self, process: asyncio.subprocess.Process, raw: bytes) -> InboundMail | Quarantined:
        """The answer to this mail.

        A reader that died idle may have swallowed the mail from the pipe unread: that mail is tried again.
        """
        while True:
            frame = await _receive(process)
            if frame.get("took") == self._number:
                self._taken = True
            elif frame.get("number") == self._number:
                if "mail" in frame:
                    return InboundMail.model_validate(frame["mail"])
                return Quarantined.model_validate(frame["quarantined"])
            elif "died" in frame and not self._taken:
                raise EOFError("the reader died before it took the mail")
            elif "died" in frame:
                code = str(frame["died"])
                logger.warning("mail_reader_replaced", extra={"code": code, "size": len(raw)})
                return quarantined(raw, put_aside(code, self._terms.limits))

    async def _send(
        self, process: asyncio.subprocess.Process, raw: bytes, received_at: datetime | None
    ) -> None:
        self._number += 1
        terms = json.dumps(
            {
                "number": self._number,
                "own_addresses": sorted(self._terms.own_addresses),
                "trusted_servers": sorted(self._terms.trusted_servers),
                "received_at": received_at.isoformat() if received_at else None,
                "limits": self._terms.limits.as_json(),
            }
        ).encode()
        assert process.stdin is not None
        process.stdin.write(HEAD.pack(len(terms), len(raw)) + terms)
        process.stdin.write(raw)
        await process.stdin.drain()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tools.read.mail.child",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=_environment(),
                start_new_session=True,
            )
            await _receive(self._process)
        return self._process

    async def _give_up(self, raw: bytes, code: str, why: str) -> Quarantined | None:
        process, self._process = self._process, None
        logger.warning("mail_reader_killed", extra={"code": code, "why": why, "size": len(raw)})
        if process is not None:
            _kill_group(process)
            await process.wait()
        return quarantined(raw, put_aside(code, self._terms.limits)) if self._taken else None


async def _receive(process: asyncio.subprocess.Process) -> dict[str, object]:
    assert process.stdout is not None
    (length,) = ANSWER.unpack(await process.stdout.readexactly(ANSWER.size))
    return json.loads(await process.stdout.readexactly(length))


def _kill_group(process: asyncio.subprocess.Process) -> None:
    """The keeper and the reader it forked are one group."""
    try:
        os.killpg(process.pid, 9)
    except (ProcessLookupError, PermissionError):
        return


def _environment() -> dict[str, str]:
    """Nothing of this process's own, so no secret reaches the one that reads hostile input."""
    return {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
