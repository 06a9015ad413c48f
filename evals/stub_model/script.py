"""What the stub can be told to do next: one step per request, in order; without steps it is sensible."""

import json
from collections import deque
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.stub_model.sensible import sensible_reply
from evals.stub_model.shapes import Call, Failure, Reply


class Kind(StrEnum):
    """The behaviours."""

    SENSIBLE = "sensible"
    TEXT = "text"
    CALL = "call"
    CUT_CALL = "cut_call"  # arguments end in the middle; `finish` may still claim all is well
    CUT_TEXT = "cut_text"
    NO_FINISH = "no_finish"  # complete, but without a finish reason
    DROP = "drop"  # the connection breaks in the middle of the answer
    BAD_JSON = "bad_json"
    UNKNOWN_TOOL = "unknown_tool"
    EXTRA_ARGS = "extra_args"
    LENGTH = "length"
    BUSY = "busy"
    NO_CREDIT = "no_credit"
    ERROR = "error"
    HANG = "hang"
    EMPTY = "empty"
    REFUSAL = "refusal"
    FILTERED = "filtered"
    GARBAGE = "garbage"
    LONG_STRING = "long_string"
    SURROGATES = "surrogates"
    REPEATED_CALL = "repeated_call"
    TOO_LONG = "too_long"
    NO_SCHEMAS = "no_schemas"  # the server does not know response_format


class Step(BaseModel):
    """One scripted answer. What is left out is filled sensibly from the request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    text: str | None = None
    tool: str | None = None
    args: dict[str, Any] | str | None = None  # a string goes out as it is
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()  # several calls in one answer
    finish: str | None = None
    count: int = 50  # repeated_call
    size: int = 1_000_000  # long_string
    status: int = 500  # error
    retry_after: str | None = None
    seconds: float = 30.0  # hang


class Script:
    """The queue of steps and the requests seen, for one server."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque()
        self.requests: list[dict[str, Any]] = []

    def then(self, kind: Kind | str, **details: Any) -> "Script":
        """Add a step; returns itself so that steps can be chained."""
        self._steps.append(Step(kind=Kind(kind), **details))
        return self

    def add(self, step: Step) -> None:
        """Add a step made elsewhere."""
        self._steps.append(step)

    def reset(self) -> None:
        """Forget steps and requests."""
        self._steps.clear()
        self.requests.clear()

    @property
    def left(self) -> int:
        """Steps not used yet."""
        return len(self._steps)

    def next_for(self, body: dict[str, Any]) -> Reply | Failure:
        """The answer to this request."""
        self.requests.append(body)
        step = self._steps.popleft() if self._steps else Step(kind=Kind.SENSIBLE)
        return _failure(step) or _reply(step, body)


def _failure(step: Step) -> Failure | None:
    match step.kind:
        case Kind.BUSY:
            return Failure(429, "rate_limit_exceeded", "Rate limit reached.", retry_after=step.retry_after)
        case Kind.NO_CREDIT:
            return Failure(429, "insufficient_quota", "You exceeded your current quota.")
        case Kind.ERROR:
            return Failure(
                step.status, "server_error", "The server had an error.", retry_after=step.retry_after
            )
        case Kind.HANG:
            return Failure(504, "timeout", "Too late.", hang=step.seconds)
        case Kind.GARBAGE:
            return Failure(200, "garbage", "", garbage=True)
        case Kind.TOO_LONG:
            return Failure(
                400, "context_length_exceeded", "This model's maximum context length is 10 tokens."
            )
        case Kind.NO_SCHEMAS:
            return Failure(400, "invalid_request_error", "response_format is not supported here.")
        case _:
            return None


def _reply(step: Step, body: dict[str, Any]) -> Reply:
    plain = sensible_reply(body)
    match step.kind:
        case Kind.SENSIBLE:
            return plain
        case Kind.TEXT | Kind.CUT_TEXT | Kind.LENGTH:
            return _text_reply(step, plain)
        case Kind.EMPTY:
            return Reply(text="")
        case Kind.REFUSAL:
            return Reply(text="", refusal=step.text or "I cannot help with that.")
        case Kind.FILTERED:
            return Reply(text="", finish="content_filter")
        case Kind.NO_FINISH | Kind.DROP:
            calls = _calls(step, body) if body.get("tools") and step.text is None else ()
            text = step.text if step.text is not None else "" if calls else plain.text
            return Reply(text=text, calls=calls, finish=None, drop=step.kind is Kind.DROP)
        case _:
            return Reply(calls=_spoiled(step, _calls(step, body)), finish=_finish_of_calls(step))


def _text_reply(step: Step, plain: Reply) -> Reply:
    text = step.text if step.text is not None else plain.text or "All good."
    if step.kind is Kind.TEXT:
        return Reply(text=text, finish=step.finish or "stop")
    half = text[: max(1, len(text) // 2)]
    return Reply(text=half, finish="length" if step.kind is Kind.LENGTH else step.finish)


def _finish_of_calls(step: Step) -> str | None:
    return step.finish if step.kind is Kind.CUT_CALL else step.finish or "tool_calls"


def _calls(step: Step, body: dict[str, Any]) -> tuple[Call, ...]:
    if step.calls:
        return tuple(Call(name, json.dumps(args)) for name, args in step.calls)
    sensible = sensible_reply(body, must_call=True).calls
    name = step.tool or (sensible[0].name if sensible else "anything")
    if step.args is None:
        return (Call(name, sensible[0].arguments if sensible else "{}"),)
    return (Call(name, step.args if isinstance(step.args, str) else json.dumps(step.args)),)


def _spoiled(step: Step, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    first = calls[0]
    arguments = first.arguments
    match step.kind:
        case Kind.CUT_CALL:
            arguments = arguments[: max(1, len(arguments) * 2 // 3)]
        case Kind.BAD_JSON:
            arguments = arguments.replace('"', "'") + ","
        case Kind.UNKNOWN_TOOL:
            return (Call("send_money_now", arguments),)
        case Kind.EXTRA_ARGS:
            arguments = json.dumps({**json.loads(arguments), "bcc": "everyone"})
        case Kind.LONG_STRING:
            arguments = json.dumps({**json.loads(arguments), _text_key(arguments): "x" * step.size})
        case Kind.SURROGATES:
            arguments = json.dumps({**json.loads(arguments), _text_key(arguments): "half \ud83d"})
        case Kind.REPEATED_CALL:
            return (first,) * step.count
        case _:
            return calls
    return (Call(first.name, arguments), *calls[1:])


def _text_key(arguments: str) -> str:
    texts = [key for key, value in json.loads(arguments).items() if isinstance(value, str)]
    return texts[0] if texts else "text"
