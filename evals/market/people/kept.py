"""What a market with a home keeps of its people besides the mails: whom they met, in order, and who was refused."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from evals.market.people.records import Attempt

_MET, _REFUSED = "met.txt", "refused.jsonl"


def keep_met(folder: Path | None, address: str) -> None:
    """Note a first contact: the order decides what is dealt to whom."""
    _append(folder, _MET, address)


def read_met(folder: Path | None) -> list[str]:
    """Everybody met, in order."""
    return _lines(folder, _MET)


def keep_attempt(folder: Path | None, attempt: Attempt) -> None:
    """Note a refusal."""
    _append(folder, _REFUSED, json.dumps({**asdict(attempt), "at": attempt.at.isoformat()}))


def read_attempts(folder: Path | None) -> list[Attempt]:
    """Every refusal, in order."""
    rows = [json.loads(line) for line in _lines(folder, _REFUSED)]
    return [Attempt(datetime.fromisoformat(row["at"]), row["person"], row["code"]) for row in rows]


def _append(folder: Path | None, name: str, line: str) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def _lines(folder: Path | None, name: str) -> list[str]:
    path = folder / name if folder else None
    if path is None or not path.is_file():
        return []
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]  # a line cut off by a crash does not count
    return [line for line in whole.splitlines() if line]
