"""Each hard rule for mail lets a good mail pass and refuses a bad one in words a person understands."""

from typing import Any

import pytest

from autonomy.facts import Snapshot
from autonomy.gate import decide
from autonomy.policy import Policy, Row
from domain.campaigns import Claim
from domain.decisions import Judgement, Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered

FREE = Policy(
    rows=(Row(id="T-1", agents=("*",), action="*", level="auto", reason="Anything goes.", owner="test"),)
)
LONG = "word " * 40


def judged(
    mail: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, **given: Any
) -> Judgement:
    snapshot = Snapshot(now=builders.MONDAY, mail=builders.facts(**(facts or {})), **given)
    return decide(builders.proposal(builders.mail(**(mail or {}))), snapshot, FREE)


def messages_of(judgement: Judgement, rule: str) -> list[str]:
    return [hit.message for hit in judgement.hits if hit.rule == rule and hit.verdict is Verdict.REFUSE]


def test_a_mail_that_breaks_no_rule_is_allowed_where_the_matrix_allows_it() -> None:
    judgement = judged()
    assert judgement.verdict is Verdict.ALLOW
    assert [hit.rule for hit in judgement.hits] == ["authority:T-1"]


REFUSALS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("G1", {}, {"contact_known": False}, "not in the CRM"),
    ("G1", {}, {"contact_erased": True}, "was erased"),
    ("G1", {}, {"has_address": False}, "no e-mail address"),
    ("G1", {}, {"in_audience": False}, "not in this campaign's audience"),
    ("G1", {}, {"draft_matches": False}, "not in this campaign's audience"),
    ("G2", {}, {"suppressed": "opted out"}, "must not be contacted (opted out)"),
    ("G3", {}, {"sender": ""}, "RAINMAKER_MAIL_FROM"),
    ("G3", {"subject": "x" * 151}, {}, "longer than 150"),
    ("G3", {"subject": "Hello\r\nBcc: everyone@else.example"}, {}, "control or invisible"),
    ("G3", {"subject": "Hello\tthere"}, {}, "control or invisible"),
    ("G3", {"subject": "=?utf-8?q?x=0D=0ABcc:_a@b.example?="}, {}, "encoded word"),
    ("G3", {"body": "Hi\x00 there"}, {}, "control or invisible"),
    ("G3", {"body": "Hi \u202eereht"}, {}, "control or invisible"),
    ("G3", {"body": "Hi\u2028there"}, {}, "control or invisible"),
    ("G3", {"body": "Hi\ud800"}, {}, "control or invisible"),
    ("G3", {"body": "a" * 1_000_000}, {}, "longer than 6,000"),
    ("G4", {"body": "See https://evil.example/x"}, {}, "not on the allow-list"),
    ("G4", {"body": "See https://acme.example@evil.example/"}, {}, "hides its target"),
    ("G4", {"body": "See https://acme.example:8443/"}, {}, "hides its target"),
    ("G4", {"body": "See http://acme.example/"}, {}, "not on the allow-list"),
    ("G4", {"body": "See http://127.0.0.1/x"}, {}, "names an address"),
    ("G4", {"body": "See https://bit.ly/abc"}, {}, "shortener bit.ly"),
    ("G4", {"body": "See data:text/html,hello"}, {}, "may not use data"),
    ("G4", {"body": "See [this](javascript:alert)"}, {}, "may not use javascript"),
    ("G4", {"body": "Look: ![logo](https://acme.example/a.png)"}, {}, "HTML or an image"),
    ("G4", {"body": 'Hi <img src="https://acme.example/a.png">'}, {}, "HTML or an image"),
    ("G4", {"subject": "evil.example/win"}, {}, "not on the allow-list"),
    ("G5", {"body": "Write to tom@northwind.example"}, {}, "somebody's e-mail address"),
    ("G5", {"body": "Write to jörg@müller.example"}, {}, "somebody's e-mail address"),
    ("G5", {"body": "The word is canary-77"}, {"secrets": ("canary-77",)}, "holds a secret"),
    ("G6", {"attachments": ("col_1",)}, {}, "not approved collateral"),
    ("G7", {"body": "Hi {{first_name}},"}, {}, "placeholder"),
    ("G7", {"body": ""}, {}, "empty"),
    ("G7", {"body": LONG * 4}, {}, "150 are allowed"),
    ("G7", {"body": "As we discussed, would a call help?"}, {}, "pretends a relationship"),
    ("G7", {"body": "We cut costs by 40% for 500 clinics."}, {}, "No source for"),
    ("G7", {}, {"unknown_evidence": ("You restore pianos.",)}, "No stored source supports"),
    ("G13", {}, {"campaign_state": "stopped"}, "campaign is stopped"),
    ("G13", {}, {"campaign_state": ""}, "campaign is unknown"),
    ("G13", {}, {"touch_known": False}, "not in the campaign's plan"),
    ("G13", {"plan_version": 2}, {}, "not in the campaign's plan"),
    ("G14", {}, {"already": "sent"}, "already sent"),
    ("G15", {}, {"sent_to_contact": 4}, "already got 4 mails"),
    ("G16", {}, {"zones": ()}, "time zone is unknown"),
    ("G16", {}, {"zones": ("Mars/Phobos",)}, "time zone is unknown"),
    ("G16", {}, {"zones": ("Europe",)}, "time zone is unknown"),
    ("G16", {}, {"zones": ("Europe/Berlin", "Nowhere")}, "time zone is unknown"),
    ("G17", {}, {"disclosure": ""}, "disclosure"),
    ("G17", {}, {"postal_address": ""}, "RAINMAKER_POSTAL_ADDRESS"),
    ("G17", {}, {"can_unsubscribe": False}, "RAINMAKER_PUBLIC_URL"),
]


