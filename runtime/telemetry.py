"""What this process did, as numbers: counters and durations for /metrics, and requests of the work at hand.

Holds no texts, names or addresses; labels come from small closed sets. Nothing leaves the process from here.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

Labels = tuple[tuple[str, str], ...]
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)  # seconds


@dataclass(frozen=True)
class Sample:
    """One number of a family; `suffix` is what a histogram's parts add to the name."""

    value: float
    labels: Labels = ()
    suffix: str = ""


@dataclass(frozen=True)
class Family:
    """A metric: its name, kind, what it says, and its numbers."""

    name: str
    kind: str  # counter, gauge or histogram
    told: str
    samples: tuple[Sample, ...]


@dataclass
class _Durations:
    buckets: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    count: int = 0
    total: float = 0.0


class Measures:
    """Counters and durations of one process; safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, Labels], float] = {}
        self._durations: dict[tuple[str, Labels], _Durations] = {}

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + amount

    def lasted(self, name: str, seconds: float, **labels: str) -> None:
        """Note how long something took."""
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            kept = self._durations.setdefault(key, _Durations())
            kept.count += 1
            kept.total += seconds
            for place, edge in enumerate(BUCKETS):
                kept.buckets[place] += seconds <= edge

    @contextmanager
    def timed(self, name: str, **labels: str) -> Iterator[None]:
        """Note how long the block takes, however it ends."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.lasted(name, time.monotonic() - started, **labels)

    def counted(self, name: str) -> tuple[Sample, ...]:
        """The numbers of a counter."""
        with self._lock:
            return tuple(Sample(value, key[1]) for key, value in self._counts.items() if key[0] == name)

    def durations(self, name: str) -> tuple[Sample, ...]:
        """The numbers of a histogram."""
        with self._lock:
            kept = [(key[1], one) for key, one in self._durations.items() if key[0] == name]
            return tuple(sample for labels, one in kept for sample in _histogram(labels, one))


def _histogram(labels: Labels, one: _Durations) -> Iterator[Sample]:
    for edge, count in zip(BUCKETS, one.buckets, strict=True):
        yield Sample(count, (*labels, ("le", f"{edge:g}")), "_bucket")
    yield Sample(one.count, (*labels, ("le", "+Inf")), "_bucket")
    yield Sample(one.total, labels, "_sum")
    yield Sample(one.count, labels, "_count")


def exposition(families: Iterable[Family]) -> str:
    """The families in the text format Prometheus reads."""
    lines = []
    for family in families:
        lines += [f"# HELP {family.name} {family.told}", f"# TYPE {family.name} {family.kind}"]
        for sample in family.samples:
            labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels)
            shown = f"{{{labels}}}" if labels else ""
            lines.append(f"{family.name}{sample.suffix}{shown} {sample.value:.15g}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


@dataclass
class Requests:
    """Web requests inside one `requests_counted` block."""

    made: int = 0
    searches: int = 0


_open: ContextVar[tuple[Requests, ...]] = ContextVar("open_request_counts", default=())


@contextmanager
def requests_counted() -> Iterator[Requests]:
    """Count the web requests made inside the block, also by tasks started in it."""
    requests = Requests()
    token = _open.set((*_open.get(), requests))
    try:
        yield requests
    finally:
        _open.reset(token)


def requested(*, search: bool = False) -> None:
    """Tell every open count about one request; a search is told besides its request."""
    for one in _open.get():
        one.searches += search
        one.made += not search


measures = Measures()  # of this process
