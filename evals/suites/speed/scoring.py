"""Scoring of companies against a profile, on facts that were read from sites."""

import time
from collections.abc import Callable

from domain.accounts import CompanyFacts
from domain.icp import Icp
from evals.suites.figures import Figure, timing
from learning.fit import score

ROUNDS = 5
_AT_LEAST = 0.5  # seconds of work a round


def scoring_figures(icp: Icp, facts: tuple[CompanyFacts, ...]) -> dict[str, Figure]:
    """Companies scored per second; beside it, counting the profile's words in the same quotes."""
    texts = [" ".join(_quotes(one)).lower() for one in facts]
    words = [line.value.lower() for line in icp.lines]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_rate(lambda: [score(icp, one) for one in facts], len(facts)))
        theirs.append(_rate(lambda: [sum(word in text for word in words) for text in texts], len(facts)))
    return {"prospects_scored_per_s": timing(ours, "companies/s", "", theirs)}


def _rate(work: Callable[[], object], size: int) -> float:
    started = time.perf_counter()
    done = 0
    while time.perf_counter() - started < _AT_LEAST:
        work()
        done += size
    return done / (time.perf_counter() - started)


def _quotes(facts: CompanyFacts) -> list[str]:
    groups = (facts.industries, facts.technologies, facts.signals, facts.emails, facts.phones)
    found = [fact.evidence.quote for group in groups for fact in group]
    return found + [fact.evidence.quote for fact in (facts.country, facts.city, facts.summary) if fact]
