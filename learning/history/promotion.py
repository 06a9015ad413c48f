"""Champion against challenger on rows neither has seen: a new model must prove itself, an old one need not."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from learning.history.measures import Floats, Labels, Stratum, order, row_losses

LEVEL = 0.001  # how often pure chance may promote, over all challengers of one training
_FEWEST = 30


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a comparison said. `gain` is log-loss per row the challenger saves; `p_value` is one-sided."""

    promoted: bool
    gain: float
    p_value: float
    level: float
    n: int
    why: str

    def as_json(self) -> dict[str, object]:
        """The parts by name."""
        return {
            "promoted": self.promoted,
            "gain": round(self.gain, 5),
            "p_value": float(f"{self.p_value:.3g}"),
            "level": self.level,
            "n": self.n,
            "why": self.why,
        }


def promote(champion: Floats, challenger: Floats, won: Labels, *, level: float = LEVEL) -> Promotion:
    """Compare two models' predictions of the same held-out rows by a one-sided paired test on log-loss.

    The difference has the heavy tail of log-loss, so few rows promote nobody.
    """
    from scipy.stats import t

    saved = row_losses(champion, won) - row_losses(challenger, won)
    n = len(saved)
    gain = float(saved.mean()) if n else 0.0
    spread = float(saved.std(ddof=1)) if n > 1 else 0.0
    p_value = 1.0
    if n >= _FEWEST and spread > 0:
        p_value = float(t.sf(gain / (spread / sqrt(n)), n - 1))
    promoted = p_value < level and gain > 0
    return Promotion(promoted, gain, p_value, level, n, _why(promoted, gain, p_value, level, n))


def _why(promoted: bool, gain: float, p_value: float, level: float, n: int) -> str:
    if n < _FEWEST:
        return f"{n} held-out rows are too few to promote anything; the champion stays."
    if promoted:
        return f"Better on {n:,} held-out rows; chance alone does this {_seldom(p_value)}."
    if gain <= 0:
        return f"Not better on {n:,} held-out rows; the champion stays."
    return f"Better on {n:,} held-out rows, but chance alone does this too often (p = {p_value:.2g}, needed {level:g})."


def _seldom(p_value: float) -> str:
    if p_value < 1e-6:
        return "less than once in a million times"
    return f"about once in {round(1 / p_value):,} times"


def beats_base_rate(
    tested: Sequence[Stratum], judged: Sequence[Stratum], base: Floats, *, level: float = LEVEL
) -> Promotion:
    """Compare a model with a base rate, which orders nothing.

    The model must order the `tested` rows better than chance (a rank test, exact for few rows and any base
    rate) and must not be worse in log-loss on the `judged` ones, for which `base` holds the base rate.
    """
    chance = np.concatenate([one.chance for one in judged])
    won = np.concatenate([one.won for one in judged])
    gain = float((row_losses(base, won) - row_losses(chance, won)).mean())
    found = order(tested)
    p_value = found.p_value if found else 1.0
    promoted = p_value < level and gain > 0
    n = sum(len(one.won) for one in tested)
    return Promotion(promoted, gain, p_value, level, n, _why(promoted, gain, p_value, level, n))
