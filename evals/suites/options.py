"""What a person may ask of a suite, and how it says how far it is."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]


def say_on_stderr(text: str) -> None:
    """Progress for people; stdout stays clean for the document."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Options:
    """The command line of one run.

    `seeds`, `days` and `companies` are None unless asked for; a suite takes its own default then.
    `data` is the data folder, None when there is none. `name` is the one scenario wanted, "" for all.
    `people`, `policies`, `ablations` and `repeat` are for `market`; `policies` is None unless asked for.
    """

    name: str = ""
    seeds: int | None = None
    days: int | None = None
    full: bool = False
    data: Path | None = None
    companies: int | None = None
    engine: str | None = None  # sqlite or postgres; None: both
    workers: int | None = None
    kills: int | None = None
    explain: bool = False
    people: int | None = None
    policies: tuple[str, ...] | None = None
    ablations: tuple[str, ...] = ()
    repeat: bool = False
    say: Say = say_on_stderr