@pytest.mark.parametrize(("rule", "mail", "facts", "words"), REFUSALS)
def test_a_rule_refuses_and_says_why(
    rule: str, mail: dict[str, Any], facts: dict[str, Any], words: str
) -> None:
    judgement = judged(mail, facts)
    assert judgement.verdict is Verdict.REFUSE
    assert any(words in message for message in messages_of(judgement, rule)), judgement.hits
    assert words in judgement.why


OF_CAMPAIGNS = {"G13", "G14", "G15"}  # an answer has rules of its own there
IN_ANSWERS = [
    case
    for case in REFUSALS
    if case[0] not in OF_CAMPAIGNS and "audience" not in case[3] and "relationship" not in case[3]
]


@pytest.mark.parametrize(("rule", "mail", "facts", "words"), IN_ANSWERS)
def test_an_answer_is_held_to_the_same_rules(
    rule: str, mail: dict[str, Any], facts: dict[str, Any], words: str
) -> None:
    judgement = answered(mail, facts)
    assert judgement.verdict is Verdict.REFUSE
    assert any(words in message for message in messages_of(judgement, rule)), judgement.hits


PASSES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("G3", {"subject": "Größe, naïve – “quoted” 5 €"}, {"known_names": ()}),
    ("G4", {"body": "See https://acme.example/plans and www.acme.example/plans?x=1&y=2"}, {}),
    ("G4", {"body": "See [the plans](https://acme.example/plans)"}, {}),
    ("G5", {"body": "Write to Maria@Acme.example"}, {}),
    ("G15", {}, {"sent_to_contact": 3}),
    ("G16", {}, {"zones": ("Europe/Berlin", "America/New_York")}),
]


@pytest.mark.parametrize(("rule", "mail", "facts"), PASSES)
def test_a_rule_has_nothing_against_a_good_mail(
    rule: str, mail: dict[str, Any], facts: dict[str, Any]
) -> None:
    assert messages_of(judged(mail, facts), rule) == []


def test_a_stop_of_sending_refuses_with_its_reason() -> None:
    judgement = judged(stopped_sends="Stopped by olga: complaints.")
    assert messages_of(judgement, "G18") == ["Stopped by olga: complaints."]


def test_missing_facts_refuse() -> None:
    judgement = decide(builders.proposal(builders.mail()), Snapshot(now=builders.MONDAY), FREE)
    assert judgement.verdict is Verdict.REFUSE
    assert {"G1", "G2", "G3", "G13", "G16", "G17"} <= {hit.rule for hit in judgement.hits}


def test_an_unapproved_candidate_needs_a_person_even_where_mail_is_automatic() -> None:
    judgement = judged(facts={"contact_candidate": True})
    assert judgement.verdict is Verdict.ASK
    assert "nobody approved" in judgement.why


def test_a_claim_with_a_stored_quote_passes() -> None:
    sentence = "On your site I read that you restore pianos."
    claim = Claim(text=sentence, evidence=builders.quote("We restore pianos for schools."))
    assert messages_of(judged({"body": f"Hi Anna,\n\n{sentence}", "claims": (claim,)}), "G7") == []


def test_a_hostile_megabyte_is_refused_unread() -> None:
    for text in ("a" * 1_000_000, "<a" * 500_000, "a." * 500_000, "{{" * 500_000):
        assert judged({"body": text, "subject": text}).verdict is Verdict.REFUSE
