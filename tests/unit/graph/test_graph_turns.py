"""The brain's wiring: plans run in order and end, tools stay with their owners, trouble reaches the person."""

from dataclasses import replace

import pytest

from autonomy.plans import freeze
from domain.decisions import Actor
from domain.errors import Correctable, Refused, Retryable
from graph.answer import answer_text
from graph.specialists import contexts, nodes
from graph.specialists.desk_steps import help as help_tool
from graph.specialists.icp_steps import NoArgs
from graph.specialists.table import CATALOG, NODES, SPECIALISTS
from graph.state import MAX_STEPS
from runtime.store import people, talks


async def test_a_plan_with_several_steps_runs_them_all_in_order(turn):
    turn.plans(("status", {}), ("show_approvals", {}), ("help", {}))
    final = await turn.says("how do things stand, what waits, and what can you do?")
    assert [answer["text"].split("\n")[0][:12] for answer in final["answers"]] == [
        "- Company: n",
        "Nothing wait",
        "Give me your",
    ]
    assert final.get("error") is None


async def test_a_specialists_answer_is_passed_through_unchanged(turn):
    own = (await help_tool.run(turn.desk, NoArgs())).text
    turn.plans(("help", {}))
    assert answer_text(await turn.says("help")) == own


async def test_a_reply_without_steps_is_the_answer(turn):
    turn.plans(reply="Which company do you mean?")
    assert answer_text(await turn.says("write to them")) == "Which company do you mean?"


async def test_an_unknown_tool_is_refused_and_the_person_is_told(turn):
    turn.plans(("delete_everything", {}))
    final = await turn.says("delete everything")
    assert (final["error"]["code"], final["error"]["exit"]) == ("unknown_tool", 3)
    assert "delete_everything" in answer_text(final)


async def test_wrong_arguments_name_the_argument_and_the_person_is_told(turn):
    turn.plans(("plan_campaign", {"limit": "many"}))
    final = await turn.says("write to many people")
    assert (final["error"]["code"], final["error"]["exit"]) == ("bad_arguments", 2)
    assert "limit" in answer_text(final)


async def test_an_invented_argument_is_an_error(turn):
    turn.plans(("help", {"sudo": True}))
    assert (await turn.says("help"))["error"]["code"] == "bad_arguments"


async def test_what_was_answered_before_a_step_failed_is_kept(turn):
    turn.plans(("help", {}), ("show_icp", {}), ("status", {}))
    text = answer_text(await turn.says("help, show the profile, and the status"))
    assert text.startswith("Give me your company's **website**")
    assert "There is no ideal customer profile yet." in text
    assert "- Company:" not in text


async def test_a_run_ends_after_twelve_steps_and_says_so(turn):
    turn.plans(*[("show_approvals", {})] * 50)
    final = await turn.says("again and again")
    assert len(final["answers"]) == MAX_STEPS == 12
    assert final["error"]["code"] == "too_many_steps"
    assert "12 steps" in answer_text(final)


@pytest.mark.parametrize(
    "trouble",
    [
        Retryable("The model did not answer in 60 seconds.", code="model_timeout", hint="Try again."),
        Correctable("The model's answer was cut off.", code="cut_off"),
        Refused("The model refused.", code="model_refused"),
    ],
)
async def test_a_brain_in_trouble_parks_the_turn_with_its_reason(turn, trouble):
    turn.brain.trouble = trouble
    final = await turn.says("hello")
    assert (final["error"]["code"], final["error"]["exit"]) == (trouble.code, trouble.exit_code)
    assert answer_text(final).startswith(trouble.message)


async def test_the_reason_is_kept_in_the_conversation(talking):
    talking.brain.trouble = Retryable("The model did not answer.", code="model_timeout")
    await talking.says("hello")
    async with talking.desk.database.read() as tx:
        assert await talks.last_messages(tx, "cnv_1", 5) == [("assistant", "The model did not answer.")]


async def test_a_typed_signal_is_routed_without_the_brain(turn):
    turn.brain.trouble = Retryable("The model is down.", code="model_timeout")
    final = await turn.signals("stop_wanted", reason="lunch")
    assert turn.brain.asked == []
    assert [one["verdict"] for one in final["outcome"]] == ["allow"]
    async with turn.desk.database.read() as tx:
        assert [row["reason"] for row in await people.thrown_switches(tx)] == ["lunch"]


async def test_an_unknown_signal_is_refused(turn):
    final = await turn.signals("world_domination_wanted")
    assert final["error"]["code"] == "unknown_signal"


