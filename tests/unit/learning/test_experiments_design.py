"""Assignment is stable and fair, a running design is not edited, late answers wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Correctable, Refused
from learning.experiments.design import Arm, Design, Guardrail, even, refuse_edit
from learning.experiments.maturity import Touched, tally

DESIGN = Design("subject line", "replies", (Arm("a", 0.7), Arm("b", 0.2), Arm("c", 0.1)))
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@given(st.text(max_size=40))
def test_a_unit_always_gets_the_same_arm(unit):
    assert DESIGN.assign(unit) == replace(DESIGN).assign(unit)


def test_the_shares_are_kept():
    got = [DESIGN.assign(f"unit {number}") for number in range(20_000)]
    assert got.count("a") / 20_000 == pytest.approx(0.7, abs=0.015)
    assert got.count("c") / 20_000 == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("change", [{"name": "other"}, {"salt": "x"}, {"version": 2}])
def test_another_experiment_salt_or_version_deals_anew(change):
    units = [f"unit {number}" for number in range(300)]
    other = replace(DESIGN, **change)
    assert [DESIGN.assign(one) for one in units] != [other.assign(one) for one in units]


def test_a_running_experiment_is_not_edited():
    refuse_edit(DESIGN, replace(DESIGN))
    with pytest.raises(Refused) as refused:
        refuse_edit(DESIGN, replace(DESIGN, alpha=0.1))
    assert refused.value.code == "experiment_edited"
    assert refused.value.where == "alpha"


@pytest.mark.parametrize(
    "wrong",
    [
        {"arms": (Arm("a", 1.0),)},
        {"arms": (Arm("a", 0.5), Arm("a", 0.5))},
        {"arms": (Arm("a", 0.5), Arm("b", 0.6))},
        {"arms": (Arm("a", 1.0), Arm("b", 0.0))},
        {"arms": (Arm("a", float("nan")), Arm("b", 0.5))},
        {"alpha": 0.0},
        {"alpha": float("nan")},
        {"floor": 1.0},
        {"planned_units": 0},
        {"window_days": -1.0},
        {"guardrails": (Guardrail("complaints", 0.0),)},
    ],
)
def test_an_impossible_design_is_refused_with_its_fault(wrong):
    with pytest.raises(Correctable) as error:
        replace(DESIGN, **wrong)
    assert error.value.code == "experiment_design"


def test_equal_shares_add_up_for_any_number_of_arms():
    assert Design("x", "y", even([str(number) for number in range(7)])).baseline.name == "0"


def test_only_units_that_had_their_time_are_counted():
    def touched(unit, days_ago, answered_after=None):
        at = NOW - timedelta(days=days_ago)
        return Touched(
            unit, "a", at, at + timedelta(days=answered_after) if answered_after is not None else None
        )

    (one,) = tally(
        [touched("1", 10, 2), touched("2", 10), touched("3", 10, 9), touched("4", 3, 1), touched("5", 1)],
        7,
        NOW,
    )
    assert (one.units, one.hits, one.immature, one.late) == (3, 1, 2, 1)
    assert "2 still have it" in one.sentence


def test_answers_before_the_treatment_or_in_the_future_are_refused():
    with pytest.raises(Correctable, match="before it was treated"):
        tally([Touched("1", "a", NOW - timedelta(days=9), NOW - timedelta(days=10))], 7, NOW)
    with pytest.raises(Correctable, match="future"):
        tally([Touched("1", "a", NOW - timedelta(days=9), NOW + timedelta(days=1))], 7, NOW)
