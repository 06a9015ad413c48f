"""One next step for what a reply says: machines get none, opting out beats everything, doubt goes to a person."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.leads import LeadState, NextAction
from domain.replies import (
    Finding,
    Objection,
    ObjectionKind,
    ProposedTime,
    Referred,
    ReplyKind,
    ReplyReading,
    Until,
)
from graph.specialists.next_step import AWAY_DAYS, LATER_DAYS, Lead, next_step

K = ReplyKind
NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
SLOTS = (NOW + timedelta(days=1), NOW + timedelta(days=2))


def reading(*kinds: ReplyKind, confidence: float = 0.9, **more: object) -> ReplyReading:
    findings = tuple(Finding(kind=kind, confidence=confidence, quote="words") for kind in kinds)
    return ReplyReading(findings=findings, **more)  # type: ignore[arg-type]


def lead(**more: object) -> Lead:
    return Lead(now=NOW, **{"can_offer": True, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [kind for kind in ReplyKind if kind is not K.UNSUBSCRIBE])
def test_opting_out_beats_everything_else_a_mail_says(kind: ReplyKind) -> None:
    step = next_step(reading(kind, K.UNSUBSCRIBE), lead())
    assert (step.action, step.state) == (NextAction.SUPPRESS, LeadState.OPTED_OUT)


@pytest.mark.parametrize("kind", [K.OUT_OF_OFFICE, K.AUTO_REPLY])
def test_a_machine_is_never_answered(kind: ReplyKind) -> None:
    assert next_step(reading(kind), lead()).action in (NextAction.NOTHING, NextAction.WAIT)


def test_an_absence_ends_on_the_day_they_are_back() -> None:
    until = Until(quote="back on 16 November", day=date(2026, 11, 16))
    assert next_step(reading(K.OUT_OF_OFFICE, until=until), lead()).until == datetime(
        2026, 11, 16, 5, tzinfo=UTC
    )


def test_an_absence_without_a_date_or_with_a_past_one_ends_by_itself() -> None:
    past = Until(quote="back on 1 October", day=date(2026, 10, 1))
    for one in (None, past):
        step = next_step(reading(K.OUT_OF_OFFICE, until=one), lead())
        assert step.until == NOW + timedelta(days=AWAY_DAYS)


def test_not_now_without_a_date_waits_a_quarter() -> None:
    step = next_step(reading(K.NOT_NOW), lead())
    assert (step.state, step.until) == (LeadState.PAUSED, NOW + timedelta(days=LATER_DAYS))


@pytest.mark.parametrize(
    "doubt", [reading(K.UNSURE), reading(K.POSITIVE, confidence=0.3), reading(K.QUESTION, K.UNSURE)]
)
def test_what_is_not_sure_goes_to_a_person(doubt: ReplyReading) -> None:
    assert next_step(doubt, lead()).action is NextAction.HAND_OVER


def test_an_accepted_time_that_we_offered_is_booked() -> None:
    named = ProposedTime(quote="Tuesday", start=SLOTS[1], end=SLOTS[1])
    step = next_step(reading(K.MEETING_ACCEPT, times=(named,)), lead(offered=SLOTS))
    assert (step.action, step.slot, step.deal) == (NextAction.BOOK, SLOTS[1], True)


def test_a_yes_that_could_mean_two_times_is_asked_again() -> None:
    step = next_step(reading(K.MEETING_ACCEPT), lead(offered=SLOTS))
    assert (step.action, step.offer_times) == (NextAction.ANSWER, True)


def test_a_plain_yes_to_the_only_time_takes_it() -> None:
    assert next_step(reading(K.MEETING_ACCEPT), lead(offered=SLOTS[:1])).slot == SLOTS[0]


def test_a_time_that_nobody_offered_is_never_booked() -> None:
    named = ProposedTime(quote="Friday", start=NOW + timedelta(days=9))
    assert (
        next_step(reading(K.MEETING_COUNTER, times=(named,)), lead(offered=SLOTS)).action is NextAction.ANSWER
    )


def test_without_a_calendar_a_wish_to_meet_is_a_persons_business() -> None:
    assert next_step(reading(K.MEETING_COUNTER), lead(can_offer=False)).action is NextAction.HAND_OVER


def test_a_price_objection_is_a_persons_to_answer_and_still_feeds_the_deal() -> None:
    price = Objection(quote="too expensive", kind=ObjectionKind.PRICE)
    step = next_step(reading(K.POSITIVE, K.OBJECTION, objections=(price,)), lead())
    assert (step.action, step.deal) == (NextAction.HAND_OVER, True)


def test_a_no_and_a_wrong_person_end_the_sequence_without_an_answer() -> None:
    for kind in (K.NOT_INTERESTED, K.WRONG_PERSON):
        step = next_step(reading(kind), lead())
        assert (step.action, step.state) == (NextAction.STOP, LeadState.CLOSED)


def test_somebody_they_name_is_put_before_a_person_first() -> None:
    named = Referred(quote="ask Jana", name="Jana", email="jana@other.example")
    step = next_step(reading(K.REFERRAL, referrals=(named,)), lead())
    assert (step.action, step.refer) == (NextAction.HAND_OVER, True)


def test_interest_offers_times_unless_a_meeting_stands() -> None:
    assert next_step(reading(K.POSITIVE), lead()).offer_times
    assert not next_step(reading(K.POSITIVE), lead(meeting_at=SLOTS[0])).offer_times


@pytest.mark.parametrize("kind", list(ReplyKind))
def test_every_kind_has_a_next_step_with_a_reason(kind: ReplyKind) -> None:
    assert next_step(reading(kind), lead()).reason


def test_a_time_of_their_own_that_is_free_is_booked() -> None:
    named = ProposedTime(quote="Friday at three", start=NOW + timedelta(days=4))
    step = next_step(reading(K.MEETING_COUNTER, times=(named,)), lead(offered=SLOTS, open_time=named.start))
    assert (step.action, step.slot) == (NextAction.BOOK, named.start)


def test_another_time_for_a_meeting_that_stands_moves_it() -> None:
    named = ProposedTime(quote="Friday at three", start=NOW + timedelta(days=4))
    step = next_step(
        reading(K.MEETING_COUNTER, times=(named,)), lead(meeting_at=SLOTS[0], open_time=named.start)
    )
    assert (step.action, step.slot, step.state) == (NextAction.MOVE, named.start, LeadState.MEETING)


@pytest.mark.parametrize("kinds", [(K.MEETING_CANCEL,), (K.NOT_INTERESTED,)])
def test_a_meeting_they_call_off_is_called_off(kinds: tuple[ReplyKind, ...]) -> None:
    assert next_step(reading(*kinds), lead(meeting_at=SLOTS[0])).action is NextAction.CALL_OFF


def test_a_meeting_that_does_not_stand_is_called_off_by_a_person() -> None:
    assert next_step(reading(K.MEETING_CANCEL), lead()).action is NextAction.HAND_OVER


def test_who_calls_off_and_asks_for_another_time_is_offered_some() -> None:
    step = next_step(reading(K.MEETING_CANCEL, K.MEETING_COUNTER), lead(meeting_at=SLOTS[0]))
    assert (step.action, step.offer_times) == (NextAction.ANSWER, True)


def test_a_yes_to_the_meeting_that_stands_changes_nothing() -> None:
    step = next_step(reading(K.MEETING_ACCEPT), lead(meeting_at=SLOTS[0], offered=SLOTS[:1]))
    assert (step.action, step.state) == (NextAction.NOTHING, LeadState.MEETING)


def test_interest_that_names_a_free_time_is_booked_unless_something_is_asked_too() -> None:
    free = lead(open_time=NOW + timedelta(days=4))
    assert next_step(reading(K.POSITIVE), free).action is NextAction.BOOK
    asks = reading(K.QUESTION, K.POSITIVE, questions=("What is it?",))
    assert (next_step(asks, free).action, next_step(asks, free).offer_times) == (NextAction.ANSWER, True)


@pytest.mark.parametrize(
    ("named", "action"),
    [((), NextAction.STOP), ((Referred(quote="x", name="Bo Hill"),), NextAction.HAND_OVER)],
)
def test_whose_mailbox_says_that_they_left_is_written_to_no_more_and_nobody_answers_it(
    named: tuple[Referred, ...], action: NextAction
) -> None:
    step = next_step(reading(K.AUTO_REPLY, K.WRONG_PERSON, referrals=named), lead())
    assert (step.action, step.state, step.refer) == (action, LeadState.CLOSED, False)


@pytest.mark.parametrize("kind", [K.MEETING_ACCEPT, K.MEETING_COUNTER, K.POSITIVE])
@pytest.mark.parametrize("meeting_at", [None, SLOTS[1]])
def test_a_time_that_is_gone_is_not_booked_and_others_are_offered(
    kind: ReplyKind, meeting_at: datetime | None
) -> None:
    taken = (ProposedTime(start=SLOTS[0], quote="tomorrow"),)
    step = next_step(reading(kind, times=taken), lead(offered=SLOTS, gone=SLOTS[0], meeting_at=meeting_at))
    assert (step.action, step.offer_times, step.slot) == (NextAction.ANSWER, True, None)
