"""The labelled replies as rows: a half tuned on, a held-out half (by a hash of the text), and a set never looked at.

Every mail came in on Wednesday, 10 June 2026; `until` and `times` are resolved against that.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from domain.replies import ObjectionKind, ReplyKind

ZONE = "Europe/Berlin"
RECEIVED = datetime(2026, 6, 10, 9, 30, tzinfo=ZoneInfo(ZONE))
FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reply. `kinds` may each be its primary kind, the first is the label; the rest is checked where given."""

    text: str
    language: str
    kinds: tuple[ReplyKind, ...]
    subject: str = ""
    until: date | None = None
    objections: tuple[ObjectionKind, ...] = ()  # any of them
    competitor: str = ""
    person: str = ""
    email: str = ""
    together: tuple[ReplyKind, ...] = ()  # all of them must be found
    half: str = ""  # "tuned" or "unseen" for rows of files so named; "" is decided by the text's hash

    @property
    def label(self) -> ReplyKind:
        """The kind it is counted under."""
        return self.kinds[0]

    @property
    def unseen(self) -> bool:
        """True for what was written when the lists were done, and measured once."""
        return self.half == "unseen"

    @property
    def held_out(self) -> bool:
        """True for the half whose texts were not read while tuning; its totals and missed classes were."""
        return not self.half and hashlib.sha256((self.subject + self.text).encode()).digest()[0] % 2 == 0


@cache
def labelled() -> tuple[Labelled, ...]:
    """All rows of all files."""
    return tuple(
        replace(row, half=_half(path.stem)) for path in sorted(FOLDER.glob("*.yaml")) for row in _rows(path)
    )


def _half(name: str) -> str:
    """What a file's name says of its rows: seen while tuning, never seen, or decided by each row's hash."""
    return next((half for half in ("tuned", "unseen") if name.startswith(half)), "")


def _rows(path: Path) -> Iterator[Labelled]:
    for kind, group in yaml.safe_load(path.read_text("utf-8")).items():
        if isinstance(group, dict):
            for language, items in group.items():
                yield from (_row(item, language, kind) for item in items)
        else:
            yield from (_row(item, item["l"], "") for item in group)


def _row(item: str | dict[str, Any], language: str, kind: str) -> Labelled:
    raw: dict[str, Any] = {"t": item} if isinstance(item, str) else item
    kinds = [*([kind] if kind else []), *_listed(raw.get("k"))] or ["out_of_office"]
    return Labelled(
        text=raw["t"],
        language=language,
        kinds=tuple(ReplyKind(one) for one in kinds),
        subject=raw.get("s", ""),
        until=raw.get("u"),
        objections=tuple(ObjectionKind(one) for one in _listed(raw.get("o"))),
        competitor=raw.get("c", ""),
        person=raw.get("p", ""),
        email=raw.get("e", ""),
        together=tuple(ReplyKind(one) for one in _listed(raw.get("all"))),
    )


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
