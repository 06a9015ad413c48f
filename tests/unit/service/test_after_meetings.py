"""After a meeting: other times for whoever did not come, thanks and the next step for whoever did – once each."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.decisions import Actor
from runtime.store import meetings
from runtime.store.tables import outbox
from service import tasks
from service.timetable import of_house, run_due
from tests.fixtures.caldav import RealCalendar
from tests.unit.service.test_inbox import Post
from tests.unit.service.test_inbox import post as post  # the fixture
from tests.unit.service.test_meeting_story import offered, says
from tests.unit.service.test_meeting_story import talks as talks  # the fixture

OWNER = Actor(kind="user", name="Olga", role="owner")
WORK = ("meetings_over", "after_meetings", "after_meeting")


async def _met(post: Post, outcome: str) -> dict[str, Any]:
    """A meeting is agreed on, its time passes, and the owner says what came of it; the meeting."""
    await says(post, "Sounds good. Which slots could you offer?")
    await says(post, "The second one, please.")
    async with post.home.house.database.read() as tx:
        (meeting,) = await meetings.live(tx, contact_id="con_1")
    await _later(post, meeting["ends_at"] + timedelta(minutes=5))
    (task,) = await tasks.listing(post.home.house)
    await tasks.finish(post.home.house, task["id"], outcome, OWNER)
    return meeting


async def _later(post: Post, at: datetime) -> None:
    """The unattended work of a moment, and what leaves then."""
    post.home.clock.at = at
    table = of_house(post.home.house)
    skip = {kind.name for kind in table.kinds} - set(WORK)
    for kind, done in await run_due(post.home.house, table, skip=skip):
        assert not isinstance(done, Exception), (kind.name, done)
    await post.home.house.effector().drain()


async def _answers(post: Post) -> list[dict[str, Any]]:
    async with post.home.house.database.read() as tx:
        query = select(outbox).where(outbox.c.kind == "answer_mail").order_by(outbox.c.made_at, outbox.c.id)
        return [dict(row) for row in (await tx.execute(query)).mappings()]


async def test_whoever_did_not_come_is_offered_other_times_once(talks: tuple[Post, RealCalendar]) -> None:
    post, _ = talks
    meeting = await _met(post, "no-show")
    for minutes in (10, 20, 24 * 60):
        await _later(post, meeting["ends_at"] + timedelta(minutes=minutes))

    first, again = await _answers(post)
    assert "did not work out" in again["action"]["body"]
    assert len(again["action"]["slots"]) == 3
    assert (again["state"], again["contact_id"]) == ("sent", "con_1")
    assert again["key"] != first["key"]
    assert len([at for at in await offered(post) if at > meeting["ends_at"]]) == 3


async def test_whoever_came_is_thanked_on_the_next_working_day_and_asked_what_comes_next(
    talks: tuple[Post, RealCalendar],
) -> None:
    post, _ = talks
    meeting = await _met(post, "held")
    await _later(post, meeting["ends_at"] + timedelta(hours=2))
    assert len(await _answers(post)) == 1

    for hours in (24, 48, 96):
        await _later(post, meeting["ends_at"] + timedelta(hours=hours))
    (_, thanks) = await _answers(post)
    assert "next step" in thanks["action"]["body"]
    assert not thanks["action"]["slots"]


@pytest.mark.parametrize(
    ("outcome", "words", "mails"),
    [
        ("held", "Thanks for the talk today, that was useful.", 2),
        ("held", "It was good to talk, but we are not interested any more.", 1),
        ("no-show", "Thanks for the talk today, that was useful.", 1),
    ],
)
async def test_whoever_wrote_more_than_thanks_since_gets_no_second_word(
    talks: tuple[Post, RealCalendar], outcome: str, words: str, mails: int
) -> None:
    post, _ = talks
    await says(post, "Sounds good. Which slots could you offer?")
    await says(post, "The second one, please.")
    async with post.home.house.database.read() as tx:
        (meeting,) = await meetings.live(tx, contact_id="con_1")
    await _later(post, meeting["ends_at"] + timedelta(minutes=5))
    row = await says(post, words)
    assert row["reading"]
    (task,) = await tasks.listing(post.home.house)
    await tasks.finish(post.home.house, task["id"], outcome, OWNER)
    for days in (3, 6):
        await _later(post, meeting["ends_at"] + timedelta(days=days))

    assert len(await _answers(post)) == mails


async def test_a_meeting_that_was_called_off_is_followed_by_nothing(talks: tuple[Post, RealCalendar]) -> None:
    post, _ = talks
    meeting = await _met(post, "cancelled")
    await _later(post, meeting["ends_at"] + timedelta(days=2))

    assert len(await _answers(post)) == 1
