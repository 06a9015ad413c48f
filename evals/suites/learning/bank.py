"""Real sales calls in time order: what re-training is worth against a model that was trained once, and a base rate."""

import asyncio
from pathlib import Path

import numpy as np

from evals.suites.figures import Figure
from evals.suites.options import Options

FILE = Path("bank-marketing") / "bank-additional-full.csv"
OUTCOME = "y"
# The length of the call is known after it; the economy's figures mostly say when a call was made.
LEFT_OUT = ("duration", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed")
FIRST, BLOCK = 4_000, 2_000
NAMES = (
    "bank_rolling_within_block_auc",
    "bank_rolling_log_loss",
    "bank_frozen_within_block_auc",
    "bank_frozen_log_loss",
    "bank_recent_base_rate_log_loss",
    "bank_recent_base_rate_pooled_auc",
)


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Prequential blocks over the calls; skipped without the data."""
    path = options.data / FILE if options.data else None
    if path is None or not path.is_file():
        why = f"the data folder has no {FILE.as_posix()}; name one with --data DIR"
        return {}, dict.fromkeys(NAMES, why)
    options.say("bank: 41,188 calls in time order")
    return await asyncio.to_thread(_measure, path), {}


def _measure(path: Path) -> dict[str, Figure]:
    from learning.history.columns import read_columns
    from learning.history.measures import Stratum, log_loss, order
    from learning.history.outcomes import read_outcomes
    from learning.history.rolling import blocks_of, judge_in_order
    from tools.read.table_file import read_table

    table = read_table(path)
    won = read_outcomes(table.column(OUTCOME), OUTCOME).ended
    columns, _ = read_columns(table, [OUTCOME, *LEFT_OUT])
    blocks = blocks_of(np.arange(float(len(won))), FIRST, BLOCK)
    found = judge_in_order(columns, won, blocks, challenge=False)
    rolling, frozen = order(found.rolling.blocks, evenly=True), order(found.frozen.blocks, evenly=True)
    if rolling is None or frozen is None:
        raise RuntimeError("a block of the calls has only one outcome")
    recent = log_loss(found.recent.chance, found.recent.won)
    frozen_loss = log_loss(found.frozen.chance, found.frozen.won)
    pooled = order([Stratum(found.recent.chance, found.recent.won)])
    n = len(found.rolling.won)
    return {
        "bank_rolling_within_block_auc": Figure(
            rolling.auc, "AUC", "≥ 0.56", frozen.auc, n, (rolling.low, rolling.high)
        ),
        "bank_rolling_log_loss": Figure(
            log_loss(found.rolling.chance, found.rolling.won), "nats", "≤ 0.32", recent, n
        ),
        "bank_frozen_within_block_auc": Figure(frozen.auc, "AUC", "", 0.5, n, (frozen.low, frozen.high)),
        "bank_frozen_log_loss": Figure(frozen_loss, "nats", "", recent, n),
        "bank_recent_base_rate_log_loss": Figure(recent, "nats", "", frozen_loss, n),
        "bank_recent_base_rate_pooled_auc": Figure(pooled.auc if pooled else None, "AUC", "", 0.5, n),
    }
