"""A plain agent as a small program of its own: its memory after one turn, for comparison. Prints one number.

`python -m evals.suites.speed.bare_agent URL` imports nothing of the product.
"""

import asyncio
import sys
from pathlib import Path


def memory_mb(pid: int | str = "self", *, peak: bool = False) -> float:
    """Resident memory of a process, or its peak (`getrusage` would count the parent's, too)."""
    status = Path(f"/proc/{pid}/status").read_text()
    name = "VmHWM" if peak else "VmRSS"
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) / 1024


async def _turn(url: str) -> None:
    from langchain.agents import create_agent
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    @tool
    def status() -> str:
        """Say how things stand."""
        return "120 prospects, 40 qualified; no campaign yet."

    async with AsyncSqliteSaver.from_conn_string(":memory:") as saver:
        chat = ChatOpenAI(model="agent", base_url=url, api_key="none", use_responses_api=False)
        agent = create_agent(chat, [status], checkpointer=saver)
        await agent.ainvoke(
            {"messages": [("user", "How do things stand?")]}, {"configurable": {"thread_id": "one"}}
        )


def main() -> None:
    """Take one turn and say how much memory it left in use."""
    asyncio.run(_turn(sys.argv[1]))
    sys.stdout.write(f"{memory_mb():.1f}\n")


if __name__ == "__main__":
    main()
