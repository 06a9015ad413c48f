"""Mails that arrived, kept with envelope and sandbox time; on disk when the market has a home."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

_SUMMARY = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Unsubscribe")


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One accepted message."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    user: str
    arrived_at: datetime
    raw: bytes

    def headers(self) -> dict[str, str]:
        """Return the headers that a list of mails shows."""
        message = message_from_bytes(self.raw, policy=policy.compat32)
        return {name: str(message[name]) for name in _SUMMARY if message[name] is not None}


class MailStore:
    """All accepted mails in order of arrival."""

    def __init__(self, now: Callable[[], datetime], folder: Path | None = None) -> None:
        self._now = now
        self._folder = folder
        self._mails: list[ReceivedMail] = _read(folder) if folder else []

    def add(self, sender: str, recipients: tuple[str, ...], user: str, raw: bytes) -> ReceivedMail:
        """Keep a message; it is on disk before this returns."""
        mail = ReceivedMail(len(self._mails) + 1, sender, recipients, user, self._now(), raw)
        if self._folder:
            _write(self._folder, mail)
        self._mails.append(mail)
        return mail

    def all(self) -> tuple[ReceivedMail, ...]:
        """Return every mail."""
        return tuple(self._mails)

    def get(self, number: int) -> ReceivedMail | None:
        """Return one mail by its number."""
        return self._mails[number - 1] if 0 < number <= len(self._mails) else None


def _write(folder: Path, mail: ReceivedMail) -> None:
    """Write raw bytes first, then the envelope that makes them count."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{mail.id:06d}"
    stem.with_suffix(".eml").write_bytes(mail.raw)
    envelope = asdict(replace(mail, raw=b""))
    envelope.pop("raw")
    stem.with_suffix(".json").write_text(json.dumps({**envelope, "arrived_at": mail.arrived_at.isoformat()}))


def _read(folder: Path) -> list[ReceivedMail]:
    """Read what an earlier run kept."""
    mails: list[ReceivedMail] = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            row = json.loads(path.read_text())
            arrived = datetime.fromisoformat(row["arrived_at"])
            raw = path.with_suffix(".eml").read_bytes()
        except (OSError, ValueError, KeyError, TypeError):  # erased with a person, or cut off by a full disk
            continue
        mails.append(
            ReceivedMail(row["id"], row["sender"], tuple(row["recipients"]), row["user"], arrived, raw)
        )
    return mails
