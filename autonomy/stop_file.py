"""The stop file: while a file PAUSE lies in the home, nothing has an effect. No command removes it.

Reads one file, each time anew, so that a stop holds for the next claim and after every restart.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
NAME = "PAUSE"
MOST = 300  # characters of the reason that are read


def with_stop_file(
    switches: Iterable[Mapping[str, Any]], path: Path | None
) -> list[Mapping[str, Any] | dict[str, Any]]:
    """The thrown switches and, while the file is there, one more."""
    reason = stop_reason(path)
    thrown: list[Mapping[str, Any] | dict[str, Any]] = list(switches)
    if reason is not None:
        thrown.append({"scope": "workspace", "level": "effects", "by": f"the file {NAME}", "reason": reason})
    return thrown


def stop_reason(path: Path | None) -> str | None:
    """First line of the file; None when it is not there. What cannot be read stops too."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            text = file.read(MOST * 4).decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("stop_file_unreadable", extra={"why": type(error).__name__})
        return f"it cannot be read ({type(error).__name__})"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:MOST] if lines else "no reason given"
