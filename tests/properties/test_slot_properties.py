"""Offered slots for any calendar, in 24 zones, with both changes of the clocks inside the horizon."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.meetings import Busy, Slot
from tools.read.calendar.days_off import day_off
from tools.read.calendar.rules import BookingRules, Hours
from tools.read.calendar.slots import is_free, offer_slots

ZONES = (
    "Pacific/Pago_Pago Pacific/Honolulu America/Anchorage America/Los_Angeles America/Denver America/Chicago "
    "America/New_York America/St_Johns America/Sao_Paulo Atlantic/Azores Europe/London Europe/Berlin "
    "Africa/Cairo Europe/Moscow Asia/Tehran Asia/Dubai Asia/Kolkata Asia/Kathmandu Asia/Bangkok Asia/Tokyo "
    "Australia/Adelaide Australia/Lord_Howe Pacific/Auckland Pacific/Kiritimati"
).split()
# around the clock changes of the northern and southern year
BASES = [
    datetime(2026, 3, 6, tzinfo=UTC),
    datetime(2026, 3, 27, tzinfo=UTC),
    datetime(2026, 10, 23, tzinfo=UTC),
]
LONG, NORMAL = Hours(opens=time(0), closes=time(23, 30)), Hours()
hours = st.sampled_from([LONG, NORMAL, Hours(opens=time(8, 45), closes=time(18, 10))])


@st.composite
def rules(draw: st.DrawFn) -> BookingRules:
    return BookingRules(
        owner_hours=draw(hours),
        contact_hours=draw(hours),
        owner_country=draw(st.sampled_from(["", "DE-BY", "SA"])),
        contact_country=draw(st.sampled_from(["", "US", "XX"])),
        length=timedelta(minutes=draw(st.sampled_from([15, 30, 45, 90]))),
        buffer=timedelta(minutes=draw(st.sampled_from([0, 15, 40]))),
        notice=timedelta(hours=draw(st.integers(0, 48))),
        horizon=timedelta(days=draw(st.integers(1, 14))),
        per_day=draw(st.integers(1, 4)),
    )


@st.composite
def calendars(draw: st.DrawFn, base: datetime) -> list[Busy]:
    spans = st.tuples(st.integers(0, 14 * 96), st.integers(1, 30), st.booleans())
    return [
        Busy(
            start=base + timedelta(minutes=15 * first),
            end=base + timedelta(minutes=15 * (first + length)),
            is_meeting=invited,
        )
        for first, length, invited in draw(st.lists(spans, max_size=25))
    ]


def inside(slot: Slot, zone: str, window: Hours) -> bool:
    start, end = slot.start.astimezone(ZoneInfo(zone)), slot.end.astimezone(ZoneInfo(zone))
    return start.date() == end.date() and window.opens <= start.time() and end.time() <= window.closes


@settings(max_examples=150)
@given(st.data())
def test_every_offered_slot_keeps_every_rule(data: st.DataObject):
    base = data.draw(st.sampled_from(BASES))
    now = base + timedelta(minutes=data.draw(st.integers(0, 3000)))
    owner, contact = data.draw(st.sampled_from(ZONES)), data.draw(st.sampled_from(ZONES))
    these, busy, count = data.draw(rules()), data.draw(calendars(base)), data.draw(st.integers(0, 6))
    slots = offer_slots(busy, these, now, owner, contact, count)
    assert len(slots) <= count
    assert slots == offer_slots(list(reversed(busy)), these, now, owner, contact, count)
    for slot in slots:
        assert slot.length == these.length and slot.start >= now + these.notice
        assert not any(
            one.overlaps(slot.start - these.buffer, slot.end + these.buffer)
            for one in [*busy, *(other for other in slots if other != slot)]
        )
        assert inside(slot, owner, these.owner_hours) and inside(slot, contact, these.contact_hours)
        local = slot.start.astimezone(ZoneInfo(contact))
        assert local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
        assert not day_off(these.contact_country, local.date())
        assert not day_off(these.owner_country, slot.start.astimezone(ZoneInfo(owner)).date())
        assert is_free(slot, busy, these, now, owner)
    days = [slot.start.astimezone(ZoneInfo(owner)).date() for slot in slots]
    met = [one.start.astimezone(ZoneInfo(owner)).date() for one in busy if one.is_meeting]
    assert all(days.count(day) + met.count(day) <= these.per_day for day in days)


@given(st.sampled_from(ZONES), st.sampled_from(BASES))
def test_an_empty_calendar_always_has_room_at_home(zone: str, now: datetime):
    slots = offer_slots([], BookingRules(), now, zone, zone, 3)
    assert len(slots) == 3
    assert len({slot.start.astimezone(ZoneInfo(zone)).date() for slot in slots}) == 3
