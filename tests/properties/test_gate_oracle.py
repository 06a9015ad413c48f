"""The gate is never less strict than an independent judge written from the safety document alone."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autonomy.gate import decide
from domain.decisions import STRICTNESS
from evals.suites.gate import fuzz, oracle
from evals.suites.gate.fuzz_run import run_in_parallel

CASES = 40_000  # `rainmaker eval gate` plays 100,000
LEAST_FREE = 0.2  # or the generator breaks nearly everything and says nothing about usefulness


def test_forty_thousand_hostile_proposals_find_no_gap() -> None:
    tally = run_in_parallel(CASES)
    assert tally.cases == CASES
    assert not tally.told(), "\n".join(tally.told())
    assert tally.free > LEAST_FREE * CASES


RULES = "G1 G2 G3 G4 G5 G6 G7 G9 G10 G12 G13 G14 G15 G16 G17 G18 G20 deal task matrix".split()


@pytest.fixture(scope="module")
def demanded() -> set[tuple[str, str]]:
    """Kind of act and rule of the strictest demand on each of many cases."""
    cases = (fuzz.case(Random(seed)) for seed in range(20_000))
    return {
        (one.proposal.action.kind, oracle.least(one.proposal, one.snapshot, one.policy).rule) for one in cases
    }


@pytest.mark.parametrize("rule", [*RULES, "RFC 3834"])
def test_the_cases_reach_every_rule(demanded: set[tuple[str, str]], rule: str) -> None:
    assert rule in {name for _, name in demanded}


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("answer_mail", "G1 G2 G3 G4 G5 G6 G7 G9 G14 G15 G17 G18"),
        ("book_meeting", "G2 G3 G4 G5 G9 G18"),
        ("change_meeting", "G2 G9 G18"),
        ("open_deal", "deal G18"),
        ("move_deal", "deal G10 G12 G18"),
        ("add_task", "task G18"),
        ("notify_owner", "G1 G3 G4 G5 G14 G15 G18"),
    ],
)
def test_every_new_kind_is_tried_against_its_rules(
    demanded: set[tuple[str, str]], kind: str, rules: str
) -> None:
    assert set(rules.split()) <= {name for one, name in demanded if one == kind}


@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_no_case_that_can_be_searched_for_is_judged_more_laxly_than_the_oracle_demands(rng: Random) -> None:
    case = fuzz.case(rng)
    demand = oracle.least(case.proposal, case.snapshot, case.policy)
    verdict = decide(case.proposal, case.snapshot, case.policy).verdict
    assert STRICTNESS[verdict] >= STRICTNESS[demand.least], (demand, case)
