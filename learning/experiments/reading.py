"""What reading an experiment says: a verdict, a sentence, the numbers behind it. Shapes only."""

import math
from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from learning.experiments.balance import Balance
from learning.experiments.comparing import Comparison
from learning.experiments.trial import Problem


class Verdict(StrEnum):
    """The answers an experiment can give; all of them are answers, none is an error."""

    DECIDED = "decided"
    NOT_YET = "not_yet"
    FUTILE = "futile"
    BROKEN = "broken_randomisation"
    TOO_LITTLE = "not_enough_data"
    SEVERAL = "several"  # a file of several experiments: see `readings`


@dataclass(frozen=True, slots=True)
class ArmReading:
    """One arm; `interval` holds at every look. `successes` is None for a metric that is a number."""

    name: str
    units: int
    successes: float | None
    mean: float | None
    share_planned: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Harm:
    """A guardrail: complaints, opt-outs and the like of an arm beside the baseline's."""

    name: str
    arm: str
    rate: float
    baseline_rate: float
    p_value: float
    vetoed: bool


@dataclass(frozen=True, slots=True)
class Needed:
    """How much more it takes until a difference of `effect` is decided, four times in five."""

    units: int | None
    days: float | None
    effect: float
    detectable: float  # what the units so far can find


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one experiment says today; for a file of several, `readings` holds them."""

    verdict: Verdict
    sentence: str
    name: str = ""
    metric: str = ""
    outcome: str = ""
    baseline: str | None = None
    winner: str | None = None
    alpha: float = 0.05
    arms: tuple[ArmReading, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    srm: Balance | None = None
    needed: Needed | None = None
    harms: tuple[Harm, ...] = ()
    looks: int = 0
    assumptions: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    readings: tuple["Reading", ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Plain values; a number that does not exist is null."""
        document = _plain(asdict(self))
        if not self.readings:
            del document["readings"]
            return document
        document["counts"] = dict(Counter(one.verdict.value for one in self.readings))
        document["readings"] = [one.as_json() for one in self.readings]
        return document


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
