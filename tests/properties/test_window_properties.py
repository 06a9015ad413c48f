"""Mail leaves on weekdays between 08 and 18 in every zone the recipient may live in, in every zone there is."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from autonomy import limits

ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
ZONE = st.sampled_from(ZONES)
MOMENT = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
# Nights on which clocks change somewhere: Europe, the Americas, Australia, Lord Howe's half hour, Chatham, Cairo.
DST_ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Tehran",
)


def is_office_hour(at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return local.isoweekday() <= 5 and 8 <= local.hour < 18


@settings(max_examples=300, deadline=None)
@given(MOMENT, st.lists(ZONE, min_size=1, max_size=3))
def test_a_mail_leaves_in_office_hours_of_every_zone_only(at: datetime, zones: list[str]) -> None:
    assert limits.in_window(at, zones) == all(is_office_hour(at, zone) for zone in zones)
    opens = limits.next_window(at, zones)
    if opens is not None:
        assert opens >= at
        assert all(is_office_hour(opens, zone) for zone in zones)


@settings(max_examples=150, deadline=None)
@given(MOMENT, ZONE)
def test_the_next_window_is_the_first_quarter_hour_and_at_most_a_weekend_away(
    at: datetime, zone: str
) -> None:
    opens = limits.next_window(at, [zone])
    assert opens is not None
    assert opens - at < timedelta(days=3)
    if opens > at:
        assert opens.minute % 15 == 0
        moment = opens - timedelta(minutes=15)
        while moment > at:
            assert not limits.in_window(moment, [zone])
            moment -= timedelta(minutes=15)


def test_nothing_leaves_outside_office_hours_on_any_night_the_clocks_change() -> None:
    for zone in DST_ZONES:
        for year in (2025, 2026, 2027):
            for night in _changes(zone, year):
                for quarter in range(-24 * 4, 24 * 4):
                    at = night + timedelta(minutes=15 * quarter)
                    assert limits.in_window(at, [zone]) == is_office_hour(at, zone)


def _changes(zone: str, year: int) -> list[datetime]:
    start, one = datetime(year, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    days = [start + timedelta(days=number) for number in range(366)]
    return [
        after
        for before, after in pairwise(days)
        if before.astimezone(one).utcoffset() != after.astimezone(one).utcoffset()
    ]


@given(MOMENT, st.text(max_size=30), st.lists(ZONE, max_size=2))
def test_an_unknown_zone_never_opens(at: datetime, junk: str, others: list[str]) -> None:
    zones = [*others, junk + "?"]
    assert not limits.in_window(at, zones)
    assert limits.next_window(at, zones) is None
    assert limits.earliest(at, zones, limits.SendTimes(), date(2020, 1, 1)) is not None


def test_no_zone_and_folders_of_zones_never_open() -> None:
    at = datetime(2026, 11, 3, 12, tzinfo=UTC)
    for zones in ([], [""], ["Europe"], ["../etc/passwd"], ["a\0b"], ["x" * 500], ["\ud800"]):
        assert not limits.in_window(at, zones)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-400, 400), st.integers(0, 60))
def test_the_ramp_rises_from_ten_to_fifty_and_never_falls(start: date, age: int, more: int) -> None:
    today = start + timedelta(days=age)
    cap = limits.ramp_cap(start, today)
    assert 10 <= cap <= 50
    assert limits.ramp_cap(start, today + timedelta(days=more)) >= cap
    assert limits.ramp_cap(start, start) == 10
    assert limits.ramp_cap(start, start + timedelta(days=28)) == 50


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_sender_that_obeys_never_breaks_spacing_caps_or_window(data: st.DataObject) -> None:
    started = date(2026, 1, 1)
    at = datetime(2026, 1, data.draw(st.integers(1, 28)), 9, 0, tzinfo=UTC)
    people = [(f"c{n}", f"a{n % 2}") for n in range(data.draw(st.integers(1, 14)))]
    sent: list[tuple[datetime, str, str]] = []
    for _ in range(data.draw(st.integers(1, 60))):
        who, company = data.draw(st.sampled_from(people))
        times = limits.SendTimes(
            contact=tuple(moment for moment, one, _ in sent if one == who),
            account=tuple(moment for moment, _, one in sent if one == company),
            mailbox_today=sum(moment.date() == at.date() for moment, _, _ in sent),
        )
        wait = limits.earliest(at, ["Europe/London"], times, started)
        if wait is None:
            sent.append((at, who, company))
        else:
            assert wait.until > at
        at += timedelta(minutes=data.draw(st.integers(1, 240)))
    _check(sent, started)


def _check(sent: list[tuple[datetime, str, str]], started: date) -> None:
    for moment, who, company in sent:
        assert is_office_hour(moment, "Europe/London")
        same_day = [one for one in sent if one[0].date() == moment.date()]
        assert len(same_day) <= limits.ramp_cap(started, moment.date())
        assert sum(one[2] == company for one in same_day) <= limits.PER_ACCOUNT_PER_DAY
        mine = sorted(one[0] for one in sent if one[1] == who)
        assert all(later - earlier >= limits.SPACING for earlier, later in pairwise(mine))
