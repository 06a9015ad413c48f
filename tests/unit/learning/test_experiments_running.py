"""Running tests of campaigns in numbers: shares that move, splits, the day's mails, chances said in advance."""

import ast
import itertools
import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import RainmakerError, Refused
from domain.experiments import ArmShare, Assigned, Version, shares_problem
from domain.knobs import KNOBS, NEVER, knob, value_for
from learning.campaigns.chance import PUBLISHED, Past, brier, expect
from learning.campaigns.dividing import Claimant, divide
from learning.campaigns.thresholds import Harms, too_much
from learning.experiments.beginning import beginning, declared_for, design_of, foretell, refuse_other
from learning.experiments.evidence import Counts, log_e_of_rates
from learning.experiments.people import Person
from learning.experiments.reading import Verdict
from learning.experiments.running import read
from learning.experiments.steering import next_step
from tests.architecture.source import ROOT
from tests.fixtures.builders import MONDAY

DAY = timedelta(days=1)
TEST = beginning("exp_1", declared_for("angle"), MONDAY)
quick = settings(max_examples=40, deadline=None)


def rows_of(test, count, rates, *, since=MONDAY, version=1, start=0, opt_outs=()):
    """People drawn by the test's own hash, every so many of an arm answering well."""
    design, seen, rows = design_of(test), {}, []
    for number in range(start, start + count):
        unit = f"con_{number}"
        arm = design.assign(unit)
        seen[arm] = seen.get(arm, 0) + 1
        good = rates[arm] and seen[arm] % round(1 / rates[arm]) == 0
        at = since + (number - start) * DAY / 20
        given_arm = Assigned(
            unit=unit, arm=arm, chance=test.share_of(arm), version=version, campaign_id="cmp_1", at=at
        )
        person = Person(
            unit,
            "cmp_1",
            sent_at=at,
            positive_at=at + DAY if good else None,
            opt_out_at=at + DAY if arm in opt_outs and not good and seen[arm] % 8 == 1 else None,
        )
        rows.append((given_arm, person))
    return rows


VERSIONS = [Version(number=1, shares=TEST.shares, since=MONDAY)]


def test_the_chance_that_was_kept_is_the_share_of_the_arm_and_all_of_them_add_up():
    rows = rows_of(TEST, 4000, {"a": 0, "b": 0})
    assert {one.chance for one, _ in rows} == {0.5} and sum(one.share for one in TEST.shares) == 1
    assert 0.47 < sum(one.arm == "a" for one, _ in rows) / 4000 < 0.53


def test_only_people_whose_time_is_over_are_read_and_a_quick_answer_does_not_count_early():
    rows = rows_of(TEST, 400, {"a": 0.1, "b": 0.1})
    early = read(TEST, VERSIONS, rows, MONDAY + 10 * DAY)
    assert [one.matured for one in early.arms] == [0, 0] and early.arms[0].positive > 0
    assert early.verdict is Verdict.TOO_LITTLE
    later = read(TEST, VERSIONS, rows, MONDAY + 28 * DAY)
    assert 150 < sum(one.matured for one in later.arms) < 250


def test_a_plain_difference_is_decided_and_everybody_gets_the_winner():
    rows = rows_of(TEST, 1600, {"a": 0.02, "b": 0.1})
    now = MONDAY + 120 * DAY
    standing = read(TEST, VERSIONS, rows, now)
    step = next_step(TEST, VERSIONS, standing, rows, now)
    assert step is not None and (step.change, step.arm) == ("decide", "b")
    assert "b beats a" in step.reason


def test_shares_move_towards_what_brings_more_and_the_baseline_keeps_its_floor():
    rows = rows_of(TEST, 500, {"a": 0.02, "b": 0.04})
    now = MONDAY + 60 * DAY
    step = next_step(TEST, VERSIONS, read(TEST, VERSIONS, rows, now), rows, now)
    assert step is not None and step.change == "shift"
    shares = {one.arm: one.share for one in step.after}
    assert shares["b"] > 0.5 and shares["a"] >= TEST.declared.floor
    assert shares_problem(step.after, TEST.declared) is None


def test_harm_closes_an_arm_before_anybodys_time_is_over():
    rows = rows_of(TEST, 200, {"a": 0, "b": 0.25}, opt_outs=("b",))
    now = MONDAY + 11 * DAY
    step = next_step(TEST, VERSIONS, read(TEST, VERSIONS, rows, now), rows, now)
    assert step is not None and (step.change, step.arm) == ("stop_arm", "b")
    assert [one.arm for one in step.after] == ["a"]


