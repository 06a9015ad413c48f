"""A run as a document that lasts: with date, commit and machine, kept under evals/baselines/ and read back."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from domain.errors import Correctable
from evals.suites.catalog import SUITES
from evals.suites.figures import Figure, SuiteResult
from evals.suites.sections import Bars, Lines, Table

ROOT = Path(__file__).resolve().parents[2]
BASELINES = ROOT / "evals" / "baselines"


class SeedUse(StrEnum):
    """What the seeds of a run were for, where its suite tells two kinds apart."""

    TUNING = "tuning"
    REPORTING = "reporting"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Record:
    """A result and the circumstances of its run; "" and None where a document does not tell."""

    result: SuiteResult
    at: str = ""
    commit: str = ""
    cores: int | None = None
    python: str = ""
    seed_use: SeedUse | None = None

    def as_json(self) -> dict[str, Any]:
        """The result's document and the circumstances."""
        return self.result.as_json() | {
            "at": self.at,
            "commit": self.commit,
            "machine": {"cores": self.cores, "python": self.python},
            "seed_use": self.seed_use,
        }


def record(result: SuiteResult) -> Record:
    """A result with what holds now and here."""
    today = datetime.now(UTC).date().isoformat()
    return Record(result, today, _commit(), os.cpu_count(), platform.python_version(), _seed_use(result))


def _seed_use(result: SuiteResult) -> SeedUse | None:
    """Said when a run is done, so that its document stays true when a suite moves its seeds later."""
    module = (
        sys.modules.get(SUITES[result.suite].module) if result.suite in SUITES else None
    )  # it has just run
    kinds = {SeedUse.TUNING: "TUNING_SEEDS", SeedUse.REPORTING: "REPORTING_SEEDS"}
    found = [use for use, name in kinds.items() if set(result.seeds) & set(getattr(module, name, ()))]
    return SeedUse.BOTH if len(found) > 1 else next(iter(found), None)


def keep(done: Record, folder: Path = BASELINES) -> Path:
    """Write a full run's document; git shows what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{done.result.suite}.json"
    path.write_text(json.dumps(done.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def kept(suite: str, folder: Path = BASELINES) -> Record | None:
    """The last kept full run; None when there is none.

    Raises:
        Correctable: bad_result, when the kept file is not such a document.
    """
    path = folder / f"{suite}.json"
    return read_record(path) if path.is_file() else None


def read_record(path: Path) -> Record:
    """The document of a run, as `--json` printed it or as it was kept.

    Raises:
        Correctable: no_result or bad_result.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _bad(path, "it is no text") from error
    except OSError as error:
        raise Correctable(
            f"The result cannot be read: {error.strerror}.", code="no_result", where=str(path)
        ) from error
    try:
        return _DOCUMENT.validate_python(json.loads(text)).record()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "document"
        raise _bad(path, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _bad(path, "it is no JSON") from error


def _bad(path: Path, why: str) -> Correctable:
    return Correctable(
        f"The file is not the document of a suite's run ({why}).", code="bad_result", where=str(path)
    )


_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
_Goal = Annotated[_Text, Field(pattern=r"^$|^([≥≤] )?-?[0-9]+(\.[0-9]+)?$")]
_Number = int | float | None


class _Figure(BaseModel):
    value: _Number
    unit: str
    goal: _Goal = ""
    baseline: _Number = None
    n: int = 1
    interval: tuple[float, float] | None = None


class _Machine(BaseModel):
    cores: int | None = None
    python: str = ""


class _Document(BaseModel):
    suite: str
    seeds: tuple[int, ...] = ()
    figures: Mapping[str, _Figure]
    skipped: Mapping[str, str] = {}
    explanation: tuple[str, ...] = ()
    seconds: float = 0.0
    sections: tuple[Table | Bars | Lines, ...] = ()
    at: str = ""
    commit: str = ""
    machine: _Machine = _Machine()
    seed_use: SeedUse | None = None

    def record(self) -> Record:
        """As the rest of the suites know it."""
        figures = {
            name: Figure(one.value, one.unit, one.goal, one.baseline, one.n, one.interval)
            for name, one in self.figures.items()
        }
        told = "\n".join(self.explanation)
        result = SuiteResult(self.suite, self.seeds, figures, self.skipped, told, self.seconds, self.sections)
        return Record(result, self.at, self.commit, self.machine.cores, self.machine.python, self.seed_use)


_DOCUMENT = TypeAdapter(_Document)


def _commit() -> str:
    """The commit measured, with + when files differ from it; "none" outside a repository."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"{head}{'+' if _git('status', '--porcelain') else ''}" if head else "none"


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
