"""Reflect: remember what was shown and said, so the next turn understands "the second one" and "her"."""

from typing import Any

from langgraph.runtime import Runtime

from domain.labels import combine
from graph.answer import answer_text
from graph.desk import Desk
from graph.state import StepResult, TurnState
from language.port import Shown
from runtime.store import talks

SHOWN_LIMIT = 50


async def reflect(state: TurnState, runtime: Runtime[Desk]) -> dict[str, Any]:
    """Store the answer and the conversation's focus."""
    desk = runtime.context
    if not desk.conversation_id:
        return {}
    now = await desk.clock.now()
    results = [StepResult.model_validate(one) for one in state.get("answers", [])]
    async with desk.database.write() as tx:
        remembered = await talks.conversation_state(tx, desk.conversation_id)
        await talks.set_conversation_state(tx, desk.conversation_id, _remember(remembered, results))
        await talks.add_message(
            tx,
            message_id=desk.ids.new("msg"),
            conversation_id=desk.conversation_id,
            role="assistant",
            text=answer_text(state),
            body={"outcome": state.get("outcome", []), "turn": state["turn_id"]},
            label=combine([one.label for one in results], origin="brain"),
            at=now,
        )
    return {}


def _remember(before: dict[str, Any], results: list[StepResult]) -> dict[str, Any]:
    after = dict(before)
    for result in results:
        if result.shown is not None:
            after["shown"] = [one.model_dump(mode="json") for one in result.shown[:SHOWN_LIMIT]]
            after["focus"] = _dump(result.shown[0]) if len(result.shown) == 1 else None
        if result.focus is not None:
            after["focus"] = _dump(result.focus)
    return after


def _dump(shown: Shown) -> dict[str, Any]:
    return shown.model_dump(mode="json")
