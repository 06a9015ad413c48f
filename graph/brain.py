"""Wiring of the brain, and nothing else."""

from typing import Any

from langgraph.graph import END, START, StateGraph

from graph.act import act
from graph.desk import Desk
from graph.gatekeep import gatekeep
from graph.intake import intake
from graph.reflect import reflect
from graph.specialists.nodes import deal, outreach, relationship, research, supervisor_tools
from graph.state import TurnState
from graph.supervisor import supervisor


# the checker does not see that a TypedDict fits the bound
def build() -> StateGraph[TurnState, Desk, Any, Any]:  # pyrefly: ignore[bad-specialization]
    """The graph, not yet compiled."""
    graph = StateGraph(TurnState, context_schema=Desk)  # pyrefly: ignore[bad-specialization]
    graph.add_node("intake", intake)
    graph.add_node("supervisor", supervisor)
    graph.add_node("research", research)
    graph.add_node("outreach", outreach)
    graph.add_node("relationship", relationship)
    graph.add_node("deal", deal)
    graph.add_node("supervisor_tools", supervisor_tools)
    graph.add_node("gatekeep", gatekeep)
    graph.add_node("act", act)
    graph.add_node("reflect", reflect)
    graph.add_edge(START, "intake")
    graph.add_edge("reflect", END)
    return graph


def make_graph() -> Any:
    """The compiled graph without a checkpointer, for LangGraph tools."""
    return build().compile(name="rainmaker")
