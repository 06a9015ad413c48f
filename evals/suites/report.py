"""How a result is shown and kept: a table for people, and the file of a full run under evals/baselines/."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.suites.figures import SuiteResult

ROOT = Path(__file__).resolve().parents[2]
BASELINES = ROOT / "evals" / "baselines"
_HEAD = ("figure", "value", "unit", "goal", "", "baseline", "ratio", "n", "kept")
_MARKS = {True: "ok", False: "MISS", None: ""}


def table(result: SuiteResult, folder: Path = BASELINES) -> str:
    """The figures with goal, baseline, ratio to it, and the value of the last kept full run."""
    kept = kept_values(result.suite, folder)
    rows = [_HEAD]
    for name, figure in result.figures.items():
        shown = figure.as_json()
        rows.append(
            (
                name,
                _number(shown["value"]),
                figure.unit,
                figure.goal,
                _MARKS[figure.met],
                _number(shown["baseline"]),
                _ratio(shown["value"], shown["baseline"]),
                str(figure.n),
                _number(kept.get(name)),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"skipped {name}: {why}" for name, why in result.skipped.items()]
    seeds = ", ".join(map(str, result.seeds)) or "none"
    lines.append(f"{result.suite}: seeds {seeds}; {result.seconds:.0f} s")
    return "\n".join([result.explanation, *lines] if result.explanation else lines)


def keep(result: SuiteResult, folder: Path = BASELINES) -> Path:
    """Write a full run's document with its date, commit and machine; git shows what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.suite}.json"
    document = result.as_json() | {
        "at": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return path


def kept_values(suite: str, folder: Path = BASELINES) -> dict[str, Any]:
    """The values of the last kept full run; empty when there is none."""
    try:
        figures = json.loads((folder / f"{suite}.json").read_text())["figures"]
        return {name: figure["value"] for name, figure in figures.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def commit() -> str:
    """The commit measured, with + when files differ from it; "none" outside a repository."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"{head}{'+' if _git('status', '--porcelain') else ''}" if head else "none"


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _number(value: float | int | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.4g}"


def _ratio(value: float | int | None, baseline: float | int | None) -> str:
    return f"{value / baseline:.2f}×" if value is not None and baseline else ""
