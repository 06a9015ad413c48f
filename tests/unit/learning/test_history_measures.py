"""The arithmetic of judging: order inside strata, calibration, lift, promotion, blocks that keep moments together."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from learning.history import promote
from learning.history.measures import Stratum, calibration, lift_top_tenth, log_loss, order, rate_interval
from learning.history.models import calibrate
from learning.history.rolling import blocks_of

RNG = np.random.default_rng(1)


def noise(n: int) -> Stratum:
    return Stratum(np.round(RNG.random(n), 1), (RNG.random(n) < 0.3).astype(np.int8))


def test_the_order_of_one_stratum_is_its_auc():
    one = noise(400)
    found = order([one])
    assert found is not None
    assert found.auc == pytest.approx(roc_auc_score(one.won, one.chance))
    assert found.low < found.auc < found.high


def test_knowing_only_when_is_no_order():
    """Pooled, these constants would look like knowledge; inside each block they order nothing."""
    blocks = [Stratum(np.full(200, rate), (RNG.random(200) < rate).astype(np.int8)) for rate in (0.1, 0.5)]
    found = order(blocks)
    assert found is not None
    assert (found.auc, found.p_value) == (0.5, 1.0)


def test_the_test_without_signal_keeps_its_level():
    hits = sum(order([noise(80), noise(120)]).p_value < 0.05 for _ in range(300))
    assert 2 <= hits <= 30  # 15 expected; beyond four standard deviations otherwise


def test_the_interval_covers_the_truth():
    truth = 0.7602  # AUC of two normals one standard deviation apart: Φ(1/√2)
    covered = 0
    for _ in range(200):
        won = (RNG.random(300) < 0.4).astype(np.int8)
        found = order([Stratum(RNG.normal(won, 1.0), won)])
        covered += found.low <= truth <= found.high
    assert covered >= 180


def test_equal_predictions_give_no_lift_by_their_place_in_the_file():
    won = np.array([1] * 10 + [0] * 90, dtype=np.int8)
    assert lift_top_tenth([Stratum(np.full(100, 0.1), won)]) == pytest.approx(1.0)
    assert lift_top_tenth([Stratum(won.astype(float), won)]) == pytest.approx(10.0)


def test_calibration_bins_hold_every_row_once():
    one = noise(500)
    bins = calibration(one.chance, one.won)
    assert sum(part.n for part in bins) == 500


def test_calibrating_corrects_a_moved_base_rate():
    odds = RNG.normal(-1, 1, 4_000)
    won = (RNG.random(4_000) < 1 / (1 + np.exp(-(odds + 0.8)))).astype(np.int8)
    found = calibrate(odds, won)
    assert found.shift == pytest.approx(0.8, abs=0.2)
    assert log_loss(found.chance(odds), won) < log_loss(1 / (1 + np.exp(-odds)), won)


def test_a_better_challenger_is_promoted_and_an_equal_one_is_not():
    truth = RNG.uniform(0.1, 0.9, 3_000)
    won = (RNG.random(3_000) < truth).astype(np.int8)
    flat = np.full(3_000, float(won.mean()))
    assert promote(flat, truth, won).promoted
    assert not promote(truth, flat, won).promoted
    assert not promote(truth, truth, won).promoted


def test_a_few_rows_promote_nobody():
    won = np.array([1, 0] * 10, dtype=np.int8)
    found = promote(np.full(20, 0.5), won * 0.98 + 0.01, won)
    assert not found.promoted
    assert "too few" in found.why


def test_rows_of_one_moment_are_never_parted():
    times = np.repeat(np.arange(30.0), 37)
    blocks = blocks_of(times, 200, 100)
    borders = [blocks[0].start, *(one.stop for one in blocks)]
    assert all(at == len(times) or times[at] != times[at - 1] for at in borders)
    assert borders[-1] == len(times)


def test_the_interval_of_a_rate_is_honest_at_its_ends():
    assert rate_interval(0, 20)[0] == 0.0
    assert rate_interval(0, 20)[1] > 0.1
