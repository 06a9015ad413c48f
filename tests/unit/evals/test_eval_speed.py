"""The speed suite's own parts: one model plays the same jobs for both sides and counts them."""

import csv
import io
import json

import httpx2
import pytest

from evals.suites.speed.importing import HEADER, rows_of
from evals.suites.speed.job_model import AGENT, DRAFT, HOUSE, JOB, STATUS, JobScript, Totals, job_model
from evals.suites.speed.turns import GROWTH_FROM, TURNS
from graph.specialists.table import CATALOG

TOOLS = [{"type": "function", "function": {"name": "status", "parameters": {"type": "object"}}}]


def asked(model: str, *messages: dict[str, str]) -> list[str]:
    """Names of the tools the model calls."""
    reply = JobScript().next_for({"model": model, "messages": list(messages), "tools": TOOLS})
    return [call.name for call in getattr(reply, "calls", ())]


def said(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


RESULT = {"role": "tool", "content": "done"}
JOB_TOOLS = ["show_icp", "list_prospects", "plan_campaign"]


def test_the_product_gets_its_whole_plan_at_once() -> None:
    assert asked(HOUSE, said(f"The person now says:\n{json.dumps(JOB)}")) == JOB_TOOLS


def test_the_plain_agent_calls_the_same_tools_step_by_step_and_then_answers() -> None:
    first = asked(AGENT, said(JOB))
    second = asked(AGENT, said(JOB), RESULT, RESULT)
    assert [*first, *second] == JOB_TOOLS
    assert asked(AGENT, said(JOB), RESULT, RESULT, RESULT) == []


def test_an_earlier_turn_of_the_conversation_does_not_count_as_done() -> None:
    assert asked(AGENT, said(STATUS), RESULT, said(STATUS)) == ["status"]


def test_a_draft_is_looked_up_written_and_answered() -> None:
    wanted = said(f"{DRAFT} pro_1.")
    assert asked(AGENT, wanted) == ["explain_prospect"]
    assert asked(AGENT, wanted, RESULT) == ["save_draft"]
    assert asked(AGENT, wanted, RESULT, RESULT) == []


def test_every_tool_of_the_jobs_exists_in_the_product() -> None:
    known = {tool.name for tool in CATALOG.all()}
    assert {*JOB_TOOLS, "status", "explain_prospect"} <= known


def test_tokens_are_a_quarter_of_the_characters() -> None:
    assert Totals(1, 400, 8).prompt_tokens == 100
    assert 1 < GROWTH_FROM < TURNS


def test_the_model_runs_apart_and_tells_what_it_was_asked() -> None:
    with job_model() as model, httpx2.Client(trust_env=False, timeout=30) as client:
        body = {"model": AGENT, "messages": [said(STATUS)], "tools": TOOLS}
        client.post(f"{model.url}/chat/completions", json=body)
        counted = model.totals()
        model.reset()
        forgotten = model.totals()
    assert counted.calls == 1
    assert counted.prompt_chars > len(STATUS)
    assert forgotten == Totals()


@pytest.mark.parametrize("count", [1, 500])
def test_made_up_contacts_fill_every_column(count: int) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows_of(count))
    rows = list(csv.reader(io.StringIO(text.getvalue())))
    assert len(rows) == count
    assert all(len(row) == len(HEADER) for row in rows)
