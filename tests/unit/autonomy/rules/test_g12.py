"""G12: a closed set of acts on things that exist; no shell, SQL, code or config tool."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.actions import ACTION_CLASSES, ChangeIcp, EditDraft, ErasePerson, QualifyProspects, parse_action
from domain.decisions import Verdict
from graph.specialists.table import CATALOG
from tests.fixtures import builders
from tests.fixtures.gate_cases import judged, said, silent

pytestmark = pytest.mark.rule("G12")
FORBIDDEN = re.compile(
    r"(?:^|_)(?:shell|exec|execute|eval|sql|query|code|script|command|config|setting|env|python|bash|subprocess|"
    r"file|path|import|install|delete|drop_table|table)s?(?:_|$)"
)
INVENTED = [
    ChangeIcp(icp_id="icp_9", reason="r"),
    QualifyProspects(prospect_ids=("pro_9",), qualified=True, reason="r"),
    EditDraft(draft_id="dra_9"),
    ErasePerson(contact_id="con_9", reason="r"),
    builders.move(deal_id="dea_9"),
]


@pytest.mark.parametrize("tool", CATALOG.all(), ids=lambda tool: tool.name)
def test_no_tool_runs_code_or_queries_or_changes_settings(tool) -> None:
    assert not FORBIDDEN.search(tool.name)
    assert not [name for name in tool.args.model_fields if FORBIDDEN.search(name)]
    assert tool.args.model_config["extra"] == "forbid"


@pytest.mark.parametrize("kind", sorted(ACTION_CLASSES))
def test_no_action_runs_code_or_queries_or_changes_settings(kind: str) -> None:
    assert not FORBIDDEN.search(kind)
    assert ACTION_CLASSES[kind].model_config["extra"] == "forbid"


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_an_unknown_kind_of_action_does_not_exist(kind: str, more: dict[str, str]) -> None:
    if kind not in ACTION_CLASSES:
        with pytest.raises(ValidationError):
            parse_action({**more, "kind": kind})


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(ValidationError):
        parse_action({"kind": "pause_sending", "reason": "r", "shell": "rm"})


@pytest.mark.parametrize("action", INVENTED, ids=lambda action: action.kind)
def test_an_invented_id_is_refused(action) -> None:
    judgement = judged(action, actor=builders.OWNER, previous_exists=False)
    assert judgement.verdict is Verdict.REFUSE
    assert "does not exist" in said(judgement, "G12")[0]
    assert silent(judged(action, actor=builders.OWNER), "G12")
