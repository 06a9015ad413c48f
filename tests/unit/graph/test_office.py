"""The owner's working time: nights, weekends, holidays and a change of clocks move a date to the next opening."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.specialists.office import Office
from tools.read.calendar.rules import Hours

BERLIN = Office(zone="Europe/Berlin", hours=Hours(opens=time(9), closes=time(17)), country="DE")
FRIDAY = datetime(2026, 10, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        (datetime(2026, 11, 2, 10, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC)),
        (datetime(2026, 11, 2, 5, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (datetime(2026, 11, 2, 20, tzinfo=UTC), datetime(2026, 11, 3, 8, tzinfo=UTC)),
        (datetime(2026, 11, 6, 20, tzinfo=UTC), datetime(2026, 11, 9, 8, tzinfo=UTC)),
        (datetime(2026, 12, 24, 18, tzinfo=UTC), datetime(2026, 12, 28, 8, tzinfo=UTC)),
    ],
)
def test_the_next_moment_is_one_at_which_the_owner_works(at, moment):
    assert BERLIN.next_moment(at) == moment


def test_working_days_are_counted_over_the_change_of_clocks():
    assert BERLIN.in_days(FRIDAY, 1) == datetime(2026, 10, 26, 8, tzinfo=UTC)  # summer time ended on the 25th


@given(
    st.integers(0, 20_000).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.integers(0, 12),
)
def test_a_planned_moment_is_never_past_and_always_in_office_hours(now, zone, days):
    from zoneinfo import ZoneInfo

    at = Office(zone=zone).in_days(now, days)
    local = at.astimezone(ZoneInfo(zone))
    assert at >= now and local.weekday() < 5
    assert time(9) <= local.time() < time(17)
