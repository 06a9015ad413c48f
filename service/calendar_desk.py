"""The owner's calendar: free times for specialists, and the hands that book. Opened only when one is set."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.meetings import Busy
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.store import meetings
from runtime.store.engine import Database

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
        self, zone_contact: str, country: str, count: int, *, contact_id: str
    ) -> tuple[datetime, ...]:
        """Free times that may be offered; none that is held open for somebody else."""
        from tools.read.calendar.availability import look
        from tools.read.calendar.busy import Window
        from tools.read.calendar.slots import offer_slots

        now = await self._clock.now()
        zone = self._settings.calendar_zone
        rules = self._rules.for_contact(country) if country else self._rules
        end = now + rules.horizon + timedelta(days=2)
        reading = await look(self.client, Window(now, end, ZoneInfo(zone), owner=self._owner))
        async with self._db.read() as tx:
            held = await meetings.held_open(tx, now, OFFER_LIFE)
        kept = [
            Busy(start=one["starts_at"], end=one["starts_at"] + timedelta(minutes=one["minutes"]))
            for one in held
            if one["contact_id"] != contact_id
        ]
        slots = offer_slots((*reading.busy, *kept), rules, now, zone, zone_contact, count)
        return tuple(slot.start for slot in slots)

    async def close(self) -> None:
        """Drop the connection."""
        if "client" in self.__dict__:
            await self.client.close()
