"""One call to the model: messages out, a plain reply back, tokens counted, failures retried.

Nothing here judges an answer. Only `stream` streams; everything else arrives whole or not at all.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from language.port import TokenSink
from language.usage import Allowance, Unlimited, estimated_tokens, record
from language.wire.retry import RetryPolicy, StructureUnsupported
from runtime.llm import RAW_ARGUMENTS

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

    ModelSource = BaseChatModel | Callable[[], BaseChatModel]

MAX_STREAMED_CHARS = 20_000
ANSWER_TOKENS = 1_000  # set aside for an answer before it is known


@dataclass(frozen=True)
class RawCall:
    """A tool call as it came: `arguments` is the text the server sent, None when it is not known."""

    name: str
    arguments: str | None


@dataclass(frozen=True)
class Reply:
    """What the server sent, unjudged. `finish` is empty when no reason was given: the answer may be cut."""

    text: str
    finish: str
    calls: tuple[RawCall, ...] = ()
    refusal: str = ""


class ModelClient:
    """Talks to one model.

    Args:
        source: a chat model, or a function that makes it at the first call (its import is slow).
        retry: when a failed call is repeated.
        timeout: seconds for one attempt, first byte to last.
        allowance: where each attempt's tokens are taken from; one that fails keeps what was set aside for it.
    """

    def __init__(
        self,
        source: "ModelSource",
        *,
        retry: RetryPolicy,
        timeout: float,
        allowance: Allowance | None = None,
    ) -> None:
        self._source = source
        self._retry = retry
        self._timeout = timeout
        self._allowance = allowance or Unlimited()
        self._models: tuple[BaseChatModel, BaseChatModel] | None = None
        self._structured = True

    async def ask(
        self,
        system: str,
        user: str,
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """One whole reply; with a schema the server is asked to follow it.

        Raises:
            Retryable: the server is down, busy or slow beyond the retry budget.
            Correctable: the request itself is refused.
            BudgetSpent: too few tokens are left today.
        """
        if schema is None or not self._structured:
            return await self._whole(system, _with_schema(user, schema), tools, None)
        try:
            return await self._whole(system, user, tools, schema)
        except StructureUnsupported:
            self._structured = False  # remembered: this server gets the schema in words
            return await self._whole(system, _with_schema(user, schema), tools, None)

    async def stream(self, system: str, user: str, on_text: TokenSink) -> Reply:
        """A text reply, passed on piece by piece; pieces of a repeated attempt are not passed on again."""
        spoken = False

        async def attempt() -> Reply:
            repeated = spoken

            async def pass_on(piece: str) -> None:
                nonlocal spoken
                spoken = True
                if not repeated:
                    await on_text(piece)

            return await self._streamed(system, user, pass_on)

        return await self._retry.run(attempt)

    async def _whole(
        self, system: str, user: str, tools: Sequence[Mapping[str, Any]], schema: Mapping[str, Any] | None
    ) -> Reply:
        # Both go through extra_body: the library then neither reshapes the answer nor walks through every
        # schema at every call (half of its time).
        extra: dict[str, Any] = {}
        if tools:
            extra["tools"] = list(tools)
        if schema is not None:
            extra["response_format"] = _response_format(schema)

        async def attempt() -> Reply:
            whole, _ = await self._loaded()

            async def call() -> "AIMessage":
                async with asyncio.timeout(self._timeout):
                    return await whole.ainvoke(
                        _messages(system, user), config={"callbacks": []}, extra_body=extra or None
                    )

            return await self._charged(len(system) + len(user) + len(json.dumps(extra)), call)

        return await self._retry.run(attempt)

    async def _streamed(self, system: str, user: str, on_text: TokenSink) -> Reply:
        async def call() -> "AIMessage":
            return await self._stream_once(system, user, on_text)

        return await self._charged(len(system) + len(user), call)

    async def _stream_once(self, system: str, user: str, on_text: TokenSink) -> "AIMessage":
        _, streaming = await self._loaded()
        total: Any = None
        size = 0
        async with asyncio.timeout(self._timeout):
            async for chunk in streaming.astream(_messages(system, user), config={"callbacks": []}):
                total = chunk if total is None else total + chunk
                piece = chunk.text
                size += len(piece)
                if piece:
                    await on_text(piece)
                if size > MAX_STREAMED_CHARS:
                    break
        if total is None:
            raise ValueError("an empty stream")
        return total  # type: ignore[no-any-return]

    async def _charged(self, prompt_chars: int, call: "Callable[[], Awaitable[AIMessage]]") -> Reply:
        """One attempt, its tokens taken beforehand and settled afterwards."""
        taken = estimated_tokens(prompt_chars) + ANSWER_TOKENS
        at = await self._allowance.take(taken)
        message = await call()
        reply, used = _counted(message, prompt_chars)
        await self._allowance.settle(taken, used, at)
        return reply

    async def _loaded(self) -> "tuple[BaseChatModel, BaseChatModel]":
        """The model twice: one that never streams (not even inside a streamed graph) and one that may."""
        if self._models is None:
            source: Any = self._source
            model = source if hasattr(source, "ainvoke") else await asyncio.to_thread(source)
            self._models = (
                model.model_copy(update={"disable_streaming": True}),
                model.model_copy(update={"disable_streaming": False}),
            )
        return self._models


def _messages(system: str, user: str) -> list[tuple[str, str]]:
    return [("system", system), ("user", user)]


def _response_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def _with_schema(user: str, schema: Mapping[str, Any] | None) -> str:
    if schema is None:
        return user
    return f"{user}\n\nAnswer with one JSON object and nothing else. Its schema:\n{json.dumps(schema)}"


def _counted(message: "AIMessage", prompt_chars: int) -> tuple[Reply, int]:
    """The reply and the tokens of its prompt and answer, as told or estimated."""
    reply = reply_of(message)
    written = len(reply.text) + sum(len(call.arguments or "") for call in reply.calls)
    usage = message.usage_metadata or {}
    asked = usage.get("input_tokens") or estimated_tokens(prompt_chars)
    answered = usage.get("output_tokens") or estimated_tokens(written)
    record(asked, answered)
    return reply, asked + answered


def reply_of(message: "AIMessage") -> Reply:
    """The plain reply in a message, or in the sum of a stream's chunks, with raw argument texts."""
    extra = message.additional_kwargs
    return Reply(
        text=message.text,
        finish=str(message.response_metadata.get("finish_reason") or ""),
        calls=_raw_calls(message),
        refusal=str(extra.get("refusal") or ""),
    )


def _raw_calls(message: "AIMessage") -> tuple[RawCall, ...]:
    chunks = getattr(message, "tool_call_chunks", None)
    if chunks:
        # The library completes cut JSON here; only the accumulated text tells the truth.
        return tuple(RawCall(chunk["name"] or "", chunk["args"]) for chunk in chunks)
    raw = message.additional_kwargs.get(RAW_ARGUMENTS)
    calls = [*message.tool_calls, *message.invalid_tool_calls]
    if not raw:
        return tuple(RawCall(call["name"] or "", _as_text(call["args"])) for call in calls)
    return tuple(RawCall(name, text) for name, text in raw)


def _as_text(arguments: Any) -> str | None:
    return arguments if arguments is None or isinstance(arguments, str) else json.dumps(arguments)
