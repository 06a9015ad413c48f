"""Forecasting one series: what it learns, when it admits that it cannot, and what its intervals promise."""

import numpy as np
import pytest

from learning.forecast.backtest import naive_error, origins
from learning.forecast.classics import last_value, seasonal_naive, theta
from learning.forecast.methods import Method, mean_rate
from learning.forecast.series import forecast_series
from learning.forecast.smoothing import smooth

MONTHS = np.arange(72)


def _seasonal(noise: float = 0.0, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    wave = 1 + 0.3 * np.sin(2 * np.pi * MONTHS / 12)
    return (100 + MONTHS) * wave * np.exp(noise * random.standard_normal(MONTHS.size))


def test_a_seasonal_series_with_growth_is_forecast_better_than_by_repeating_the_last_season():
    known, real = _seasonal(0.02)[:-12], _seasonal(0.02)[-12:]
    said = forecast_series(known, 12, 12)
    assert said.method in (Method.COMBINATION, Method.SMOOTHING) and said.beats_naive
    assert np.abs(said.points - real).mean() < np.abs(seasonal_naive(known, 12, 12) - real).mean()
    assert "Better than repeating the last season" in said.verdict


def test_a_clear_trend_is_followed_by_smoothing_alone():
    said = forecast_series(1000 + 10.0 * MONTHS, 12, 6)
    assert said.method is Method.SMOOTHING and said.beats_naive
    assert abs(said.points[-1] - (1000 + 10 * (MONTHS.size + 5))) < 15


def test_two_dozen_values_without_season_are_enough_for_more_than_the_last_one():
    said = forecast_series(100 + 5.0 * np.arange(24), 1, 3)
    assert said.beats_naive and said.points[0] > 215


def test_a_random_walk_is_carried_on_when_nothing_beats_the_last_value():
    walks = [np.cumsum(np.random.default_rng(seed).standard_normal(80)) for seed in range(8)]
    said = [forecast_series(walk, 1, 6) for walk in walks]
    naive = [one for one in said if not one.beats_naive]
    assert len(naive) >= 2
    for one in naive:
        assert one.method is Method.LAST_VALUE and np.ptp(one.points) == 0
        assert "Not better than the last value" in one.verdict


def test_intervals_of_plain_noise_hold_what_they_promise():
    inside = []
    for seed in range(24):
        values = 50 + np.random.default_rng(seed).standard_normal(42)
        band = forecast_series(values[:36], 1, 6).bands[0.8]
        inside.append(np.mean((values[36:] >= band.lower) & (values[36:] <= band.upper)))
    assert 0.7 <= np.mean(inside) <= 0.95


def test_the_wider_interval_encloses_the_narrower_and_both_the_forecast():
    said = forecast_series(_seasonal(0.1), 12, 18)
    inner, outer = said.bands[0.8], said.bands[0.95]
    assert np.all(outer.lower <= inner.lower) and np.all(inner.upper <= outer.upper)
    assert np.all(inner.lower <= said.points) and np.all(said.points <= inner.upper)


def test_a_look_back_never_sees_what_comes_after():
    values = _seasonal(0.1)
    changed = values.copy()
    changed[60:] *= 5
    cuts = (48, 60)
    assert np.allclose(smooth(values, 12, cuts, 6).averaged(), smooth(changed, 12, cuts, 6).averaged())


@pytest.mark.parametrize("count", range(4))
def test_fewer_than_four_values_are_not_enough(count):
    said = forecast_series(np.arange(count, dtype=float), 12, 6)
    assert said.method is None and not said.points.size
    assert "Not enough data" in said.verdict


def test_less_than_a_season_gives_the_last_value_and_says_so():
    said = forecast_series(np.array([5.0, 7, 6, 8, 9, 7]), 12, 3, unit="month")
    assert list(said.points) == [7, 7, 7] and said.season == 1
    assert any("seasons are left out" in one for one in said.remarks)
    assert said.bands[0.8].lower[0] < 7 < said.bands[0.8].upper[0]


def test_a_series_that_never_changes_is_carried_on_without_a_claim_about_its_spread():
    said = forecast_series(np.full(30, 42.0), 12, 4)
    assert list(said.points) == [42] * 4 and not said.beats_naive
    assert "not known" in said.verdict


def test_intermittent_demand_is_not_forecast_as_zero():
    random = np.random.default_rng(3)
    values = np.where(random.random(120) < 0.3, 10.0, 0.0)
    values[-1] = 10.0
    said = forecast_series(values, 1, 12)
    assert said.method is Method.MEAN_RATE and said.beats_naive
    assert 1 < said.points[0] < 6
    assert mean_rate(np.zeros(5)) == 0


def test_values_that_never_were_negative_are_not_forecast_below_zero_but_losses_are():
    random = np.random.default_rng(1)
    assert np.all(forecast_series(np.abs(random.standard_normal(60)) * 50, 12, 24).bands[0.95].lower >= 0)
    assert forecast_series(random.standard_normal(60) * 50 - 20, 12, 6).bands[0.8].lower.min() < 0


@pytest.mark.parametrize(
    "values", [[0.0] * 20 + [1.0] * 4, [1e-9] * 30 + [1e12], [1.0, 0.0] * 20, list(range(1, 9))]
)
def test_odd_series_give_finite_answers(values):
    said = forecast_series(np.array(values, dtype=float), 4, 6)
    assert np.all(np.isfinite(said.points))
    for band in said.bands.values():
        assert np.all(np.isfinite(band.lower)) and np.all(band.lower <= band.upper)


def test_the_same_series_gives_the_same_forecast():
    assert np.array_equal(
        forecast_series(_seasonal(0.1), 12, 6).points, forecast_series(_seasonal(0.1), 12, 6).points
    )


def test_the_classics_are_what_their_names_say():
    values = np.array([1.0, 2, 3, 4, 5, 6])
    assert list(last_value(values, 2)) == [6, 6]
    assert list(seasonal_naive(values, 4, 6)) == [3, 4, 5, 6, 3, 4]
    assert naive_error(values, 4) == 4
    assert theta(values, 1, 3)[-1] > 6
    assert origins(100, 12, 24)[-1] == 99 and origins(4, 12, 3) == ()
