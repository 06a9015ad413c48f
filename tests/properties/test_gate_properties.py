"""Whatever is thrown at it, the gate never lets a rule-breaking mail through, and rules only tighten."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from autonomy.gate import decide
from autonomy.policy import LEVELS, Policy, Row
from domain.decisions import STRICTNESS, Verdict
from tests.fixtures import builders

BROKEN_FACTS: dict[str, st.SearchStrategy[Any]] = {
    "contact_known": st.just(False),
    "contact_erased": st.just(True),
    "has_address": st.just(False),
    "in_audience": st.just(False),
    "draft_matches": st.just(False),
    "suppressed": st.sampled_from(["opted out", "bounced", "unknown"]),
    "sender": st.just(""),
    "unknown_evidence": st.just(("You doubled your sales.",)),
    "campaign_state": st.sampled_from(["", "finished", "stopped", "paused", "weird"]),
    "touch_known": st.just(False),
    "lead_state": st.sampled_from(["replied", "waiting", "closed", "weird"]),
    "plan_version": st.integers(2, 9),
    "already": st.sampled_from(["queued", "claimed", "sent", "failed", "in_doubt", "held", "cancelled"]),
    "sent_to_contact": st.integers(4, 99),
    "zones": st.lists(st.text(max_size=8).filter(lambda name: "/" not in name and name != "UTC"), max_size=2)
    .filter(lambda names: "GMT" not in names)
    .map(lambda names: (*names, "Mars/Phobos")),
    "disclosure": st.just(""),
    "postal_address": st.just(""),
    "can_unsubscribe": st.just(False),
}
BROKEN_MAIL: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.one_of(
        st.text(min_size=151, max_size=200),
        st.sampled_from("\r\n\x00\t\x0b\x85\u2028\u2029\u202e\u2066\u200b\u200f\ufeff\ud800\U000e0041").map(
            lambda char: f"Hello{char}there"
        ),
        st.just("=?utf-8?b?SGk=?="),
        st.just(""),
    ),
    "body": st.one_of(
        st.sampled_from("\r\x00\x1b\u2028\u202e\u200d\ufeff\udfff").map(lambda char: f"Hi{char}Anna"),
        st.from_regex(r"[a-z]{3,9}@[a-z]{3,9}\.(example|org)", fullmatch=True),
        st.from_regex(r"https?://[a-z]{3,9}\.[a-z]{3,9}\.org/[a-z]*", fullmatch=True),
        st.sampled_from(["<b>hi</b>", "![x](https://acme.example/x)", "{{name}}", "[Your Name]", "  "]),
        st.integers(6_001, 20_000).map(lambda length: "a" * length),
    ),
    "attachments": st.just(("col_1",)),
    "plan_version": st.integers(2, 9),
}
BROKEN_ANSWERED: dict[str, st.SearchStrategy[Any]] = {
    "exists": st.just(False),
    "same_thread": st.just(False),
    "from_contact": st.just(False),
    "authenticated": st.just(False),
    "by_person": st.just(False),
    "to_contact_today": st.integers(3, 99),
}
OF_CAMPAIGNS = {
    "in_audience",
    "draft_matches",
    "campaign_state",
    "touch_known",
    "plan_version",
    "sent_to_contact",
    "lead_state",
}
LEVEL = st.sampled_from(list(LEVELS))


def policy_of(levels: list[str]) -> Policy:
    rows = [
        Row(id=str(n), agents=("*",), action="*", level=level, reason=level, owner="test")  # type: ignore[arg-type]
        for n, level in enumerate(levels)
    ]
    return Policy(rows=tuple(rows))


@st.composite
def broken(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A mail and facts with at least one thing wrong."""
    facts = draw(st.sets(st.sampled_from(list(BROKEN_FACTS)), max_size=4))
    mail = draw(st.sets(st.sampled_from(list(BROKEN_MAIL)), min_size=0 if facts else 1, max_size=2))
    return (
        {name: draw(BROKEN_MAIL[name]) for name in mail},
        {
            name: draw(BROKEN_FACTS[name])
            for name in facts - {"plan_version" if "plan_version" in mail else ""}
        },
    )


@settings(max_examples=250, deadline=None)
@given(broken(), st.lists(LEVEL, max_size=3), st.sampled_from(["US", "DE", ""]))
def test_a_mail_that_breaks_a_rule_is_never_allowed_or_asked(
    case: tuple[dict[str, Any], dict[str, Any]], levels: list[str], country: str
) -> None:
    mail, facts = case
    if not mail and not facts:
        return
    proposal = builders.proposal(builders.mail(**mail))
    snapshot = builders.snapshot(mail=builders.facts(**{"country": country, **facts}))
    judgement = decide(proposal, snapshot, policy_of(levels))
    assert judgement.verdict is Verdict.REFUSE
    assert judgement.why


@settings(max_examples=250, deadline=None)
@given(broken(), st.sets(st.sampled_from(list(BROKEN_ANSWERED)), max_size=2), st.data())
def test_an_answer_that_breaks_a_rule_is_never_allowed_or_asked(
    case: tuple[dict[str, Any], dict[str, Any]], wrong: set[str], data: st.DataObject
) -> None:
    mail, facts = ({k: v for k, v in one.items() if k not in OF_CAMPAIGNS} for one in case)
    if not mail and not facts and not wrong:
        return
    answered = builders.answered_facts(**{name: data.draw(BROKEN_ANSWERED[name]) for name in wrong})
    snapshot = builders.snapshot(mail=builders.facts(**facts, answered=answered))
    proposal = builders.proposal(builders.answer(**mail), actor=builders.RELATIONSHIP)
    judgement = decide(proposal, snapshot, policy_of(["auto"]))
    assert judgement.verdict is Verdict.REFUSE
    assert judgement.why


@settings(max_examples=200, deadline=None)
@given(st.lists(LEVEL, max_size=4), LEVEL, st.sampled_from(["US", "DE", "", "FR"]))
def test_another_row_or_more_risk_never_loosens(levels: list[str], more: str, country: str) -> None:
    proposal = builders.proposal(builders.mail())
    snapshot = builders.snapshot(mail=builders.facts(country=country))
    before = decide(proposal, snapshot, policy_of(levels)).verdict
    after = decide(proposal, snapshot, policy_of([*levels, more])).verdict
    floor = max((STRICTNESS[LEVELS[level]] for level in levels), default=STRICTNESS[Verdict.ASK])
    assert STRICTNESS[before] >= floor
    if levels:
        assert STRICTNESS[after] >= STRICTNESS[before]


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=()), max_size=200), st.text(st.characters(exclude_categories=()))
)
def test_random_text_is_judged_without_an_error_and_twice_the_same(subject: str, body: str) -> None:
    proposal = builders.proposal(builders.mail(subject=subject, body=body))
    first = decide(proposal, builders.snapshot(), policy_of(["auto"]))
    assert first == decide(proposal, builders.snapshot(), policy_of(["auto"]))
    if any(char in subject for char in "\r\n\x00\u2028\u2029\u202e"):
        assert first.verdict is Verdict.REFUSE
