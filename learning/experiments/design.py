"""What an experiment declares before its first unit, and which arm a unit gets. No data, no reading.

A running experiment is not edited: its fingerprint goes with every assignment, and another one is refused.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from domain.errors import Correctable, Refused

_PARTS = 2**53  # how finely shares divide the units


class Outcome(StrEnum):
    """What one unit can answer."""

    RATE = "rate"  # yes or no
    MEAN = "mean"  # a number


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant and the part of the units it gets."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A harm with a limit: an arm surely above it is closed, whatever it wins."""

    harm: str
    limit: float  # of an arm's units


@dataclass(frozen=True, slots=True)
class Design:
    """A declared experiment; the first arm is the baseline. `version` changes when arms do.

    `window_days`: how long a unit has to answer before it is read. `smallest_effect`: the smallest absolute
    difference worth having; below it the test is futile. `floor`: the baseline's least share, for a bandit.
    """

    name: str
    metric: str
    arms: tuple[Arm, ...]
    outcome: Outcome = Outcome.RATE
    guardrails: tuple[Guardrail, ...] = ()
    alpha: float = 0.05
    floor: float = 0.2
    minimum_days: int = 7
    planned_units: int | None = None
    window_days: float = 0.0
    smallest_effect: float | None = None
    higher_is_better: bool = True
    salt: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        _refuse_impossible(self)

    @property
    def baseline(self) -> Arm:
        """The arm all others are compared with."""
        return self.arms[0]

    @property
    def fingerprint(self) -> str:
        """Equal for equal designs only."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def assign(self, unit: str) -> str:
        """The arm of a unit: always the same for the same experiment, version and salt."""
        key = json.dumps([self.name, self.version, self.salt, unit])
        point = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % _PARTS / _PARTS
        passed = 0.0
        for arm in self.arms:
            passed += arm.share
            if point < passed:
                return arm.name
        return self.arms[-1].name


def refuse_edit(running: Design, given: Design) -> None:
    """An experiment that has begun keeps its design; a change is a new version with new assignments.

    Raises:
        Refused: `experiment_edited`, naming what changed.
    """
    if running.fingerprint == given.fingerprint:
        return
    before, after = asdict(running), asdict(given)
    changed = ", ".join(name for name in before if before[name] != after[name])
    raise Refused(
        f"The experiment {running.name!r} is running and was edited ({changed}): its numbers would mix two tests.",
        code="experiment_edited",
        where=changed,
        hint="Finish or stop it, then start the change as a new version.",
    )


def even(names: Sequence[str]) -> tuple[Arm, ...]:
    """Arms with equal shares."""
    return tuple(Arm(name, 1 / len(names)) for name in names)


def _refuse_impossible(design: Design) -> None:
    for fault, wrong in _faults(design):
        if wrong:
            raise Correctable(
                f"The experiment {design.name!r} cannot run: {fault}.", code="experiment_design", where=fault
            )


def _faults(design: Design) -> list[tuple[str, bool]]:
    names = [arm.name for arm in design.arms]
    shares = [arm.share for arm in design.arms]
    numbers = [design.alpha, design.floor, design.window_days, *shares]
    return [
        ("it needs a name", not design.name.strip()),
        ("it needs two arms or more", len(names) < 2),
        ("two arms have the same name", len(set(names)) < len(names)),
        ("a number in it is not finite", not all(math.isfinite(one) for one in numbers)),
        ("every arm needs a share above zero", any(not share > 0 for share in shares)),
        ("the shares must add up to one", not math.isclose(sum(shares), 1, abs_tol=1e-6)),
        ("alpha must lie between 0 and 0.5", not 0 < design.alpha < 0.5),
        ("the baseline's floor must lie between 0 and 1", not 0 <= design.floor < 1),
        ("the time to answer cannot be negative", design.window_days < 0),
        ("the minimum runtime cannot be negative", design.minimum_days < 0),
        ("planned units must be above zero", design.planned_units is not None and design.planned_units <= 0),
        ("a guardrail's limit lies between 0 and 1", any(not 0 < g.limit < 1 for g in design.guardrails)),
    ]
