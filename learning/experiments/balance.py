"""Is the split what was planned? A sample-ratio check that may be looked at every day. Arithmetic only.

A multinomial test by Dirichlet mixture (Lindon & Malek 2022), averaged over several prior weights so that a
gross error in a hundred units and a small one in twenty thousand are both found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ALPHA = 0.01  # how often a sound split may ever be called broken, over all looks together
_WEIGHTS = (30.0, 300.0, 3000.0)  # shares off by about 9, 3 and 1 points of a half


@dataclass(frozen=True, slots=True)
class Balance:
    """The check's answer: `p_value` holds at every look, `expected` and `seen` are shares."""

    p_value: float
    expected: tuple[float, ...]
    seen: tuple[float, ...]
    broken: bool
    recovered: bool = False  # it was off at an earlier look and has evened out since


def check_split(looks: ArrayLike, planned: Sequence[float], alpha: float = ALPHA) -> Balance:
    """Compare cumulative units per arm (one row a look) with the planned shares."""
    counts, shares = np.asarray(looks, float), np.asarray(planned, float)
    shares = shares / shares.sum()
    evidence = log_e_of_split(counts, shares) if counts.size else np.zeros(1)
    strongest = max(float(evidence.max()), 0.0)
    limit = -np.log(alpha)
    total = counts[-1].sum() if counts.size else 0.0
    seen = counts[-1] / total if total else np.zeros_like(shares)
    return Balance(
        p_value=float(np.exp(-strongest)),
        expected=tuple(float(one) for one in shares),
        seen=tuple(float(one) for one in seen),
        broken=bool(strongest >= limit),
        recovered=bool(strongest >= limit > evidence[-1]),
    )


def log_e_of_split(looks: ArrayLike, shares: ArrayLike) -> Floats:
    """Log e-value of "units fall into arms with these shares" for each row of cumulative counts."""
    from scipy.special import gammaln

    counts, shares = np.asarray(looks, float), np.asarray(shares, float)
    logs = []
    for weight in _WEIGHTS:
        prior = weight * shares
        mixture = gammaln(weight) - gammaln(weight + counts.sum(axis=-1))
        mixture = mixture + (gammaln(prior + counts) - gammaln(prior)).sum(axis=-1)
        logs.append(mixture - (counts * np.log(shares)).sum(axis=-1))
    return np.logaddexp.reduce(logs, axis=0) - np.log(len(_WEIGHTS))
