"""From a wish to meet to a meeting in the calendar, moved and called off – decided without a person."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select

from autonomy.policy_file import load_policy
from domain.actions import AddTask
from domain.errors import Refused
from domain.meetings import MeetingState
from domain.outcomes import Sign
from runtime.store import answers, meetings, outcomes
from runtime.store.due import DueRow
from runtime.store.tables import audit
from service.calendar_desk import CalendarDesk
from service.deal_tasks import propose_task
from service.follow_ups import write_follow_ups
from service.tasks import ask_whether_it_stands, listing
from tests.fixtures import builders
from tests.fixtures import deals as told
from tests.fixtures.caldav import RealCalendar, start_calendar
from tests.unit.service.test_inbox import Post
from tests.unit.service.test_inbox import post as post  # the fixture

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def talks(post: Post) -> AsyncIterator[tuple[Post, RealCalendar]]:
    """The mailbox of a house with a calendar and the matrix for work nobody watches."""
    real = await start_calendar()
    house = post.home.house
    settings = house.settings.model_copy(update={"caldav_url": SecretStr(real.url)})
    calendar = CalendarDesk(settings, post.home.clock, house.database, builders.TERMS.sender)
    policy = load_policy(Path("docs/policies/unattended.yaml"))
    house = replace(house, settings=settings, calendar=calendar, policy=policy)
    yield replace(post, home=replace(post.home, house=house)), real
    await calendar.close()
    real.server.stop()


async def says(post: Post, text: str, number: int = 1) -> dict[str, Any]:
    """A mail comes in, is handled, and what follows leaves; its row."""
    await post.arrive(post.letter(number, text))
    await post.handle()
    await post.home.house.effector().drain()
    return (await post.rows())[-1]


async def stored(post: Post) -> list[tuple[str, datetime]]:
    async with post.home.house.database.read() as tx:
        rows = await meetings.between(tx, NOVEMBER, NOVEMBER + timedelta(days=60))
        return [(row["state"], row["starts_at"]) for row in rows]


async def offered(post: Post) -> list[datetime]:
    async with post.home.house.database.read() as tx:
        return [one["starts_at"] for one in await meetings.offered(tx, "con_1")]


async def left_aside(post: Post) -> list[str]:
    """What the audit chain says was considered and not done when the meeting was decided on."""
    async with post.home.house.database.read() as tx:
        rows = (await tx.execute(select(audit.c.body).order_by(audit.c.seq.desc()))).scalars()
        return next(row["alternatives"] for row in rows if row.get("action") == "book_meeting")


def in_calendar(real: RealCalendar) -> list[tuple[str, str, int]]:
    return [(row["start"][:16], row["status"], row["sequence"]) for row in real.diary.events()]


async def test_a_wish_to_meet_becomes_a_meeting_that_is_moved_and_called_off(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, real = talks
    await says(post, "Sounds good. Which slots could you offer?")
    slots = await offered(post)
    assert len(slots) == 3

    row = await says(post, "The second one, please.")
    assert (row["state"], (await post.thread())["state"]) == ("handled", "meeting")
    assert await stored(post) == [(MeetingState.BOOKED, slots[1])]
    assert [one[1:] for one in in_calendar(real)] == [("CONFIRMED", 0)]
    assert await left_aside(post) == [f"{at.isoformat()}: offered, not taken" for at in (slots[0], slots[2])]

    await says(post, "Could we move our call to Tuesday, 10 November at 15:30?")
    moved = datetime(2026, 11, 10, 15, 30, tzinfo=UTC)
    assert await stored(post) == [(MeetingState.MOVED, moved)]
    assert in_calendar(real) == [("2026-11-10T15:30", "CONFIRMED", 1)]

    post.home.clock.at += timedelta(days=1)  # three answers a day are the most
    await says(post, "I have to cancel our call, something came up.")
    assert await stored(post) == []
    assert [one[1] for one in in_calendar(real)] == ["CANCELLED"]


async def test_who_changes_a_time_again_before_the_first_new_one_left_gets_the_last_they_named(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, real = talks
    await says(post, "Sounds good. Which slots could you offer?")
    await says(post, "The second one, please.")
    post.home.clock.at += timedelta(days=1)  # three letters a day are the most
    for day in ("Tuesday, 10", "Wednesday, 11"):  # nothing leaves between the two
        await post.arrive(post.letter(1, f"Could we move our call to {day} November at 15:30?"))
        await post.handle()

    await post.home.house.effector().drain()

    assert await stored(post) == [(MeetingState.MOVED, datetime(2026, 11, 11, 15, 30, tzinfo=UTC))]
    assert in_calendar(real) == [("2026-11-11T15:30", "CONFIRMED", 2)]


async def test_a_meeting_with_somebody_who_opted_out_since_is_put_before_a_person_once(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, real = talks
    await says(post, "Sounds good. Which slots could you offer?")
    await says(post, "The second one, please.")
    await told.met(post.home.workspace, "mtg_other", (await offered(post))[0], number=2)
    await says(post, "Please take me off your list.")

    for _ in range(2):
        await ask_whether_it_stands(post.home.house, DueRow("", "meetings_ahead", "", post.home.clock.at))

    (task,) = await listing(post.home.house)
    assert task["title"] == "Does the meeting with Anna Weiss still stand?"
    assert "opted out in words" in task["why"]
    assert [one[1] for one in in_calendar(real)] == ["CONFIRMED"]


async def test_a_time_of_theirs_is_booked_when_it_is_free_and_others_are_offered_when_not(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, _ = talks
    await says(post, "Happy to talk. How about Saturday, 7 November at 11:00?")
    assert await stored(post) == []
    assert len(await offered(post)) == 3

    await says(post, "Then let us say Wednesday, 11 November at 11:00.")
    assert await stored(post) == [(MeetingState.BOOKED, datetime(2026, 11, 11, 11, tzinfo=UTC))]


async def test_a_time_whose_meeting_they_declined_is_not_offered_again(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, _ = talks
    await says(post, "Sounds good. Which slots could you offer?")
    slots = await offered(post)
    await told.met(post.home.workspace, "mtg_1", slots[1], state="declined")

    await says(post, "Which other slots could you offer?")
    again = await offered(post)
    assert len(again) == 3
    assert slots[1] not in again


async def test_a_time_that_was_taken_meanwhile_is_no_breach(talks: tuple[Post, RealCalendar]) -> None:
    post, _ = talks
    await says(post, "Sounds good. Which slots could you offer?")
    slots = await offered(post)
    await told.met(post.home.workspace, "mtg_other", slots[0], number=2)

    assert (await says(post, "The first one, please."))["state"] == "handled"
    assert slots[0] not in await offered(post)
    async with post.home.house.database.read() as tx:
        assert Sign.BREACH not in {one.sign for one in await outcomes.of_agents(tx)}


async def test_who_takes_a_time_that_somebody_else_has_by_now_hears_so_and_is_offered_others(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, real = talks
    await says(post, "Sounds good. Which slots could you offer?")
    slots = await offered(post)
    taken(real, slots[0])

    row = await says(post, "The first one, please.")
    assert (row["state"], (await post.thread())["state"]) == ("handled", "waiting")
    assert sum("is no longer free" in text for text in await words_to(post)) == 1
    assert await stored(post) == []
    again = await offered(post)
    assert len(again) == 3
    assert slots[0] not in again

    await says(post, "The third one, please.")
    assert await stored(post) == [(MeetingState.BOOKED, again[2])]


async def test_a_time_taken_between_the_decision_and_the_booking_is_answered_on_the_next_look(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, real = talks
    await says(post, "Sounds good. Which slots could you offer?")
    slots = await offered(post)
    await post.arrive(post.letter(1, "The second one, please."))
    await post.handle()
    taken(real, slots[1])
    await post.home.house.effector().drain()
    assert (await post.rows())[-1]["state"] == "new"
    assert (await post.thread())["state"] == "replied"

    for _ in range(2):
        await post.handle()
        await post.home.house.effector().drain()
    assert [row["state"] for row in await post.rows()] == ["handled", "handled"]
    assert sum("is no longer free" in text for text in await words_to(post)) == 1
    assert await stored(post) == []
    assert slots[1] not in await offered(post)


async def test_a_meeting_that_could_not_be_moved_stands_and_moves_to_the_next_time_they_take(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, real = talks
    await says(post, "Sounds good. Which slots could you offer?")
    slots = await offered(post)
    await says(post, "The third one, please.")
    await post.arrive(post.letter(1, "Could we move our call to Tuesday, 10 November at 15:30?"))
    await post.handle()
    taken(real, datetime(2026, 11, 10, 15, 30, tzinfo=UTC))
    await post.home.house.effector().drain()
    assert await stored(post) == [(MeetingState.BOOKED, slots[2])]
    await post.handle()
    await post.home.house.effector().drain()
    assert await stored(post) == [(MeetingState.BOOKED, slots[2])]
    assert len(await words_to(post)) == 2

    post.home.clock.at += timedelta(days=1)  # three letters a day are the most
    await says(post, "Could we move our call to Wednesday, 11 November at 15:30?")
    assert await stored(post) == [(MeetingState.MOVED, datetime(2026, 11, 11, 15, 30, tzinfo=UTC))]


def taken(real: RealCalendar, at: datetime) -> None:
    """Somebody else has that hour now."""
    real.busy(f"{at:%Y-%m-%d %H:%M}", f"{at + timedelta(hours=1):%Y-%m-%d %H:%M}")


async def words_to(post: Post) -> tuple[str, ...]:
    async with post.home.house.database.read() as tx:
        return await answers.texts_to(tx, "con_1")


async def test_whoever_names_a_day_hears_nothing_before_it_and_something_then(post: Post) -> None:
    await says(post, "Not now, please write to me again on 16 November.")
    thread = await post.thread()
    assert (thread["state"], thread["until"].date()) == ("paused", datetime(2026, 11, 16).date())
    await _follow_up(post, datetime(2026, 11, 13, 7, 15, tzinfo=UTC))
    assert (await post.thread())["state"] == "paused"
    await _follow_up(post, datetime(2026, 11, 16, 7, 15, tzinfo=UTC))
    thread = await post.thread()
    assert (thread["state"], thread["until"]) == ("handed", None)
    assert [row["about"] for row in await post.home.do("tasks")] == [thread["id"]]


async def _follow_up(post: Post, at: datetime) -> None:
    post.home.clock.at = at
    policy = load_policy(Path("docs/policies/unattended.yaml"))
    await write_follow_ups(
        replace(post.home.house, policy=policy), DueRow("", "follow_ups", "follow_ups", at)
    )


async def test_a_task_about_nothing_we_know_is_refused(lived_in: Any) -> None:
    house = replace(lived_in.house, policy=load_policy(Path("docs/policies/unattended.yaml")))
    action = AddTask(task_id="tsk_1", about="con_404", title="Call", due_at=builders.NEXT_WEEK, why="x")
    with pytest.raises(Refused, match="does not exist"):
        async with house.database.write() as tx:
            await propose_task(tx, house, action, cause="test", now=builders.MONDAY)
