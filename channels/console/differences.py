"""What differs between two versions of the matrix, row by row and cell by cell. Judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autonomy.policy import Policy


@dataclass(frozen=True)
class Change:
    """A row that was added, removed or changed; `cells` holds column, before and after."""

    kind: str
    row: Mapping[str, Any]
    cells: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Differences:
    """The head's changes and the rows' changes, in the order of the newer version."""

    head: tuple[tuple[str, str, str], ...]
    rows: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.head or self.rows)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    """From one version to another, both as `policy_show` tells them."""
    old = {row["id"]: row for row in before["rows"]}
    new = {row["id"]: row for row in after["rows"]}
    changed = [_change(old.get(name), row) for name, row in new.items()]
    removed = [Change("removed", row) for name, row in old.items() if name not in new]
    names = ("risk_tolerance", "otherwise")
    head = tuple((name, before[name], after[name]) for name in names if before[name] != after[name])
    return Differences(head, (*(one for one in changed if one is not None), *removed))


def _change(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Change | None:
    if before is None:
        return Change("added", after)
    cells = tuple((name, before[name], value) for name, value in after.items() if before[name] != value)
    return Change("changed", after, cells) if cells else None


def version_hash(version: Mapping[str, Any]) -> str:
    """The hash by which decisions and simulations name this version."""
    values = {name: version[name] for name in ("rows", "otherwise", "risk_tolerance")}
    return Policy.model_validate(values).version
