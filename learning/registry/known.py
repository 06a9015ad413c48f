"""Known values by name become columns of kinds learnt once: a value of the wrong kind counts as missing."""

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from domain.experience import Known
from learning.history.columns import MISSING, Column, Kind

People = Sequence[Mapping[str, Known]]
LONGEST = 60


def kinds_of(people: People) -> dict[str, Kind]:
    """The kind of every feature somebody has a value for, by name; what never differs is left out."""
    seen: dict[str, set[Known]] = {}
    for one in people:
        for name, value in one.items():
            seen.setdefault(name, set()).add(_clean(value))
    return {
        name: Kind.CATEGORY if any(isinstance(value, str) for value in values) else Kind.NUMBER
        for name, values in sorted(seen.items())
        if len(values) > 1
    }


def columns_of(people: People, kinds: Mapping[str, Kind]) -> list[Column]:
    """One column for each feature, in the order of `kinds`; a feature that disappeared is missing in every row."""
    return [_column(name, kind, [_clean(one.get(name)) for one in people]) for name, kind in kinds.items()]


def _clean(value: Known) -> Known:
    if isinstance(value, str):
        return " ".join(value.split())[:LONGEST] or None
    return value if value is not None and isfinite(value) else None


def _column(name: str, kind: Kind, cells: Sequence[Known]) -> Column:
    if kind is Kind.NUMBER:
        values = np.array([np.nan if one is None or isinstance(one, str) else one for one in cells], float)
        return Column(name, kind, values, np.empty(0, dtype=np.int32))
    plain = [MISSING if one is None else str(one) for one in cells]
    labels = tuple(sorted(set(plain)))
    places = {label: at for at, label in enumerate(labels)}
    codes = np.fromiter((places[one] for one in plain), dtype=np.int32, count=len(plain))
    return Column(name, kind, np.empty(0), codes, labels)
