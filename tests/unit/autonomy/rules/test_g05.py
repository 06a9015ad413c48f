"""G5: what leaves holds nothing that its recipient may not read, encoded or not."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import BookMeeting, ConnectedCall
from domain.decisions import Verdict
from domain.labels import Integrity, Label, contact_reader
from tests.fixtures import builders
from tests.fixtures.gate_cases import booked, called, judged, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G5")
CANARY = "canary-77-xyz"
HOLDS = {"secrets": (CANARY,)}
HIDDEN = base64.b64encode(CANARY.encode()).decode()


def label(*readers: str) -> Label:
    return Label(integrity=Integrity.CRM, readers=frozenset(readers), origin="test")


@pytest.mark.parametrize("text", [CANARY, HIDDEN, CANARY.encode().hex(), CANARY[::-1], "%63anary-77-xyz"])
def test_a_secret_leaves_nowhere(text: str) -> None:
    assert "secret" in said(mailed({"body": f"Hi {text}"}, HOLDS), "G5")[0]
    assert "secret" in said(booked({"body": f"Hi {text}"}, HOLDS), "G5")[0]
    assert "secret" in said(called({"content": f"Hi {text}"}, HOLDS), "G5")[0]


def test_a_secret_does_not_leave_in_a_subject_link_or_destination_either() -> None:
    assert "secret" in said(mailed({"subject": CANARY}, HOLDS), "G5")[0]
    assert "secret" in said(booked({"subject": CANARY}, HOLDS), "G5")[0]
    assert "secret" in said(called({"links": (f"https://acme.example/{CANARY}",)}, HOLDS), "G5")[0]
    assert "secret" in said(called({"destinations": (CANARY,)}, HOLDS), "G5")[0]


def test_somebodys_address_is_refused_in_a_mail_and_asked_in_a_call() -> None:
    text = {"body": "Write to tom@northwind.example"}
    assert "tom@northwind.example" in said(mailed(text), "G5")[0]
    assert "tom@northwind.example" in said(booked(text), "G5")[0]
    judgement = called({"content": text["body"]})
    assert "tom@northwind.example" in said(judgement, "G5", Verdict.ASK)[0]
    encoded = base64.b64encode(b"tom@northwind.example").decode()
    assert said(mailed({"body": encoded}), "G5")


def test_our_own_address_and_one_the_owner_named_pass() -> None:
    assert silent(mailed({"body": "Write to Maria@Acme.example"}), "G5")
    assert silent(booked({"body": "Write to Maria@Acme.example"}), "G5")
    content = {"content": "Tom is tom@north.example"}
    assert silent(called(content, {"owner_words": "tell them tom@north.example"}), "G5")
    assert silent(called(content, {"known": ("tom@north.example",)}), "G5")
    assert silent(called({**content, "destinations": ("tom@north.example",)}), "G5")


def test_endless_content_is_refused() -> None:
    assert "100,000" in said(called({"content": "a" * 100_001}), "G5")[0]


@pytest.mark.parametrize(
    "readers", [("SECRET",), ("SECRET", "WORKSPACE"), ("SECRET", "PUBLIC"), (contact_reader("con_2"),), ()]
)
def test_a_mail_that_rests_on_what_its_recipient_may_not_read_is_refused(readers: tuple[str, ...]) -> None:
    assert said(judged(builders.mail(), label=label(*readers)), "G5")


@pytest.mark.parametrize("readers", [("PUBLIC",), ("WORKSPACE",), (contact_reader("con_1"),)])
def test_a_mail_that_rests_on_what_its_recipient_may_read_passes(readers: tuple[str, ...]) -> None:
    assert silent(judged(builders.mail(), label=label(*readers)), "G5")


@pytest.mark.parametrize("readers", [("SECRET",), ("SECRET", "PUBLIC"), (contact_reader("con_1"),), ()])
def test_nothing_secret_or_of_one_person_leaves_by_a_call_or_an_invitation(readers: tuple[str, ...]) -> None:
    call = ConnectedCall(tool="note", reach="outside", amount=0)
    meeting = BookMeeting(contact_id="con_1", starts_at=builders.MONDAY, minutes=30, attendees=("con_1",))
    for action in (call, meeting):
        assert said(judged(action, label=label(*readers)), "G5")
        assert silent(judged(action, label=label("PUBLIC")), "G5")
    assert silent(judged(call.model_copy(update={"reach": "read"}), label=label(*readers)), "G5")


@given(
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=30),
    st.text(max_size=30),
    st.sampled_from(["plain", "base64", "hex", "base85 of nothing"]),
)
def test_no_secret_of_any_kind_leaves(secret: str, around: str, way: str) -> None:
    written = {"base64": base64.b64encode(secret.encode()).decode(), "hex": secret.encode().hex()}.get(
        way, secret
    )
    judgement = called({"content": f"{around}\n{written}\n{around}"}, {"secrets": (secret,)})
    assert said(judgement, "G5")


def test_the_morning_page_may_name_people_but_holds_no_secret() -> None:
    assert silent(paged({"text": "from tom@northwind.example"}, HOLDS), "G5")
    assert "secret" in said(paged({"text": f"Hi {HIDDEN}"}, HOLDS), "G5")[0]
    assert "secret" in said(paged({"subject": CANARY}, HOLDS), "G5")[0]


@pytest.mark.parametrize(
    ("readers", "passes"),
    [
        (("WORKSPACE",), True),
        (("PUBLIC",), True),
        (("SECRET", "WORKSPACE"), False),
        (("CONTACT:con_1",), False),
        ((), False),
    ],
)
def test_the_morning_page_rests_on_what_our_own_people_may_read(
    readers: tuple[str, ...], passes: bool
) -> None:
    judgement = paged(label=label(*readers))
    assert silent(judgement, "G5") == passes
    assert passes or "may not leave" in said(judgement, "G5")[0]


def test_a_page_that_is_too_long_is_not_searched() -> None:
    judgement = paged({"text": CANARY + "x" * 30_000}, HOLDS)
    assert silent(judgement, "G5")
    assert judgement.verdict is Verdict.REFUSE
