"""Whatever the facts: risk stays in bounds and only tightens, triggers never un-trip, a stop lets nothing through."""

import itertools
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from autonomy import calibration, earning, triggers
from autonomy.calibration import PROMISED, Sample
from autonomy.facts import CalibrationFacts, CallFacts, UsageFacts
from autonomy.gate import decide
from autonomy.policy import Policy, Row
from autonomy.risk import assess
from autonomy.switch import WORKS_WHILE_STOPPED, stopped
from domain.actions import AnyAction, ConnectedCall, EditDraft, PauseSending, RecordProspects, ResumeSending
from domain.decisions import STRICTNESS, Verdict
from domain.labels import Integrity, Label
from tests.fixtures import builders

FREE = Policy(
    rows=(Row(id="T", agents=("*",), action="*", level="auto", reason="Anything goes.", owner="test"),)
)
AMOUNTS = st.one_of(
    st.none(), st.decimals(allow_nan=False, allow_infinity=False), st.decimals(0, 100, places=2)
)
USAGE = st.one_of(
    st.none(),
    st.builds(
        UsageFacts,
        done_before=st.integers(-5, 10_000),
        usual=st.floats(0, 1000),
        last_hour=st.integers(0, 100_000),
    ),
)
RAISES = st.one_of(
    st.none(), st.builds(CalibrationFacts, raises=st.lists(st.integers(-20, 20), max_size=12).map(tuple))
)
LABELS = st.sampled_from(list(Integrity)).map(lambda one: Label(integrity=one, origin="test"))
ACTIONS: st.SearchStrategy[AnyAction] = st.one_of(
    st.just(builders.mail()),
    st.just(builders.answer()),
    st.just(builders.opening()),
    st.just(builders.move()),
    st.just(builders.task()),
    st.just(EditDraft(draft_id="dra_1", body="b")),
    st.builds(
        RecordProspects,
        batch_id=st.just("b"),
        source=st.just("web"),
        companies=st.integers(0, 10**9),
        people=st.integers(0, 10**9),
    ),
    st.builds(
        ConnectedCall,
        tool=st.just("pay"),
        reach=st.sampled_from(["read", "inside", "outside"]),
        destinations=st.lists(st.just("a"), max_size=5).map(tuple),
        amount=AMOUNTS,
        undoable=st.booleans(),
    ),
)


@st.composite
def surroundings(draw: st.DrawFn) -> dict[str, Any]:
    budget = draw(st.one_of(st.none(), st.decimals(-10, 1000, places=2)))
    call = st.one_of(st.none(), st.just(CallFacts(budget=budget, spent=Decimal(1))))
    return {"usage": draw(USAGE), "calibration": draw(RAISES), "call": draw(call)}


@settings(max_examples=300, deadline=None)
@given(ACTIONS, LABELS, surroundings())
def test_risk_is_four_reasoned_factors_in_bounds_and_twice_the_same(
    action: AnyAction, label: Label, given_: dict[str, Any]
) -> None:
    facts = builders.snapshot(**given_)
    parts = assess(action, label, facts)
    assert [part.factor for part in parts] == ["financial", "relationship", "compliance", "strategic"]
    assert all(part.reason and 0 <= part.points <= 10 and 0 <= part.raised <= 3 for part in parts)
    assert parts == assess(action, label, facts)


@settings(max_examples=300, deadline=None)
@given(ACTIONS, LABELS, surroundings())
def test_a_calibration_never_lowers_a_factor_or_loosens_a_verdict(
    action: AnyAction, label: Label, given_: dict[str, Any]
) -> None:
    plain, seen = builders.snapshot(**{**given_, "calibration": None}), builders.snapshot(**given_)
    pairs = zip(assess(action, label, plain), assess(action, label, seen), strict=True)
    assert all(after.points >= before.points for before, after in pairs)
    proposal = builders.proposal(action, label=label)
    before, after = decide(proposal, plain, FREE).verdict, decide(proposal, seen, FREE).verdict
    assert STRICTNESS[after] >= STRICTNESS[before]