def test_moved_shares_are_read_stretch_by_stretch_so_a_good_month_is_no_winner():
    """Both arms answer alike, but most of b was drawn in a month in which everybody answered more."""
    moved = TEST.model_copy(
        update={"shares": (ArmShare(arm="a", share=0.2), ArmShare(arm="b", share=0.8)), "version": 2}
    )
    versions = [*VERSIONS, Version(number=2, shares=moved.shares, since=MONDAY + 60 * DAY)]
    rows = rows_of(TEST, 1000, {"a": 0.02, "b": 0.02})
    rows += rows_of(moved, 1000, {"a": 0.1, "b": 0.1}, since=MONDAY + 60 * DAY, version=2, start=1000)
    standing = read(moved, versions, rows, MONDAY + 200 * DAY)
    rates = {one.arm: one.rate for one in standing.arms}
    assert rates["b"] > 1.4 * rates["a"]  # pooled, b looks far better
    (found,) = standing.reading.comparisons
    assert abs(found.effect) < 0.01 and standing.verdict is Verdict.NOT_YET and not standing.split.broken


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_the_bet_stays_fair_when_the_share_moves_on_what_was_seen(rate):
    """Exactly: over every way four people can fall and answer, the bet is worth one on average."""
    total = 0.0
    for arms, answers in itertools.product(
        itertools.product((0, 1), repeat=4), itertools.product((0, 1), repeat=4)
    ):
        second = 0.8 if sum(answers[:2]) else 0.3  # decided on the first two
        chance, parts = 1.0, []
        for share, who in ((0.5, (0, 1)), (second, (2, 3))):
            counts = np.zeros((2, 2))
            for at in who:
                chance *= (share if arms[at] else 1 - share) * (rate if answers[at] else 1 - rate)
                counts[arms[at]] += 1, answers[at]
            parts.append(Counts(*(np.array([one]) for one in counts.ravel()), share))
        whole = Counts(*(np.zeros(1),) * 4, 0.5, tuple(parts))
        total += chance * math.exp(float(log_e_of_rates(whole)[0]))
    assert total == pytest.approx(1.0, abs=1e-9)


def test_another_declaration_is_an_edit_and_names_what_changed():
    with pytest.raises(Refused) as caught:
        refuse_other(TEST, TEST.declared.model_copy(update={"alpha": 0.2, "window_days": 3.0}))
    assert caught.value.code == "experiment_edited" and {"alpha", "window_days"} <= set(
        (caught.value.where or "").split(", ")
    )
    refuse_other(TEST, TEST.declared)


@quick
@given(
    st.sampled_from([*(one.name for one in KNOBS), *NEVER, "smtp_url"]),
    st.text(max_size=4) | st.integers().map(str),
)
def test_no_value_outside_declared_bounds_is_ever_tested(name, value):
    try:
        assert value_for(name, value) == value
    except RainmakerError as error:
        assert error.code in ("not_a_knob", "unknown_knob", "out_of_bounds")
    else:
        one = knob(name)
        assert value in one.choices or one.low <= int(value) <= one.high
        assert name not in NEVER


CLAIMS = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 300), st.integers(0, 5)), min_size=1, max_size=6
)


@quick
@given(st.integers(-3, 90), CLAIMS)
def test_the_days_mails_never_exceed_the_day_nor_a_queue(capacity, given_claims):
    claims = [
        Claimant(f"cmp_{at}", waiting, people, min(people, good))
        for at, (waiting, people, good) in enumerate(given_claims)
    ]
    shared = divide(capacity, claims, 0.005)
    assert sum(shared.values()) <= max(0, capacity)
    assert all(0 <= shared[one.campaign_id] <= one.waiting for one in claims)
    assert sum(shared.values()) == min(max(0, capacity), sum(one.waiting for one in claims))


def test_the_campaign_that_brings_more_gets_more_and_nobody_is_starved():
    shared = divide(40, [Claimant("good", 100, 300, 9), Claimant("poor", 100, 300, 0)], 0.005)
    assert shared["good"] > shared["poor"] >= 4


def test_a_chance_begins_with_what_is_published_and_moves_to_our_own():
    assumed, rich = expect(50, ()), expect(50, [Past(400, 20)])
    assert assumed.assumed and "assumption" in assumed.sentence and assumed.rate == pytest.approx(PUBLISHED)
    assert assumed.chance < expect(500, ()).chance < 1
    assert not rich.assumed and rich.chance > assumed.chance
    assert expect(0, ()).chance == pytest.approx(0)
    score = brier([(0.2, 0.3, False), (0.9, 0.3, True)])
    assert score is not None and score.score == pytest.approx(0.025) and "better than" in score.sentence


def test_what_a_test_takes_is_told_before_it_begins():
    told = foretell(TEST.declared, 0.05, False, 40, 300, MONDAY)
    assert told.days == pytest.approx(math.ceil(told.people / 40) + 18)
    assert told.detectable is not None and told.detectable > 0.05
    assert foretell(TEST.declared, 0.1, False, 40, 300, MONDAY).people < told.people


def test_chance_alone_holds_no_campaign():
    assert too_much(Harms(40, opt_outs=3)) is None
    assert too_much(Harms(3, bounces=1)) is None
    assert "the limit is 3.0%" in (too_much(Harms(60, opt_outs=9)) or "")


HEAVY = {"numpy", "scipy", "evidence", "judging", "running", "steering", "bandit", "balance", "planning"}
LIGHT = (
    "learning/experiments/people.py",
    "learning/experiments/beginning.py",
    "learning/experiments/design.py",
    "learning/campaigns/chance.py",
    "learning/campaigns/dividing.py",
    "learning/campaigns/thresholds.py",
    "graph/specialists/assigning.py",
    "graph/specialists/expecting.py",
    "graph/specialists/experiment_views.py",
    "service/experimenting.py",
    "service/campaign_strategy.py",
)


@pytest.mark.parametrize("name", LIGHT)
def test_what_plans_and_sends_loads_no_statistics_until_a_test_is_read(name):
    top = ast.parse((ROOT / name).read_text(encoding="utf-8")).body
    modules = [one.module or "" for one in top if isinstance(one, ast.ImportFrom)]
    modules += [alias.name for one in top if isinstance(one, ast.Import) for alias in one.names]
    assert {module.split(".")[-1] for module in modules} & HEAVY == set()
    assert {module.split(".")[0] for module in modules} & HEAVY == set()
