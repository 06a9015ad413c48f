"""Touches and what followed them, as it was known at a moment – never later."""

from datetime import datetime, timedelta
from typing import Any

from domain.decisions import OutboxState
from domain.experience import After, Experience, MadeTouch
from domain.meetings import MeetingState
from domain.replies import ReplyKind
from runtime.store import deals, experience, meetings, talks
from runtime.store.harms import OPTED_OUT
from tests.fixtures import builders
from tests.fixtures import deals as told
from tests.fixtures.talks import Talks
from tests.fixtures.workspace import Workspace

MONDAY = builders.MONDAY
DAY = timedelta(days=1)


def touch(number: int = 1, step: int = 1, at: datetime = MONDAY, **given: Any) -> MadeTouch:
    values = {
        "key": f"touch-{number}-{step}",
        "at": at,
        "decision_id": f"dec_{number}{step}",
        "campaign_id": "cam_1",
        "contact_id": f"con_{number}",
        "account_id": f"acc_{number}",
        "step": step,
        "features": {"role": "head_of_operations", "fit": 0.8},
    }
    return MadeTouch.model_validate({**values, **given})


async def lived(workspace: Workspace) -> None:
    """Two people, three mails, a reply, a meeting that was moved and held, a deal that was won, an opt-out."""
    post = Talks(workspace)
    await told.company(workspace)
    await told.company(workspace, 2)
    for one in (touch(), touch(step=2, at=MONDAY + 3 * DAY), touch(2)):
        async with workspace.database.write() as tx:
            assert await experience.note(tx, one)
        contact = {"contact_id": one.contact_id, "account_id": one.account_id}
        sent = {"id": f"out_{one.key}", "key": one.key, "sent_at": one.at + timedelta(hours=2), **contact}
        await post.intent("send_email", OutboxState.SENT, one.at, **sent)
    wish = told.reading(ReplyKind.POSITIVE, "Sounds good.")
    await told.wrote(workspace, "inb_1", "Sounds good.", wish, at=MONDAY + 4 * DAY)
    workspace.clock.at = MONDAY + DAY
    await told.met(workspace, "mee_1", MONDAY + 7 * DAY, "booked")
    async with workspace.database.write() as tx:
        meeting = meetings.of(await meetings.one(tx, "mee_1") or {})
        for state, day in ((MeetingState.MOVED, 5), (MeetingState.HELD, 8)):
            await meetings.keep(tx, meeting.model_copy(update={"state": state}), "", MONDAY + day * DAY)
    await post.deal()
    async with workspace.database.write() as tx:
        row = {"id": "mov_1", "deal_id": "dea_1", "before": "negotiation", "after": "won", "reason": "signed"}
        await deals.add_move(tx, {**row, "decision_id": "dec_9", "by": "olga", "at": MONDAY + 20 * DAY})
        opted = {"event_id": "evt_1", "kind": OPTED_OUT, "subject": "out_touch-2-1", "body": {}, "cause": ""}
        await talks.add_event(tx, **opted, at=MONDAY + 2 * DAY)


async def known(workspace: Workspace, at: datetime) -> dict[str, Experience]:
    async with workspace.database.read() as tx:
        return {one.touch.key: one for one in await experience.as_of(tx, at)}


def story(one: Experience) -> list[tuple[str, str]]:
    return [(str(it.kind), it.value) for it in one.followed]


async def test_what_followed_belongs_to_the_last_mail_that_had_left(workspace: Workspace) -> None:
    await lived(workspace)
    all_of_it = await known(workspace, MONDAY + 30 * DAY)
    assert story(all_of_it["touch-1-1"]) == [("sent", ""), ("meeting", "booked")]
    assert story(all_of_it["touch-1-2"]) == [
        ("sent", ""),
        ("reply", "positive"),
        ("meeting", "moved"),
        ("meeting", "held"),
        ("stage", "won"),
    ]
    assert all_of_it["touch-1-2"].came(After.STAGE, "won")
    assert story(all_of_it["touch-2-1"]) == [("sent", ""), ("opt_out", "")]


async def test_nothing_later_than_the_moment_is_known(workspace: Workspace) -> None:
    await lived(workspace)
    assert await known(workspace, MONDAY - DAY) == {}
    assert story((await known(workspace, MONDAY))["touch-1-1"]) == []
    early = await known(workspace, MONDAY + 4 * DAY)
    assert story(early["touch-1-2"]) == [("sent", ""), ("reply", "positive")]
    for days in range(25):
        moment = MONDAY + days * DAY
        for one in (await known(workspace, moment)).values():
            assert one.touch.at <= moment
            assert all(it.at <= moment for it in one.followed)


async def test_a_moment_looks_the_same_when_one_looks_back_at_it_later(workspace: Workspace) -> None:
    """The replay: what each day showed on that day is what it shows after everything else has happened."""
    await told.company(workspace)
    post, seen = Talks(workspace), {}
    for day in range(6):
        at = MONDAY + day * DAY
        one = touch(step=day + 1, at=at)
        async with workspace.database.write() as tx:
            await experience.note(tx, one)
        sent = {"id": f"out_{day}", "key": one.key, "sent_at": at, "campaign_id": "cam_1"}
        await post.intent("send_email", OutboxState.SENT, at, **sent)
        read = told.reading(ReplyKind.QUESTION, "What does it cost?")
        await told.wrote(workspace, f"inb_{day}", "What does it cost?", read, at=at + timedelta(hours=3))
        seen[at + timedelta(hours=12)] = await known(workspace, at + timedelta(hours=12))
    for moment, as_it_was in seen.items():
        assert await known(workspace, moment) == as_it_was


async def test_what_was_known_at_a_touch_is_never_rewritten(workspace: Workspace) -> None:
    async with workspace.database.write() as tx:
        assert await experience.note(tx, touch())
        assert not await experience.note(tx, touch(features={"fit": 0.1}))
    assert (await known(workspace, MONDAY))["touch-1-1"].touch.features["fit"] == 0.8
