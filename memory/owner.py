"""One owner a folder: a lock that lives as long as the process. A second writer would lose vectors."""

import os
from pathlib import Path
from typing import IO

from domain.errors import Retryable


class OwnerLock:
    """Holds `FOLDER/.owner`; the system releases it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".owner"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Become the owner.

        Raises:
            Retryable: another process (or another index in this one) owns the folder.
        """
        import fcntl

        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = _owner(file)
            file.close()
            raise Retryable(
                f"The vector index is in use by {owner}; only one process may own it.",
                code="index_owned_elsewhere",
                where=str(self._path.parent),
                hint="Ask through the running service; until then recall works by words only.",
            ) from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let another process own the folder."""
        if self._file is not None:
            self._file.close()  # closing drops the lock
            self._file = None


def _owner(file: IO[str]) -> str:
    file.seek(0)
    process = file.read(20).strip()
    return f"process {process}" if process.isdigit() else "another process"
