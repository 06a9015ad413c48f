"""G9: only the owner and the thread's contact meet, at a slot we offered; only our own events change."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import ChangeMeeting
from domain.decisions import Judgement, Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import booked, judged, said, silent

pytestmark = pytest.mark.rule("G9")
LATER = builders.MONDAY + timedelta(days=1)


def changed(facts: dict | None = None, **given: object) -> Judgement:
    action = ChangeMeeting(**{"meeting_id": "mee_1", **given})  # type: ignore[arg-type]
    return judged(action, meeting=builders.meeting_facts(**(facts or {})))


def test_the_contact_who_asked_gets_the_offered_slot() -> None:
    assert booked().verdict is Verdict.ALLOW
    assert booked({"attendees": ()}).verdict is Verdict.ALLOW


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
        ({"starts_at": datetime(2026, 11, 9, 10)}, {}, "no time zone"),
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
        ({"slot_offered": False}, {"starts_at": LATER}, "did not offer"),
        ({}, {"starts_at": builders.MONDAY - timedelta(days=1)}, "has passed"),
    ],
)
def test_other_changes_are_refused(facts: dict, given_: dict, words: str) -> None:
    assert words in said(changed(facts, **given_), "G9")[0]


def test_missing_facts_refuse() -> None:
    assert said(judged(ChangeMeeting(meeting_id="mee_1"), meeting=None), "G9")
    assert silent(judged(builders.mail(), meeting=None), "G9")


@given(st.sets(st.sampled_from(["con_1", "con_2", "con_3"])), st.sets(st.sampled_from(["con_1", "con_2"])))
def test_nobody_outside_the_thread_is_ever_invited(wanted: set[str], thread: set[str]) -> None:
    judgement = booked({"attendees": tuple(sorted(wanted))}, {"thread_contacts": tuple(sorted(thread))})
    assert (judgement.verdict is Verdict.ALLOW) == (wanted | {"con_1"} <= thread)
