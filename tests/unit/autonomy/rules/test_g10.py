"""G10: the field table says who may set a field; untrusted sources only fill empty observations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy.field_table import field_rule, fields_of
from domain.actions import ErasePerson
from domain.decisions import Actor, Verdict
from domain.labels import Integrity
from tests.fixtures import builders
from tests.fixtures.gate_cases import judged, said, silent, updated

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
    from domain.actions import UpdateRecord

    action = UpdateRecord(record="account", record_id="acc_1", field="city", value="Graz")
    assert said(judged(action, record=None), "G10")
