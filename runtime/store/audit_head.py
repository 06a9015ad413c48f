"""The signed head of the audit chain, kept in a file beside the database, so that cutting off its end is found."""

import asyncio
import fcntl
import hmac
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store import audit
from runtime.store.audit import Head, Verified

FIRST_HEAD_SECONDS = 3.0  # the very first head is written this soon after its record
_WIDTH = 256  # bytes of a signed head; each overwrites the one before
_MOST = 4096  # bytes that are read of a file that somebody else may have written


@dataclass(frozen=True)
class HeadFile:
    """Where the head is kept and the key it is signed with; the key is not in the database."""

    path: Path
    key: bytes

    def keep(self, records: int, last_hash: str) -> None:
        """Write the head of a chain that was just committed.

        In place and within one sector of the disk: the head is whole or the one before. Replacing the file would
        make some file systems write it out at once, which takes longer than everything else about a record.
        """
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # else a slower process could put an older head back
            told = self._told(file)
            if told is None:
                os.ftruncate(file, 0)
            if told is None or told.records < records:
                line = sign_head(self.key, Head(records, last_hash)).ljust(_WIDTH - 1) + "\n"
                os.pwrite(file, line.encode("ascii"), 0)
        finally:
            os.close(file)

    def read(self) -> Head | None:
        """The head that was kept; None when there is none or it is not ours."""
        try:
            file = os.open(self.path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
            return self._told(file)
        except OSError:
            return None
        finally:
            os.close(file)

    def _told(self, file: int) -> Head | None:
        return check_head(self.key, os.pread(file, _MOST, 0).decode("utf-8", "replace"))

    def is_there(self) -> bool:
        """False before the very first head: its file is made a moment before it is written."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    async def awaited(self) -> Head | None:
        """The head, given the moment that another process may need to write the very first one."""
        end = time.monotonic() + FIRST_HEAD_SECONDS
        while not self.is_there() and time.monotonic() < end:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
        return self.read()


async def verify_with_head(tx: AsyncConnection, kept: HeadFile) -> Verified:
    """Walk the chain and hold its end against the signed head.

    Records may have been added since the head was written (a crash between the two), but none may be gone.
    """
    missing, head = not kept.is_there(), kept.read()  # before the look, never after
    walked = await audit.verify(tx)
    if not walked.ok or (walked.records == 0 and missing):
        return walked
    if missing and await kept.awaited() is not None:
        return walked
    if head is None:
        return Verified(False, walked.records, None, "the signed head is missing or was not written by us")
    if await audit.hash_at(tx, head.records) == head.hash:
        return walked
    gone = walked.records < head.records
    first = walked.records + 1 if gone else head.records
    problem = (
        f"{head.records - walked.records} records at the end are gone"
        if gone
        else "the chain was written anew"
    )
    return Verified(False, walked.records, first, problem)


def sign_head(key: bytes, head: Head) -> str:
    """The head as one line to be kept outside the database; only the key's holder can write it."""
    return json.dumps({"records": head.records, "hash": head.hash, "mac": _mark(key, head)})


def check_head(key: bytes, signed: str) -> Head | None:
    """The head a line holds; None when it is damaged or signed with another key."""
    try:
        found = json.loads(signed)
        told = Head(int(found["records"]), str(found["hash"]))
        mark = str(found["mac"])
    except (ValueError, KeyError, TypeError):
        return None
    return told if hmac.compare_digest(mark.encode(), _mark(key, told).encode()) else None


def _mark(key: bytes, head: Head) -> str:
    return hmac.new(key, f"audit-head:{head.records}:{head.hash}".encode(), "sha256").hexdigest()
