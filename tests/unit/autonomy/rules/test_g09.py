"""G9: only the owner and the thread's contact meet, at a slot we offered; only our own events change."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import ChangeMeeting
from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, booked, changed, judged, said, silent

pytestmark = pytest.mark.rule("G9")
LATER = builders.MONDAY + timedelta(days=1)
NAIVE = datetime(2026, 11, 9, 10)


def test_the_contact_who_asked_gets_the_offered_slot() -> None:
    assert booked().verdict is Verdict.ALLOW
    assert booked({"attendees": ()}).verdict is Verdict.ALLOW
    assert booked({"minutes": 1}).verdict is booked({"minutes": 480}).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("meeting", "facts", "words"),
    [
        ({}, {"contact_known": False}, "not in the CRM"),
        ({}, {"contact_answered": False}, "asked for a meeting"),
        ({"attendees": ("con_1", "con_2")}, {}, "may be invited"),
        ({"contact_id": "con_2"}, {}, "may be invited"),
        ({}, {"thread_contacts": ()}, "may be invited"),
        ({}, {"slot_offered": False}, "did not offer"),
        ({"minutes": 0}, {}, "lasts from 1"),
        ({"minutes": 481}, {}, "lasts from 1"),
        ({"starts_at": builders.MONDAY - timedelta(minutes=1)}, {}, "has passed"),
        ({"starts_at": NAIVE}, {}, "no time zone"),
    ],
)
def test_anything_else_is_not_booked(meeting: dict, facts: dict, words: str) -> None:
    assert words in said(booked(meeting, facts), "G9")[0]


def test_our_own_event_may_be_moved_to_an_offered_slot_or_cancelled() -> None:
    assert changed().verdict is Verdict.ALLOW
    assert changed({"slot_offered": False}).verdict is Verdict.ALLOW  # a cancellation needs no slot
    assert changed(starts_at=LATER, attendees=("con_1",)).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("facts", "given_", "words"),
    [
        ({"made_by_us": False}, {}, "that we made"),
        ({}, {"attendees": ("con_2",)}, "may be invited"),
        ({}, {"contact_id": "con_2"}, "may be invited"),
        ({}, {"starts_at": NAIVE}, "no time zone"),
        ({"slot_offered": False}, {"starts_at": LATER}, "did not offer"),
        ({}, {"starts_at": builders.MONDAY - timedelta(days=1)}, "has passed"),
    ],
)
def test_other_changes_are_refused(facts: dict, given_: dict, words: str) -> None:
    assert words in said(changed(facts, **given_), "G9")[0]


def test_missing_facts_refuse() -> None:
    assert said(judged(ChangeMeeting(meeting_id="mee_1"), meeting=None), "G9")
    assert silent(judged(builders.mail(), meeting=None), "G9")


def test_an_answer_may_offer_a_few_times_that_lie_ahead() -> None:
    assert silent(answered(), "G9")
    assert silent(answered({"slots": (builders.MONDAY, LATER)}), "G9")
    assert silent(answered({"slots": (LATER,) * 20}), "G9")


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ((LATER, builders.MONDAY - timedelta(minutes=1)), "has passed"),
        ((LATER, NAIVE), "no time zone"),
        ((LATER,) * 21, "more than 20 times"),
    ],
)
def test_an_answer_offers_no_past_or_unclear_time_and_not_dozens(slots: tuple, words: str) -> None:
    judgement = answered({"slots": slots})
    assert judgement.verdict is Verdict.REFUSE
    assert words in said(judgement, "G9")[0]


@given(st.lists(st.timedeltas(timedelta(days=-30), timedelta(days=30)), max_size=25))
def test_only_times_ahead_are_ever_offered(offsets: list[timedelta]) -> None:
    slots = tuple(builders.MONDAY + one for one in offsets)
    good = len(slots) <= 20 and all(one >= builders.MONDAY for one in slots)
    assert silent(answered({"slots": slots}), "G9") == good


@given(st.sets(st.sampled_from(["con_1", "con_2", "con_3"])), st.sets(st.sampled_from(["con_1", "con_2"])))
def test_nobody_outside_the_thread_is_ever_invited(wanted: set[str], thread: set[str]) -> None:
    judgement = booked({"attendees": tuple(sorted(wanted))}, {"thread_contacts": tuple(sorted(thread))})
    assert (judgement.verdict is Verdict.ALLOW) == (wanted | {"con_1"} <= thread)
