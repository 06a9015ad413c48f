"""Arithmetic of figures: goals, intervals, percentiles."""

import pytest

from evals.suites.figures import Figure, percentile, share, timing, wilson


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [(0.9, "≥ 0.9", True), (0.89, "≥ 0.9", False), (5, "≤ 5", True), (1.0, "1", True), (0.999, "1", False)],
)
def test_a_goal_is_compared_by_its_sign(value: float, goal: str, met: bool) -> None:
    assert Figure(value, "", goal).met is met


def test_without_goal_or_value_nothing_is_met() -> None:
    assert Figure(3, "").met is None
    assert share(0, 0, "≥ 0.9").met is None


def test_the_interval_of_a_fraction_is_wilsons() -> None:
    low, high = wilson(81, 263)  # a textbook example
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10)[0] == pytest.approx(0) and wilson(10, 10)[1] == pytest.approx(1)


def test_timings_are_medians_with_their_middle_half() -> None:
    figure = timing([5, 1, 2, 3, 4], "s", baseline=[10, 20, 30])
    assert (figure.value, figure.baseline, figure.interval) == (3, 20, (2, 4))
    assert percentile([1, 2, 3, 4], 0.95) == 4
