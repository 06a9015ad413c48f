"""A table's experiments, each read by itself, with one summary when there are several. No wording of verdicts."""

from collections import Counter
from datetime import datetime

from domain.errors import Correctable
from learning.experiments.file import trials_of
from learning.experiments.judging import judge
from learning.experiments.reading import Reading, Verdict
from tools.read.table_file import Table

_WORDS = {
    Verdict.DECIDED: "decided",
    Verdict.NOT_YET: "not yet",
    Verdict.FUTILE: "too small to matter",
    Verdict.BROKEN: "with broken randomisation",
    Verdict.TOO_LITTLE: "with too little data",
}


def read_trials(table: Table, alpha: float, now: datetime) -> Reading:
    """Read every experiment of a table."""
    if not 0 < alpha < 0.5:
        raise Correctable(
            f"--alpha {alpha:g} is no chance of a false alarm.",
            code="alpha",
            hint="Usual is 0.05; below 0.5.",
        )
    trials = trials_of(table, now)
    readings = tuple(judge(trial, alpha) for trial in trials)
    if len(readings) == 1:
        return readings[0]
    return Reading(Verdict.SEVERAL, _summary(readings, alpha), alpha=alpha, readings=readings)


def _summary(readings: tuple[Reading, ...], alpha: float) -> str:
    counts = Counter(one.verdict for one in readings)
    told = ", ".join(f"{counts[verdict]} {words}" for verdict, words in _WORDS.items() if counts[verdict])
    chance = alpha * (len(readings) - counts[Verdict.BROKEN] - counts[Verdict.TOO_LITTLE])
    return (
        f"{len(readings)} experiments and metrics: {told}. Each is held to {alpha:.0%} by itself; were none of "
        f"them to have an effect, up to {chance:.0f} would still be called decided."
    )
