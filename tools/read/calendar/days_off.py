"""Days on which people of a country do not work: public holidays and weekends. By country and region only."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from domain.errors import Correctable

if TYPE_CHECKING:
    from holidays import HolidayBase


@lru_cache(maxsize=4096)
def day_off(country: str, day: date) -> bool:
    """True on a weekend or public holiday.

    Args:
        country: ISO code, with a region after a hyphen where holidays differ ("DE-BY"); "" or a country
            without a calendar = Saturday and Sunday.
    """
    calendar = _calendar(country.upper())
    if calendar is None:
        return day.weekday() >= 5
    return not calendar.is_working_day(day)


def check_country(country: str, where: str) -> None:
    """Insist that holidays are known for a country somebody configured.

    Raises:
        Correctable: unknown_country.
    """
    if country and _calendar(country.upper()) is None:
        raise Correctable(
            f"Holidays of “{country[:20]}” are not known.",
            code="unknown_country",
            where=where,
            hint="Use an ISO code such as DE, or DE-BY with a region.",
        )


@lru_cache(maxsize=256)
def _calendar(country: str) -> "HolidayBase | None":
    """Holidays of a country; an unknown region falls back to the country."""
    import holidays

    code, _, region = country.partition("-")
    for subdivision in (region or None, None):
        try:
            return holidays.country_holidays(code, subdiv=subdivision)
        except NotImplementedError:
            continue
    return None
