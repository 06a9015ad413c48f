"""Risk by factor: every kind of act is assessed, what is unknown counts as high, and each reason says why."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from autonomy.facts import CallFacts, MeetingFacts, Snapshot, UsageFacts
from autonomy.risk import assess
from domain.actions import (
    AnyAction,
    BookMeeting,
    ChangeAutonomy,
    ChangeMeeting,
    ChangePolicy,
    ConnectedCall,
    EditDraft,
    ErasePerson,
    PauseSending,
    RecordProspects,
    ResumeSending,
    Suppress,
    UpdateRecord,
)
from domain.decisions import RiskPart
from domain.labels import Label, web_label
from tests.fixtures import builders
from tests.fixtures.builders import CRM, MONDAY

SETTLED = UsageFacts(done_before=200, usual=10.0)


def risk(action: AnyAction, label: Label = CRM, **given: Any) -> dict[str, RiskPart]:
    facts = builders.snapshot(**{"usage": SETTLED, **given})
    return {part.factor: part for part in assess(action, label, facts)}


def call(**given: Any) -> ConnectedCall:
    values: dict[str, Any] = {"tool": "pay", "reach": "outside", "destinations": ("a",), "amount": Decimal(0)}
    return ConnectedCall(**{**values, **given})


def paid(amount: Decimal | None, **facts: Any) -> RiskPart:
    return risk(call(amount=amount), call=CallFacts(**{"budget": Decimal(100), **facts}))["financial"]


@pytest.mark.parametrize("country", ["", "XX", "ZZ"])
def test_an_unknown_country_is_high(country: str) -> None:
    part = risk(builders.mail(), mail=builders.facts(country=country))["compliance"]
    assert part.points >= 8
    assert "unknown" in part.reason


@pytest.mark.parametrize(("country", "points"), [("US", 2), ("GB", 3), ("FR", 4), ("DE", 8)])
def test_a_known_country_counts_by_its_law(country: str, points: int) -> None:
    assert risk(builders.mail(), mail=builders.facts(country=country))["compliance"].points == points


def test_an_ordinary_mail_to_a_known_contact_is_no_high_risk() -> None:
    parts = risk(builders.mail())
    assert {name: part.points for name, part in parts.items()} == {
        "financial": 1,
        "relationship": 3,
        "compliance": 3,
        "strategic": 1,
    }


@pytest.mark.parametrize("country", ["DE", "US", "", "ZZ"])
def test_an_answer_rests_on_their_own_request_whatever_the_country(country: str) -> None:
    part = risk(builders.answer(), mail=builders.facts(country=country))["compliance"]
    assert (part.points, "wrote to us" in part.reason) == (1, True)


def test_missing_facts_are_high() -> None:
    bare = Snapshot(now=MONDAY)
    for action in (
        builders.mail(),
        builders.answer(),
        call(),
        BookMeeting(contact_id="con_1", starts_at=MONDAY, minutes=30, attendees=("con_1",)),
        ChangeMeeting(meeting_id="mee_1"),
    ):
        assert max(part.points for part in assess(action, CRM, bare)) >= 8


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"mail": builders.facts(novel_account=True)}, "first contact with this company"),
        ({"usage": UsageFacts()}, "did not do this before"),
        ({"usage": None}, "how often this was done before is unknown"),
    ],
)
def test_what_is_new_raises_the_relationship(given: dict[str, Any], word: str) -> None:
    part = risk(builders.mail(), **given)["relationship"]
    assert part.points == 4
    assert word in part.reason


def test_text_from_the_web_raises() -> None:
    part = risk(builders.mail(), web_label("https://northwind.example"))["relationship"]
    assert part.points == 4
    assert "web pages" in part.reason


@pytest.mark.parametrize(
    ("batch", "usage", "points"),
    [
        (5, SETTLED, 1),
        (21, SETTLED, 2),
        (60, SETTLED, 4),
        (101, SETTLED, 5),
        (101, UsageFacts(done_before=900, usual=90.0), 3),
        (1, UsageFacts(done_before=200, usual=10.0, last_hour=300), 5),
    ],
)
def test_volume_is_held_against_a_usual_day_and_the_last_hour(
    batch: int, usage: UsageFacts, points: int
) -> None:
    part = risk(builders.mail(), mail=builders.facts(batch_size=batch), usage=usage)["strategic"]
    assert part.points == points


@pytest.mark.parametrize("hour", [22, 23, 0, 4])
def test_the_night_raises(hour: int) -> None:
    part = risk(builders.mail(), now=MONDAY.replace(hour=hour))["strategic"]
    assert (part.points, "unusual hour" in part.reason) == (2, True)


@pytest.mark.parametrize(
    ("amount", "points"), [(0, 0), (5, 2), (25, 4), (50, 6), (100, 7), (101, 9), (-1, 10)]
)
def test_an_amount_is_held_against_the_budget(amount: Any, points: int) -> None:
    assert paid(Decimal(amount)).points == points


def test_an_unknown_amount_and_a_missing_budget_are_high() -> None:
    assert paid(None).points == 8
    assert "unknown" in paid(None).reason
    assert paid(Decimal(1), budget=None).points == 8
    assert paid(Decimal(60), spent=Decimal(50)).points == 9


def test_reading_is_no_risk_whatever_it_costs_elsewhere() -> None:
    parts = risk(call(reach="read", amount=None), call=CallFacts())
    assert max(part.points for part in parts.values()) == 0


def test_more_destinations_and_no_way_back_raise_a_call() -> None:
    calm = risk(call(undoable=True, reach="inside"), call=CallFacts())
    wide = risk(call(destinations=("a", "b", "c")), call=CallFacts())
    assert calm["strategic"].points < wide["strategic"].points
    assert calm["relationship"].points < wide["relationship"].points


def test_a_meeting_nobody_offered_is_riskier_than_one_that_was() -> None:
    meeting = BookMeeting(contact_id="con_1", starts_at=MONDAY, minutes=30, attendees=("con_1",))
    good = MeetingFacts(contact_known=True, contact_answered=True, slot_offered=True)
    offered = risk(meeting, meeting=good)["relationship"].points
    assert (offered, risk(meeting, meeting=MeetingFacts())["relationship"].points) == (2, 7)


def test_a_meeting_that_is_not_ours_or_without_length_is_high() -> None:
    move = ChangeMeeting(meeting_id="mee_1", starts_at=MONDAY + timedelta(days=1))
    assert risk(move, meeting=MeetingFacts())["relationship"].points == 8
    meeting = BookMeeting(contact_id="con_1", starts_at=MONDAY, minutes=0, attendees=("con_1",))
    assert risk(meeting, meeting=MeetingFacts())["financial"].points == 8


@pytest.mark.parametrize(
    "action", [PauseSending(reason="r"), Suppress(contact_id="con_1", reason="r")], ids=lambda one: one.kind
)
def test_stopping_and_opting_out_carry_no_risk(action: AnyAction) -> None:
    from autonomy.facts import CalibrationFacts

    parts = risk(action, usage=None, calibration=CalibrationFacts(raises=(3,) * 11, decisions=9))
    assert all(part.points == 0 for part in parts.values())


@pytest.mark.parametrize(
    ("action", "points"),
    [
        (ChangePolicy(version_id="p", previous_id="", loosened=0, simulated=1000, reason="r"), 2),
        (ChangePolicy(version_id="p", previous_id="", loosened=500, simulated=1000, reason="r"), 6),
        (ChangePolicy(version_id="p", previous_id="", loosened=0, simulated=0, reason="r"), 7),
        (ChangeAutonomy(agent="a", action_kind="send_email", before=0, after=1, reason="r"), 4),
        (ChangeAutonomy(agent="a", action_kind="send_email", before=2, after=1, reason="r"), 0),
        (ResumeSending(), 4),
        (ErasePerson(contact_id="con_1", reason="r"), 4),
    ],
)
def test_acts_on_authority(action: AnyAction, points: int) -> None:
    assert risk(action)["strategic"].points == points


@pytest.mark.parametrize(
    "action",
    [
        RecordProspects(batch_id="b", source="web", companies=100_000, people=100_000),
        EditDraft(draft_id="dra_1", body="b"),
        UpdateRecord(record="account", record_id="acc_1", field="industry", value="x"),
        builders.opening(),
        builders.move(),
        builders.task(),
    ],
    ids=lambda one: one.kind,
)
def test_what_can_be_undone_inside_never_asks_by_its_points_alone(action: AnyAction) -> None:
    parts = risk(action, web_label("https://x.example"), usage=UsageFacts(), rows=100_000)
    assert max(part.points for part in parts.values()) <= 7
