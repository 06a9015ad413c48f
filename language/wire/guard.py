"""Judges a reply before anything is made of it: finished, strict JSON, offered tools, known arguments.

One unusable call makes the whole reply unusable: half a plan is not the plan.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from domain.errors import Correctable
from language.port import ToolCall, ToolOffer
from language.prompt_files import load_prompt
from language.wire import strict
from language.wire.client import Reply
from language.wire.strict import Unusable

T = TypeVar("T")
MAX_CALLS = 8


def require_finished(reply: Reply, accepted: Sequence[str]) -> None:
    """Refuse a reply that was cut or filtered.

    Raises:
        Unusable: the finish reason is missing or another than the accepted ones.
    """
    if reply.finish == "length":
        raise Unusable("it was cut off at the length limit; be shorter")
    if reply.finish not in accepted:
        raise Unusable(f"it ended with {reply.finish!r}, so it may be incomplete")


def checked_calls(reply: Reply, offers: Sequence[ToolOffer]) -> tuple[ToolCall, ...]:
    """The tool calls of a finished reply, each strictly read and checked; identical ones once.

    Raises:
        Unusable: any of them is cut, unknown, malformed or too many.
    """
    require_finished(reply, ("tool_calls", "stop"))
    known = {offer.name: offer for offer in offers}
    calls: dict[str, ToolCall] = {}
    for raw in reply.calls:
        if raw.name not in known:
            raise Unusable(f"there is no tool {raw.name[:60]!r}; the tools are: {', '.join(known)}")
        call = ToolCall(name=raw.name, args=_arguments(raw.arguments, known[raw.name]))
        calls.setdefault(json.dumps([call.name, call.args], sort_keys=True), call)
    if len(calls) > MAX_CALLS:
        raise Unusable(f"{len(calls)} tool calls; at most {MAX_CALLS} are allowed")
    return tuple(calls.values())


def _arguments(text: str | None, offer: ToolOffer) -> dict[str, Any]:
    try:
        value = strict.loads(text or "")
        if not isinstance(value, dict):
            raise Unusable("the arguments must be a JSON object")
        value = strict.without_nulls(value, offer.schema_)
        strict.check(value, offer.schema_)
    except Unusable as error:
        raise Unusable(f"arguments of {offer.name}: {error}") from error
    return value


def checked_object(reply: Reply, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object of a finished structured reply.

    Raises:
        Unusable: it is cut, empty, refused or does not fit the schema.
    """
    if reply.refusal:
        raise Unusable("it was a refusal")
    require_finished(reply, ("stop",))
    if not reply.text.strip():
        raise Unusable("it was empty")
    value = strict.loads(strict.bare_json(reply.text))
    strict.check(value, schema)
    if not isinstance(value, dict):
        raise Unusable("it must be a JSON object")
    return value


async def usable(ask: Callable[[str], Awaitable[Reply]], user: str, read: Callable[[Reply], T]) -> T:
    """What `read` makes of the reply; one corrective second ask when it cannot.

    Raises:
        Correctable: model_answer_unusable – also the second reply could not be used.
    """
    try:
        return read(await ask(user))
    except Unusable as error:
        corrective = load_prompt("corrective").fill(problem=str(error)[:500])
    try:
        return read(await ask(f"{user}\n\n{corrective}"))
    except Unusable as error:
        raise Correctable(
            f"The model's answer could not be used: {str(error)[:300]}.",
            code="model_answer_unusable",
            hint="Try again in other words, or use another model.",
        ) from error
