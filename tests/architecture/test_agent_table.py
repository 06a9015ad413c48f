"""The agent table: no model context holds untrusted input, private data and an outside effect at once."""

import ast

import pytest

from domain.actions import ACTION_CLASSES, PauseSending
from domain.errors import Refused
from graph.specialists import contexts
from graph.specialists.contexts import (
    CONTEXTS,
    OUTSIDE_TOOLS,
    PLANNER,
    PLANNER_ALONE,
    READS_UNTRUSTED,
    WITHOUT_MODEL,
    ModelContext,
    check_context,
)
from graph.specialists.table import CATALOG, SPECIALISTS
from tests.architecture.source import sources
from tests.fixtures import builders

ALL = [
    *((name, one) for name, several in CONTEXTS.items() for one in several),
    ("", PLANNER),
    ("", PLANNER_ALONE),
]


@pytest.mark.parametrize(("tool", "context"), ALL, ids=[f"{name}-{one.function}" for name, one in ALL])
def test_no_context_mixes_untrusted_private_and_effect(tool: str, context: ModelContext) -> None:
    assert not context.mixed
    assert context.why


def test_every_tool_is_in_the_table_once() -> None:
    names = {tool.name for tool in CATALOG.all()}
    assert names == set(CONTEXTS) | WITHOUT_MODEL
    assert not set(CONTEXTS) & WITHOUT_MODEL
    assert names >= OUTSIDE_TOOLS


def test_every_call_of_the_language_is_declared_and_nothing_else() -> None:
    called = {
        node.func.attr
        for source in sources("graph", "tools")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).endswith("language")
    }
    assert called == {one.function for _, one in ALL}


def test_what_reads_untrusted_text_is_known_as_such() -> None:
    reading = {name for name, several in CONTEXTS.items() if any("untrusted" in one.reads for one in several)}
    assert reading == READS_UNTRUSTED


def test_only_an_outside_tools_owner_may_propose_what_leaves() -> None:
    outside = {kind for kind, one in ACTION_CLASSES.items() if one.effect == "outside"}
    for who in SPECIALISTS:
        if outside & set(who.may_propose):
            assert OUTSIDE_TOOLS & set(who.tools), who.name


@pytest.mark.parametrize(
    ("tool", "wanted", "from_owner", "stopped"),
    [
        ("launch_campaign", [builders.mail()], True, False),
        ("launch_campaign", [builders.mail()], False, True),
        ("launch_campaign", [], False, True),
        ("ask", [builders.mail()], True, True),
        ("ask", [], False, False),
        ("pause", [PauseSending(reason="r")], False, False),
        ("a_tool_nobody_declared", [], True, True),
    ],
)
def test_a_run_that_would_mix_them_is_stopped(
    tool: str, wanted: list, from_owner: bool, stopped: bool
) -> None:
    if not stopped:
        check_context(tool, wanted, from_owner=from_owner)
        return
    with pytest.raises(Refused) as caught:
        check_context(tool, wanted, from_owner=from_owner)
    assert caught.value.code == "mixed_context"


def test_a_tool_whose_context_mixes_all_three_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = frozenset({"untrusted", "private"})
    bad = ModelContext(function="write_mail", reads=reads, effect=True, why="a mistake")  # type: ignore[arg-type]
    monkeypatch.setitem(contexts.CONTEXTS, "plan_campaign", (bad,))
    with pytest.raises(Refused):
        check_context("plan_campaign", [], from_owner=True)
