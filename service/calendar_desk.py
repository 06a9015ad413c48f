"""The owner's calendar: free times for specialists, and the hands that book. Opened only when one is set."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.meetings import Busy, Slot
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.store import meetings
from runtime.store.engine import Database
from tools.read.ports import Wish

if TYPE_CHECKING:
    from tools.act.booking import Booking
    from tools.providers.caldav import CalDav
    from tools.read.calendar.rules import BookingRules

OFFER_LIFE = timedelta(days=3)  # how long an offered time is kept free for somebody


class CalendarDesk:
    """One calendar of the owner."""

    def __init__(self, settings: Settings, clock: Clock, database: Database, owner: str) -> None:
        self._settings, self._clock, self._db, self._owner = settings, clock, database, owner

    @cached_property
    def _rules(self) -> "BookingRules":
        from tools.read.calendar.rules import rules_from

        return rules_from(self._settings)

    @cached_property
    def client(self) -> "CalDav":
        """The server."""
        from tools.providers.caldav import CalDav

        return CalDav(self._settings.caldav_url.get_secret_value())

    def booking(self) -> "Booking":
        """The hands that write meetings."""
        from tools.act.booking import Booking

        return Booking(self.client, self._clock, self._settings.calendar_zone, self._owner)

    async def free_times(
        self, zone_contact: str, country: str, count: int, *, contact_id: str, wished: Sequence[Wish] = ()
    ) -> tuple[datetime, ...]:
        """Free times that may be offered; none that is held open for somebody else."""
        from tools.read.calendar.slots import offer_slots

        now, rules = await self._clock.now(), self._rules_for(country)
        busy = (*await self._taken(now, rules, contact_id), *await self._held_open(now, contact_id))
        slots = offer_slots(busy, rules, now, self._settings.calendar_zone, zone_contact, count, wished)
        return tuple(slot.start for slot in slots)

    async def fits(self, at: datetime, zone_contact: str, country: str, *, contact_id: str) -> bool:
        """True when a time the contact named is free for the owner; one we promised them, unless it was taken since."""
        from tools.read.calendar.slots import is_free

        now, rules = await self._clock.now(), self._rules_for(country)
        taken = await self._taken(now, rules, contact_id)
        slot = Slot(start=at.astimezone(UTC), end=at.astimezone(UTC) + rules.length, zone=zone_contact)
        if await self._promised(at, contact_id):
            return not any(one.overlaps(slot.start, slot.end) for one in taken)
        busy, zone = (*taken, *await self._held_open(now, contact_id)), self._settings.calendar_zone
        return is_free(slot, busy, rules, now, zone, proposed_by_contact=True)

    async def _promised(self, at: datetime, contact_id: str) -> bool:
        async with self._db.read() as tx:
            return any(one["starts_at"] == at for one in await meetings.offered(tx, contact_id))

    def _rules_for(self, country: str) -> "BookingRules":
        return self._rules.for_contact(country) if country else self._rules

    async def _taken(self, now: datetime, rules: "BookingRules", contact_id: str) -> tuple[Busy, ...]:
        """What the calendar holds, and meetings that are still to be written; the contact's own give way."""
        from tools.read.calendar.availability import look
        from tools.read.calendar.busy import Window

        end = now + rules.horizon + timedelta(days=2)
        zone = ZoneInfo(self._settings.calendar_zone)
        reading = await look(self.client, Window(now, end, zone, owner=self._owner))
        async with self._db.read() as tx:
            own = {row["uid"] for row in await meetings.live(tx, contact_id=contact_id)}
            decided = await meetings.between(tx, now, end)
        seen = {one.uid for one in reading.busy} | own
        waiting = (
            Busy(start=one["starts_at"], end=one["ends_at"]) for one in decided if one["uid"] not in seen
        )
        return (*(one for one in reading.busy if one.uid not in own), *waiting)

    async def _held_open(self, now: datetime, contact_id: str) -> tuple[Busy, ...]:
        """What is held open for others."""
        async with self._db.read() as tx:
            held = await meetings.held_open(tx, now, OFFER_LIFE)
        return tuple(
            Busy(start=one["starts_at"], end=one["starts_at"] + timedelta(minutes=one["minutes"]))
            for one in held
            if one["contact_id"] != contact_id
        )

    async def close(self) -> None:
        """Drop the connection."""
        if "client" in self.__dict__:
            await self.client.close()
