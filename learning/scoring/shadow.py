"""What became of live mails a model had spoken of before: is a challenger good there, too; is a champion still."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from learning.history.measures import log_loss
from learning.history.promotion import promote
from learning.scoring.rows import Row

ROWS, WINS = 50, 5  # live outcomes a shadow needs before it is judged, once
WATCHED = 2_000  # newest live outcomes a champion is judged by
WATCH_LEVEL = 0.001


@dataclass(frozen=True, slots=True)
class Live:
    """How a model did on live mails, beside what was in force. `better` is None while it cannot be said."""

    n: int
    wins: int
    loss: float | None
    other_loss: float | None
    better: bool | None
    why: str

    def as_json(self) -> dict[str, Any]:
        """The parts by name."""
        return {
            "n": self.n,
            "wins": self.wins,
            "log_loss": None if self.loss is None else round(self.loss, 5),
            "in_force_log_loss": None if self.other_loss is None else round(self.other_loss, 5),
            "better": self.better,
            "why": self.why,
        }


def judge_shadow(
    rows: Sequence[Row], said: Mapping[str, float], in_force: Mapping[str, float] | float
) -> Live:
    """Whether a challenger is at least as good on live mails as what was in force.

    `said` by key of the touch; `in_force` too, or one base rate for all.
    """
    spoken = [row for row in rows if row.key in said and _there(in_force, row.key)]
    wins = sum(row.won for row in spoken)
    if len(spoken) < ROWS or wins < WINS:
        why = f"in shadow: {len(spoken)} of {ROWS} live mails and {wins} of {WINS} successes are known yet"
        return Live(len(spoken), wins, None, None, None, why)
    won = np.array([row.won for row in spoken], dtype=np.int8)
    ours = log_loss(np.array([said[row.key] for row in spoken]), won)
    theirs = log_loss(np.array([_of(in_force, row.key) for row in spoken]), won)
    better = ours < theirs
    word = "better" if better else "not better"
    why = f"{word} than what was in force on {len(spoken)} live mails (log-loss {ours:.4f}, in force {theirs:.4f})"
    return Live(len(spoken), wins, ours, theirs, better, why)


def still_good(rows: Sequence[Row], said: Mapping[str, float], base_rate: float) -> Live:
    """Whether a champion is no worse than the base rate on the newest live mails; surely worse is `better` False."""
    spoken = [row for row in rows if row.key in said][-WATCHED:]
    wins = sum(row.won for row in spoken)
    if len(spoken) < ROWS or wins < WINS:
        return Live(len(spoken), wins, None, None, None, f"{len(spoken)} live mails are known yet")
    won = np.array([row.won for row in spoken], dtype=np.int8)
    ours = np.array([said[row.key] for row in spoken])
    flat = np.full(len(spoken), base_rate)
    worse = promote(ours, flat, won, level=WATCH_LEVEL).promoted
    losses = log_loss(ours, won), log_loss(flat, won)
    word = "surely worse than the base rate" if worse else "no worse than the base rate"
    return Live(len(spoken), wins, *losses, not worse, f"{word} on the newest {len(spoken)} live mails")


def _there(in_force: Mapping[str, float] | float, key: str) -> bool:
    return isinstance(in_force, float) or key in in_force


def _of(in_force: Mapping[str, float] | float, key: str) -> float:
    return in_force if isinstance(in_force, float) else in_force[key]
