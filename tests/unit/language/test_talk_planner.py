"""The planner understands labelled requests, asks back when unsure, and never guesses on acts that change something."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from language.offline.talk.planner import plan
from language.port import Plan, Shown, Situation, ToolOffer

CASES = yaml.safe_load(Path(__file__).with_name("talk_utterances.yaml").read_text("utf-8"))
TOOL_NAMES = (
    "onboard show_icp edit_icp find_prospects list_prospects explain_prospect qualify_prospect ask "
    "plan_campaign show_campaign "
    "show_draft revise_drafts drop_drafts launch_campaign show_approvals why pause resume status help"
)
TOOLS = [ToolOffer(name=name, specialist="any", description="", schema={}) for name in TOOL_NAMES.split()]
LABELS = (
    "Dr. Anna Weiss, Praxisleitung, Zahnärzte am Ring",
    "Tom Baker, Founder, Contoso Ltd",
    "Marie Dupont, Head of Marketing, Boutique Lune",
    "Jan de Vries, CEO, Northwind Traders",
)
CHANGES = {"launch_campaign", "pause", "resume", "drop_drafts", "qualify_prospect"}
HELD_OUT_BAR = 0.9  # the first run, before any rule was touched, got 83 of 92 right


@cache
def scenes() -> dict[str, Situation]:
    prospects = tuple(
        Shown(kind="prospect", id=f"pro_{n}", label=label, position=n) for n, label in enumerate(LABELS, 1)
    )
    drafts = tuple(
        Shown(kind="draft", id=f"dra_{n}", label=label, position=n) for n, label in enumerate(LABELS, 1)
    )
    found = Situation(has_icp=True, prospects=4, shown=prospects)
    written = Situation(has_icp=True, prospects=4, drafts=4, campaign_id="cam_1", shown=drafts)
    return {
        "empty": Situation(),
        "prospects": found,
        "one": found.model_copy(update={"focus": prospects[2]}),
        "drafts": written,
        "draft": written.model_copy(update={"focus": drafts[0]}),
        "paused": written.model_copy(update={"sending_paused": True}),
    }


def planned(case: dict[str, Any]) -> Plan:
    return plan(case["say"], scenes()[case.get("scene", "empty")], TOOLS)


def fault(case: dict[str, Any]) -> str:
    """What is wrong with the plan for a case; empty when it is right."""
    made = planned(case)
    if case.get("unsure", False) == made.understood:
        return f"understood={made.understood}"
    if case.get("reply", "") not in made.reply:
        return f"reply: {made.reply}"
    if "edits" in case:
        return _edits_fault(case["edits"], made)
    wanted = case.get("do", [])
    if [name for name, _ in wanted] != [step.name for step in made.steps]:
        return f"steps: {[(step.name, step.args) for step in made.steps]}"
    return "; ".join(
        _args_fault(args, step.args) for (_, args), step in zip(wanted, made.steps, strict=True)
    ).strip("; ")


def _args_fault(wanted: dict[str, Any], got: dict[str, Any]) -> str:
    for key, value in wanted.items():
        right = value["has"] in got.get(key, "") if isinstance(value, dict) else got.get(key) == value
        if not right:
            return f"{key}={got.get(key)!r}, not {value!r}"
    return ""


def _edits_fault(wanted: list[str], made: Plan) -> str:
    edits = [edit for step in made.steps if step.name == "edit_icp" for edit in step.args["edits"]]
    got = [f"{e['op']} {e['kind']} {e['field']} {e['match'][0] if e['match'] else ''}".strip() for e in edits]
    return "" if sorted(got) == sorted(w.replace('"', "").strip() for w in wanted) else f"edits: {got}"


@pytest.mark.parametrize("case", CASES["seen"], ids=lambda case: case["say"][:60])
def test_a_request_becomes_the_right_steps(case: dict[str, Any]) -> None:
    assert fault(case) == ""


def test_unseen_wordings_are_understood_nine_times_in_ten() -> None:
    wrong = {case["say"]: text for case in CASES["held_out"] if (text := fault(case))}
    assert len(wrong) <= (1 - HELD_OUT_BAR) * len(CASES["held_out"]), wrong


def test_no_unseen_wording_triggers_a_wrong_change() -> None:
    for case in CASES["held_out"]:
        wanted = {name for name, _ in case.get("do", [])}
        assert not ({step.name for step in planned(case).steps} & CHANGES) - wanted, case["say"]


def test_a_tool_that_is_not_offered_is_not_planned() -> None:
    made = plan("launch it", scenes()["drafts"], [tool for tool in TOOLS if tool.name != "launch_campaign"])
    assert made.steps == ()
    assert "not available" in made.reply


def test_an_act_waits_while_half_of_the_message_is_unclear() -> None:
    made = plan("pause everything and drop her", scenes()["drafts"], TOOLS)
    assert not made.understood
    assert not {step.name for step in made.steps} & CHANGES


def test_a_follow_up_question_repeats_the_list_with_another_filter() -> None:
    before = scenes()["prospects"].model_copy(
        update={"recent": (("user", "who are the ones in France?"), ("assistant", "Two."))}
    )
    made = plan("and in Austria?", before, TOOLS)
    assert [(step.name, step.args.get("country")) for step in made.steps] == [("list_prospects", "AT")]


def test_an_answer_to_which_one_completes_the_request() -> None:
    asked = scenes()["drafts"].model_copy(
        update={"recent": (("user", "make it shorter"), ("assistant", "Which one do you mean?"))}
    )
    made = plan("the second one", asked, TOOLS)
    assert [(step.name, step.args["ids"]) for step in made.steps] == [("revise_drafts", ["dra_2"])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?!",
        "\x00\x01",
        "a" * 20_000,
        "🙂",
        "(((((",
        "{{x}}",
        "/" * 50,
        "-" * 3000,
        "no " * 2000,
        "\ud800 hi",
    ],
)
def test_odd_input_never_breaks_and_never_acts(text: str) -> None:
    made = plan(text, scenes()["drafts"], TOOLS)
    assert not {step.name for step in made.steps} & CHANGES
