"""What the owner decided about meetings: hours, length, buffer, notice, cap. Read from the settings, no clock."""

import re
from datetime import datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import Correctable
from runtime.settings import Settings
from tools.read.calendar.days_off import check_country
from tools.read.calendar.zones import zone_named

_HOURS = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)")


class Hours(BaseModel):
    """A part of the local day; a meeting must lie wholly inside it."""

    model_config = ConfigDict(frozen=True)

    opens: time = time(9)
    closes: time = time(17)

    def wider(self, by: timedelta) -> "Hours":
        """Hours that begin earlier and end later, within the day."""
        day = datetime(2000, 1, 2)
        opens = max(datetime.combine(day, self.opens) - by, day)
        closes = min(datetime.combine(day, self.closes) + by, day.replace(hour=23, minute=59))
        return Hours(opens=opens.time(), closes=closes.time())


class BookingRules(BaseModel):
    """When meetings may be held. Days off follow from the countries."""

    model_config = ConfigDict(frozen=True)

    owner_hours: Hours = Hours()
    contact_hours: Hours = Hours()  # recipient-local, decent for a first meeting
    owner_country: str = ""
    contact_country: str = ""
    length: timedelta = Field(timedelta(minutes=30), gt=timedelta(0), le=timedelta(hours=8))
    buffer: timedelta = Field(timedelta(minutes=15), ge=timedelta(0))  # kept free before and after
    notice: timedelta = Field(timedelta(hours=24), ge=timedelta(0))
    horizon: timedelta = Field(timedelta(days=14), gt=timedelta(0), le=timedelta(days=120))
    per_day: int = Field(4, ge=1)  # meetings on one day of the owner
    step: timedelta = Field(timedelta(minutes=30), ge=timedelta(minutes=5), le=timedelta(hours=4))
    stretch: timedelta = Field(timedelta(0), ge=timedelta(0), le=timedelta(hours=6))  # for people far away

    def for_contact(self, country: str) -> "BookingRules":
        """The same rules towards a contact in a country."""
        return self.model_copy(update={"contact_country": country})


def parse_hours(text: str, where: str) -> Hours:
    """Hours from “09:00-17:00”.

    Raises:
        Correctable: bad_hours.
    """
    match = _HOURS.fullmatch(text.strip())
    try:
        numbers = [int(part) for part in match.groups()] if match else []
        hours = Hours(opens=time(numbers[0], numbers[1]), closes=time(numbers[2], numbers[3]))
    except (IndexError, ValueError):
        hours = None
    if hours is None or hours.opens >= hours.closes:
        raise Correctable(
            f"“{text[:40]}” are not hours of a day.", code="bad_hours", where=where, hint="Write 09:00-17:00."
        )
    return hours


def rules_from(settings: Settings) -> BookingRules:
    """The owner's rules as configured.

    Raises:
        Correctable: bad_hours, unknown_zone, unknown_country.
    """
    check_country(settings.calendar_country, "RAINMAKER_CALENDAR_COUNTRY")
    zone_named(settings.calendar_zone, "RAINMAKER_CALENDAR_ZONE")
    return BookingRules(
        owner_hours=parse_hours(settings.working_hours, "RAINMAKER_WORKING_HOURS"),
        owner_country=settings.calendar_country,
        length=timedelta(minutes=settings.meeting_minutes),
        buffer=timedelta(minutes=settings.meeting_buffer_minutes),
        notice=timedelta(hours=settings.meeting_notice_hours),
        horizon=timedelta(days=settings.meeting_horizon_days),
        per_day=settings.meetings_per_day,
        stretch=timedelta(hours=settings.meeting_stretch_hours),
    )
