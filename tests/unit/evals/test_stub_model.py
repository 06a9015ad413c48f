"""The stub model server speaks the wire that real clients expect."""

import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

from evals.stub_model.server import StubServer


@pytest.fixture(scope="module")
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


@pytest.fixture
def client(stub: StubServer) -> Iterator[httpx2.Client]:
    stub.script.reset()
    with httpx2.Client(base_url=stub.url.removesuffix("/v1"), trust_env=False) as client:
        yield client


def test_steps_can_be_scripted_over_http(client: httpx2.Client) -> None:
    client.post("/script", json=[{"kind": "busy", "retry_after": "7"}])

    busy = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]})
    fine = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "hi"}]})

    assert (busy.status_code, busy.headers["retry-after"]) == (429, "7")
    assert fine.json()["choices"][0]["finish_reason"] == "stop"
    assert client.get("/requests").json()["count"] == 2


def test_a_wrong_script_is_refused(client: httpx2.Client) -> None:
    assert client.post("/script", json=[{"kind": "nonsense"}]).status_code == 400
    assert client.delete("/script").json() == {"left": 0}


def test_models_are_listed(client: httpx2.Client) -> None:
    assert client.get("/v1/models").json()["data"][0]["id"] == "stub"


async def test_the_real_embeddings_client_gets_its_encoding(stub: StubServer) -> None:
    from langchain_openai import OpenAIEmbeddings

    embeddings = OpenAIEmbeddings(
        model="stub", api_key="none", base_url=stub.url, check_embedding_ctx_length=False, max_retries=0
    )

    first, second, again = await embeddings.aembed_documents(["blue lamps", "tax advice", "blue lamps"])

    assert first == again != second
    assert abs(sum(value * value for value in first) - 1) < 1e-5


def test_after_a_tool_result_it_stops_calling_tools(client: httpx2.Client) -> None:
    tool = {"type": "function", "function": {"name": "find_prospects", "parameters": {"type": "object"}}}
    asked = [{"role": "user", "content": "find prospects"}]

    first = client.post("/v1/chat/completions", json={"messages": asked, "tools": [tool]}).json()
    told = [
        *asked,
        first["choices"][0]["message"],
        {"role": "tool", "tool_call_id": "call_0", "content": "3 found"},
    ]
    second = client.post("/v1/chat/completions", json={"messages": told, "tools": [tool]}).json()

    assert first["choices"][0]["finish_reason"] == "tool_calls"
    assert "3 found" in second["choices"][0]["message"]["content"]


def test_it_runs_as_a_process_on_a_free_port() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "evals.stub_model", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        answer = httpx2.get(f"{url}/models", trust_env=False, timeout=10)
    finally:
        process.terminate()
        process.wait(timeout=10)

    assert answer.status_code == 200
