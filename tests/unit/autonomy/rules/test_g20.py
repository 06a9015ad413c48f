"""G20: only a signed-in owner changes the policy, after a replay; nobody widens their own authority."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import ChangeAutonomy, ChangePolicy
from domain.decisions import Actor, Judgement, Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import judged, said, silent

pytestmark = pytest.mark.rule("G20")
SYSTEM = Actor(kind="system", name="system")


def policy(actor: Actor = builders.OWNER, past: int = 1000, **given_: object) -> Judgement:
    values = {"version_id": "v2", "previous_id": "v1", "loosened": 0, "simulated": 1000, "reason": "r"}
    return judged(ChangePolicy(**{**values, **given_}), actor=actor, past_decisions=past)  # type: ignore[arg-type]


def level(before: int, after: int, actor: Actor = SYSTEM) -> Judgement:
    action = ChangeAutonomy(
        agent="research", action_kind="change_icp", before=before, after=after, reason="r"
    )
    return judged(action, actor=actor)


def test_an_owner_who_replayed_it_may() -> None:
    assert policy().verdict is Verdict.ALLOW
    assert policy(loosened=5).verdict is Verdict.ALLOW
    assert policy(past=7, simulated=7).verdict is Verdict.ALLOW
    assert policy(past=0, simulated=0).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    "actor",
    [
        Actor(kind="user", name="m", role="manager"),
        Actor(kind="user", name="owner", role=""),
        Actor(kind="agent", name="owner", role="owner"),
        Actor(kind="system", name="owner", role="owner"),
    ],
)
def test_nobody_else_may(actor: Actor) -> None:
    assert "signed-in owner" in said(policy(actor), "G20")[0]


@pytest.mark.parametrize(
    ("given_", "past", "words"),
    [
        ({"simulated": 999}, 1000, "1000 are needed"),
        ({"simulated": 0}, 1, "1 are needed"),
        ({"simulated": 999}, 5000, "1000 are needed"),
        ({"loosened": 1, "reason": " "}, 1000, "needs a reason"),
        ({"loosened": -1}, 1000, "contradict"),
        ({"loosened": 1001}, 1000, "contradict"),
    ],
)
def test_an_unreplayed_or_unexplained_policy_is_refused(given_: dict, past: int, words: str) -> None:
    assert words in said(policy(past=past, **given_), "G20")[0]


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_no_policy_applies_that_was_not_replayed_over_all_it_could(simulated: int, past: int) -> None:
    judgement = policy(past=past, simulated=simulated)
    assert (judgement.verdict is Verdict.ALLOW) == (simulated >= min(1000, past))


def test_a_level_moves_one_step_inside_its_range() -> None:
    for before, after in ((0, 1), (1, 2), (2, 1), (1, 0)):
        assert silent(level(before, after), "G20")
    for before, after in ((0, 2), (1, 1), (2, 0)):
        assert "one step" in said(level(before, after), "G20")[0]
    for before, after in ((2, 3), (0, -1), (-1, 0)):
        assert "from 0 to 2" in said(level(before, after), "G20")[0]


def test_no_agent_moves_a_level() -> None:
    assert "No agent" in said(level(1, 0, builders.OUTREACH), "G20")[0]
    assert silent(level(1, 0, builders.OWNER), "G20")
