"""Trains, judges and chooses: the base rate is champion until a model proves itself on rows it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from learning.history.alone import Split, splits_by_fold, splits_by_time
from learning.history.card import Judgement
from learning.history.columns import Column
from learning.history.folds import FOLDS, Folds, HeldOut, best_penalty, fold_of, held_out, train_all
from learning.history.measures import (
    Floats,
    Labels,
    Stratum,
    brier,
    calibration,
    lift_top_tenth,
    log_loss,
    order,
)
from learning.history.models import Model, ModelKind, choose_penalty
from learning.history.promotion import LEVEL, Promotion, beats_base_rate, promote
from learning.history.rolling import Block, Judged, Prequential, blocks_of, judge_in_order, train_latest

_BLOCKS, _FEW_BLOCKS = 20, 10
_MANY_ROWS = 5_000  # from here on there are blocks enough to judge finely
_FEWEST_BLOCKS = 4
_SMALLEST_BLOCK = 25
BASE = "base rate"


@dataclass(frozen=True, slots=True)
class Plan:
    """How held-out rows are made: blocks in time order, or folds."""

    blocks: tuple[Block, ...]
    folds: Folds | None
    why: str

    @property
    def splits(self) -> list[Split]:
        """Training and judged rows, for looking at single columns."""
        if self.folds is not None:
            return list(splits_by_fold(self.folds.place))
        step = max(1, len(self.blocks) // FOLDS)
        borders = [(one.start, one.stop) for one in self.blocks[::step]]
        return list(splits_by_time(borders))


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to predict, judged on held-out rows; `tested` are those a test may use."""

    kind: ModelKind
    strata: tuple[Stratum, ...]
    tested: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """The chosen model (None: the base rate stays) and what was found out about it."""

    model: Model | None
    judgement: Judgement


def plan(columns: Sequence[Column], won: Labels, times: Floats | None, names: Sequence[str] | None) -> Plan:
    """Blocks when there is a time with enough different moments, else folds."""
    why = "five held-out fifths, each judged by a model that saw the other four"
    if times is not None:
        wanted = _BLOCKS if len(won) >= _MANY_ROWS else _FEW_BLOCKS
        size = max(_SMALLEST_BLOCK, len(won) // wanted)
        blocks = blocks_of(times, 2 * size, size)
        if len(blocks) >= _FEWEST_BLOCKS:
            return Plan(blocks, None, f"later rows judged by earlier ones, in {len(blocks)} blocks")
        why = "five held-out fifths, because there are too few rows or moments to go in time order"
    return Plan((), fold_of(columns, won, names), why)


def train_and_judge(columns: Sequence[Column], won: Labels, how: Plan) -> Trained:
    """Regularised logistic first, boosting as challenger; the level is shared by both."""
    if how.folds is not None:
        return _by_folds(columns, won, how)
    return _in_order(columns, won, how)


def _by_folds(columns: Sequence[Column], won: Labels, how: Plan) -> Trained:
    assert how.folds is not None
    penalty = best_penalty(columns, won, how.folds, choose_penalty)
    judged: dict[ModelKind, HeldOut] = {
        kind: held_out(kind, columns, won, how.folds, penalty) for kind in ("logistic", "boosting")
    }
    candidates = [Candidate(kind, one.folds, one.in_turn) for kind, one in judged.items()]
    base = judged["logistic"].base
    chosen, judgement = _choose(candidates, base, how)
    if chosen is None:
        return Trained(None, judgement)
    model = train_all(chosen.kind, columns, won, judged[chosen.kind].calibration, penalty)
    return Trained(model, judgement)


def _in_order(columns: Sequence[Column], won: Labels, how: Plan) -> Trained:
    judged = judge_in_order(columns, won, how.blocks)
    chosen, judgement = _choose(_candidates(judged), judged.recent.chance, how)
    frozen = order(judged.frozen.blocks)
    judgement = replace(
        judgement,
        frozen_auc=frozen.auc if frozen else None,
        frozen_log_loss=log_loss(judged.frozen.chance, judged.frozen.won),
    )
    if chosen is None:
        return Trained(None, judgement)
    size = how.blocks[0].stop - how.blocks[0].start
    return Trained(train_latest(chosen.kind, columns, won, judged, size), judgement)


def _candidates(judged: Prequential) -> list[Candidate]:
    ways: list[tuple[ModelKind, Judged | None]] = [
        ("logistic", judged.rolling),
        ("boosting", judged.challenger),
    ]
    return [Candidate(kind, one.blocks, one.blocks) for kind, one in ways if one is not None]


def _choose(candidates: Sequence[Candidate], base: Floats, how: Plan) -> tuple[Candidate | None, Judgement]:
    """Every challenger in turn against the champion so far."""
    champion: Candidate | None = None
    level = LEVEL / len(candidates)
    tests: list[tuple[str, str, Promotion]] = []
    for one in candidates:
        test = _compare(champion, one, base, level)
        tests.append((one.kind, champion.kind if champion else BASE, test))
        champion = one if test.promoted else champion
    shown = champion or candidates[0]
    return champion, _judgement(shown, champion, base, how, tests)


def _compare(champion: Candidate | None, challenger: Candidate, base: Floats, level: float) -> Promotion:
    if champion is None:
        return beats_base_rate(challenger.tested, challenger.strata, base, level=level)
    theirs, ours = (np.concatenate([one.chance for one in way.tested]) for way in (champion, challenger))
    won = np.concatenate([one.won for one in challenger.tested])
    return promote(theirs, ours, won, level=level)


def _judgement(
    shown: Candidate,
    champion: Candidate | None,
    base: Floats,
    how: Plan,
    tests: Sequence[tuple[str, str, Promotion]],
) -> Judgement:
    chance = np.concatenate([one.chance for one in shown.strata])
    won = np.concatenate([one.won for one in shown.strata])
    found, test = order(shown.strata), order(shown.tested)
    return Judgement(
        model=champion.kind if champion else BASE,
        auc=found.auc if found else None,
        auc_interval=(found.low, found.high) if found else None,
        p_value=test.p_value if test else None,
        level=LEVEL,
        log_loss=log_loss(chance, won),
        base_log_loss=log_loss(base, won),
        brier=brier(chance, won),
        base_brier=brier(base, won),
        lift_top_tenth=lift_top_tenth(shown.strata),
        calibration=calibration(chance, won),
        validation=how.why,
        held_out=len(won),
        promotions=tuple(tests),
    )
