"""Facts about a meeting, read from offered times, threads and the meetings we made."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from autonomy.act_facts import meeting_facts
from autonomy.facts import MeetingFacts
from domain.actions import BookMeeting, ChangeMeeting
from domain.decisions import Verdict
from runtime.store import meetings, people
from tests.fixtures import builders
from tests.fixtures.talks import Talks
from tests.fixtures.workspace import Workspace

SLOT = builders.MONDAY + timedelta(days=1)
BOOKING = BookMeeting(
    contact_id="con_1",
    starts_at=SLOT,
    minutes=30,
    attendees=("con_1",),
    subject="A short call",
    meeting_id="mee_9",
    thread_id="thr_1",
)


@pytest.fixture
async def talks(workspace: Workspace) -> Talks:
    """Contact 1 answered us and was offered one time."""
    one = Talks(workspace)
    await one.someone_wrote()
    await one.offer(SLOT)
    return one


async def facts_of(talks: Talks, action: Any) -> MeetingFacts:
    async with talks.database.read() as tx:
        found = await meeting_facts(tx, action, talks.workspace.terms, builders.MONDAY)
    assert found is not None
    return found


def booking(**given: Any) -> BookMeeting:
    return BOOKING.model_copy(update=given)


async def test_the_contact_who_wrote_may_take_an_offered_time(talks: Talks) -> None:
    facts = await facts_of(talks, BOOKING)
    assert (facts.contact_known, facts.contact_answered, facts.slot_offered) == (True, True, True)
    assert facts.thread_contacts == ("con_1",)
    assert facts.suppressed is None


@pytest.mark.parametrize(
    "given",
    [
        {"starts_at": SLOT + timedelta(minutes=30)},
        {"minutes": 31},
        {"starts_at": datetime(2026, 11, 3, 10)},
    ],
)
async def test_another_time_a_longer_meeting_or_no_zone_was_not_offered(talks: Talks, given: dict) -> None:
    assert not (await facts_of(talks, booking(**given))).slot_offered


async def test_a_time_in_a_text_that_did_not_leave_is_not_offered(talks: Talks) -> None:
    later = SLOT + timedelta(days=1)
    await talks.offer(later, sent=False)
    assert not (await facts_of(talks, booking(starts_at=later))).slot_offered
    async with talks.database.write() as tx:
        await meetings.offers_sent(tx, "thr_1")
    assert (await facts_of(talks, booking(starts_at=later))).slot_offered


async def test_a_time_offered_to_somebody_else_was_not_offered_to_this_contact(talks: Talks) -> None:
    later = SLOT + timedelta(days=1)
    await talks.offer(later, contact_id="con_2", thread_id="thr_2")
    assert not (await facts_of(talks, booking(starts_at=later))).slot_offered


@pytest.mark.parametrize("contact", ["con_1", "con_2"])
async def test_a_time_at_which_another_meeting_stands_by_now_is_taken(talks: Talks, contact: str) -> None:
    await talks.meeting(SLOT - timedelta(minutes=45), minutes=60, id="mee_2", contact_id=contact)
    assert not (await facts_of(talks, BOOKING)).slot_offered


async def test_meetings_that_end_or_begin_at_its_edges_or_are_over_leave_a_time_free(talks: Talks) -> None:
    await talks.meeting(SLOT - timedelta(minutes=30), id="mee_2")
    await talks.meeting(SLOT + timedelta(minutes=30), id="mee_3")
    await talks.meeting(SLOT, id="mee_4", state="cancelled")
    await talks.meeting(SLOT, id="mee_9")  # this very meeting, looked at again when its invitation leaves
    assert (await facts_of(talks, BOOKING)).slot_offered


@pytest.mark.parametrize(
    "mail",
    [
        {"contact_id": "con_2"},
        {"kind": "auto"},
        {"kind": "bounce"},
        {"thread_id": "thr_2"},
        {"body": {"authenticated": "no"}},
    ],
)
async def test_a_contact_who_never_wrote_here_did_not_ask_for_a_meeting(
    workspace: Workspace, mail: dict
) -> None:
    talks = Talks(workspace)
    await workspace.add(builders.account(), builders.contact())
    await talks.thread()
    assert not (await facts_of(talks, BOOKING)).contact_answered
    await talks.mail(**mail)
    assert not (await facts_of(talks, BOOKING)).contact_answered


async def test_an_invented_contact_or_thread_is_the_worst_case(talks: Talks) -> None:
    assert await facts_of(talks, booking(contact_id="con_9")) == MeetingFacts()
    assert not (await facts_of(talks, booking(thread_id="thr_9"))).contact_answered
    await talks.thread(id="thr_2", contact_id="con_2")
    assert not (await facts_of(talks, booking(thread_id="thr_2"))).contact_answered


async def test_our_meeting_moves_to_an_offered_time_or_is_cancelled(talks: Talks) -> None:
    await talks.meeting(SLOT + timedelta(minutes=15), contact_id="con_1")
    moved = await facts_of(talks, ChangeMeeting(meeting_id="mee_1", contact_id="con_1", starts_at=SLOT))
    assert (moved.made_by_us, moved.slot_offered, moved.thread_contacts) == (True, True, ("con_1",))
    assert (await facts_of(talks, ChangeMeeting(meeting_id="mee_1"))).made_by_us


async def test_a_long_meeting_does_not_fit_into_a_short_slot(talks: Talks) -> None:
    await talks.meeting(SLOT + timedelta(days=3), minutes=60)
    assert not (await facts_of(talks, ChangeMeeting(meeting_id="mee_1", starts_at=SLOT))).slot_offered


async def test_a_meeting_that_is_not_ours_is_the_worst_case(talks: Talks) -> None:
    assert await facts_of(talks, ChangeMeeting(meeting_id="mee_7")) == MeetingFacts()


async def test_what_is_no_meeting_has_no_such_facts(talks: Talks) -> None:
    async with talks.database.read() as tx:
        assert await meeting_facts(tx, builders.task(), talks.workspace.terms, builders.MONDAY) is None


async def judged(talks: Talks, action: Any) -> Verdict:
    made = await talks.workspace.judged(action, actor=builders.RELATIONSHIP, label=builders.CRM)
    return made.judgement.verdict


async def test_a_booking_asks_at_first_and_one_nobody_offered_is_refused(talks: Talks) -> None:
    assert await judged(talks, BOOKING) is Verdict.ASK
    assert await judged(talks, booking(starts_at=SLOT + timedelta(days=2))) is Verdict.REFUSE
    assert await judged(talks, booking(attendees=("con_1", "con_2"))) is Verdict.REFUSE


@pytest.mark.parametrize("scope", ["mailbox:maria@acme.example", "account:acc_1", "agent:relationship"])
async def test_a_stop_of_mailbox_account_or_agent_stops_invitations(talks: Talks, scope: str) -> None:
    await talks.meeting(SLOT + timedelta(days=2))
    move = ChangeMeeting(meeting_id="mee_1", contact_id="con_1", starts_at=SLOT)
    assert await judged(talks, move) is Verdict.ASK
    async with talks.database.write() as tx:
        await people.throw_switch(tx, scope=scope, level="sends", reason="r", by="olga", at=builders.MONDAY)
    assert await judged(talks, move) is await judged(talks, BOOKING) is Verdict.REFUSE
