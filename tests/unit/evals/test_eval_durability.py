"""The suite's own measuring: it sees mail out of hours, lets nothing look flat that grows, and counts what is open."""

import pytest

from autonomy import limits
from evals.suites.durability.hours import send_over_nights
from evals.suites.durability.speed import Days
from tests.fixtures.folders import memory_folder


def quiet(_: str) -> None:
    """Progress is for people."""


async def test_mails_leave_in_office_hours_of_their_readers_over_a_night_on_which_clocks_change() -> None:
    left = await send_over_nights(26, 7, quiet, memory_folder())
    assert (left.mails, left.outside, left.waiting) == (26, 0, 0)
    assert len(left.zones) == 24


async def test_a_claim_that_ignores_the_hours_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "earliest", lambda *_: None)
    left = await send_over_nights(26, 7, quiet, memory_folder())
    assert left.outside > 0


def test_growth_is_told_from_the_days_after_the_warm_ones_to_the_last() -> None:
    steps = [100.0 + day for day in range(20)]
    assert Days(megabytes=steps).growth == 10.0
    assert Days(megabytes=[100.0] * 5 + [140.0] * 10).growth == 0.0
    assert Days(megabytes=steps[:14]).growth is None