@settings(max_examples=200, deadline=None)
@given(ACTIONS, USAGE, st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_larger_batch_or_busier_hour_never_lowers_risk(
    action: AnyAction, usage: UsageFacts | None, batch: int, more: int
) -> None:
    def strategic(size: int) -> int:
        facts = builders.snapshot(mail=builders.facts(batch_size=size), rows=size, usage=usage)
        return max(part.points for part in assess(action, builders.CRM, facts))

    assert strategic(batch + more) >= strategic(batch)


@given(st.integers(0, 10**6), st.integers(0, 3000), st.integers(0, 3000))
def test_more_complaints_or_bounces_never_untrip(sent: int, some: int, more: int) -> None:
    few, many = (tuple(f"evt_{n}" for n in range(count)) for count in (some, some + more))
    for judge in (triggers.complaints, triggers.bounces):
        assert judge(sent, few) is None or judge(sent, many) is not None


SCOPES = st.one_of(
    st.sampled_from(["workspace", "agent:outreach", "campaign:cam_1", "account:acc_1"]), st.text(max_size=12)
)
LEVELS = st.one_of(st.sampled_from(["none", "sends", "effects", "all"]), st.text(min_size=1, max_size=8))
SWITCHES = st.lists(
    st.fixed_dictionaries({"scope": SCOPES, "level": LEVELS, "by": st.just("o"), "reason": st.just("r")}),
    max_size=5,
)


@given(SWITCHES, SWITCHES, st.sampled_from(["sends", "effects", "turns"]), st.lists(SCOPES, max_size=3))
def test_another_switch_never_lets_go_what_one_stops(
    switches: list[dict[str, Any]], more: list[dict[str, Any]], need: Any, scopes: list[str]
) -> None:
    if stopped(switches, need, scopes):
        assert stopped([*switches, *more], need, scopes)
        assert stopped([*more, *switches], need, [*scopes, "agent:x"])


@settings(max_examples=200, deadline=None)
@given(ACTIONS, LABELS, surroundings(), st.sampled_from([0, 1, 2]))
def test_while_effects_are_stopped_nothing_that_acts_gets_through(
    action: AnyAction, label: Label, given_: dict[str, Any], earned: int
) -> None:
    stop = {"stopped_sends": "Stopped.", "stopped_effects": "Stopped.", "earned_level": earned}
    judgement = decide(builders.proposal(action, label=label), builders.snapshot(**given_, **stop), FREE)
    assert isinstance(action, WORKS_WHILE_STOPPED) or judgement.verdict is Verdict.REFUSE


def test_stopping_works_while_stopped_and_starting_is_an_owners() -> None:
    stop = {"stopped_sends": "Stopped.", "stopped_effects": "Stopped."}
    for action, verdict in ((PauseSending(reason="r"), Verdict.ALLOW), (ResumeSending(), Verdict.REFUSE)):
        assert decide(builders.proposal(action), builders.snapshot(**stop), FREE).verdict is verdict


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 50)), min_size=1, max_size=30))
def test_pooling_gives_an_ordered_sequence_with_the_same_mean(pairs: list[tuple[float, float]]) -> None:
    values, weights = [one for one, _ in pairs], [weight for _, weight in pairs]
    fitted = calibration.monotone(values, weights)
    assert all(left <= right + 1e-9 for left, right in itertools.pairwise(fitted))
    total = sum(value * weight for value, weight in pairs)
    assert abs(sum(f * w for f, w in zip(fitted, weights, strict=True)) - total) < 1e-6 * (1 + total)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), max_size=200))
def test_a_fit_raises_by_no_more_than_three_and_keeps_the_order(drawn: list[tuple[int, bool]]) -> None:
    known = [Sample("send_email", points, harm, builders.MONDAY) for points, harm in drawn]
    for raised in calibration.fit(known).raises().values():
        after = [points + extra for points, extra in enumerate(raised)]
        assert len(raised) == len(PROMISED) and all(0 <= extra <= 3 for extra in raised)
        assert after == sorted(after) and max(after) <= 10


@given(st.integers(1, 3000), st.integers(0, 50))
def test_the_bound_covers_the_share_and_falls_with_more_clean_decisions(number: int, overturned: int) -> None:
    if overturned > number:
        return
    bound = earning.upper_bound(number, overturned)
    assert overturned / number <= bound <= 1
    assert earning.upper_bound(number + 1, overturned) <= bound + 1e-9
    assert earning.upper_bound(number, min(number, overturned + 1)) >= bound - 1e-9
