"""Use cases that run the brain: a person's message, a typed signal from CLI, API or timer."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from domain.decisions import Actor
from domain.errors import Correctable, RainmakerError, Refused, Retryable
from domain.labels import owner_label
from graph.desk import Emit
from language.usage import metered
from runtime.store import talks
from runtime.telemetry import measures, requests_counted
from runtime.traces import span
from service import costs
from service.bootstrap import House, listening

LONGEST_MESSAGE = 20_000


@dataclass(frozen=True)
class TurnResult:
    """What a turn gave: the answer, its sources, what became of proposals, and data of the last step."""

    answer: str
    citations: list[dict[str, str]] = field(default_factory=list)
    outcome: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    error: RainmakerError | None = None

    def as_chat(self) -> dict[str, Any]:
        """The contract's chat answer."""
        return {"answer": self.answer, "citations": self.citations, "proposals": self.outcome}


@cache
def _graph() -> Any:
    from graph.brain import make_graph

    return make_graph()


async def handle_message(
    house: House, text: str, *, actor: Actor, conversation_id: str = "", emit: Emit | None = None
) -> TurnResult:
    """Answer what a person wrote.

    Raises:
        Correctable: message_too_long, empty_message.
    """
    if not text.strip():
        raise Correctable("The message is empty.", code="empty_message")
    if len(text) > LONGEST_MESSAGE:
        raise Correctable(
            f"The message has {len(text)} characters; {LONGEST_MESSAGE} are read at most.",
            code="message_too_long",
            hint="Send it in parts, or as a file.",
        )
    conversation = conversation_id or house.ids.new("cnv")
    message_id = house.ids.new("msg")
    now = await house.clock.now()
    async with house.database.write() as tx:
        await talks.ensure_conversation(tx, conversation, actor.name, now)
        await talks.add_message(
            tx,
            message_id=message_id,
            conversation_id=conversation,
            role="user",
            text=text,
            body={},
            label=owner_label(actor.name),
            at=now,
        )
    return await _run(house, actor, text, None, conversation, message_id, emit)


async def handle_signal(
    house: House,
    kind: str,
    args: dict[str, Any],
    *,
    actor: Actor,
    said: str = "",
    conversation_id: str = "",
    emit: Emit | None = None,
    lenient: bool = False,
) -> TurnResult:
    """Run the playbook of a typed signal. Raises what went wrong, or when every proposal was refused.

    `lenient`: refused proposals are told in the result instead.
    """
    signal = {"kind": kind, "args": args}
    result = await _run(house, actor, said, signal, conversation_id, "", emit)
    if result.error is not None:
        raise result.error
    refused = [one for one in result.outcome if one["verdict"] == "refuse"]
    if not lenient and refused and len(refused) == len(result.outcome):
        raise Refused(refused[0]["text"], code="refused", where=refused[0]["id"])
    return result


async def _run(
    house: House,
    actor: Actor,
    text: str,
    signal: dict[str, Any] | None,
    conversation_id: str,
    message_id: str,
    emit: Emit | None,
) -> TurnResult:
    from graph.answer import answer_text, citations

    desk = house.desk(actor, conversation_id=conversation_id, message_id=message_id, said=text)
    turn = {
        "turn_id": house.ids.new("trn"),
        "conversation_id": conversation_id,
        "actor": actor.model_dump(mode="json"),
        "message": text,
        "signal": signal,
    }
    config = {"recursion_limit": 80}
    final: Any = {}
    kind = signal["kind"] if signal else "message"
    with (
        metered() as usage,
        requests_counted() as requests,
        measures.timed("rainmaker_turn_seconds", kind=kind),
        span("turn", kind=kind, turn=turn["turn_id"]),
    ):
        try:
            final = await _graph().ainvoke(turn, config, context=listening(desk, emit) if emit else desk)
        finally:
            named = _named(signal, final)
            await costs.keep_turn(house, turn["turn_id"], kind, named, usage, requests, lost=not final)
    answers = final.get("answers", [])
    error = final.get("error")
    return TurnResult(
        answer=answer_text(final),
        citations=citations(final),
        outcome=final.get("outcome", []),
        data=answers[-1]["data"] if answers else {},
        error=_revived(error) if error else None,
    )


def _named(signal: dict[str, Any] | None, final: dict[str, Any]) -> list[Any]:
    """Ids a turn spoke of: what came of it, and what its signal was about."""
    answers = final.get("answers") or [{"data": {}}]
    return [answers[-1]["data"].get("id"), *(signal["args"].values() if signal else ())]


def _revived(error: dict[str, Any]) -> RainmakerError:
    kinds: dict[int, type[RainmakerError]] = {2: Correctable, 3: Refused}
    kind = kinds.get(int(error.get("exit", 1)), Retryable)
    return kind(str(error["message"]), code=error["code"], where=error["where"], hint=error["hint"])
