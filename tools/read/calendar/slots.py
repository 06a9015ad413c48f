"""Free times: which slots to offer, and whether a proposed one is free. Pure; the same input, the same slots."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.meetings import Busy, Slot
from tools.read.calendar.days_off import day_off
from tools.read.calendar.rules import BookingRules, Hours
from tools.read.calendar.zones import moment, zone_named

_NOON = time(12)
_BEST = {False: time(10), True: time(14)}  # the hour people like, by half of the day
MAX_SLOTS = 20


class SlotTrouble(StrEnum):
    """Why a time cannot be taken."""

    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    BUSY = "busy"
    DAY_FULL = "day_full"
    OWNER_HOURS = "outside_owner_hours"
    OWNER_DAY_OFF = "owner_day_off"
    CONTACT_HOURS = "outside_contact_hours"
    CONTACT_DAY_OFF = "contact_day_off"


def offer_slots(
    busy: Iterable[Busy],
    rules: BookingRules,
    now: datetime,
    zone_owner: str,
    zone_contact: str,
    count: int,
    wished: Sequence[tuple[datetime, datetime]] = (),
) -> tuple[Slot, ...]:
    """Up to `count` free slots, spread over days and half days, in order of time.

    `wished`: spans in which the contact would like to meet; where slots are free there, only those are offered.

    Raises:
        Correctable: unknown_zone.
    """
    diary = _Diary(busy, rules, now, zone_named(zone_owner), zone_named(zone_contact))
    free = [slot for slot in _candidates(diary, zone_contact) if diary.trouble(slot) is None]
    liked = [slot for slot in free if any(start <= slot.start < end for start, end in wished)]
    return _spread(liked or free, diary, min(count, MAX_SLOTS))


def slot_trouble(
    slot: Slot,
    busy: Iterable[Busy],
    rules: BookingRules,
    now: datetime,
    zone_owner: str,
    *,
    proposed_by_contact: bool = False,
) -> SlotTrouble | None:
    """What speaks against a slot, None when it is free. A time the contact named is decent for the contact."""
    diary = _Diary(busy, rules, now, zone_named(zone_owner), zone_named(slot.zone))
    return diary.trouble(slot, contact_agrees=proposed_by_contact)


def is_free(
    slot: Slot,
    busy: Iterable[Busy],
    rules: BookingRules,
    now: datetime,
    zone_owner: str,
    *,
    proposed_by_contact: bool = False,
) -> bool:
    """True when nothing speaks against a slot."""
    found = slot_trouble(slot, busy, rules, now, zone_owner, proposed_by_contact=proposed_by_contact)
    return found is None


class _Diary:
    """What is taken, ready for many questions."""

    def __init__(
        self, busy: Iterable[Busy], rules: BookingRules, now: datetime, owner: ZoneInfo, contact: ZoneInfo
    ) -> None:
        taken = list(busy)
        self.rules, self.now, self.owner, self.contact = rules, now, owner, contact
        self._starts, self._ends = _merged(taken)
        self._meetings = Counter(self.owner_day(one.start) for one in taken if one.is_meeting)

    @cached_property
    def _owner_hours(self) -> Hours:
        """The owner's hours; wider for somebody whose working day meets none of them."""
        rules = self.rules
        meets = any(
            _inside(slot, self.owner, rules.owner_hours) for slot in _candidates(self, self.contact.key)
        )
        return rules.owner_hours if meets or not rules.stretch else rules.owner_hours.wider(rules.stretch)

    def owner_day(self, at: datetime) -> date:
        """The owner's local day."""
        return at.astimezone(self.owner).date()

    def trouble(self, slot: Slot, *, contact_agrees: bool = False) -> SlotTrouble | None:
        """The first thing that speaks against a slot."""
        rules = self.rules
        if slot.start < self.now + rules.notice:
            return SlotTrouble.TOO_SOON
        if slot.end > self.now + rules.horizon + timedelta(days=1):
            return SlotTrouble.TOO_FAR
        if not self.is_clear(slot.start - rules.buffer, slot.end + rules.buffer):
            return SlotTrouble.BUSY
        if self._meetings[self.owner_day(slot.start)] >= rules.per_day:
            return SlotTrouble.DAY_FULL
        if not _inside(slot, self.owner, self._owner_hours):
            return SlotTrouble.OWNER_HOURS
        if day_off(rules.owner_country, self.owner_day(slot.start)):
            return SlotTrouble.OWNER_DAY_OFF
        return None if contact_agrees else self._contact_trouble(slot)

    def _contact_trouble(self, slot: Slot) -> SlotTrouble | None:
        if not _inside(slot, self.contact, self.rules.contact_hours):
            return SlotTrouble.CONTACT_HOURS
        if day_off(self.rules.contact_country, slot.start.astimezone(self.contact).date()):
            return SlotTrouble.CONTACT_DAY_OFF
        return None

    def is_clear(self, start: datetime, end: datetime) -> bool:
        """True when nothing busy overlaps."""
        # merged spans are apart and in order: only the last one starting before `end` can reach in
        before = bisect_left(self._starts, end)
        return before == 0 or self._ends[before - 1] <= start

    def room_on(self, day: date) -> int:
        """How many more meetings the owner's day takes."""
        return self.rules.per_day - self._meetings[day]


