"""Which times an entry takes: recurrences, exceptions, zones, whole days, and what does not bind."""

from datetime import UTC, datetime

import pytest

from domain.meetings import Busy
from tests.fixtures.meetings import calendar, event
from tools.read.calendar.busy import Window, read_busy
from tools.read.calendar.zones import zone_named

WINDOW = Window(
    datetime(2026, 10, 19, tzinfo=UTC),
    datetime(2026, 11, 9, tzinfo=UTC),
    zone_named("Europe/Berlin"),
    owner="maria@acme.example",
)


def busy(text: str) -> tuple[Busy, ...]:
    reading = read_busy([("x", text)], WINDOW)
    assert reading.problems == ()
    return reading.busy


def starts(text: str) -> list[str]:
    return [f"{one.start:%m-%d %H:%M}" for one in busy(text)]


def test_a_weekly_meeting_keeps_its_local_hour_over_the_end_of_summer_time():
    text = event(
        "DTSTART;TZID=Europe/Berlin:20200106T100000", "DTEND;TZID=Europe/Berlin:20200106T110000",
        "RRULE:FREQ=WEEKLY",
    )  # fmt: skip
    assert starts(text) == ["10-19 08:00", "10-26 09:00", "11-02 09:00"]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("W. Europe Standard Time", 9), ("/vendor.example/Europe/Berlin", 9), ("Asia/Kolkata", 4)],
)
def test_zones_go_by_olson_windows_and_vendor_names(zone: str, hour: int):
    text = event(f"DTSTART;TZID={zone}:20261103T100000", f"DTEND;TZID={zone}:20261103T110000")
    assert [one.start.hour for one in busy(text)] == [hour]


def test_exceptions_and_moved_instances_count_as_they_are():
    text = calendar(
        "BEGIN:VEVENT", "UID:s", "DTSTART:20261020T100000Z", "DTEND:20261020T110000Z", "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE:20261027T100000Z", "END:VEVENT",
        "BEGIN:VEVENT", "UID:s", "RECURRENCE-ID:20261103T100000Z", "DTSTART:20261104T150000Z",
        "DTEND:20261104T160000Z", "END:VEVENT",
    )  # fmt: skip
    assert starts(text) == ["10-20 10:00", "11-04 15:00"]


def test_one_cancelled_instance_frees_only_itself():
    text = calendar(
        "BEGIN:VEVENT", "UID:s", "DTSTART:20261020T100000Z", "DTEND:20261020T110000Z", "RRULE:FREQ=WEEKLY;COUNT=3",
        "END:VEVENT",
        "BEGIN:VEVENT", "UID:s", "RECURRENCE-ID:20261027T100000Z", "DTSTART:20261027T100000Z",
        "DTEND:20261027T110000Z", "STATUS:CANCELLED", "END:VEVENT",
    )  # fmt: skip
    assert starts(text) == ["10-20 10:00", "11-03 10:00"]


def test_floating_times_and_whole_days_are_the_owners():
    assert starts(event("DTSTART:20261103T100000", "DTEND:20261103T110000")) == ["11-03 09:00"]
    whole = busy(event("DTSTART;VALUE=DATE:20261025"))[0]
    assert f"{whole.start:%d %H:%M} {whole.end:%d %H:%M}" == "24 22:00 25 23:00"  # the day has 25 hours


def test_a_duration_stands_in_for_an_end():
    only = busy(event("DTSTART:20261103T100000Z", "DURATION:PT45M"))[0]
    assert only.length.total_seconds() == 45 * 60


@pytest.mark.parametrize(
    "line",
    [
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Maria@acme.example",
    ],
)
def test_what_does_not_bind_takes_no_time(line: str):
    assert busy(event("DTSTART:20261103T100000Z", "DTEND:20261103T110000Z", line)) == ()


def test_a_moment_takes_no_time():
    assert busy(event("DTSTART:20261103T100000Z")) == ()


def test_an_entry_with_people_is_a_meeting():
    text = event("DTSTART:20261103T100000Z", "DURATION:PT1H", "ATTENDEE:mailto:bob@buyer.example")
    assert [one.is_meeting for one in busy(text)] == [True]


def test_free_busy_periods_are_read():
    text = calendar(
        "BEGIN:VFREEBUSY", "FREEBUSY;FBTYPE=BUSY:20261103T100000Z/PT1H,20261104T100000Z/20261104T103000Z",
        "FREEBUSY;FBTYPE=FREE:20261105T100000Z/PT1H", "END:VFREEBUSY",
    )  # fmt: skip
    assert starts(text) == ["11-03 10:00", "11-04 10:00"]


def test_what_lies_outside_the_window_is_not_told():
    assert busy(event("DTSTART:20251021T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=9")) == ()
    assert busy(event("DTSTART:20271103T100000Z", "DURATION:PT1H")) == ()
