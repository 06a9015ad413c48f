"""The notes, their questions, and everyday filler around them. Data is in the YAML files."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

from domain.chunks import Chunk
from domain.ids import derived
from domain.labels import owner_label

Kind = Literal["paraphrase", "natural", "keyword"]
KINDS: tuple[Kind, ...] = ("paraphrase", "natural", "keyword")
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the id of the one passage that answers it."""

    kind: Kind
    text: str
    answer: str


class StillClock:
    """A clock that stands, so that ages can be checked."""

    async def now(self) -> datetime:
        """Always the same moment."""
        return NOW


class Notes:
    """A chunk source over given passages."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks

    async def chunks_of(self, subjects: Sequence[str]) -> list[Chunk]:
        """The passages about these subjects."""
        wanted = set(subjects)
        return [chunk for chunk in self._chunks if chunk.subject in wanted]

    async def all_chunks(self) -> AsyncIterator[Sequence[Chunk]]:
        """All passages, some hundred at a time."""
        for start in range(0, len(self._chunks), _BATCH):
            yield self._chunks[start : start + _BATCH]


@cache
def notes() -> tuple[Chunk, ...]:
    """The notes that are asked about."""
    return tuple(_chunk(row["about"], number, row["text"]) for number, row in enumerate(_rows()))


@cache
def questions() -> tuple[Question, ...]:
    """All questions, each with its only right answer."""
    return tuple(
        Question(kind, row[kind], note.id)
        for row, note in zip(_rows(), notes(), strict=True)
        for kind in KINDS
    )


def filler(count: int, seed: int) -> Iterator[Chunk]:
    """Everyday notes, all different."""
    parts = yaml.safe_load(Path(__file__).with_name("filler.yaml").read_text("utf-8"))
    rng = Random(seed)
    for number in range(count):
        said = " ".join(rng.choice(parts[part]) for part in ("who", "did", "what", "when"))
        text = f"{said}. File {number:06d}: {rng.choice(parts['what'])}, {rng.choice(parts['when'])}."
        yield _chunk(f"filler-{number % 997}", number, text)


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(Path(__file__).with_name("notes.yaml").read_text("utf-8")))


def _chunk(subject: str, number: int, text: str) -> Chunk:
    url = f"note:{subject}/{number}"
    return Chunk(
        id=derived("chk", subject, url, text),
        subject=subject,
        url=url,
        text=text,
        end=len(text),
        seen_at=NOW - timedelta(days=1 + number % 300),
        label=owner_label("eval"),
    )
