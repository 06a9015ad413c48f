"""Health of deals: each signal speaks for itself, nothing known is not good, and bad news never helps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deals import DealStage
from learning.deal_health import BASE, Pulse, assess, usual_days

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)
BLANK = Pulse(now=NOW, stage=DealStage.DISCOVERY, stage_since=NOW - DAY, next_step_at=NOW + DAY)
GOOD = replace(
    BLANK,
    last_in_at=NOW - DAY,
    last_out_at=NOW - 2 * DAY,
    replies_this_week=3,
    replies_a_week_before=1.0,
    people=3,
    decider_known=True,
    meeting="ahead",
    meeting_at=NOW + DAY,
    last_reply="positive",
)


def names(pulse: Pulse) -> set[str]:
    return {signal.name for signal in assess(pulse).signals}


def test_a_deal_of_which_nothing_is_known_is_not_healthy():
    health = assess(BLANK)
    assert health.score < BASE
    assert all(signal.points <= 0 for signal in health.signals)
    assert {"never_wrote", "single_threaded", "no_decider"} <= names(BLANK)


def test_a_good_deal_is_near_the_top_and_names_its_best_sign_first():
    health = assess(GOOD)
    assert health.score == 100
    assert health.top is not None and health.top.points > 0


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"last_out_at": NOW - 5 * DAY, "last_in_at": NOW - 9 * DAY}, "no_reply"),
        ({"next_step_at": NOW - DAY}, "next_step_overdue"),
        ({"people": 1}, "single_threaded"),
        ({"decider_known": False}, "no_decider"),
        ({"meeting": "declined", "meeting_at": NOW - DAY}, "meeting_declined"),
        ({"meeting": "no_show", "meeting_at": NOW - DAY}, "no_show"),
        ({"close_on": (NOW - DAY).date()}, "close_date_passed"),
        ({"competitors": ("Rival",)}, "competitor"),
        ({"replies_this_week": 0, "replies_a_week_before": 2.0}, "slowing"),
        ({"last_reply": "negative"}, "said_no"),
        ({"stage_since": NOW - 30 * DAY}, "stage_too_long"),
    ],
)
def test_bad_news_is_named_and_costs_points(change, name):
    bad = replace(GOOD, **change)
    signal = next(one for one in assess(bad).signals if one.name == name)
    assert signal.points < 0 and signal.why
    assert assess(bad).score < assess(GOOD).score
    assert assess(bad).top is not None and assess(bad).top.points < 0


@pytest.mark.parametrize(("days", "points"), [(4, 0), (5, -10), (9, -10), (10, -20), (20, -20), (21, -30)])
def test_silence_weighs_more_the_longer_it_lasts(days, points):
    pulse = replace(BLANK, last_out_at=NOW - days * DAY)
    assert sum(one.points for one in assess(pulse).signals if one.name == "no_reply") == points


def test_a_reply_after_our_mail_ends_the_silence():
    assert "no_reply" not in names(replace(BLANK, last_out_at=NOW - 30 * DAY, last_in_at=NOW - 29 * DAY))


def test_what_is_usual_is_measured_once_enough_deals_left_a_stage():
    assert usual_days(DealStage.DISCOVERY, (1.0, 2.0)) == 21
    assert usual_days(DealStage.DISCOVERY, (1.0, 2.0, 3.0, 4.0, 90.0)) == 3
    slow = replace(BLANK, stage_since=NOW - 10 * DAY, days_in_stage=(1.0, 2.0, 3.0, 4.0, 5.0))
    why = next(one.why for one in assess(slow).signals if one.name == "stage_too_long")
    assert "usual are 3" in why and "median of 5 deals" in why


MOMENTS = st.none() | st.integers(0, 60).map(lambda days: NOW - days * DAY)
PULSES = st.builds(
    Pulse,
    now=st.just(NOW),
    stage=st.sampled_from(list(DealStage)[:4]),
    stage_since=st.integers(0, 120).map(lambda days: NOW - days * DAY),
    next_step_at=st.integers(-30, 30).map(lambda days: NOW + days * DAY),
    last_in_at=MOMENTS,
    last_out_at=MOMENTS,
    replies_this_week=st.integers(0, 9),
    replies_a_week_before=st.floats(0, 9),
    people=st.integers(0, 9),
    decider_known=st.booleans(),
    meeting=st.sampled_from(["", "ahead", "held"]),
    meeting_at=st.integers(-30, 30).map(lambda days: NOW + days * DAY),
    competitors=st.just(()),
    close_on=st.none() | st.just((NOW + DAY).date()),
    last_reply=st.sampled_from(["", "positive", "neutral"]),
)
WORSE = st.sampled_from(
    [
        lambda p: replace(p, meeting="no_show", meeting_at=NOW - DAY),
        lambda p: p if p.meeting == "no_show" else replace(p, meeting="declined", meeting_at=NOW - DAY),
        lambda p: replace(p, competitors=p.competitors or ("Rival",)),
        lambda p: replace(p, competitors=("Rival", "Other")),
        lambda p: replace(p, close_on=(NOW - DAY).date()),
        lambda p: replace(p, last_reply="negative"),
        lambda p: replace(p, decider_known=False),
        lambda p: replace(p, people=max(0, p.people - 1)),
        lambda p: replace(p, stage_since=p.stage_since - 20 * DAY),
        lambda p: replace(p, next_step_at=p.next_step_at - 8 * DAY),
        lambda p: replace(p, last_in_at=None),
        lambda p: replace(p, replies_this_week=0),
    ]
)


@given(PULSES, st.lists(WORSE, min_size=1, max_size=4))
def test_worse_news_never_makes_a_deal_healthier(pulse, changes):
    before = assess(pulse).score
    assert 0 <= before <= 100
    for change in changes:
        pulse = change(pulse)
        after = assess(pulse).score
        assert after <= before
        before = after
