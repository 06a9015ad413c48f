"""The gate is never less strict than an independent judge written from the safety document alone."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autonomy.gate import decide
from domain.decisions import STRICTNESS
from evals.suites.gate import fuzz, oracle
from evals.suites.gate.fuzz_run import run_in_parallel

CASES = 100_000
LEAST_FREE = 0.2  # or the generator breaks nearly everything and says nothing about usefulness


def test_a_hundred_thousand_hostile_proposals_find_no_gap() -> None:
    tally = run_in_parallel(CASES)
    assert tally.cases == CASES
    assert not tally.told(), "\n".join(tally.told())
    assert tally.free > LEAST_FREE * CASES


@pytest.mark.parametrize("rule", ["G1", "G2", "G3", "G4", "G5", "G9", "G10", "G13", "G15", "G18", "G20"])
def test_the_cases_reach_every_rule(rule: str) -> None:
    demands = (_demanded(seed) for seed in range(20_000))
    assert any(one == rule for one in demands)


def _demanded(seed: int) -> str:
    case = fuzz.case(Random(seed))
    return oracle.least(case.proposal, case.snapshot, case.policy).rule


@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_no_case_that_can_be_searched_for_is_judged_more_laxly_than_the_oracle_demands(rng: Random) -> None:
    case = fuzz.case(rng)
    demand = oracle.least(case.proposal, case.snapshot, case.policy)
    verdict = decide(case.proposal, case.snapshot, case.policy).verdict
    assert STRICTNESS[verdict] >= STRICTNESS[demand.least], (demand, case)
