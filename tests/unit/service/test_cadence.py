"""When something comes again: intervals, times on the owner's wall, and nights in which the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import Correctable
from service.cadence import cadence, zone_named

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def days_of(words: str, start: datetime, count: int, zone: ZoneInfo = BERLIN) -> list[datetime]:
    times, moment = [], start
    for _ in range(count):
        moment = cadence(words).after(moment, zone, "kind")
        times.append(moment.astimezone(zone))
    return times


def test_an_interval_comes_again_a_little_later_by_a_share_the_seed_gives():
    two = cadence("every 2 minutes")
    first = two.after(MONDAY, BERLIN, "inbox")
    assert timedelta(minutes=2) <= first - MONDAY <= timedelta(minutes=2, seconds=12)
    assert first == two.after(MONDAY, BERLIN, "inbox")
    assert first != two.after(MONDAY, BERLIN, "other")


def test_a_wall_time_is_the_owners_and_weekdays_leave_the_weekend_out():
    times = days_of("weekdays at 07:00", MONDAY, 5)
    assert [one.strftime("%a %H:%M") for one in times] == [
        "Tue 07:00",
        "Wed 07:00",
        "Thu 07:00",
        "Fri 07:00",
        "Mon 07:00",
    ]


def test_a_time_the_clock_change_leaves_out_comes_that_day_all_the_same_once():
    times = days_of("daily at 02:30", datetime(2026, 3, 28, 12, tzinfo=UTC), 3)
    assert [one.strftime("%d %H:%M") for one in times] == ["29 03:30", "30 02:30", "31 02:30"]


def test_a_time_that_happens_twice_comes_once():
    times = days_of("daily at 02:30", datetime(2026, 10, 24, 12, tzinfo=UTC), 3)
    assert [one.strftime("%d %H:%M") for one in times] == ["25 02:30", "26 02:30", "27 02:30"]
    assert times[0].utcoffset() == timedelta(hours=2), "the first of the two"


def test_after_long_downtime_there_is_one_next_time_in_the_future():
    late = MONDAY + timedelta(days=40, hours=3)
    assert late < cadence("every 5 minutes").after(late, BERLIN, "x") < late + timedelta(minutes=6)


@pytest.mark.parametrize(
    "words",
    ["", "hourly", "every", "every 0 minutes", "every 1 second", "every 900 days", "daily at 24:00", "daily at 7",
     "weekdays at 07:60", "fridays", "* * * * *", "daily at -1:00", "someday at 07:00"],
)  # fmt: skip
def test_what_is_no_cadence_is_refused_with_an_example(words: str):
    with pytest.raises(Correctable) as refused:
        cadence(words)
    assert refused.value.code == "bad_cadence"
    assert "weekdays at 07:00" in (refused.value.hint or "")


@pytest.mark.parametrize("name", ["Mars/Phobos", "", "Europe", "../etc"])
def test_what_is_no_zone_is_refused(name: str):
    with pytest.raises(Correctable) as refused:
        zone_named(name)
    assert refused.value.code == "bad_zone"
