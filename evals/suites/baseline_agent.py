"""The alternative the product is measured against: a plain LangGraph agent with the same tools.

One ready-made agent loop (`langchain.agents.create_agent`), its own checkpointer, nothing else: no plan, no gate,
no audit. The tools are the product's own functions, so what they read and return is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import BaseTool, StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.base import BaseCheckpointSaver
from pydantic import BaseModel, Field

from graph.desk import Desk
from graph.specialists.table import CATALOG
from graph.state import StepResult
from tools.catalog import Tool

PROMPT = (
    "You are a sales assistant. Use the tools to look things up and to prepare campaigns; take ids from tool "
    "results only. State as fact only what a tool returned. Answer in a few plain sentences."
)


class SaveDraftArgs(BaseModel):
    """A finished mail."""

    prospect: str = Field(description="Prospect id.")
    subject: str
    body: str


@dataclass
class DraftFolder:
    """Where the plain agent puts its mails."""

    saved: list[dict[str, str]] = field(default_factory=list)

    async def save_draft(self, prospect: str, subject: str, body: str) -> str:
        """Keep a finished mail for approval."""
        self.saved.append({"prospect": prospect, "subject": subject, "body": body})
        return f"Draft {len(self.saved)} is saved."


class PlainAgent:
    """A conversation partner over the same store.

    Args:
        desk: what the tools work with.
        url: address of the model, /v1 included.
        saver: where its conversations are kept.
    """

    def __init__(self, desk: Desk, url: str, model: str, saver: BaseCheckpointSaver[Any]) -> None:
        self.folder = DraftFolder()
        chat = ChatOpenAI(model=model, base_url=url, api_key="none", max_retries=0, use_responses_api=False)
        self._agent = create_agent(chat, self._tools(desk), system_prompt=PROMPT, checkpointer=saver)

    async def turn(self, text: str, thread: str) -> str:
        """The answer to one message of a conversation."""
        config = {"configurable": {"thread_id": thread}, "recursion_limit": 50}
        state = await self._agent.ainvoke({"messages": [("user", text)]}, config)  # type: ignore[call-overload]
        return str(state["messages"][-1].content)

    def _tools(self, desk: Desk) -> Sequence[BaseTool]:
        own = StructuredTool.from_function(
            coroutine=self.folder.save_draft,
            name="save_draft",
            description="Keep a finished mail for approval.",
            args_schema=SaveDraftArgs,
        )
        return [*(_as_tool(desk, tool) for tool in CATALOG.all()), own]


def _as_tool(desk: Desk, tool: Tool) -> BaseTool:
    async def call(**given: Any) -> str:
        result = await tool.run(desk, tool.args(**given))
        return StepResult.model_validate(result).text

    return StructuredTool.from_function(
        coroutine=call, name=tool.name, description=tool.description, args_schema=tool.args
    )