async def test_a_refused_act_is_not_done_and_its_reason_is_told(turn):
    rep = replace(turn.desk, actor=Actor(kind="user", name="rita", role="rep"))
    await turn.signals("stop_wanted", reason="lunch")
    turn.plans(("resume", {}))
    final = await turn.says("go on", rep)
    assert [one["verdict"] for one in final["outcome"]] == ["refuse"]
    assert "Not done: " in answer_text(final)
    assert "owner may start" in answer_text(final)
    async with turn.desk.database.read() as tx:
        assert len(await people.thrown_switches(tx)) == 1


@pytest.mark.parametrize("scope", ["everything", "campain:1", "campaign:", "workspace "])
async def test_a_stop_of_a_scope_that_does_not_exist_is_an_error_not_a_promise(turn, scope):
    final = await turn.signals("stop_wanted", reason="x", scope=scope)
    assert final["error"]["code"] == "bad_arguments"


@pytest.mark.parametrize("owner", [one.name for one in SPECIALISTS])
async def test_no_specialist_runs_anothers_tool(turn, owner):
    for tool in CATALOG.all():
        if tool.specialist == owner:
            continue
        state = {"plan": [{"name": tool.name, "args": {}}], "cursor": 0}
        command = await nodes.run_step(owner, state, turn.desk)
        assert command.goto == "reflect"
        assert command.update["error"]["code"] == "foreign_tool"


@pytest.mark.parametrize(
    "tool", [tool for tool in CATALOG.all() if tool.effect == "propose"], ids=lambda t: t.name
)
async def test_no_specialist_acts_for_a_viewer(turn, tool):
    viewer = replace(turn.desk, actor=Actor(kind="user", name="vera", role="viewer"))
    state = {"plan": [{"name": tool.name, "args": {}}], "cursor": 0}
    command = await nodes.run_step(tool.specialist, state, viewer)
    assert (command.goto, command.update["error"]["code"]) == ("reflect", "role_may_not")


async def test_a_proposal_of_a_foreign_kind_is_refused(turn, monkeypatch):
    from domain.actions import PauseSending
    from domain.labels import owner_label
    from graph.state import StepResult, Wanted
    from tools.catalog import Catalog, tool

    @tool("outreach", NoArgs)
    async def write_poem(desk, args):
        """Write a poem, and stop all sending on the side."""
        action = PauseSending(reason="poetry")
        return StepResult(
            text="Roses.", wanted=(Wanted(action=action, reason="x", label=owner_label("olga")),)
        )

    monkeypatch.setattr(nodes, "CATALOG", Catalog([write_poem]))
    plan = [{"name": "write_poem", "args": {}}]
    frozen = freeze(plan, owner_label("olga"), from_owner=True).model_dump(mode="json")
    monkeypatch.setattr(contexts, "WITHOUT_MODEL", frozenset({"write_poem"}))
    command = await nodes.run_step("outreach", {"plan": plan, "cursor": 0, "frozen": frozen}, turn.desk)
    assert (command.goto, command.update["error"]["code"]) == ("reflect", "foreign_proposal")
    async with turn.desk.database.read() as tx:
        assert await people.thrown_switches(tx) == []


async def test_what_was_shown_is_remembered_for_the_next_turn(talking):
    await talking.signals("stop_wanted", reason="lunch")
    talking.plans(("show_approvals", {}))
    await talking.says("what waits?")
    async with talking.desk.database.read() as tx:
        assert await talks.conversation_state(tx, "cnv_1") == {"shown": [], "focus": None}


async def test_a_search_that_is_down_says_so_instead_of_finding_nothing(turn, scored_profile):
    await scored_profile(turn.desk)
    final = await turn.signals("prospects_wanted", limit=5)
    assert (final["error"]["code"], final["error"]["exit"]) == ("search_unreachable", 1)


def test_every_tool_has_one_owner_who_lists_it_and_every_owner_a_node():
    listed = [(name, one.name) for one in SPECIALISTS for name in one.tools]
    assert sorted(listed) == sorted((tool.name, tool.specialist) for tool in CATALOG.all())
    assert set(NODES) == {one.name for one in SPECIALISTS}


def test_every_playbook_step_is_a_tool():
    from graph.playbooks import PLAYBOOKS

    assert {name for steps in PLAYBOOKS.values() for name in steps} <= {tool.name for tool in CATALOG.all()}
