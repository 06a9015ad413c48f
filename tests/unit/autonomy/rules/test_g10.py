"""G10: the field table says who may set a field; untrusted sources only fill empty observations; deals need proof."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy.field_table import field_rule, fields_of
from domain.actions import ErasePerson, UpdateRecord
from domain.deals import ORDER, DealFact, DealStage
from domain.decisions import Actor, Verdict
from domain.labels import Integrity, Label
from tests.fixtures import builders
from tests.fixtures.gate_cases import judged, moved, opened, said, silent, updated

pytestmark = pytest.mark.rule("G10")
PROTECTED = [("contact", name) for name in ("email", "owner", "consent", "suppression", "status")] + [
    ("account", name) for name in ("owner", "stage", "amount")
]
UNTRUSTED, MAIL, AGENT, CRM, OWNER = Integrity


def test_a_web_page_may_fill_an_empty_observation_and_never_replace_one() -> None:
    assert updated("city", "Graz", UNTRUSTED, empty=True).verdict is Verdict.ALLOW
    assert "may not set account.city" in said(updated("city", "Graz", UNTRUSTED), "G10")[0]
    assert updated("city", "Graz", AGENT).verdict is Verdict.ALLOW
    assert said(updated("domain", "x", AGENT), "G10")
    assert updated("domain", "x", CRM).verdict is Verdict.ALLOW


@pytest.mark.parametrize(("record", "field"), PROTECTED)
@pytest.mark.parametrize("integrity", [UNTRUSTED, MAIL, AGENT, CRM])
def test_what_decides_about_people_and_money_is_the_owners(
    record: str, field: str, integrity: Integrity
) -> None:
    value = 5 if field == "amount" else "contact"
    for empty in (True, False):
        assert said(updated(field, value, integrity, record=record, empty=empty), "G10")
    assert silent(updated(field, value, OWNER, record=record), "G10")


@pytest.mark.parametrize("field", ["id", "batch_id", "integrity", "readers", "label", "", "facts", "made_at"])
def test_an_unknown_field_is_refused(field: str) -> None:
    assert "knows no field" in said(updated(field, "x", OWNER, record="contact"), "G10")[0]


def test_a_record_that_does_not_exist_is_refused() -> None:
    assert "no such account" in said(updated("city", "Graz", OWNER, exists=False), "G10")[0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("city", "a\nb", "control"),
        ("city", "a" * 301, "300"),
        ("city", 5, "needs text"),
        ("country", "D E", "one word"),
        ("staff_min", -1, "not negative"),
        ("staff_min", float("nan"), "not negative"),
        ("staff_min", float("inf"), "not negative"),
        ("staff_min", True, "not negative"),
        ("staff_min", "5", "not negative"),
    ],
)
def test_a_value_that_does_not_belong_there_is_refused(field: str, value: object, words: str) -> None:
    assert words in said(updated(field, value, OWNER), "G10")[0]


def test_nobody_is_erased_through_a_field() -> None:
    assert "takes only" in said(updated("status", "erased", OWNER, record="contact"), "G10")[0]


@pytest.mark.parametrize("value", [None, ""])
def test_emptying_a_field_asks_and_is_no_untrusted_sources_business(value: object) -> None:
    judgement = updated("city", value, OWNER)
    assert judgement.verdict is Verdict.ASK
    assert "person decides" in said(judgement, "G10", Verdict.ASK)[0]
    assert "may not empty" in said(updated("city", value, UNTRUSTED, empty=True), "G10")[0]


def test_erasing_a_person_is_never_an_agents_own_decision() -> None:
    erase = ErasePerson(contact_id="con_1", reason="asked")
    for actor in (builders.OUTREACH, Actor(kind="system", name="system")):
        assert said(judged(erase, actor=actor), "G10", Verdict.ASK)
    assert silent(judged(erase, actor=builders.OWNER), "G10")


@given(
    st.sampled_from([(record, name) for record in ("account", "contact") for name in fields_of(record)]),
    st.sampled_from([UNTRUSTED, MAIL]),
    st.booleans(),
    st.one_of(st.text(max_size=20), st.integers(-5, 500), st.none(), st.booleans()),
)
def test_an_untrusted_source_never_changes_what_stands_there(
    where: tuple[str, str], integrity: Integrity, empty: bool, value: object
) -> None:
    rule = field_rule(*where)
    judgement = updated(where[1], value, integrity, record=where[0], empty=empty)
    if not empty or rule is None or rule.fill is None:
        assert judgement.verdict is Verdict.REFUSE


def test_missing_facts_refuse() -> None:
    action = UpdateRecord(record="account", record_id="acc_1", field="city", value="Graz")
    assert said(judged(action, record=None), "G10")


NAIVE, PAST = datetime(2026, 11, 9, 10), builders.MONDAY - timedelta(seconds=1)
HELD = builders.proof(DealFact.MEETING_HELD, source="mee_1", quote="")
WAYS = [
    ("discovery", "evaluation", ("need", "meeting_held")),
    ("evaluation", "proposal", ("authority", "timing")),
    ("proposal", "negotiation", ("proposal_sent",)),
    ("negotiation", "won", ("terms_agreed", "signed")),
]


def test_clear_intent_a_held_meeting_or_a_person_opens_a_deal() -> None:
    assert opened().verdict is Verdict.ALLOW
    assert opened({"cause": "meeting_held", "proof": (HELD,)}).verdict is Verdict.ALLOW
    assert opened({"cause": "person", "proof": ()}, actor=builders.OWNER).verdict is Verdict.ALLOW
    assert opened({"next_step_at": builders.MONDAY}).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("deal", "facts", "words"),
    [
        ({}, {"account_known": False}, "no such account"),
        ({}, {"contact_fits": False}, "not known at this account"),
        ({}, {"open_already": True}, "has an open deal"),
        ({}, {"unfounded": ("we will buy",)}, "does not say “we will buy”"),
        ({"cause": "person"}, {}, "Only a person"),
        ({"proof": ()}, {}, "their words as proof"),
        ({"proof": (HELD,)}, {}, "their words as proof"),
        ({"cause": "meeting_held"}, {}, "the meeting that was held"),
        ({"name": "  "}, {}, "needs a name"),
        ({"proof": (builders.proof(at=NAIVE),)}, {}, "date of the proof has no time zone"),
        ({"next_step": " "}, {}, "next step with a date"),
        ({"next_step_at": NAIVE}, {}, "next step's date has no time zone"),
        ({"next_step_at": PAST}, {}, "next step's date has passed"),
        ({"name": "x" * 301}, {}, "longer than 300"),
        ({"next_step": "x" * 301}, {}, "longer than 300"),
        ({"name": "North\u202ewind"}, {}, "control or invisible"),
        ({"next_step": "Call\nBcc: eve"}, {}, "control or invisible"),
    ],
)
def test_any_other_deal_is_not_opened(deal: dict, facts: dict, words: str) -> None:
    judgement = opened(deal, facts)
    assert judgement.verdict is Verdict.REFUSE
    assert words in said(judgement, "G10")[0]


@pytest.mark.parametrize(("before", "after", "known"), WAYS)
def test_a_deal_moves_one_stage_when_all_its_exit_criteria_are_shown(
    before: str, after: str, known: tuple[str, ...]
) -> None:
    assert moved(before, after, *known).verdict is Verdict.ALLOW
    for one in known:
        left = [fact for fact in known if fact != one] or ["budget"]
        assert f"Not shown yet: {one}" in said(moved(before, after, *left), "G10")[0]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("discovery", "proposal", "evaluation comes next; a stage cannot be skipped"),
        ("discovery", "won", "cannot be skipped"),
        ("evaluation", "negotiation", "proposal comes next"),
        ("evaluation", "evaluation", "already in evaluation"),
        ("won", "negotiation", "is closed (won)"),
        ("lost", "discovery", "is closed (lost)"),
        ("proposal", "lost", "needs a reason with proof"),
    ],
)
def test_no_stage_is_skipped_and_no_closed_deal_moves(before: str, after: str, words: str) -> None:
    everything = [fact for fact in DealFact if fact is not DealFact.LOST_REASON]
    assert words in said(moved(before, after, *everything), "G10")[0]


def test_a_deal_goes_back_and_is_lost_from_every_open_stage() -> None:
    assert moved("negotiation", "discovery").verdict is Verdict.ALLOW
    for stage in ORDER[:-1]:
        judgement = moved(stage, "lost", "lost_reason", next_step="", next_step_at=None)
        assert judgement.verdict is Verdict.ALLOW


@pytest.mark.parametrize("integrity", [UNTRUSTED, MAIL, AGENT])
def test_no_mail_or_page_makes_a_deal_won(integrity: Integrity) -> None:
    label, known = Label(integrity=integrity, origin="test"), ("terms_agreed", "signed")
    assert "No mail or page" in said(moved("negotiation", "won", *known, label=label), "G10")[0]
    assert moved("negotiation", "won", *known, label=builders.CRM).verdict is Verdict.ALLOW
    assert moved("proposal", "negotiation", "proposal_sent", label=label).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("move", "facts", "words"),
    [
        ({}, {"stage": None}, "no such deal"),
        ({}, {"stage": DealStage.PROPOSAL}, "is in proposal, not in discovery"),
        ({}, {"unfounded": ("they agreed",)}, "does not say “they agreed”"),
        ({"proof": (builders.proof(at=NAIVE),)}, {}, "date of the proof has no time zone"),
        ({"next_step": ""}, {}, "next step with a date"),
        ({"next_step_at": None}, {}, "next step with a date"),
        ({"next_step_at": NAIVE}, {}, "next step's date has no time zone"),
        ({"next_step_at": PAST}, {}, "next step's date has passed"),
        ({"reason": "\n "}, {}, "needs a reason"),
        ({"next_step": "x" * 301}, {}, "longer than 300"),
        ({"reason": "x" * 2_001}, {}, "reason is too long"),
        ({"reason": "so\u200b"}, {}, "control or invisible"),
        ({"next_step": "a\nb"}, {}, "control or invisible"),
    ],
)
def test_a_move_without_proof_date_or_reason_is_refused(move: dict, facts: dict, words: str) -> None:
    judgement = moved("discovery", "evaluation", facts=facts, **move)
    assert judgement.verdict is Verdict.REFUSE
    assert words in said(judgement, "G10")[0]


def test_a_closed_deal_needs_no_next_step_but_proof_that_stands() -> None:
    closing = {"next_step": "", "next_step_at": None}
    assert moved("negotiation", "won", "terms_agreed", "signed", **closing).verdict is Verdict.ALLOW
    invented = {"unfounded": ("too dear",)}
    assert said(moved("proposal", "lost", "lost_reason", facts=invented, **closing), "G10")


def test_a_deal_nobody_looked_up_is_neither_opened_nor_moved() -> None:
    assert said(judged(builders.opening(), deal=None), "G10")
    assert said(judged(builders.move(), deal=None), "G10")


def test_a_task_is_plain_words_with_a_title_and_a_certain_date() -> None:
    assert judged(builders.task(why="first\nsecond")).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({"title": " "}, "needs a title"),
        ({"due_at": NAIVE}, "no time zone"),
        ({"title": "x" * 301}, "longer than 300"),
        ({"title": "Call\nAnna"}, "control or invisible"),
        ({"why": "x" * 2_001}, "reason is too long"),
        ({"why": "she\u202e asked"}, "control or invisible"),
    ],
)
def test_any_other_task_is_refused(task: dict, words: str) -> None:
    assert words in said(judged(builders.task(**task)), "G10")[0]


@given(
    st.sampled_from(list(DealStage)),
    st.sampled_from(list(DealStage)),
    st.sets(st.sampled_from(list(DealFact))),
)
def test_a_forward_move_is_one_stage_on_all_that_it_needs(
    before: DealStage, after: DealStage, known: set[DealFact]
) -> None:
    judgement = moved(before, after, *(known or {DealFact.BUDGET}))
    if judgement.verdict is Verdict.ALLOW and after is not DealStage.LOST:
        ahead = ORDER.index(after) - ORDER.index(before)
        assert ahead < 0 or (ahead == 1 and {DealFact(one) for one in WAYS[ORDER.index(before)][2]} <= known)
