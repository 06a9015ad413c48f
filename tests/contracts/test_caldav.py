"""The calendar client and the booking against a real CalDAV server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from domain.errors import Correctable
from domain.meetings import Meeting, MeetingState, Partstat
from runtime.clock import FixedClock
from tests.fixtures.caldav import OWNER, RealCalendar, start_calendar
from tests.fixtures.meetings import NOW, at, event, meeting, slot
from tools.act.booking import Booking
from tools.act.invite import stored_event
from tools.providers.caldav import CalDav, CalendarObject
from tools.read.calendar.availability import look
from tools.read.calendar.busy import BusyReading, Window
from tools.read.calendar.zones import zone_named

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOME = "/maria%40acme.example/"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[RealCalendar]:
    one = await start_calendar()
    yield one
    one.server.stop()


@pytest.fixture
def real(running: RealCalendar) -> RealCalendar:
    running.empty()
    return running


@pytest_asyncio.fixture(loop_scope="module")
async def client(real: RealCalendar) -> AsyncIterator[CalDav]:
    one = CalDav(real.url)
    yield one
    await one.close()


def booking(client: CalDav) -> Booking:
    return Booking(client, FixedClock(NOW), "Europe/Berlin", OWNER)


async def seen(client: CalDav, start: str, end: str) -> BusyReading:
    return await look(client, Window(at(start), at(end), zone_named("Europe/Berlin"), OWNER))


def rows(real: RealCalendar) -> list[tuple[str, str, int]]:
    """What a person sees in the calendar: start, status, sequence of every meeting of ours."""
    ours = [row for row in real.diary.events() if row["uid"].endswith("@meetings.rainmaker")]
    return [(row["start"][:16], row["status"], row["sequence"]) for row in ours]


@pytest.mark.parametrize("path", ["/", HOME, f"{HOME}calendar/", f"{HOME}calendar"])
async def test_the_calendar_is_found_from_any_starting_point(real: RealCalendar, path: str):
    client = CalDav(real.url_of(path))
    assert await client.calendar() == f"{HOME}calendar/"
    await client.close()


async def test_a_wrong_password_is_told_as_such(real: RealCalendar):
    client = CalDav(real.url_of("/", password="wrong"))
    with pytest.raises(Correctable) as caught:
        await client.calendar()
    assert (caught.value.code, caught.value.where) == ("calendar_auth", "RAINMAKER_CALDAV_URL")
    assert "wrong" not in f"{caught.value.message}{caught.value.hint}"
    await client.close()


async def test_an_address_without_a_calendar_is_told_as_such(real: RealCalendar):
    client = CalDav(real.url_of("/nobody/"))
    with pytest.raises(Correctable) as caught:
        await client.calendar()
    assert caught.value.code in {"calendar_not_found", "calendar_auth"}
    await client.close()


async def test_busy_times_come_with_recurrences_and_zones(real: RealCalendar, client: CalDav):
    real.busy("2026-11-04 09:00", "2026-11-04 10:00", rrule="FREQ=WEEKLY")
    real.busy("2026-11-11 12:00", "2026-11-11 13:00", transparent=True)
    zoned = event(
        "DTSTART;TZID=America/New_York:20261110T090000",
        "DTEND;TZID=America/New_York:20261110T100000",
        uid="zoned",
    )
    real.diary.add({"raw": zoned})
    reading = await seen(client, "2026-11-09 00:00", "2026-11-20 00:00")
    assert [f"{one.start:%d %H:%M}" for one in reading.busy] == ["10 14:00", "11 09:00", "18 09:00"]
    assert reading.problems == ()


async def test_the_servers_own_free_busy_agrees(real: RealCalendar, client: CalDav):
    real.busy("2026-11-04 09:00", "2026-11-04 10:00", rrule="FREQ=WEEKLY")
    told = await client.free_busy(at("2026-11-09 00:00"), at("2026-11-20 00:00"))
    assert told is not None and "20261111T090000Z" in told


async def test_a_booking_is_in_the_calendar_once_however_often_it_is_asked_for(
    real: RealCalendar, client: CalDav
):
    first = await booking(client).book(meeting())
    second = await booking(client).book(meeting())
    assert (first.repeated, second.repeated) == (False, True)
    assert first.meeting.state is MeetingState.BOOKED
    assert rows(real) == [("2026-11-12T13:00", "CONFIRMED", 0)]
    assert "METHOD" not in real.diary.events()[0]["raw"]


async def test_a_taken_time_is_refused(real: RealCalendar, client: CalDav):
    real.busy("2026-11-12 13:15", "2026-11-12 14:00")
    with pytest.raises(Correctable) as caught:
        await booking(client).book(meeting())
    assert caught.value.code == "slot_taken"
    assert rows(real) == []


async def test_neighbours_do_not_collide(real: RealCalendar, client: CalDav):
    real.busy("2026-11-12 12:00", "2026-11-12 13:00")
    await booking(client).book(meeting())
    await booking(client).book(meeting(2, "2026-11-12 13:30"))
    assert len(rows(real)) == 2


async def test_a_second_put_of_the_same_uid_is_refused_by_the_server(client: CalDav):
    ics = stored_event(meeting(), NOW)
    await client.create(meeting().uid, ics)
    with pytest.raises(Correctable) as caught:
        await client.create(meeting().uid, ics)
    assert caught.value.code == "slot_taken"


async def test_a_stale_copy_overwrites_and_removes_nothing(client: CalDav):
    await client.create(meeting().uid, stored_event(meeting(), NOW))
    stale = await client.get(meeting().uid)
    assert stale is not None and stale.etag and stale.modified is not None
    await client.replace(stale, stored_event(meeting(subject="Changed"), NOW))
    for attempt in (client.replace(stale, b""), client.delete(stale)):
        with pytest.raises(Correctable) as caught:
            await attempt
        assert caught.value.code == "calendar_changed"
    fresh = await client.get(meeting().uid)
    assert fresh is not None
    await client.delete(fresh)
    await client.delete(fresh)  # gone is gone
    assert await client.get(meeting().uid) is None


async def test_two_writers_of_overlapping_meetings_never_both_win(real: RealCalendar):
    for number in range(2):
        real.empty()
        clients = [CalDav(real.url), CalDav(real.url), CalDav(real.url)]
        wanted = [meeting(10 * number + n, f"2026-11-12 13:{10 * n:02}") for n in range(3)]
        done = await asyncio.gather(
            *(booking(c).book(one) for c, one in zip(clients, wanted, strict=True)), return_exceptions=True
        )
        won = [one for one in done if not isinstance(one, BaseException)]
        lost = [one for one in done if isinstance(one, Correctable)]
        assert len(won) + len(lost) == 3 and {one.code for one in lost} == {"slot_taken"}
        assert len(won) == len(rows(real)) <= 1
        for client in clients:
            await client.close()


async def test_an_entry_that_slips_in_between_the_look_and_the_write_wins(real: RealCalendar, client: CalDav):
    class Late(CalDav):
        async def create(self, uid: str, ics: bytes) -> None:
            if not real.diary.events():
                real.busy("2026-11-12 13:00", "2026-11-12 14:00")
            await super().create(uid, ics)

    late = Late(real.url)
    with pytest.raises(Correctable) as caught:
        await booking(late).book(meeting())
    assert caught.value.code == "slot_taken"
    assert rows(real) == []
    await late.close()


class Died(Exception):
    """Stands for the end of the process."""


class Dying(CalDav):
    """Ends at one of its calls, before or after the call took place."""

    def __init__(self, url: str, call: str, number: int = 1, after: bool = True) -> None:
        super().__init__(url)
        self._call, self._left, self._after = call, number, after

    async def _pass(self, call: str, work):
        dies = call == self._call
        self._left -= dies
        if dies and self._left == 0 and not self._after:
            raise Died
        result = await work
        if dies and self._left == 0:
            raise Died
        return result

    async def get(self, uid: str) -> CalendarObject | None:
        return await self._pass("get", super().get(uid))

    async def create(self, uid: str, ics: bytes) -> None:
        await self._pass("create", super().create(uid, ics))

    async def replace(self, stored: CalendarObject, ics: bytes) -> None:
        await self._pass("replace", super().replace(stored, ics))

    async def objects(self, start: datetime, end: datetime) -> tuple[CalendarObject, ...]:
        return await self._pass("objects", super().objects(start, end))


@pytest.mark.parametrize(
    ("call", "number"), [("get", 1), ("objects", 1), ("create", 1), ("get", 2), ("objects", 2)]
)
async def test_a_booking_that_died_anywhere_converges_when_repeated(
    real: RealCalendar, client: CalDav, call: str, number: int
):
    dying = Dying(real.url, call, number)
    with pytest.raises(Died):
        await booking(dying).book(meeting())
    await booking(client).book(meeting())
    assert rows(real) == [("2026-11-12T13:00", "CONFIRMED", 0)]
    await dying.close()


async def test_a_booking_that_died_before_it_looked_gives_way_to_who_was_first(
    real: RealCalendar, client: CalDav
):
    class Blind(Dying):
        async def objects(self, start: datetime, end: datetime) -> tuple[CalendarObject, ...]:
            return ()

    real.busy("2026-11-12 13:00", "2026-11-12 14:00")
    blind = Blind(real.url, "create")
    with pytest.raises(Died):
        await booking(blind).book(meeting())
    assert len(rows(real)) == 1
    with pytest.raises(Correctable) as caught:
        await booking(client).book(meeting())
    assert caught.value.code == "slot_taken"
    assert rows(real) == []
    await blind.close()


async def booked(client: CalDav, number: int = 1) -> Meeting:
    return (await booking(client).book(meeting(number))).meeting


async def test_a_meeting_moves_once_and_wants_a_new_answer(real: RealCalendar, client: CalDav):
    one = (await booked(client)).model_copy(update={"partstat": Partstat.ACCEPTED})
    moved = await booking(client).move(one, slot("2026-11-13 09:00"))
    again = await booking(client).move(one, slot("2026-11-13 09:00"))
    assert (moved.repeated, again.repeated) == (False, True)
    assert moved.meeting.partstat is Partstat.NEEDS_ACTION and moved.meeting.sequence == 1
    assert rows(real) == [("2026-11-13T09:00", "CONFIRMED", 1)]


async def test_a_move_onto_a_taken_time_leaves_everything_as_it_was(real: RealCalendar, client: CalDav):
    one = await booked(client)
    real.busy("2026-11-13 09:00", "2026-11-13 10:00")
    with pytest.raises(Correctable) as caught:
        await booking(client).move(one, slot("2026-11-13 09:15"))
    assert caught.value.code == "slot_taken"
    assert rows(real) == [("2026-11-12T13:00", "CONFIRMED", 0)]


async def test_a_move_that_died_before_it_looked_goes_back(real: RealCalendar, client: CalDav):
    one = await booked(client)
    real.busy("2026-11-13 09:00", "2026-11-13 10:00")

    class Blind(Dying):
        async def objects(self, start: datetime, end: datetime) -> tuple[CalendarObject, ...]:
            return ()

    blind = Blind(real.url, "replace")
    with pytest.raises(Died):
        await booking(blind).move(one, slot("2026-11-13 09:15"))
    with pytest.raises(Correctable) as caught:
        await booking(client).move(one, slot("2026-11-13 09:15"))
    assert caught.value.code == "slot_taken"
    assert rows(real) == [("2026-11-12T13:00", "CONFIRMED", 0)]
    await blind.close()


async def test_what_the_owner_moved_by_hand_is_not_moved_back(real: RealCalendar, client: CalDav):
    one = await booked(client)
    by_hand = one.model_copy(update={"slot": slot("2026-11-12 15:00")})
    stored = await client.get(one.uid)
    assert stored is not None
    await client.replace(stored, stored_event(by_hand, NOW))
    for attempt in (booking(client).move(one, slot("2026-11-13 09:00")), booking(client).book(one)):
        with pytest.raises(Correctable) as caught:
            await attempt
        assert caught.value.code == "calendar_changed"
    assert rows(real) == [("2026-11-12T15:00", "CONFIRMED", 0)]


async def test_a_cancelled_meeting_frees_its_time_and_stays_cancelled(real: RealCalendar, client: CalDav):
    one = await booked(client)
    off = await booking(client).cancel(one)
    again = await booking(client).cancel(one)
    assert (off.repeated, again.repeated, off.meeting.state) == (False, True, MeetingState.CANCELLED)
    await booked(client, 2)
    assert sorted(rows(real), key=lambda row: row[2]) == [
        ("2026-11-12T13:00", "CONFIRMED", 0),
        ("2026-11-12T13:00", "CANCELLED", 1),
    ]
    for late in (booking(client).book(one), booking(client).move(one, slot("2026-11-13 09:00"))):
        with pytest.raises(Correctable) as caught:
            await late
        assert caught.value.code == "meeting_cancelled"


async def test_a_meeting_deleted_by_hand_counts_as_cancelled_and_cannot_move(
    real: RealCalendar, client: CalDav
):
    one = await booked(client)
    real.empty()
    assert (await booking(client).cancel(one)).repeated
    with pytest.raises(Correctable) as caught:
        await booking(client).move(one, slot("2026-11-13 09:00"))
    assert caught.value.code == "meeting_not_found"


async def test_an_answer_is_noted_where_the_owner_sees_it(real: RealCalendar, client: CalDav):
    one = (await booked(client)).model_copy(
        update={"partstat": Partstat.ACCEPTED, "state": MeetingState.ACCEPTED}
    )
    first = await booking(client).note_answer(one)
    second = await booking(client).note_answer(one)
    assert (first.repeated, second.repeated) == (False, True)
    assert real.diary.events()[0]["attendees"] == [{"email": "bob@buyer.example", "partstat": "ACCEPTED"}]


async def test_the_dtstamp_is_business_time(real: RealCalendar, client: CalDav):
    await booked(client)
    assert f"DTSTAMP:{NOW.astimezone(UTC):%Y%m%dT%H%M%SZ}" in real.diary.events()[0]["raw"]
