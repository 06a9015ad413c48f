"""Replies come days after the send: only units whose time to answer is over are read, alike in every arm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import Correctable


@dataclass(frozen=True, slots=True)
class Touched:
    """A unit with the moment it was treated and, if it came, the moment of the outcome. Aware moments."""

    unit: str
    arm: str
    treated_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What an arm may be judged by, and what must wait."""

    arm: str
    units: int
    hits: int
    immature: int
    late: int  # answered after the window: not counted, in no arm

    @property
    def sentence(self) -> str:
        """The units left out, for a person."""
        if not self.immature:
            return f"{self.arm}: {self.units} units had their time to answer."
        return f"{self.arm}: {self.units} units had their time to answer, {self.immature} still have it."


def tally(units: Iterable[Touched], window_days: float, now: datetime) -> tuple[Tally, ...]:
    """Count matured units per arm; an early answer does not mature a unit, or quick arms would look good.

    Raises:
        Correctable: `outcome_before_treatment`, `outcome_in_future`.
    """
    window = timedelta(days=window_days)
    found: dict[str, list[int]] = {}
    for one in units:
        _refuse_impossible(one, now)
        counts = found.setdefault(one.arm, [0, 0, 0, 0])
        if one.treated_at + window > now:
            counts[2] += 1
            continue
        counts[0] += 1
        if one.answered_at is not None:
            counts[1 if one.answered_at <= one.treated_at + window else 3] += 1
    return tuple(Tally(arm, *counts) for arm, counts in found.items())


def _refuse_impossible(one: Touched, now: datetime) -> None:
    if one.answered_at is None:
        return
    if one.answered_at < one.treated_at:
        raise Correctable(
            f"Unit {one.unit!r} answered before it was treated.",
            code="outcome_before_treatment",
            where=one.unit,
        )
    if one.answered_at > now:
        raise Correctable(
            f"Unit {one.unit!r} has an outcome in the future.", code="outcome_in_future", where=one.unit
        )
