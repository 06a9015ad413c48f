"""Starts and stops a market process for tests, evals and the demo. Ends only the process it started."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 240.0  # ten thousand companies on a machine that does much else
_STOP_SECONDS = 5.0


class MarketStartError(RuntimeError):
    """The market did not come up; the message holds its last words."""


@dataclass(frozen=True, slots=True)
class MarketEndpoints:
    """Where a running market listens; the same keys are printed and written to the ports file."""

    web_proxy: str
    search_url: str
    smtp_url: str
    imap_url: str
    caldav_url: str
    clock_url: str
    control_url: str
    control_token: str
    sellers: tuple[str, ...]
    mail_user: str
    mail_password: str
    mail_server: str
    seed: int
    companies: int
    pid: int

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read the line a market prints."""
        row: dict[str, Any] = json.loads(line)
        row["sellers"] = tuple(row["sellers"])
        return cls(**row)

    def settings(self) -> dict[str, str]:
        """Return the environment that points the product at this market; the control token is not in it."""
        return {
            "RAINMAKER_SANDBOX": "true",
            "RAINMAKER_WEB_PROXY": self.web_proxy,
            "RAINMAKER_SEARCH_URL": self.search_url,
            "RAINMAKER_SMTP_URL": self.smtp_url,
            "RAINMAKER_IMAP_URL": self.imap_url,
            "RAINMAKER_MAIL_SERVERS": self.mail_server,
            "RAINMAKER_CALDAV_URL": self.caldav_url,
            "RAINMAKER_CLOCK_URL": self.clock_url,
            "RAINMAKER_MAIL_FROM": self.mail_user,
        }


class MarketProcess:
    """A market in a process of its own, as an async context manager.

    Args:
        options: command line of `python -m evals.market`, without dashes and with values as they are written;
            a sequence repeats the option, None leaves it out. Unlike the command line, a suite gets a world that
            stands still unless it asks for `world="moving"`: figures of one seed stay comparable over the years.
    """

    def __init__(self, **options: str | int | float | Path | Sequence[Path | str] | None) -> None:
        self._options = {"world": "still", **options}
        self._process: asyncio.subprocess.Process | None = None
        self._stderr: asyncio.Task[bytes] | None = None
        self._endpoints: MarketEndpoints | None = None

    @property
    def endpoints(self) -> MarketEndpoints:
        """Where the market listens, once started."""
        if self._endpoints is None:
            raise MarketStartError("the market has not been started")
        return self._endpoints

    async def wait(self) -> int:
        """Wait until the process has ended by itself and return its exit code."""
        if self._process is None:
            raise MarketStartError("the market has not been started")
        return await self._process.wait()

    async def start(self) -> MarketEndpoints:
        """Start the process and wait until it is ready."""
        command = [sys.executable, "-m", "evals.market", *_arguments(self._options)]
        self._process = await asyncio.create_subprocess_exec(
            *command,
            "--parent-pid",
            str(os.getpid()),
            cwd=_ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        self._stderr = asyncio.create_task(self._process.stderr.read())
        try:
            async with asyncio.timeout(_START_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError as error:
            await self.stop()
            raise MarketStartError(f"the market was not ready after {_START_SECONDS:.0f} s") from error
        if not line:
            words = (await self._stderr).decode("utf-8", "replace").strip()
            await self.stop()
            raise MarketStartError(f"the market ended at once: {words[-500:]}")
        self._endpoints = MarketEndpoints.parse(line.decode())
        return self._endpoints

    async def stop(self) -> None:
        """End the process: politely, then for good."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._stderr is not None:
            self._stderr.cancel()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _arguments(options: Mapping[str, object]) -> list[str]:
    """Write options as a command line."""
    arguments: list[str] = []
    for name, value in options.items():
        values = value if isinstance(value, list | tuple) else [value]
        for one in values:
            if one is not None:
                arguments += [f"--{name.replace('_', '-')}", str(one)]
    return arguments
