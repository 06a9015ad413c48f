"""The bandit: replayable, safe against the baseline, quick to leave what does harm."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Correctable
from learning.experiments.bandit import Batch, Objective, begin, divide, log_e_above, observe
from learning.experiments.design import Design, Guardrail, even

DESIGN = Design("tone", "replies", even(("base", "warm", "short")), floor=0.2)
GUARDED = Design(
    "tone", "replies", even(("base", "warm", "short")), guardrails=(Guardrail("opt_outs", 0.01),)
)
OBJECTIVE = Objective({"replies": 1.0, "meetings": 3.0, "opt_outs": -5.0})


def after(*days: tuple[list[int], list[int]], design=DESIGN):
    state = begin(design, OBJECTIVE)
    for units, replies in days:
        state = observe(state, Batch(units, {"replies": replies}), design, OBJECTIVE)
    return state


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(*[st.integers(0, 300)] * 3), max_size=6), st.integers(0, 10**6))
def test_shares_are_a_division_with_the_baselines_floor_and_the_same_for_a_seed(days, seed):
    state = after(*[(list(units), [one // 20 for one in units]) for units in days])
    shares = divide(state, DESIGN, OBJECTIVE, 100, seed)
    assert sum(shares.shares.values()) == pytest.approx(1)
    assert min(shares.shares.values()) >= 0
    assert shares.shares["base"] >= DESIGN.floor - 1e-9
    assert shares == divide(state, DESIGN, OBJECTIVE, 100, seed)


def test_a_better_arm_gets_most_of_the_units():
    state = after(*[([400, 400, 400], [20, 60, 20])] * 10)
    assert divide(state, DESIGN, OBJECTIVE, 100, 1).shares["warm"] > 0.7


def test_while_nothing_is_known_little_is_risked():
    shares = divide(begin(DESIGN, OBJECTIVE), DESIGN, OBJECTIVE, 100, 1)
    assert shares.held_back and shares.shares["base"] > 0.6


def test_units_that_still_wait_count_as_risked():
    state = after(*[([500, 10, 10], [25, 0, 0])] * 3)
    free = divide(state, DESIGN, OBJECTIVE, 100, 1).shares["base"]
    assert divide(state, DESIGN, OBJECTIVE, 100, 1, pending=[0, 300, 300]).shares["base"] >= free


def test_worse_challengers_cost_little():
    random, state, got, total = np.random.default_rng(3), begin(DESIGN, OBJECTIVE), 0.0, 0
    rates = np.array([0.10, 0.05, 0.05])
    for day in range(60):
        shares = divide(state, DESIGN, OBJECTIVE, 200, day).shares
        units = random.multinomial(200, list(shares.values()))
        got, total = got + float(units @ rates), total + 200
        state = observe(state, Batch(units, {"replies": random.binomial(units, rates)}), DESIGN, OBJECTIVE)
    assert got >= 0.95 * total * rates[0]


def test_an_arm_that_does_harm_is_closed_at_once_whatever_it_wins():
    state = begin(GUARDED, OBJECTIVE)
    answers = {"replies": [5, 50, 5], "opt_outs": [0, 12, 1]}
    state = observe(state, Batch([150, 150, 150], answers), GUARDED, OBJECTIVE)
    shares = divide(state, GUARDED, OBJECTIVE, 100, 1)
    assert shares.closed == ("warm",) and shares.shares["warm"] == 0


def test_when_every_arm_does_harm_nobody_is_sent_anything():
    state = begin(GUARDED, OBJECTIVE)
    state = observe(state, Batch([200] * 3, {"opt_outs": [30, 30, 30]}), GUARDED, OBJECTIVE)
    assert sum(divide(state, GUARDED, OBJECTIVE, 100, 1).shares.values()) == 0


def test_harm_at_the_limit_is_rarely_taken_for_harm_above_it():
    hits = np.random.default_rng(4).binomial(40, 0.01, (1000, 40)).cumsum(1)
    closed = log_e_above(np.arange(1, 41) * 40.0, hits, 0.01) >= np.log(20)
    assert closed.any(axis=1).mean() <= 0.05


@pytest.mark.parametrize(
    "batch",
    [
        Batch([10, -1, 5], {}),
        Batch([10, float("nan"), 5], {}),
        Batch([10, 10, 10], {"replies": [1, 11, 1]}),
        Batch([10, 10], {"replies": [1, 1]}),
    ],
)
def test_impossible_counts_are_refused(batch):
    with pytest.raises(Correctable) as error:
        observe(begin(DESIGN, OBJECTIVE), batch, DESIGN, OBJECTIVE)
    assert error.value.code == "bandit_counts"


def test_an_objective_needs_something_to_win():
    with pytest.raises(Correctable):
        Objective({"complaints": -1.0})
