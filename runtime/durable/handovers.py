"""What a process began to hand over, in a file that outlives the process but not the machine.

It tells the one thing the database cannot without a second write for every mail: that a claim of a process that
was killed certainly led to nothing. It never proves that something was sent.
"""

import os
import time
from pathlib import Path

_KEPT = 2 * 86_400.0  # seconds after which a file of an earlier process is dropped
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Handovers:
    """One file for each process, a line for each hand-over, written before its first byte leaves."""

    def __init__(self, folder: Path, executor: str) -> None:
        self._folder = folder
        self._executor = executor
        self._file: int | None = None

    def open(self) -> None:
        """Begin the file; before the first claim, or its absence would prove nothing."""
        if self._file is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(self._path(self._executor), flags, 0o600)
        if os.fstat(self._file).st_size == 0:
            os.write(self._file, f"{_boot()}\n".encode())

    def note(self, intent: str, attempt: int) -> None:
        """Say that this attempt is about to be handed over."""
        if self._file is not None:
            os.write(self._file, f"{intent} {attempt}\n".encode())

    def never_begun(self, executor: str, intent: str, attempt: int) -> bool:
        """True only when that process kept a file here since the machine started, and this attempt is not in it."""
        boot = _boot()
        try:
            lines = self._path(executor).read_text().splitlines()
        except OSError:
            return False
        return bool(boot) and lines[:1] == [boot] and f"{intent} {attempt}" not in lines[1:]

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def forget_old(self) -> None:
        """Drop files of processes that ended long ago; what they claimed counts as doubtful from then on."""
        for path in self._folder.glob("*.log"):
            if path != self._path(self._executor) and path.stat().st_mtime < time.time() - _KEPT:
                path.unlink(missing_ok=True)

    def _path(self, executor: str) -> Path:
        return self._folder / f"{executor.replace('/', '_')}.log"


def _boot() -> str:
    """Which start of the machine this is: a file written before it may have lost its end. Empty when unknown."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
