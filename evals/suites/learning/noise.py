"""Pure noise in, base rate out: how often shuffled outcomes are taken for a signal or promote a model."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np

from evals.suites.figures import Figure, wilson
from evals.suites.options import Options
from tools.read.table_file import Table

SHUFFLES, FEW = 100, 20
ROWS = 300
FOUND_IN_SAMPLE = 0.60  # the AUC on its own training rows at which a careless look would say "signal"
NAMES = ("noise_promotions", "noise_signals")
_COLUMNS = ("Opened", "Industry", "Country", "Staff", "Source", "Touches", "Visits", "Budget", "Result")
_INDUSTRIES = ("software", "retail", "health", "logistics", "energy", "education", "finance")
_COUNTRIES = ("DE", "FR", "UK", "US", "NL", "SE")
_SOURCES = ("referral", "fair", "site", "list")


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Every second table has a time, and is judged in its order."""
    count = SHUFFLES if options.full or options.seeds is None else max(options.seeds, FEW)
    options.say(f"noise: {count} tables with shuffled outcomes")
    return await asyncio.to_thread(_measure, count), {}


def _measure(count: int) -> dict[str, Figure]:
    from learning.history import learn_table

    table = deals(ROWS, Random(6))
    promoted = signals = careless = 0
    for seed in range(count):
        shuffled = shuffle(table, Random(1_000 + seed))
        card = learn_table(shuffled, outcome="Result", time="Opened" if seed % 2 else None).card
        promoted += any(one.promoted for _, _, one in card.judgement.promotions)
        signals += card.signal
        careless += _in_sample(shuffled) >= FOUND_IN_SAMPLE
    return {
        "noise_promotions": Figure(promoted, "promotions", "0", careless, count),
        "noise_signals": Figure(signals, "signals", "0", careless, count, wilson(signals, count)),
    }


def deals(rows: int, rng: Random) -> Table:
    """An ordinary export of decided deals; what it says about the outcome is shuffled away afterwards."""
    start = date(2023, 1, 2)
    cells = [
        (
            (start + timedelta(days=at // 2)).isoformat(),
            rng.choice(_INDUSTRIES),
            rng.choice(_COUNTRIES),
            str(round(rng.lognormvariate(4, 1))),
            rng.choice(_SOURCES),
            str(rng.randint(1, 12)),
            "" if rng.random() < 0.2 else str(rng.randint(0, 40)),
            f"€{round(rng.lognormvariate(9, 0.8)):,}",
            "won" if rng.random() < 0.3 else "lost",
        )
        for at in range(rows)
    ]
    return Table(_COLUMNS, cells, range(2, rows + 2), name="noise")


def shuffle(table: Table, rng: Random) -> Table:
    """The same rows with their outcomes in another order."""
    outcomes = [row[-1] for row in table.rows]
    rng.shuffle(outcomes)
    rows = [(*row[:-1], one) for row, one in zip(table.rows, outcomes, strict=True)]
    return replace(table, rows=rows)


def _in_sample(table: Table) -> float:
    """What a logistic model reaches on the very rows it was trained with."""
    from learning.history.columns import read_columns
    from learning.history.measures import Stratum, order
    from learning.history.models import train
    from learning.history.outcomes import read_outcomes

    won = read_outcomes(table.column("Result"), "Result").ended
    columns, _ = read_columns(table, ["Result", "Opened"])
    rows = np.arange(len(won))
    found = order([Stratum(train("logistic", columns, won, rows, 0.3).chance(columns, rows), won)])
    return found.auc if found else 0.5
