"""Candidates for facts: scored, merged when they say the same, capped."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from domain.icp import ProfileFact, ProfileFieldName
from domain.knowledge import Evidence
from language.offline.lexicon.matching import fold

_SAME = 88.0  # token-set similarity above which two values say the same
_EVIDENCE = 3  # quotes kept per fact


@dataclass(frozen=True)
class Candidate:
    """A value that a quote shows, with how much we would stake on it."""

    value: str
    evidence: Evidence
    score: float


def best(
    candidates: Iterable[Candidate], limit: int, *, same: float = _SAME
) -> list[tuple[str, tuple[Evidence, ...]]]:
    """The best distinct values with their quotes, best first."""
    kept: list[tuple[str, str, list[Evidence]]] = []
    for candidate in sorted(candidates, key=lambda one: -one.score):
        folded = fold(candidate.value)
        twin = next((entry for entry in kept if _is_same(entry[1], folded, same)), None)
        if twin is None:
            kept.append((candidate.value, folded, [candidate.evidence]))
        elif len(twin[2]) < _EVIDENCE and all(candidate.evidence.quote != one.quote for one in twin[2]):
            twin[2].append(candidate.evidence)
    return [(value, tuple(quotes)) for value, _, quotes in kept[:limit]]


def facts(
    field: ProfileFieldName, candidates: Iterable[Candidate], limit: int, *, same: float = _SAME
) -> list[ProfileFact]:
    """Profile facts of one field, best first."""
    return [
        ProfileFact(field=field, value=value, evidence=quotes)
        for value, quotes in best(candidates, limit, same=same)
    ]


def _is_same(left: str, right: str, limit: float) -> bool:
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    return fuzz.token_set_ratio(short, long) >= limit and len(short) > 0.3 * len(long)
