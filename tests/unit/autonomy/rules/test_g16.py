"""G16: an unknown zone holds a mail; the window is kept in every zone the recipient may live in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy.limits import in_window
from domain.decisions import Verdict
from tests.fixtures.gate_cases import mailed, said, silent

pytestmark = pytest.mark.rule("G16")


@pytest.mark.parametrize("zones", [("Europe/London",), ("Europe/Berlin", "America/New_York")])
def test_known_zones_pass(zones: tuple[str, ...]) -> None:
    assert silent(mailed(facts={"zones": zones}), "G16")


@pytest.mark.parametrize("zones", [(), ("Mars/Phobos",), ("Europe",), ("Europe/Berlin", "Nowhere")])
def test_an_unknown_zone_holds(zones: tuple[str, ...]) -> None:
    judgement = mailed(facts={"zones": zones})
    assert judgement.verdict is Verdict.REFUSE
    assert "time zone is unknown" in said(judgement, "G16")[0]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.text(max_size=9).map(lambda name: f"No/{name}"),
)
def test_no_invented_zone_ever_opens(at: datetime, zone: str) -> None:
    assert not in_window(at, (zone,))
    assert not in_window(at, ("UTC", zone))


def test_office_hours_are_weekdays_from_eight_to_six() -> None:
    hours = [hour for hour in range(24) if in_window(datetime(2026, 11, 2, hour, tzinfo=UTC), ("UTC",))]
    assert hours == list(range(8, 18))
    assert not in_window(datetime(2026, 11, 1, 10, tzinfo=UTC), ("UTC",))
