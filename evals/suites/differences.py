"""What changed between two runs of a suite, figure by figure. It judges by each goal's direction and fails nobody."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evals.suites.figures import Figure
from evals.suites.records import Record
from evals.suites.report import columns, number

_HEAD = ("figure", "kept", "now", "change", "", "beyond chance", "goal")


class Change(StrEnum):
    """How a figure moved. Without a goal nothing says which way is good."""

    EQUAL = "equal"
    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure, before and now.

    `beyond` says whether the move is larger than the intervals explain; None where there is no interval.
    """

    name: str
    unit: str
    old: float | int | None
    new: float | int | None
    change: Change
    beyond: bool | None = None
    met: bool | None = None
    was_met: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "figure": self.name,
            "unit": self.unit,
            "kept": self.old,
            "now": self.new,
            "change": self.change.value,
            "beyond_interval": self.beyond,
            "met": self.met,
            "was_met": self.was_met,
        }


def differences(now: Record, before: Record) -> tuple[Difference, ...]:
    """Every figure of either run, in the order of the new one."""
    return tuple(_differences(now, before))


def _differences(now: Record, before: Record) -> Iterator[Difference]:
    new, old = now.result.figures, before.result.figures
    for name in [*new, *(name for name in old if name not in new)]:
        yield _difference(name, old.get(name), new.get(name))


def _difference(name: str, old: Figure | None, new: Figure | None) -> Difference:
    known = new or old
    assert known is not None
    before, after = _value(old), _value(new)
    if before is None or after is None:
        change = Change.NEW if after is not None else Change.GONE if before is not None else Change.EQUAL
        beyond = None
    else:
        change = _change(before, after, known.goal)
        beyond = _beyond(before, after, old, new)
    return Difference(
        name,
        known.unit,
        before,
        after,
        change,
        beyond if change is not Change.EQUAL else None,
        new.met if new else None,
        old.met if old else None,
    )


def _value(figure: Figure | None) -> float | int | None:
    """As a document says it: a kept value is rounded, so a new one has to be, too."""
    value = figure.as_json()["value"] if figure else None
    return value if value is not None and math.isfinite(value) else None


def _change(old: float, new: float, goal: str) -> Change:
    if old == new:
        return Change.EQUAL
    sign, _, bound = goal.rpartition(" ")
    if not bound:
        return Change.HIGHER if new > old else Change.LOWER
    if not sign:
        apart, was = abs(new - float(bound)), abs(old - float(bound))
        return Change.EQUAL if apart == was else Change.BETTER if apart < was else Change.WORSE
    return Change.BETTER if (new > old) == (sign == "≥") else Change.WORSE


def _beyond(before: float, after: float, old: Figure | None, new: Figure | None) -> bool | None:
    """Each value lies outside the other's interval, as far as there are intervals."""
    pairs = ((after, old.interval if old else None), (before, new.interval if new else None))
    outside = [not ends[0] <= value <= ends[1] for value, ends in pairs if ends]
    return all(outside) if outside else None


def told(now: Record, before: Record) -> str:
    """A short table of what changed, and in one line what did not."""
    suite, skipped = now.result.suite, now.result.skipped
    found = [one for one in differences(now, before) if one.name not in skipped]
    changed = [one for one in found if one.change is not Change.EQUAL]
    lines = [
        f"{suite}: now beside the full run kept on {before.at or 'an unknown day'} at {before.commit or '?'}"
    ]
    if changed:
        lines += columns(_HEAD, (_row(one) for one in changed))
    lines.append(f"{len(found) - len(changed)} of {len(found)} figures are equal.")
    lines += [
        f"not measured now – {name}: {skipped[name]}" for name in before.result.figures if name in skipped
    ]
    if now.result.seeds != before.result.seeds:
        lines.append("The seeds differ, so part of a change may be theirs.")
    return "\n".join(lines)


def _row(one: Difference) -> tuple[str, ...]:
    return (
        one.name,
        number(one.old),
        f"{number(one.new)} {one.unit}".strip() if one.new is not None else "",
        by_how_much(one),
        one.change.value,
        {True: "yes", False: "no", None: ""}[one.beyond],
        _goal_words(one),
    )


def by_how_much(one: Difference) -> str:
    """The move with its sign; nothing where one side is missing."""
    if one.old is None or one.new is None:
        return ""
    moved = one.new - one.old
    return f"{'+' if moved > 0 else '−'}{number(round(abs(moved), 4))}"


def _goal_words(one: Difference) -> str:
    if one.met is None:
        return ""
    words = "met" if one.met else "missed"
    return words if one.was_met in (None, one.met) else f"now {words}"
