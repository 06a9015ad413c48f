"""Calendar files from anywhere are read or refused in one sentence, in bounded time."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import Correctable
from tests.fixtures.meetings import calendar, event
from tools.read.calendar.answers import read_answer
from tools.read.calendar.busy import Window, read_busy
from tools.read.calendar.ics import read_calendars
from tools.read.calendar.zones import zone_named

FIXTURES = Path(__file__).resolve().parents[5] / "shared" / "data" / "icalendar-fixtures"
BERLIN = zone_named("Europe/Berlin")
FORTNIGHT = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC), BERLIN)
STARTS = ("DTSTART:20200101T000000Z", "DTEND:20200101T000100Z")


def custom_zone(name: str, offset: str) -> tuple[str, ...]:
    return (
        "BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE",
    )  # fmt: skip


def test_every_file_of_the_collection_is_read_or_refused_in_one_sentence():
    if not FIXTURES.is_dir():
        pytest.skip(f"the collection is not here: {FIXTURES}")
    files = sorted(FIXTURES.rglob("*.ics"))
    parsed = 0
    for file in files:
        raw = file.read_bytes()
        began = time.thread_time()
        try:
            read_calendars(raw, file.name)
            parsed += 1
        except Correctable as error:
            assert error.code == "bad_calendar"
            assert error.message.endswith(".") and "\n" not in error.message and len(error.message) < 120
        for year in (2014, 2026):
            window = Window(datetime(year, 1, 1, tzinfo=UTC), datetime(year, 3, 1, tzinfo=UTC), BERLIN)
            read_busy([(file.name, raw)], window)
        read_answer(raw)
        assert time.thread_time() - began < 5, file.name
    whole = [file for file in files if file.parent.name == "calendars"]
    assert len(files) >= 160 and parsed >= 0.9 * len(whole)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("america_new_york", "2014-08-29T12:00:00+00:00"),
        ("timezoned", "2012-02-13T09:00:00+00:00"),
        ("issue_237_fail_to_parse_timezone_with_non_ascii_tzid", "2017-05-11T16:30:00+00:00"),
        ("issue_466_convert_tzid_with_slash", "2022-10-21T18:00:00+00:00"),
    ],
)
def test_zones_of_the_collection_are_the_right_ones(name: str, start: str):
    if not FIXTURES.is_dir():
        pytest.skip(f"the collection is not here: {FIXTURES}")
    raw = (FIXTURES / "calendars" / f"{name}.ics").read_bytes()
    moment = datetime.fromisoformat(start)
    window = Window(moment - timedelta(days=3), moment + timedelta(days=3), BERLIN)
    assert {one.start for one in read_busy([("", raw)], window).busy} == {moment}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}"
        f";BYSECOND={','.join(map(str, range(60)))}",
    ],
)
def test_an_endless_rule_counts_as_always_busy_and_is_named(rule: str):
    began = time.thread_time()
    reading = read_busy([("x", event(*STARTS, f"RRULE:{rule}"))], FORTNIGHT)
    assert time.thread_time() - began < 3
    assert [(one.start, one.end) for one in reading.busy] == [(FORTNIGHT.start, FORTNIGHT.end)]
    assert [problem.code for problem in reading.problems] == ["too_many_repeats"]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "\ufeff",
        "hello",
        "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 30,
        "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 5000 + "END:VCALENDAR\r\n",
        calendar("X:" + "a" * 300_000),
        calendar(*["X:1"] * 50_000),
        "BEGIN:VCALENDAR\r\nX:\x00\r\nEND:VCALENDAR",
        b"\xff\xfe\x00\x01",
        "x" * 1_100_000,
        calendar(*custom_zone("Mine", "+9999")),
        calendar(
            "BEGIN:VTIMEZONE", "TZID:Mine", "BEGIN:STANDARD", "DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE",
        ),
    ],
)  # fmt: skip
def test_poison_is_refused_at_once(raw: str | bytes):
    began = time.thread_time()
    with pytest.raises(Correctable) as caught:
        read_calendars(raw)
    assert caught.value.code == "bad_calendar"
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:99991231T235959Z", "DURATION:P9W"),
        ("DTSTART:00010101T000000Z", "DURATION:PT1H"),
        ("DTSTART:20261103T100000Z", "DURATION:P99999999999D"),
        ("DTSTART:20261103T100000Z", "DTSTART:20261104T100000Z"),
        ("DTSTART:20260231T100000Z",),
        ("SUMMARY:no time",),
        ("DTSTART:20261103T100000Z", "RDATE;VALUE=TIME:100000"),
        ("DTSTART:20261103T100000Z", "DTEND:20261103T110000Z", "RRULE:FREQ=SOMETIMES"),
        ("DTSTART:20261103T100000Z", "EXDATE:never"),
        ("DTSTART;TZID=../../etc/passwd:20261103T100000", "DTEND;TZID=../../etc/passwd:20261103T110000"),
    ],
)
def test_a_broken_entry_never_hides_the_sound_one_beside_it(lines: tuple[str, ...]):
    sound = event("DTSTART:20261105T100000Z", "DTEND:20261105T110000Z", uid="sound")
    reading = read_busy([("broken", event(*lines)), ("sound", sound)], FORTNIGHT)
    assert "sound" in {one.uid for one in reading.busy}
    for problem in reading.problems:
        assert problem.sentence.endswith(".") and problem.where == "broken"


def test_an_unreadable_rule_still_holds_the_time_the_entry_names():
    broken = event("DTSTART:20261103T100000Z", "DTEND:20261103T110000Z", "RRULE:FREQ=SOMETIMES")
    reading = read_busy([("x", broken)], FORTNIGHT)
    assert [one.start.hour for one in reading.busy] == [10]
    assert [problem.code for problem in reading.problems] == ["unreadable_event"]


def test_one_file_cannot_lend_its_zone_to_another():
    def starts(offset: str) -> datetime:
        raw = calendar(
            *custom_zone("Mine", offset), "BEGIN:VEVENT", "UID:x", "DTSTART;TZID=Mine:20261103T120000",
            "DTEND;TZID=Mine:20261103T130000", "END:VEVENT",
        )  # fmt: skip
        return read_busy([("x", raw)], FORTNIGHT).busy[0].start

    assert starts("+0100").hour == 11
    assert starts("+0500").hour == 7
    unexplained = event("DTSTART;TZID=Mine:20261103T120000", "DTEND;TZID=Mine:20261103T130000")
    reading = read_busy([("x", unexplained)], FORTNIGHT)
    assert [problem.code for problem in reading.problems] == ["unknown_zone"]
    assert reading.busy[0].length >= timedelta(hours=26)
