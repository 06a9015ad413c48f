"""Repeat purchases: parameters come back from customers drawn with them, and the limits are told."""

from datetime import date, timedelta

import numpy as np

from learning.lifetime_value import BuyingModel, Histories, fit_buying, histories, naive_rate

TRUE = BuyingModel(0.6, 6.0, 0.8, 2.5, 0.0, 0)


def _drawn(count: int, weeks: float, later: float, seed: int = 1) -> tuple[Histories, np.ndarray]:
    """Customers who buy and leave as the model says, and what they buy afterwards."""
    random = np.random.default_rng(seed)
    rates = random.gamma(TRUE.r, 1 / TRUE.alpha, count)
    leaving = random.beta(TRUE.a, TRUE.b, count)
    rows, after = [], []
    for rate, leave in zip(rates, leaving, strict=True):
        at, last, known, then = 0.0, 0.0, 0, 0
        while (at := at + random.exponential(1 / max(rate, 1e-12))) < weeks + later:
            if at < weeks:
                known, last = known + 1, at
            else:
                then += 1
            if random.random() < leave:
                break
        rows.append((known, last, weeks))
        after.append(then)
    table = np.array(rows)
    return Histories(table[:, 0], table[:, 1], table[:, 2]), np.array(after)


def test_the_parameters_come_back_and_the_future_is_told_better_than_by_the_past_rate():
    found, after = _drawn(1500, 52, 26)
    model = fit_buying(found)
    assert model is not None
    for name in ("r", "alpha", "a", "b"):
        assert abs(getattr(model, name) / getattr(TRUE, name) - 1) < 0.5
    said, naive = model.expected(found, 26), naive_rate(found, 26)
    assert abs(said.sum() / after.sum() - 1) < 0.1
    assert np.abs(said - after).mean() < np.abs(naive - after).mean()


def test_a_customer_who_went_quiet_is_less_alive_than_one_who_bought_lately():
    found = Histories(np.array([5.0, 5.0, 0.0]), np.array([5.0, 38.0, 0.0]), np.array([40.0, 40.0, 40.0]))
    quiet, lately, single = TRUE.alive(found)
    assert quiet < lately <= single == 1
    assert np.all(np.diff([TRUE.expected(found, weeks)[1] for weeks in (1, 10, 50)]) > 0)


def test_too_few_customers_or_no_repeats_teach_nothing():
    one = np.ones(10)
    assert fit_buying(Histories(one, one, 2 * one)) is None
    many = np.zeros(100)
    assert fit_buying(Histories(many, many, many + 10)) is None


def test_purchases_of_one_day_count_once_and_later_ones_not_at_all():
    start = date(2024, 1, 1)
    rows = [("a", start), ("a", start), ("a", start + timedelta(14)), ("b", start + timedelta(100))]
    found, names = histories(rows, start + timedelta(28))
    assert names == ("a",)
    assert (found.repeats[0], found.last[0], found.age[0]) == (1, 2, 4)
