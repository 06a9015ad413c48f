"""The bets behind every verdict are fair: whatever the rate and whenever one looks, noise rarely wins."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.experiments.balance import ALPHA, check_split, log_e_of_split
from learning.experiments.comparing import Finding, compare_means, compare_rates
from learning.experiments.evidence import (
    Counts,
    Moments,
    log_e_of_means,
    log_e_of_rates,
    rate_interval,
    rates_interval,
    z_needed,
)
from learning.experiments.planning import plan, smallest_effect, units_for

NAMES = ("control", "new")
LOG20 = np.log(20)


def counts(n0, s0, n1, s1, share=0.5) -> Counts:
    return Counts(*(np.atleast_1d(np.asarray(one, float)) for one in (n0, s0, n1, s1)), share)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.001, 0.999), st.floats(0.05, 0.95), st.floats(-0.5, 0.5))
def test_a_bet_on_two_units_is_fair_at_any_rate_share_and_null(rate, share, difference):
    """All ways two units can fall and answer, weighed by their chance: the bet must not gain on average."""
    other = rate + difference
    if not 0 <= other <= 1:
        return
    chances = {(0, 0): 1 - rate, (0, 1): rate, (1, 0): 1 - other, (1, 1): other}
    gain = 0.0
    for pair in itertools.product(chances, repeat=2):
        chance = np.prod([chances[arm, hit] * (share if arm else 1 - share) for arm, hit in pair])
        seen = np.zeros((2, 2))
        for arm, hit in pair:
            seen[arm] += (1, hit)
        (n0, s0), (n1, s1) = seen
        gain += chance * np.exp(log_e_of_rates(counts(n0, s0, n1, s1, share), difference)[0])
    assert gain <= 1 + 1e-6


@settings(deadline=None, max_examples=8)
@given(st.integers(10, 3000), st.integers(-3, 3), st.floats(0, 1), st.floats(0, 1))
def test_the_interval_leaves_zero_out_exactly_when_the_test_decides(n0, more, part0, part1):
    n1 = n0 + more
    seen = counts(n0, round(n0 * part0), n1, round(n1 * part1))
    lower, upper = rates_interval(seen, 0.05)
    effect = seen.arm_hits[0] / n1 - seen.base_hits[0] / n0
    assert lower - 1e-9 <= effect <= upper + 1e-9
    evidence = log_e_of_rates(seen)[0]
    if abs(evidence - LOG20) > 0.01:
        assert (evidence >= LOG20) == (not lower <= 0 <= upper)


@settings(deadline=None, max_examples=5)
@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0, 1))
def test_exchanging_the_arms_turns_the_effect_around_and_nothing_else(n, part0, part1):
    s0, s1 = round(n * part0), round(n * part1)
    one, two = (compare_rates(counts(n, a, n, b), NAMES, 0.05) for a, b in ((s0, s1), (s1, s0)))
    assert one.p_value == pytest.approx(two.p_value)
    if one.finding is not Finding.UNREADABLE:
        assert one.effect == pytest.approx(-two.effect)
        assert one.lower == pytest.approx(-two.upper, abs=1e-6)


def test_daily_peeking_at_equal_arms_rarely_wins():
    random = np.random.default_rng(5)
    wins = peeked = 0
    for _ in range(200):
        units, rate = random.poisson(60, (2, 25)), random.uniform(0.01, 0.3)
        (n0, n1), (s0, s1) = units.cumsum(1), random.binomial(units, rate).cumsum(1)
        wins += (log_e_of_rates(counts(n0, s0, n1, s1)) >= LOG20).any()
        pooled = (s0 + s1) / (n0 + n1)
        z = (s1 / n1 - s0 / n0) / np.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1) + 1e-12)
        peeked += (np.abs(z) > 1.96).any()
    assert wins <= 10 < peeked


def test_a_plain_difference_is_found_and_its_direction_told():
    found = compare_rates(counts(5000, 240, 5000, 350), NAMES, 0.05)
    assert found.finding is Finding.BETTER
    assert 0 < found.lower < found.effect < found.upper
    assert found.needed_units == 0


def test_numbers_without_variance_or_too_few_of_them_are_not_compared():
    def few(units, variance):
        values = [np.array([float(one)]) for one in (units, 5, variance, units, 6, variance)]
        return compare_means(Moments(*values), NAMES, 0.05).finding

    assert few(9, 4) is Finding.UNREADABLE
    assert few(500, 0) is Finding.UNREADABLE
    assert few(500, float("nan")) is Finding.UNREADABLE
    assert few(500, 4) is Finding.BETTER


def test_amounts_with_a_long_tail_rarely_win_by_noise():
    random = np.random.default_rng(6)
    wins = 0
    for _ in range(150):
        sums = random.lognormal(3, 1, (2, 20, 15))
        n = np.arange(1, 21) * 15.0
        mean = sums.cumsum(1).sum(2) / n
        variance = (sums**2).cumsum(1).sum(2) / n - mean**2
        wins += (log_e_of_means(Moments(n, mean[0], variance[0], n, mean[1], variance[1])) >= LOG20).any()
    assert wins <= 8


@given(st.integers(1, 10**6), st.floats(0, 1))
@settings(deadline=None, max_examples=12)
def test_the_interval_of_one_arm_holds_what_was_seen(units, part):
    hits = round(units * part)
    lower, upper = rate_interval(units, hits, 0.05)
    assert 0 <= lower <= hits / units <= upper <= 1


def test_the_split_is_checked_against_the_plan_at_every_look():
    assert check_split([[10_400, 9_600]], [0.5, 0.5]).broken
    assert not check_split([[10_050, 9_950]], [0.5, 0.5]).broken
    assert not check_split([[9_000, 1_010]], [0.9, 0.1]).broken
    assert check_split([[150, 50]], [0.5, 0.5]).broken
    early = check_split([[900, 600], [20_000, 19_900]], [0.5, 0.5])
    assert early.broken, "a split that was broken for a while stays broken"


def test_peeking_at_a_sound_split_rarely_alarms():
    random = np.random.default_rng(7)
    first = random.binomial(300, 0.5, (1000, 30)).cumsum(1)
    looks = np.stack([first, np.arange(1, 31) * 300 - first], axis=-1)
    alarms = (log_e_of_split(looks, [0.5, 0.5]) >= -np.log(ALPHA)).any(axis=1).mean()
    assert alarms <= ALPHA


def test_what_is_told_in_advance_agrees_with_itself():
    units = units_for(0.02, 0.3)
    assert smallest_effect(units, 0.3) == pytest.approx(0.02, rel=0.02)
    small, large = plan(0.05, 0.1, 500), plan(0.05, 0.3, 500)
    assert small.units > large.units and small.days == -(-small.units // 500)
    assert plan(0.05, 0.3, arms=4).units > 2 * large.units


def test_a_handful_of_units_needs_overwhelming_evidence():
    assert z_needed(5, 0.05) > z_needed(500, 0.05) > 3
    assert z_needed(500, 0.01) > z_needed(500, 0.05)
