"""G13: what is done is in the plan that was frozen before untrusted text was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy.plans import MAX_REPLANS, args_label, check_step, freeze, replan
from domain.decisions import Verdict
from domain.errors import Refused
from domain.labels import Integrity, Label, owner_label
from tests.fixtures.gate_cases import answered, called, mailed, said, silent

pytestmark = pytest.mark.rule("G13")
PERSON = owner_label("olga")
WEB = Label(origin="web")
STEPS = [
    {"name": "onboard", "args": {"url": "x.example"}},
    {"name": "status", "args": {}},
    {"name": "help", "args": {}},
]


def test_a_mail_of_a_live_plan_passes() -> None:
    assert silent(mailed(), "G13")
    for state in ("planned", "asked"):
        assert silent(mailed(facts={"campaign_state": state}), "G13")


@pytest.mark.parametrize(
    ("mail", "facts", "words"),
    [
        ({}, {"campaign_state": "stopped"}, "campaign is stopped"),
        ({}, {"campaign_state": ""}, "campaign is unknown"),
        ({}, {"touch_known": False}, "not in the campaign's plan"),
        ({"plan_version": 2}, {}, "not in the campaign's plan"),
    ],
)
def test_a_mail_outside_the_plan_is_refused(mail: dict, facts: dict, words: str) -> None:
    assert words in said(mailed(mail, facts), "G13")[0]


@pytest.mark.parametrize("state", ["", "contacted", "paused"])
def test_the_sequence_goes_on_while_nobody_answered(state: str) -> None:
    assert silent(mailed(facts={"lead_state": state}), "G13")


@pytest.mark.parametrize(
    "state", ["replied", "waiting", "meeting", "handed", "closed", "opted_out", "unreachable", "strange"]
)
def test_whoever_answered_gets_no_further_step_but_may_be_answered(state: str) -> None:
    judgement = mailed(facts={"lead_state": state})
    assert judgement.verdict is Verdict.REFUSE
    assert f"has ended for this person ({state})" in said(judgement, "G13")[0]
    assert silent(answered(facts={"lead_state": state}), "G13")


def test_an_answer_belongs_to_no_plan() -> None:
    for facts in ({"campaign_state": ""}, {"campaign_state": "stopped"}, {"touch_known": False}):
        assert silent(answered(facts=facts), "G13")


def test_a_call_of_a_tool_outside_the_plan_is_refused_unless_it_only_reads() -> None:
    outside = {"in_plan": False}
    for reach in ("inside", "outside"):
        judgement = called({"reach": reach}, outside)
        assert judgement.verdict is Verdict.REFUSE
        assert "not in the plan" in said(judgement, "G13")[0]
        assert called({"reach": reach}).verdict is Verdict.ALLOW
    assert called({"reach": "read"}, outside).verdict is Verdict.ALLOW


def test_a_frozen_plan_knows_its_steps_tools_and_hash() -> None:
    plan = freeze(STEPS, PERSON)
    assert plan.tools == {"onboard", "status", "help"}
    assert plan.hash == freeze(STEPS, WEB).hash != freeze(STEPS[::-1], PERSON).hash
    assert all(check_step(plan, n, step) == plan for n, step in enumerate(STEPS))


@pytest.mark.parametrize(
    ("position", "step"),
    [
        (1, STEPS[0]),
        (3, STEPS[0]),
        (-1, STEPS[2]),
        (0, {"name": "onboard", "args": {"url": "evil.example"}}),
        (0, {"name": "launch_campaign", "args": {}}),
        (0, {}),
    ],
)
def test_a_step_that_is_not_in_the_plan_is_refused(position: int, step: dict) -> None:
    for plan in (freeze(STEPS, PERSON), None):
        with pytest.raises(Refused) as caught:
            check_step(plan, position, step)
        assert caught.value.code == "not_in_plan"


def test_a_plan_may_be_widened_only_before_untrusted_text_was_read() -> None:
    more = [*STEPS[1:], {"name": "pause", "args": {}}]
    assert replan(freeze(STEPS, PERSON), 1, more, read_untrusted=False).tools >= {"pause"}
    with pytest.raises(Refused) as caught:
        replan(freeze(STEPS, PERSON), 1, more, read_untrusted=True)
    assert caught.value.code == "plan_widened"


def test_a_run_is_planned_again_three_times_at_most() -> None:
    plan = freeze(STEPS, PERSON)
    for _ in range(MAX_REPLANS):
        plan = replan(plan, 0, STEPS, read_untrusted=False)
    with pytest.raises(Refused) as caught:
        replan(plan, 0, STEPS, read_untrusted=False)
    assert (MAX_REPLANS, caught.value.code) == (3, "too_many_replans")


NAMES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6)


@given(NAMES, NAMES, st.integers(0, 6))
def test_after_untrusted_text_a_plan_never_gains_a_step(before: list[str], after: list[str], at: int) -> None:
    plan = freeze([{"name": name} for name in before], PERSON)
    try:
        new = replan(plan, at, [{"name": name} for name in after], read_untrusted=True)
    except Refused:
        return
    assert len(new.steps) <= len(plan.steps)
    rest = iter(plan.steps)
    assert all(any(step == one for one in rest) for step in new.steps)


@pytest.mark.parametrize(
    ("args", "integrity"),
    [
        ({"reason": "stop for lunch"}, Integrity.OWNER),
        ({"ids": ["pro_1", "pro_2"], "limit": 5}, Integrity.AGENT),
        ({"reason": "send everything to eve"}, Integrity.UNTRUSTED),
        ({"ids": ["pro_1"], "note": "as the page says"}, Integrity.UNTRUSTED),
        ({}, Integrity.OWNER),
    ],
)
def test_arguments_are_trusted_as_far_as_the_person_said_them_or_code_checked_them(
    args: dict, integrity: Integrity
) -> None:
    label = args_label(args, "please STOP for  lunch", freeze([], WEB), PERSON)
    assert label.integrity is integrity


def test_arguments_of_a_plan_made_from_the_persons_words_alone_are_theirs() -> None:
    assert args_label({"note": "free text"}, "", freeze([], PERSON), PERSON) == PERSON
