"""Automatic triggers: their limits exactly, and numbers in the reason."""

from datetime import timedelta

import pytest

from autonomy import triggers
from tests.fixtures.builders import MONDAY


def keys(number: int) -> tuple[str, ...]:
    return tuple(f"evt_{n}" for n in range(number))


@pytest.mark.parametrize(
    ("sent", "number", "trips"),
    [(100, 1, False), (100, 2, True), (2000, 2, True), (2001, 2, False), (0, 2, True), (0, 1, False)],
)
def test_complaints_trip_at_two_and_a_thousandth(sent: int, number: int, trips: bool) -> None:
    trip = triggers.complaints(sent, keys(number))
    assert (trip is not None) == trips
    if trip:
        assert trip.level == "sends"
        assert f"{number} complaints on {sent} mails" in trip.reason


@pytest.mark.parametrize(
    ("sent", "number", "trips"), [(10, 4, False), (10, 5, True), (250, 5, True), (251, 5, False)]
)
def test_hard_bounces_trip_at_five_and_two_percent(sent: int, number: int, trips: bool) -> None:
    assert (triggers.bounces(sent, keys(number)) is not None) == trips


def test_the_same_event_counted_twice_is_one() -> None:
    assert triggers.complaints(10, ("evt_1", "evt_1")) is None


def test_a_chain_that_does_not_fit_trips_and_names_the_record() -> None:
    trip = triggers.chain(17, "record 17 does not fit")
    assert trip is not None
    assert (trip.level, trip.keys) == ("effects", ("17:record 17 does not fit",))
    assert "record 17" in trip.reason
    assert triggers.chain(None, "") is None


@pytest.mark.parametrize(
    ("business", "machine", "trips"),
    [(60, 60, False), (60 + 299, 60, False), (3600 + 301, 3600, True), (-400, 60, True), (0, 301, True)],
)
def test_business_time_that_moves_otherwise_than_the_machine_trips(
    business: int, machine: float, trips: bool
) -> None:
    now = MONDAY + timedelta(seconds=business)
    assert (triggers.clock(MONDAY, 10.0, now, 10.0 + machine) is not None) == trips


def test_a_clock_before_the_last_record_trips() -> None:
    assert triggers.clock_at_start(MONDAY, MONDAY - timedelta(days=700)) is not None
    assert triggers.clock_at_start(MONDAY, MONDAY + timedelta(days=700)) is None
    assert triggers.clock_at_start(None, MONDAY) is None


def test_broken_invariants_are_named_and_the_rest_counted() -> None:
    trip = triggers.invariants(tuple((f"I1:{n}", f"Intent {n} broke.") for n in range(5)))
    assert trip is not None
    assert "Intent 0 broke." in trip.reason and "2 more" in trip.reason
    assert len(trip.keys) == 5
    assert triggers.invariants(()) is None
