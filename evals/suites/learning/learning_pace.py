"""Pace on 100,000 outcomes: retraining, scoring, and the memory both take, in a process of its own.

`python -m evals.suites.learning.learning_pace ROWS` prints what it measured as one line of JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from random import Random

import numpy as np

from evals.suites.figures import Figure
from evals.suites.learning.noise import deals
from evals.suites.options import Options
from evals.suites.speed.bare_agent import memory_mb

ROWS, FEW = 100_000, 20_000
NAMES = ("retrain_100k_s", "retrain_100k_rss_mb", "score_100k_s")


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Measured in a fresh process, so that its memory is its own."""
    options.say(f"pace: training and scoring {ROWS:,} rows")
    found = await asyncio.to_thread(_run, ROWS)
    return {
        "retrain_100k_s": Figure(found["train_s"], "s", "≤ 60", found["base_s"], ROWS),
        "retrain_100k_rss_mb": Figure(found["rss_mb"], "MB", "≤ 1000", found["read_mb"], ROWS),
        "score_100k_s": Figure(found["score_s"], "s", "≤ 10", None, ROWS),
    }, {}


def _run(rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "evals.suites.learning.learning_pace", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return json.loads(done.stdout.splitlines()[-1])


def measure(rows: int) -> dict[str, float]:
    """Train logistic and boosting with all their checks, then score every row.

    The baseline is what one plain logistic fit takes, and what the table alone holds in memory.
    """
    from learning.history import learn_table
    from learning.history.models import train

    table = deals(rows, Random(7))
    cells = [_told(row, Random(at)) for at, row in enumerate(table.rows)]
    table = type(table)(table.columns, cells, table.lines, name="pace")
    read_mb = memory_mb(peak=True)
    begun = time.perf_counter()
    lesson = learn_table(table, outcome="Result", time="Opened")
    trained = time.perf_counter()
    everyone = np.arange(lesson.card.source.rows)
    if lesson.model is None:
        raise RuntimeError("the table has a signal, but none was found")
    lesson.model.chance(lesson.columns, everyone)
    scored = time.perf_counter()
    train("logistic", lesson.columns, np.zeros(rows, dtype=np.int8) + (everyone % 3 == 0), everyone, 0.1)
    return {
        "train_s": trained - begun,
        "score_s": scored - trained,
        "base_s": time.perf_counter() - scored,
        "rss_mb": memory_mb(peak=True),
        "read_mb": read_mb,
    }


def _told(row: Sequence[str], rng: Random) -> tuple[str, ...]:
    """A row whose outcome has something to do with its columns."""
    chance = 0.1 + 0.25 * (row[4] == "referral") + 0.02 * int(row[5])
    return (*row[:-1], "won" if rng.random() < chance else "lost")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))) + "\n")
