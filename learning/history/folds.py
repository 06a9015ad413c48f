"""Judges by held-out fifths when a table has no time: equal rows stay together, so none is learnt and judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.history.columns import Column
from learning.history.encoding import Rows
from learning.history.measures import Floats, Labels, Stratum
from learning.history.models import PENALTY, Calibration, Model, ModelKind, calibrate, train

FOLDS = 5
_SEED = 6
_ALIKE = 0.2  # distinct rows per row; below, a table has few combinations and equal rows are ordinary


@dataclass(frozen=True, slots=True)
class Folds:
    """Every row's fold, and whether it is the first of the rows that belong together."""

    place: NDArray[np.int8]
    first: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What one kind of model says about rows it has not seen.

    `folds` are judged by a model of the other four: the best estimate of how good it is. `in_turn` holds the
    folds but the first, each judged by a model of those before it: no outcome is judged and learnt from in
    turns, which a test needs to keep its level (over folds it would be wrong up to ten times as often).
    Rows that belong together count once there.
    """

    folds: tuple[Stratum, ...]
    in_turn: tuple[Stratum, ...]
    base: Floats  # the training rows' rate, in the same order as the folds' rows
    calibration: Calibration


def fold_of(columns: Sequence[Column], won: Labels, names: Sequence[str] | None = None) -> Folds:
    """Every row's fold. Rows with the same name, or equal in every column, share one."""
    groups = _groups(columns, names, len(won))
    count = int(groups.max()) + 1
    size = np.bincount(groups, minlength=count)
    wins = np.bincount(groups, weights=won, minlength=count)
    shuffled = np.random.default_rng(_SEED).permutation(count)
    ordered = shuffled[np.argsort(-(wins / size)[shuffled], kind="stable")]
    place = np.empty(count, dtype=np.int8)
    place[ordered] = np.arange(count) % FOLDS
    first = np.zeros(len(won), dtype=bool)
    first[np.unique(groups, return_index=True)[1]] = True
    return Folds(place[groups], first)


def _groups(columns: Sequence[Column], names: Sequence[str] | None, n: int) -> NDArray[np.intp]:
    if names is not None:
        _, groups = np.unique(
            np.array([one.strip() or f"\x00{at}" for at, one in enumerate(names)]), return_inverse=True
        )
        if groups.max() + 1 >= _ALIKE * n:
            return groups
    keys = np.zeros(n, dtype=np.uint64)
    mix = np.random.default_rng(_SEED)
    for one in columns:
        part = np.unique(
            one.codes if len(one.codes) else np.nan_to_num(one.values, nan=-1e99), return_inverse=True
        )[1]
        keys = keys * np.uint64(1_000_003) ^ mix.integers(1, 2**63, part.max() + 1, dtype=np.uint64)[part]
    _, groups = np.unique(keys, return_inverse=True)
    return groups if groups.max() + 1 >= _ALIKE * n else np.arange(n)


def held_out(
    kind: ModelKind, columns: Sequence[Column], won: Labels, folds: Folds, penalty: float
) -> HeldOut:
    """Train nine times, each time without the fold that is judged."""
    raw, rates = [], []
    for at in range(FOLDS):
        inside, outside = np.flatnonzero(folds.place == at), np.flatnonzero(folds.place != at)
        model = train(kind, columns, won, outside, penalty)
        raw.append(model.log_odds(model.encoder.matrix(columns, inside)))
        rates.append(np.full(len(inside), (float(won[outside].sum()) + 0.5) / (len(outside) + 1.0)))
    ended = [won[folds.place == at] for at in range(FOLDS)]
    # A fold is corrected by what the other four say, so that nothing judged has corrected itself.
    corrected = tuple(Stratum(_correction(raw, ended, at).chance(raw[at]), ended[at]) for at in range(FOLDS))
    in_turn = _in_turn(kind, columns, won, folds)
    return HeldOut(corrected, in_turn, np.concatenate(rates), _correction(raw, ended, FOLDS))


def _in_turn(kind: ModelKind, columns: Sequence[Column], won: Labels, folds: Folds) -> tuple[Stratum, ...]:
    """The penalty is fixed here, as a chosen one would have seen the rows that are judged."""
    raw: list[Floats] = []
    ended: list[Labels] = []
    judged = []
    for at in range(1, FOLDS):
        before, inside = np.flatnonzero(folds.place < at), np.flatnonzero((folds.place == at) & folds.first)
        model = train(kind, columns, won, before, PENALTY)
        odds = model.log_odds(model.encoder.matrix(columns, inside))
        known = calibrate(np.concatenate(raw), np.concatenate(ended)) if raw else Calibration()
        judged.append(Stratum(known.chance(odds), won[inside]))
        raw.append(odds)
        ended.append(won[inside])
    return tuple(judged)


def _correction(raw: Sequence[Floats], ended: Sequence[Labels], without: int) -> Calibration:
    kept = [at for at in range(FOLDS) if at != without]
    return calibrate(np.concatenate([raw[at] for at in kept]), np.concatenate([ended[at] for at in kept]))


def train_all(
    kind: ModelKind, columns: Sequence[Column], won: Labels, calibration: Calibration, penalty: float
) -> Model:
    """The model for new rows, trained on every row."""
    rows: Rows = np.arange(len(won))
    return train(kind, columns, won, rows, penalty).calibrated(calibration)


def best_penalty(columns: Sequence[Column], won: Labels, folds: Folds, choose: Callable[..., float]) -> float:
    """The strength chosen on rows in shuffled order, as the file's order may mean something."""
    from learning.history.encoding import fit_encoder

    rows = np.argsort(folds.place, kind="stable")
    return choose(fit_encoder(columns, rows).matrix(columns, rows), won[rows])
