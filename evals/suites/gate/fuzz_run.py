"""Puts many random cases before the gate and the oracle and counts where the gate is the laxer of the two."""

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from random import Random

from autonomy.gate import decide
from domain.decisions import STRICTNESS, Verdict
from evals.suites.gate import fuzz, oracle

EXAMPLES = 3  # kept of each kind of violation
PROCESSES = 2
_ERRORS = (ValueError, ArithmeticError, TypeError, LookupError, AttributeError, RuntimeError)


@dataclass(slots=True)
class Tally:
    """What came of many cases. A case is named by its seed and repeats from it."""

    cases: int = 0
    violations: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    seeds: dict[str, list[int]] = field(default_factory=dict)
    free: int = 0  # the oracle has nothing against it and nobody stopped effects
    free_refused: int = 0
    demanded: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Take another one's counts in."""
        self.cases += other.cases
        self.violations += other.violations
        self.crashes += other.crashes
        self.demanded += other.demanded
        self.free += other.free
        self.free_refused += other.free_refused
        for name, seeds in other.seeds.items():
            self.seeds[name] = (self.seeds.get(name, []) + seeds)[:EXAMPLES]

    def told(self) -> list[str]:
        """One line per kind of violation or crash, with seeds that repeat it."""
        return [
            f"{count} × {name}; seeds {self.seeds.get(name, [])}"
            for name, count in (self.violations + self.crashes).most_common()
        ]


def run(first: int, count: int) -> Tally:
    """Judge the cases of `count` seeds from `first` on."""
    tally = Tally()
    for seed in range(first, first + count):
        judge_one(seed, fuzz.case(Random(seed)), tally)
    return tally


def judge_one(seed: int, case: fuzz.Case, tally: Tally) -> None:
    """Hold the gate's verdict against the oracle's demand."""
    tally.cases += 1
    demand = oracle.least(case.proposal, case.snapshot, case.policy)
    tally.demanded[demand.rule if demand.least is Verdict.REFUSE else demand.least] += 1
    kind = case.proposal.action.kind
    try:
        verdict = decide(case.proposal, case.snapshot, case.policy).verdict
    except _ERRORS as error:  # it stops the act, but it is a finding
        _note(tally.crashes, f"{kind}: {type(error).__name__}", seed, tally)
        return
    if STRICTNESS[verdict] < STRICTNESS[demand.least]:
        _note(
            tally.violations,
            f"{kind}: {demand.rule} demands {demand.least}, gate said {verdict}",
            seed,
            tally,
        )
    if demand.least in (Verdict.ALLOW, Verdict.NOTIFY) and not case.snapshot.stopped_effects:
        tally.free += 1
        tally.free_refused += verdict is Verdict.REFUSE


def _note(counts: Counter[str], name: str, seed: int, tally: Tally) -> None:
    counts[name] += 1
    seeds = tally.seeds.setdefault(name, [])
    if len(seeds) < EXAMPLES:
        seeds.append(seed)


def run_in_parallel(count: int, first: int = 1, processes: int = PROCESSES) -> Tally:
    """The same in a few processes; the result does not depend on how many."""
    share = -(-count // (4 * processes))
    starts = range(first, first + count, share)
    sizes = [min(share, first + count - start) for start in starts]
    tally = Tally()
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(run, starts, sizes):
            tally.add(part)
    return tally
