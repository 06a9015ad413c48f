"""Touches whose time is over, as rows to learn from: what was known then, and whether it led to something. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.experience import After, Experience, Known
from domain.ids import digest
from domain.replies import ReplyKind
from learning.scoring import PURPOSE, WINDOW

_GOOD_REPLIES = frozenset({ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER})
_GOOD_MEETINGS = frozenset({"booked", "held"})
_OF_THE_MOMENT = frozenset({"weekday"})  # of the day, not of the person
HELD_OUT = 5  # one company in so many is never learnt from


@dataclass(frozen=True, slots=True)
class Row:
    """One mail that left long enough ago. `held_out` companies are for tests only, for ever."""

    key: str
    at: datetime
    account_id: str
    features: dict[str, Known]
    won: bool
    held_out: bool


def rows_of(tried: Iterable[Experience], now: datetime, window: timedelta = WINDOW) -> list[Row]:
    """A row for every mail that left at least a window ago and did not come back, oldest first.

    Only what followed inside the window counts, so a row says the same whenever it is looked at.
    """
    found = []
    for one in tried:
        left = next((it.at for it in one.followed if it.kind is After.SENT), None)
        if left is None or left + window > now or one.came(After.BOUNCE):
            continue
        touch = one.touch
        features = as_learnt(touch.features) | {"step": float(touch.step)}
        won = _led_somewhere(one, left + window)
        found.append(Row(touch.key, touch.at, touch.account_id, features, won, is_held_out(touch.account_id)))
    return sorted(found, key=lambda row: (row.at, row.key))


def as_learnt(known: dict[str, Known]) -> dict[str, Known]:
    """What is learnt from: nothing of the moment, and of a source only what kind it was."""
    kept = {name: value for name, value in known.items() if name not in _OF_THE_MOMENT}
    source = kept.get("source")
    return kept | {"source": source.partition(":")[0]} if isinstance(source, str) else kept


def _led_somewhere(one: Experience, until: datetime) -> bool:
    return any(
        it.at <= until
        and (
            (it.kind is After.REPLY and it.value in _GOOD_REPLIES)
            or (it.kind is After.MEETING and it.value in _GOOD_MEETINGS)
        )
        for it in one.followed
    )


def is_held_out(account_id: str) -> bool:
    """Whether a company belongs to the frozen part: by its id alone, so no model ever learns from it."""
    mark = hashlib.sha256(f"{PURPOSE}:{account_id}".encode()).digest()
    return mark[0] * 256 + mark[1] < 65_536 // HELD_OUT


def dataset_hash(rows: Sequence[Row]) -> str:
    """What a model was trained on, as one value."""
    whole = hashlib.sha256()
    for row in rows:
        whole.update(f"{row.key}:{row.won:d}:{digest(row.features)}\n".encode())
    return whole.hexdigest()
