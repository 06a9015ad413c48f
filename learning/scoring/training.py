"""One training: what the rows can say, and whether a new model is better on companies nobody learnt from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np

from learning.history.card import Judgement, Source
from learning.history.drift import find_drift
from learning.history.drivers import find_drivers
from learning.history.leaks import check
from learning.history.measures import Floats, Labels, Stratum, rate_interval
from learning.history.models import one_thread
from learning.history.promotion import LEVEL, Promotion, beats_base_rate, promote
from learning.history.training import plan, train_and_judge
from learning.history.verdicts import (
    FEWEST_EACH,
    FEWEST_ROWS,
    base_rate_sentence,
    no_columns,
    no_signal,
    not_enough,
    signal,
)
from learning.registry.known import columns_of, kinds_of
from learning.registry.model import PlainModel, packed
from learning.scoring import PURPOSE, WINDOW
from learning.scoring.rows import Row, dataset_hash

State = Literal["signal", "no_signal", "not_enough_data"]
_BLOCKS, _BLOCK_ROWS = 8, 60  # strata of the hold-out, in order of time


@dataclass(frozen=True, slots=True)
class Training:
    """What one training found. `model` is there only with a signal; `test` only when it was tried on the hold-out."""

    state: State
    said: str
    dataset: str
    rows: int
    wins: int
    interval: tuple[float, float]
    model: PlainModel | None = None
    test: Promotion | None = None
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the new model may go into shadow."""
        return self.test is not None and self.test.promoted


def train_reply(
    rows: Sequence[Row], champion: PlainModel | None, now: datetime, *, tried: int = 0
) -> Training:
    """Train on the companies that may be learnt from; try what comes out on those that may not.

    Args:
        rows: oldest first.
        champion: the model in force; None while the base rate is.
        now: written into the card.
        tried: how many models were tried on the hold-out before: each further one must be more convincing.
    """
    with one_thread():
        return _trained(rows, champion, now, tried)


def _trained(rows: Sequence[Row], champion: PlainModel | None, now: datetime, tried: int) -> Training:
    taught = [row for row in rows if not row.held_out]
    won = _won(taught)
    source = _source(rows, taught, won)
    wins = int(won.sum())
    if len(taught) < FEWEST_ROWS or min(wins, len(taught) - wins) < FEWEST_EACH:
        return _ended("not_enough_data", not_enough(source), source)
    people = [row.features for row in taught]
    columns = columns_of(people, kinds_of(people))
    times = np.array([row.at.timestamp() for row in taught])
    how = plan(columns, won, times, [row.account_id for row in taught])
    checked = check(columns, won, how.splits)
    if not checked.kept:
        return _ended("no_signal", no_columns(source, len(checked.refused)), source)
    trained = train_and_judge(checked.kept, won, how)
    report = {
        "judgement": _judged(trained.judgement),
        "drift": find_drift(checked.kept, won, times).as_json(),
        "refused": [one.as_json() for one in checked.refused],
        "ended_at": now.isoformat(),
    }
    if trained.model is None:
        return _ended("no_signal", no_signal(source, trained.judgement), source, report)
    last = np.arange(len(taught) * 4 // 5, len(taught))
    drivers = find_drivers(trained.model, checked.kept, last, float(np.clip(won[last].mean(), 1e-3, 0.999)))
    report["drivers"] = [one.as_json() for one in drivers]
    about = _about(source, trained.judgement, taught, now, report)
    model = packed(trained.model, people, about)
    test = on_hold_out(model, champion, rows, tried)
    return _ended(
        "signal", signal(trained.judgement), source, report | {"hold_out": test.as_json()}, model, test
    )


def on_hold_out(model: PlainModel, champion: PlainModel | None, rows: Sequence[Row], tried: int) -> Promotion:
    """The one-sided test on companies that neither model learnt from.

    All tries together may promote by chance as seldom as one: the k-th gets 1/(k·(k+1)) of the level.
    """
    level = LEVEL / ((tried + 1) * (tried + 2))
    held = [row for row in rows if row.held_out]
    won, people = _won(held), [row.features for row in held]
    chance = model.chances(people)
    if champion is not None:
        return promote(champion.chances(people), chance, won, level=level)
    if not len(held):
        return promote(chance, chance, won, level=level)
    strata = _strata(chance, won)
    return beats_base_rate(strata, strata, np.full(len(held), base_rate_of(model)), level=level)


def base_rate_of(model: PlainModel) -> float:
    """What was known without any model when this one was trained."""
    return float(model.about["base_rate"])


def _strata(chance: Floats, won: Labels) -> list[Stratum]:
    count = max(1, min(_BLOCKS, len(won) // _BLOCK_ROWS))
    parts = zip(np.array_split(chance, count), np.array_split(won, count), strict=True)
    return [Stratum(one, ended) for one, ended in parts]


def _won(rows: Sequence[Row]) -> Labels:
    return np.array([row.won for row in rows], dtype=np.int8)


def _source(rows: Sequence[Row], taught: Sequence[Row], won: Labels) -> Source:
    wins = int(won.sum())
    return Source(
        file="own outcomes",
        digest=dataset_hash(taught),
        outcome=f"a clear yes or a meeting within {WINDOW.days} days of a mail",
        time="when it was decided",
        id="company",
        rows=len(taught),
        wins=wins,
        base_rate_interval=rate_interval(wins, len(taught)),
        success=("yes or meeting",),
        failure=("nothing, or no",),
        how="",
        left_out=(),
        remarks=(f"{len(rows) - len(taught):,} rows of held-out companies are for tests only.",),
    )


def _ended(
    state: State,
    said: str,
    source: Source,
    report: dict[str, Any] | None = None,
    model: PlainModel | None = None,
    test: Promotion | None = None,
) -> Training:
    interval = source.base_rate_interval
    return Training(state, said, source.digest, source.rows, source.wins, interval, model, test, report or {})


def _judged(found: Judgement) -> dict[str, Any]:
    return {
        "model": found.model,
        "auc": found.auc,
        "auc_interval": list(found.auc_interval) if found.auc_interval else None,
        "p_value": found.p_value,
        "log_loss": found.log_loss,
        "base_log_loss": found.base_log_loss,
        "brier": found.brier,
        "base_brier": found.base_brier,
        "lift_top_tenth": found.lift_top_tenth,
        "held_out_rows": found.held_out,
        "validation": found.validation,
        "calibration": [
            {"predicted": one.predicted, "seen": one.seen, "n": one.n} for one in found.calibration
        ],
        "tests": [
            {"challenger": challenger, "champion": champion, **test.as_json()}
            for challenger, champion, test in found.promotions
        ],
    }


def _about(
    source: Source, found: Judgement, taught: Sequence[Row], now: datetime, report: dict[str, Any]
) -> dict[str, Any]:
    rate = source.base_rate or 0.0
    return {
        "purpose": PURPOSE,
        "predicts": source.outcome,
        "dataset": source.digest,
        "rows": source.rows,
        "wins": source.wins,
        "base_rate": rate,
        "base_rate_interval": list(source.base_rate_interval),
        "base_rate_said": base_rate_sentence(source).strip(),
        "made_at": now.isoformat(),
        "learnt_from": taught[0].at.isoformat(),
        "learnt_until": taught[-1].at.isoformat(),
        "verdict": signal(found),
        "metrics": report["judgement"],
        "drivers": report["drivers"],
        "drift": report["drift"],
        "refused": report["refused"],
    }
