"""The cumulative sums of one experiment, look by look, whatever file or store they came from. No judging."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from learning.experiments.design import Outcome
from learning.experiments.evidence import Counts, Floats, Moments


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know about the data; `code` is stable, `where` a line, day or arm."""

    code: str
    message: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The units that were drawn with the same shares, by look and arm; a closed arm has share 0."""

    shares: tuple[float, ...]
    units: Floats
    totals: Floats
    harms: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """Cumulative sums with one row a look and one column an arm; the first arm is the baseline.

    NaN in `units`: the arm had not begun. `squares` is empty for rates; NaN in it: variance unknown there.
    `planned` are shares, None when nobody said. `harms` are counts of complaints, opt-outs and the like.
    """

    arms: tuple[str, ...]
    outcome: Outcome
    metric: str
    looks: tuple[str, ...]
    units: Floats
    totals: Floats
    squares: Floats | None = None
    planned: tuple[float, ...] | None = None
    days: float | None = None
    name: str = ""
    higher_is_better: bool = True
    harms: Mapping[str, Floats] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    stretches: tuple[Stretch, ...] = ()  # when shares moved on the way; together they are the units

    @property
    def shares(self) -> tuple[float, ...]:
        """The planned shares, equal ones when nobody said."""
        planned = self.planned or (1.0,) * len(self.arms)
        return tuple(one / sum(planned) for one in planned)

    def last(self, sums: Floats) -> Floats:
        """Each arm's last known value of `sums`; zero for an arm without any."""
        known = np.isfinite(self.units)
        rows = len(known) - 1 - np.argmax(known[::-1], axis=0)
        return np.where(known.any(axis=0), sums[rows, np.arange(len(self.arms))], 0.0)

    def together(self) -> Floats:
        """Cumulative units since all arms ran, at the looks where all of them have some."""
        kept = np.isfinite(self.units).all(axis=1)
        if not kept.any():
            return np.empty((0, len(self.arms)))
        return self.units[kept] - self._before(self.units, list(range(len(self.arms))), int(np.argmax(kept)))

    def counts(self, arm: int, harm: str = "") -> Counts:
        """The baseline and one arm as yes and no, over the looks they have in common."""
        pair = [0, arm]
        units = self._common(self.units, pair)
        hits = self._common(self.harms[harm] if harm else self.totals, pair)
        share = _share_of_pair(self.shares, arm)
        parts = tuple(_part(one, arm, harm) for one in self.stretches if one.shares[0] + one.shares[arm] > 0)
        return Counts(units[:, 0], hits[:, 0], units[:, 1], hits[:, 1], share, parts)

    def moments(self, arm: int) -> Moments:
        """The baseline and one arm as numbers, over the looks they have in common."""
        squares = self.squares if self.squares is not None else self.totals
        pair = [0, arm]
        units, totals = self._common(self.units, pair), self._common(self.totals, pair)
        mean, variance = mean_and_variance(units, totals, self._common(squares, pair))
        return Moments(units[:, 0], mean[:, 0], variance[:, 0], units[:, 1], mean[:, 1], variance[:, 1])

    def first_common_look(self, arm: int) -> int:
        """The look at which baseline and arm are first both there; -1 for never."""
        kept = np.isfinite(self.units[:, [0, arm]]).all(axis=1)
        return int(np.argmax(kept)) if kept.any() else -1

    def _common(self, sums: Floats, pair: list[int]) -> Floats:
        kept = np.isfinite(self.units[:, pair]).all(axis=1)
        if not kept.any():
            return np.empty((0, len(pair)))
        return sums[kept][:, pair] - self._before(sums, pair, int(np.argmax(kept)))

    @staticmethod
    def _before(sums: Floats, pair: list[int], start: int) -> Floats:
        """What the arms had gathered before all of them ran: days without a counterpart prove nothing."""
        return np.nan_to_num(sums[start - 1, pair]) if start else np.zeros(len(pair))


def _share_of_pair(shares: tuple[float, ...], arm: int) -> float:
    return shares[arm] / (shares[0] + shares[arm])


def _part(one: Stretch, arm: int, harm: str) -> Counts:
    hits = one.harms[harm] if harm else one.totals
    share = _share_of_pair(one.shares, arm)
    return Counts(one.units[:, 0], hits[:, 0], one.units[:, arm], hits[:, arm], share)


def mean_and_variance(units: Floats, totals: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Mean and sample variance from sums; NaN where there are too few units."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = totals / units
        variance = (squares - units * mean**2) / (units - 1)
    noise = 1e-12 * np.abs(squares) / np.maximum(units, 1)
    return mean, np.where(variance < noise, np.where(np.isfinite(variance), 0.0, np.nan), variance)
