"""The models that learn from a matrix: regularised logistic first, gradient boosting as challenger, both calibrated."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from learning.history.columns import Column
from learning.history.encoding import Encoder, Matrix, Rows, fit_encoder
from learning.history.measures import Floats, Labels

ModelKind = Literal["logistic", "boosting"]
_PENALTIES = (0.003, 0.03, 0.3)  # scikit-learn's C; smaller is stronger
PENALTY = 0.1  # where choosing is not possible: on a drifting past, in a test
_MOST_LEAVES, _STEPS, _RATE = 8, 80, 0.08
_SEED = 0
_PRIOR = 20.0  # rows that speak for "no correction" when calibrating


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the trees on one thread: on tables of this size threads mostly wait for each other, and jobs run beside."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "openmp"):
        yield


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds are corrected by `shift + slope * log-odds` (Platt 1999)."""

    shift: float = 0.0
    slope: float = 1.0

    def chance(self, log_odds: Floats) -> Floats:
        """Corrected probabilities."""
        return 1.0 / (1.0 + np.exp(-np.clip(self.shift + self.slope * log_odds, -30, 30)))


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model; `fitted` is the estimator, or None for a constant base rate."""

    kind: ModelKind
    encoder: Encoder
    fitted: Any
    constant: float  # log-odds when there is no estimator
    calibration: Calibration = Calibration()

    def log_odds(self, matrix: Matrix) -> Floats:
        """Before calibration."""
        if self.fitted is None:
            return np.full(len(matrix), self.constant)
        return np.asarray(self.fitted.decision_function(matrix), dtype=np.float64)

    def chance(self, columns: Sequence[Column], rows: Rows) -> Floats:
        """Calibrated probabilities of success."""
        return self.calibration.chance(self.log_odds(self.encoder.matrix(columns, rows)))

    def calibrated(self, calibration: Calibration) -> "Model":
        """The same model with another correction."""
        return replace(self, calibration=calibration)


def train(
    kind: ModelKind, columns: Sequence[Column], won: Labels, rows: Rows, penalty: float | None = None
) -> Model:
    """Train on the given rows. Without `penalty` the strength is chosen by their last fifth."""
    encoder = fit_encoder(columns, rows)
    matrix, ended = encoder.matrix(columns, rows), won[rows]
    wins = int(ended.sum())
    rate = (wins + 0.5) / (len(ended) + 1.0)
    constant = float(np.log(rate / (1 - rate)))
    if wins < 2 or len(ended) - wins < 2 or matrix.shape[1] == 0:
        return Model(kind, encoder, None, constant)
    if kind == "boosting":
        return Model(kind, encoder, _boosting(matrix, ended), constant)
    strength = choose_penalty(matrix, ended) if penalty is None else penalty
    return Model(kind, encoder, _logistic(matrix, ended, strength), constant)


def choose_penalty(matrix: Matrix, ended: Labels) -> float:
    """The strength that predicts the last fifth of the rows best from the others."""
    cut = int(0.8 * len(ended))
    head, tail = ended[:cut], ended[cut:]
    if min(head.sum(), len(head) - head.sum(), tail.sum(), len(tail) - tail.sum()) < 5:
        return _PENALTIES[0]
    from learning.history.measures import log_loss

    def loss(penalty: float) -> float:
        fitted = _logistic(matrix[:cut], head, penalty)
        return log_loss(Calibration().chance(fitted.decision_function(matrix[cut:])), tail)

    return min(_PENALTIES, key=loss)


def _logistic(matrix: Matrix, ended: Labels, penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=60).fit(matrix, ended)


def _boosting(matrix: Matrix, ended: Labels) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    smallest = int(np.clip(len(ended) // 100, 10, 60))
    return HistGradientBoostingClassifier(
        max_iter=_STEPS,
        learning_rate=_RATE,
        max_leaf_nodes=_MOST_LEAVES,
        min_samples_leaf=smallest,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=_SEED,
    ).fit(matrix, ended)


def calibrate(log_odds: Floats, won: Labels) -> Calibration:
    """The correction held-out predictions ask for; few rows correct little. Newton steps on two numbers."""
    if len(won) < _PRIOR or not 0 < int(won.sum()) < len(won):
        return Calibration()
    shift, slope = 0.0, 1.0
    design = np.column_stack([np.ones(len(won)), log_odds])
    # The prior sits on the slope: a moved base rate is believed sooner than a wrong slope.
    prior = np.diag([1e-3, _PRIOR * float(np.var(log_odds)) * 0.25 + 1e-3])
    for _ in range(25):
        chance = Calibration(shift, slope).chance(log_odds)
        gradient = design.T @ (won - chance) - prior @ np.array([0.0, slope - 1.0])
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + prior
        step = np.linalg.solve(curve, gradient)
        shift, slope = shift + float(step[0]), slope + float(step[1])
        if float(np.abs(step).max()) < 1e-8:
            break
    return Calibration(shift, slope) if 0.0 < slope < 5.0 and abs(shift) < 20 else Calibration()
