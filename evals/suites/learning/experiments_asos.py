"""78 real experiments with every look they had: who stops at noise, who finds what the end confirms.

The product's reader and test run beside peeking: the usual z test at every look. Measures, changes nothing.
"""

import csv
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evals.suites.figures import Figure, share
from evals.suites.options import Options

_FILE = Path("asos-experiments") / "asos_digital_experiments_dataset.csv"
_NAMES = ("asos_false_stops", "asos_effects_found", "asos_split_refused")
_ALPHA = 0.05
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class _Series:
    """How one comparison ended and who had stopped it."""

    significant: bool
    peeked: bool
    stopped: bool
    refused: bool


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Read the file as the command would and judge every series at every look."""
    path = options.data / _FILE if options.data else None
    if path is None or not path.exists():
        return {}, dict.fromkeys(_NAMES, f"the data folder has no {_FILE.as_posix()}")
    options.say("reading 396 series of 78 real experiments at every look")
    found = _read(path)
    noise = [one for one in found if not one.significant]
    real = [one for one in found if one.significant]
    peeked = sum(one.peeked for one in noise) / len(noise)
    return {
        "asos_false_stops": share(sum(one.stopped for one in noise), len(noise), "≤ 0.10", peeked),
        "asos_effects_found": share(sum(one.stopped for one in real), len(real), "≥ 0.55", 1.0),
        "asos_split_refused": share(sum(one.refused for one in found), len(found)),
    }, {}


def _read(path: Path) -> list[_Series]:
    from learning.experiments.balance import check_split
    from learning.experiments.comparing import compare_means
    from learning.experiments.file import trials_of
    from tools.read.table_file import read_table

    series = []
    trials = trials_of(read_table(path), datetime.now(UTC))
    for z, trial in zip(_z_at_every_look(path), trials, strict=True):
        compared = compare_means(trial.moments(1), ("control", "treatment"), _ALPHA)
        series.append(
            _Series(
                significant=abs(z[-1]) > _Z,
                peeked=any(abs(one) > _Z for one in z),
                stopped=compared.decided_at is not None,
                refused=check_split(trial.together(), trial.shares).broken,
            )
        )
    return series


def _z_at_every_look(path: Path) -> list[list[float]]:
    """Welch's z of every series in the order of the file, read apart from the product; 0 where unknown."""
    found: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = row["experiment_id"], row["variant_id"], row["metric_id"]
            found.setdefault(key, []).append((float(row["time_since_start"]), _welch(row)))
    return [[z for _, z in sorted(looks)] for looks in found.values()]


def _welch(row: dict[str, str]) -> float:
    try:
        error2 = sum(float(row[f"variance_{arm}"]) / float(row[f"count_{arm}"]) for arm in "ct")
    except (ValueError, ZeroDivisionError):  # no variance or no units in this line
        return 0.0
    return (float(row["mean_t"]) - float(row["mean_c"])) / math.sqrt(error2) if error2 > 0 else 0.0