def _merged(busy: Sequence[Busy]) -> tuple[list[datetime], list[datetime]]:
    """Starts and ends of the united spans, in UTC."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for start, end in sorted((one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in busy):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _inside(slot: Slot, zone: ZoneInfo, hours: Hours) -> bool:
    """True when a slot lies in the hours of one local day."""
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return start.date() == end.date() and hours.opens <= start.time() and end.time() <= hours.closes


def _candidates(diary: _Diary, zone_name: str) -> Iterator[Slot]:
    """Every slot on the contact's clock grid within notice and horizon; never at an hour that is not told once."""
    rules = diary.rules
    first = (diary.now + rules.notice).astimezone(diary.contact).date()
    last = (diary.now + rules.horizon).astimezone(diary.contact).date()
    for number in range((last - first).days + 1):
        local = datetime.combine(first + timedelta(days=number), rules.contact_hours.opens)
        while local.time() < rules.contact_hours.closes and local.date() == first + timedelta(days=number):
            start = moment(local, diary.contact)
            if start is not None:
                yield Slot(start=start, end=start + rules.length, zone=zone_name)
            local += rules.step


@dataclass(frozen=True)
class _Half:
    """A half day of the contact."""

    day: date
    afternoon: bool


def _spread(free: Sequence[Slot], diary: _Diary, count: int) -> tuple[Slot, ...]:
    """Different days first, mornings and afternoons in turn; then other halves; then what is left."""
    by_half: dict[_Half, list[Slot]] = {}
    for slot in free:
        local = slot.start.astimezone(diary.contact)
        by_half.setdefault(_Half(local.date(), local.time() >= _NOON), []).append(slot)
    for half, slots in by_half.items():
        slots.sort(key=lambda slot, half=half: _liking(slot, diary.contact, half))
    chosen = _Chosen(diary)
    wants_afternoon = False
    for day in sorted({half.day for half in by_half}):
        halves = (_Half(day, wants_afternoon), _Half(day, not wants_afternoon))
        if len(chosen.slots) < count and any(chosen.take(by_half.get(half, [])) for half in halves):
            wants_afternoon = not chosen.last_was_afternoon
    for half in sorted(by_half, key=lambda half: (half.day, half.afternoon)):
        if len(chosen.slots) < count and half not in chosen.halves:
            chosen.take(by_half[half])
    for slots in by_half.values():
        while len(chosen.slots) < count and chosen.take(slots):
            continue
    return tuple(sorted(chosen.slots, key=lambda slot: slot.start))


class _Chosen:
    """Slots taken so far; they keep the buffer among themselves and the cap of each day."""

    def __init__(self, diary: _Diary) -> None:
        self._diary = diary
        self.slots: list[Slot] = []
        self.halves: set[_Half] = set()
        self.last_was_afternoon = False

    def take(self, slots: Iterable[Slot]) -> bool:
        """Take the first that fits."""
        for slot in slots:
            if self._fits(slot):
                local = slot.start.astimezone(self._diary.contact)
                self.last_was_afternoon = local.time() >= _NOON
                self.halves.add(_Half(local.date(), self.last_was_afternoon))
                self.slots.append(slot)
                return True
        return False

    def _fits(self, slot: Slot) -> bool:
        buffer, day = self._diary.rules.buffer, self._diary.owner_day(slot.start)
        apart = not any(one.overlaps(slot.start - buffer, slot.end + buffer) for one in self.slots)
        same_day = sum(self._diary.owner_day(one.start) == day for one in self.slots)
        return apart and same_day < self._diary.room_on(day)


def _liking(slot: Slot, zone: ZoneInfo, half: _Half) -> tuple[bool, int, datetime]:
    """Full hours first, then near the hour people like."""
    local = slot.start.astimezone(zone)
    best = _BEST[half.afternoon]
    away = abs((local.hour * 60 + local.minute) - (best.hour * 60 + best.minute))
    return local.minute != 0, away, slot.start
