"""Judges by later rows what earlier ones taught: blocks in time order, a window chosen by earlier blocks only."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from learning.history.columns import Column
from learning.history.encoding import Rows
from learning.history.measures import Floats, Labels, Stratum, log_loss
from learning.history.models import PENALTY, Calibration, Model, ModelKind, calibrate, train

_WINDOWS = (2, 4)  # blocks a rolling model looks back; "all history" is the third candidate
_ALL = 0
_CORRECTED_BY = 4  # judged blocks a calibration is learnt from
_FADING = 0.8  # weight of a block's cost for each block that came after it


@dataclass(frozen=True, slots=True)
class Block:
    """Rows in time order that are judged together, and how many rows come before them."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Held-out predictions of every block, for one way to predict."""

    blocks: tuple[Stratum, ...]

    @property
    def chance(self) -> Floats:
        """All predictions in order."""
        return np.concatenate([one.chance for one in self.blocks])

    @property
    def won(self) -> Labels:
        """All outcomes in order."""
        return np.concatenate([one.won for one in self.blocks])


@dataclass(frozen=True, slots=True)
class Prequential:
    """What each way to predict said about rows it had not seen yet.

    `recent` is a constant: the rate of the rows just before the block.
    """

    rolling: Judged
    challenger: Judged | None
    frozen: Judged
    recent: Judged
    windows: tuple[int, ...]  # blocks back, 0 is all history; chosen before each block
    calibration: Calibration
    challenger_calibration: Calibration


@dataclass(slots=True)
class _Track:
    """One window's raw predictions so far, and what they cost."""

    log_odds: list[Floats] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)


def blocks_of(times: Floats, first: int, size: int) -> tuple[Block, ...]:
    """Blocks of about `size` rows after the first `first`; rows of the same moment are never parted."""
    n = len(times)
    borders = [_next_change(times, first)]
    while borders[-1] < n:
        stop = _next_change(times, borders[-1] + size)
        borders.append(n if n - stop < size // 2 else stop)
    return tuple(Block(a, b) for a, b in itertools.pairwise(borders) if b > a)


def _next_change(times: Floats, at: int) -> int:
    if at >= len(times):
        return len(times)
    return (
        int(np.searchsorted(times, times[at - 1], side="right")) if at and times[at] == times[at - 1] else at
    )


def judge_in_order(
    columns: Sequence[Column], won: Labels, blocks: Sequence[Block], *, challenge: bool = True
) -> Prequential:
    """Go through the blocks, always training on earlier rows only. Rows must be in time order."""
    size = blocks[0].stop - blocks[0].start
    tracks = {window: _Track() for window in (*_WINDOWS, _ALL)}
    first = train("logistic", columns, won, np.arange(blocks[0].start), PENALTY)
    frozen, recent, rolling, challenger, chosen = [], [], [], [], []
    boosted: list[Floats] = []
    seen: list[Labels] = []
    for block in blocks:
        rows, ended = np.arange(block.start, block.stop), won[block.start : block.stop]
        window = _best(tracks)
        chosen.append(window)
        rolling.append(_block(_look(tracks, window, columns, won, block, size), tracks[window], seen, ended))
        if challenge:
            raw = _raw("boosting", columns, won, block, window, size)
            challenger.append(Stratum(_correction(boosted, seen).chance(raw), ended))
            boosted.append(raw)
        frozen.append(Stratum(first.chance(columns, rows), ended))
        recent.append(Stratum(np.full(len(rows), _recent_rate(won, block.start, size)), ended))
        _charge(tracks, seen, ended)
        seen.append(ended)
    best = _best(tracks)
    return Prequential(
        Judged(tuple(rolling)),
        Judged(tuple(challenger)) if challenge else None,
        Judged(tuple(frozen)),
        Judged(tuple(recent)),
        (*chosen, best),
        _correction(tracks[best].log_odds, seen),
        _correction(boosted, seen),
    )


def train_latest(
    kind: ModelKind, columns: Sequence[Column], won: Labels, judged: Prequential, size: int
) -> Model:
    """The model for the rows to come: the window that did best, up to the last row."""
    model = train(kind, columns, won, _window(len(won), judged.windows[-1], size), PENALTY)
    return model.calibrated(judged.calibration if kind == "logistic" else judged.challenger_calibration)


def _look(
    tracks: dict[int, _Track],
    window: int,
    columns: Sequence[Column],
    won: Labels,
    block: Block,
    size: int,
) -> Floats:
    """Every window predicts the block; the chosen one's log-odds are given back."""
    done: dict[int, Floats] = {}
    for one in tracks:
        start = int(_window(block.start, one, size)[0])
        if start not in done:
            done[start] = _raw("logistic", columns, won, block, one, size)
        tracks[one].log_odds.append(done[start])
    return tracks[window].log_odds[-1]


def _raw(
    kind: ModelKind,
    columns: Sequence[Column],
    won: Labels,
    block: Block,
    window: int,
    size: int,
) -> Floats:
    model = train(kind, columns, won, _window(block.start, window, size), PENALTY)
    return model.log_odds(model.encoder.matrix(columns, np.arange(block.start, block.stop)))


def _window(stop: int, window: int, size: int) -> Rows:
    return np.arange(0 if window == _ALL else max(0, stop - window * size), stop)


def _block(raw: Floats, track: _Track, seen: Sequence[Labels], ended: Labels) -> Stratum:
    return Stratum(_correction(track.log_odds[:-1], seen).chance(raw), ended)


def _correction(raw: Sequence[Floats], seen: Sequence[Labels]) -> Calibration:
    """Learnt from the last judged blocks, which is where the base rate is now."""
    if not seen or not raw:
        return Calibration()
    return calibrate(np.concatenate(raw[: len(seen)][-_CORRECTED_BY:]), np.concatenate(seen[-_CORRECTED_BY:]))


def _charge(tracks: dict[int, _Track], seen: Sequence[Labels], ended: Labels) -> None:
    for track in tracks.values():
        chance = _correction(track.log_odds[:-1], seen).chance(track.log_odds[-1])
        track.cost.append(log_loss(chance, ended))


def _best(tracks: dict[int, _Track]) -> int:
    """The window with the lowest cost so far, later blocks weighing more."""
    if not tracks[_ALL].cost:
        return _WINDOWS[-1]
    age = np.arange(len(tracks[_ALL].cost))[::-1]
    weight = _FADING**age
    return min(tracks, key=lambda one: float(weight @ np.array(tracks[one].cost)))


def _recent_rate(won: Labels, start: int, size: int) -> float:
    part = won[max(0, start - size) : start]
    return (float(part.sum()) + 0.5) / (len(part) + 1.0)
