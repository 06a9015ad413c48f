"""The model card: everything that was found out about a table, as numbers and plain sentences. Computes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from learning.history.columns import Unused
from learning.history.drift import Drift
from learning.history.drivers import Driver
from learning.history.leaks import Leak, Suspect
from learning.history.measures import Bin
from learning.history.promotion import Promotion

Answer = Literal["signal", "no signal", "not enough data"]
Interval = tuple[float, float]
_LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that were not learnt from: why, how many, and the first lines concerned."""

    why: str
    count: int
    lines: tuple[int, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The parts by name."""
        return {"why": self.why, "count": self.count, "lines": list(self.lines[:_LINES_SHOWN])}


@dataclass(frozen=True, slots=True)
class Source:
    """The table: which columns say how and when it ended, and which rows could be used."""

    file: str
    digest: str
    outcome: str
    time: str | None
    id: str | None
    rows: int
    wins: int
    base_rate_interval: Interval
    success: tuple[str, ...]
    failure: tuple[str, ...]
    how: str
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]

    @property
    def base_rate(self) -> float | None:
        """Successes per row; None without rows."""
        return self.wins / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What held-out rows said about the best model there is; numbers are None where nothing could be judged."""

    model: str = "base rate"
    auc: float | None = None
    auc_interval: Interval | None = None
    p_value: float | None = None
    level: float = 0.0
    log_loss: float | None = None
    base_log_loss: float | None = None
    brier: float | None = None
    base_brier: float | None = None
    frozen_auc: float | None = None
    frozen_log_loss: float | None = None
    lift_top_tenth: float | None = None
    calibration: tuple[Bin, ...] = ()
    validation: str = ""
    held_out: int = 0
    promotions: tuple[tuple[str, str, Promotion], ...] = ()  # challenger, champion, what the test said


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The answer to "what can be learnt from this table?"."""

    answer: Answer
    verdict: str
    source: Source
    judgement: Judgement
    refused: tuple[Leak, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    ignored: tuple[Unused, ...] = ()
    drivers: tuple[Driver, ...] = ()
    drift: Drift | None = None
    warnings: tuple[str, ...] = ()

    @property
    def signal(self) -> bool:
        """Whether held-out rows can be told apart, at the stated level."""
        return self.answer == "signal"

    def as_json(self) -> dict[str, object]:
        """One flat document; numbers rounded to what they are good for."""
        return {
            "answer": self.answer,
            "signal": self.signal,
            "verdict": self.verdict,
            **_about(self.source),
            **_judged(self.judgement),
            "refused": [one.as_json() for one in self.refused],
            "suspects": [one.as_json() for one in self.suspects],
            "ignored": [one.as_json() for one in self.ignored],
            "drivers": [one.as_json() for one in self.drivers],
            "drift": self.drift.as_json() if self.drift else None,
            "warnings": list(self.warnings),
        }


def _about(source: Source) -> dict[str, object]:
    return {
        "file": source.file,
        "dataset_sha256": source.digest,
        "outcome": source.outcome,
        "time": source.time,
        "id": source.id,
        "rows": source.rows,
        "successes": source.wins,
        "base_rate": _short(source.base_rate),
        "base_rate_interval": _pair(source.base_rate_interval) if source.rows else None,
        "success_values": list(source.success),
        "failure_values": list(source.failure),
        "outcome_reading": source.how,
        "problems": [one.as_json() for one in source.left_out],
        "remarks": list(source.remarks),
    }


def _judged(found: Judgement) -> dict[str, object]:
    return {
        "model": found.model,
        "promoted": any(promotion.promoted for _, _, promotion in found.promotions),
        "auc": _short(found.auc),
        "auc_interval": _pair(found.auc_interval) if found.auc_interval else None,
        "p_value": None if found.p_value is None else float(f"{found.p_value:.3g}"),
        "level": found.level,
        "log_loss": _short(found.log_loss),
        "base_log_loss": _short(found.base_log_loss),
        "brier": _short(found.brier),
        "base_brier": _short(found.base_brier),
        "frozen_auc": _short(found.frozen_auc),
        "frozen_log_loss": _short(found.frozen_log_loss),
        "lift_top_tenth": _short(found.lift_top_tenth),
        "calibration": [
            {"predicted": _short(one.predicted), "seen": _short(one.seen), "n": one.n}
            for one in found.calibration
        ],
        "validation": found.validation,
        "held_out_rows": found.held_out,
        "promotions": [
            {"challenger": challenger, "champion": champion, **promotion.as_json()}
            for challenger, champion, promotion in found.promotions
        ],
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _pair(pair: Sequence[float]) -> list[float]:
    return [round(one, 4) for one in pair]
