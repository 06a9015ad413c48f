"""Which slots are offered, and what is said against a proposed one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.errors import Correctable
from domain.meetings import Busy
from runtime.settings import load
from tests.fixtures.meetings import NOW, at, slot
from tools.read.calendar.days_off import day_off
from tools.read.calendar.rules import BookingRules, Hours, parse_hours, rules_from
from tools.read.calendar.slots import SlotTrouble, is_free, offer_slots, slot_trouble

RULES = BookingRules(owner_country="DE-BY", contact_country="US")
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def taken(start: str, end: str, **details: object) -> Busy:
    return Busy(start=at(start), end=at(end), **details)


def test_slots_fall_on_different_days_and_both_halves_of_the_day():
    slots = offer_slots([], BookingRules(), NOW, BERLIN, BERLIN, 3)
    days = [one.start.astimezone(UTC).date() for one in slots]
    assert len(set(days)) == 3
    assert {one.start.hour < 11 for one in slots} == {True, False}
    assert all(one.zone == BERLIN for one in slots)


def test_slots_lie_in_the_overlap_of_both_working_days():
    slots = offer_slots([], RULES, NOW, BERLIN, NEW_YORK, 5)
    assert len(slots) == 5
    # Berlin closes at 16:00 UTC in November, New York opens at 14:00
    assert all(time(14) <= one.start.time() and one.end.time() <= time(16) for one in slots)


def test_for_people_far_away_the_owners_hours_are_stretched_and_for_nobody_else():
    rules = RULES.model_copy(update={"stretch": timedelta(hours=2)})
    los_angeles = "America/Los_Angeles"  # opens at 17:00 UTC, when Berlin has closed
    assert offer_slots([], RULES, NOW, BERLIN, los_angeles, 3) == ()
    slots = offer_slots([], rules, NOW, BERLIN, los_angeles, 3)
    assert len(slots) == 3 and all(time(17) <= one.start.time() < time(18) for one in slots)
    assert offer_slots([], rules, NOW, BERLIN, NEW_YORK, 9) == offer_slots(
        [], RULES, NOW, BERLIN, NEW_YORK, 9
    )


def test_no_common_hour_means_no_slot():
    assert offer_slots([], RULES, NOW, BERLIN, "Pacific/Auckland", 3) == ()


def test_holidays_of_both_sides_are_kept():
    thanksgiving = datetime(2026, 11, 24, 8, tzinfo=UTC)
    slots = offer_slots([], RULES, thanksgiving, BERLIN, NEW_YORK, 20)
    assert date(2026, 11, 26) not in {one.start.date() for one in slots}
    assert day_off("DE-BY", date(2026, 1, 6)) and not day_off("DE-BE", date(2026, 1, 6))
    assert day_off("", date(2026, 11, 7)) and not day_off("", date(2026, 11, 6))
    assert day_off("SA", date(2026, 11, 6)) and not day_off("SA", date(2026, 11, 8))


def test_notice_horizon_buffer_and_cap_are_kept():
    busy = [taken("2026-11-03 09:00", "2026-11-03 10:00", is_meeting=True)]
    rules = BookingRules(per_day=2, buffer=timedelta(minutes=15), horizon=timedelta(days=2))
    slots = offer_slots(busy, rules, NOW, BERLIN, BERLIN, 20)
    assert all(one.start >= NOW + rules.notice for one in slots)
    assert all(one.end <= at("2026-11-03 08:45") or one.start >= at("2026-11-03 10:15") for one in slots[:1])
    by_day = [one.start.date() for one in slots]
    assert by_day.count(date(2026, 11, 3)) == 1 and by_day.count(date(2026, 11, 4)) == 2


@pytest.mark.parametrize(
    ("start", "trouble"),
    [
        ("2026-11-02 10:00", SlotTrouble.TOO_SOON),
        ("2026-12-02 10:00", SlotTrouble.TOO_FAR),
        ("2026-11-04 10:15", SlotTrouble.BUSY),
        ("2026-11-04 11:10", SlotTrouble.BUSY),  # inside the buffer
        ("2026-11-05 06:30", SlotTrouble.OWNER_HOURS),
        ("2026-11-05 15:45", SlotTrouble.OWNER_HOURS),
        ("2026-11-07 10:00", SlotTrouble.OWNER_DAY_OFF),
        ("2026-11-05 13:00", None),
    ],
)
def test_what_speaks_against_a_proposed_time(start: str, trouble: SlotTrouble | None):
    busy = [taken("2026-11-04 10:00", "2026-11-04 11:00")]
    assert slot_trouble(slot(start), busy, BookingRules(), NOW, BERLIN) is trouble
    assert is_free(slot(start), busy, BookingRules(), NOW, BERLIN) is (trouble is None)


def test_a_time_the_contact_names_is_decent_for_the_contact():
    early = slot("2026-11-05 09:00", zone=NEW_YORK)
    assert slot_trouble(early, [], RULES, NOW, BERLIN) is SlotTrouble.CONTACT_HOURS
    assert is_free(early, [], RULES, NOW, BERLIN, proposed_by_contact=True)
    veterans_day = slot("2026-11-11 15:00", zone=NEW_YORK)
    assert slot_trouble(veterans_day, [], RULES, NOW, BERLIN) is SlotTrouble.CONTACT_DAY_OFF


def test_a_full_day_takes_no_more():
    busy = [taken(f"2026-11-04 {h:02}:00", f"2026-11-04 {h:02}:30", is_meeting=True) for h in (8, 9)]
    rules = BookingRules(per_day=2)
    assert slot_trouble(slot("2026-11-04 13:00"), busy, rules, NOW, BERLIN) is SlotTrouble.DAY_FULL


def test_an_hour_that_is_not_told_once_is_never_offered():
    night = BookingRules(owner_hours=_ALL, contact_hours=_ALL, notice=timedelta(0), per_day=50)
    before = datetime(2026, 10, 24, 23, tzinfo=UTC)
    slots = offer_slots([], night.for_contact("SA"), before, "UTC", BERLIN, 20)
    assert slots
    assert all(one.start.astimezone(UTC).time() < time(23) for one in slots)


_ALL = Hours(opens=time(0), closes=time(23, 59))


def test_rules_come_from_the_settings():
    settings = load(
        {
            "RAINMAKER_WORKING_HOURS": "08:30-16:00",
            "RAINMAKER_CALENDAR_ZONE": BERLIN,
            "RAINMAKER_CALENDAR_COUNTRY": "DE-BY",
            "RAINMAKER_MEETING_MINUTES": "45",
        }
    )
    rules = rules_from(settings)
    assert (rules.owner_hours.opens, rules.owner_hours.closes) == (time(8, 30), time(16))
    assert rules.length == timedelta(minutes=45)


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("RAINMAKER_WORKING_HOURS", "from nine to five", "bad_hours"),
        ("RAINMAKER_WORKING_HOURS", "17:00-09:00", "bad_hours"),
        ("RAINMAKER_WORKING_HOURS", "25:00-26:00", "bad_hours"),
        ("RAINMAKER_CALENDAR_ZONE", "Mars/Phobos", "unknown_zone"),
        ("RAINMAKER_CALENDAR_COUNTRY", "XX", "unknown_country"),
    ],
)
def test_wrong_settings_are_named(variable: str, value: str, code: str):
    with pytest.raises(Correctable) as caught:
        rules_from(load({variable: value}))
    assert (caught.value.code, caught.value.where) == (code, variable)


def test_hours_may_be_written_with_a_dash():
    assert parse_hours(" 09:00 – 12:30 ", "x").closes == time(12, 30)
