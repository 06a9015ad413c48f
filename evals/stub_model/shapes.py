"""The wire's shapes: whole completions, streamed chunks, failures, embeddings. Knows nothing of meaning."""

import base64
import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MODEL = "stub"
DIMENSIONS = 64


@dataclass(frozen=True)
class Call:
    """A tool call; `arguments` is the text as it goes out, valid or not."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Reply:
    """One answer. `finish` None leaves the reason out; `drop` breaks the connection half-way."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: str | None = "stop"
    refusal: str = ""
    drop: bool = False


@dataclass(frozen=True)
class Failure:
    """An answer that is none."""

    status: int
    code: str
    message: str
    retry_after: str | None = None
    hang: float = 0.0
    garbage: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """The wire's error object."""
        return {"error": {"message": self.message, "type": self.code, "code": self.code, "param": None}}


def completion(reply: Reply, prompt_chars: int) -> dict[str, Any]:
    """A whole chat completion."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.refusal:
        message["refusal"] = reply.refusal
    if reply.calls:
        message["tool_calls"] = [_call(number, call) for number, call in enumerate(reply.calls)]
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish}],
        "usage": usage(reply, prompt_chars),
    }


def usage(reply: Reply, prompt_chars: int) -> dict[str, int]:
    """Token counts at four characters each."""
    written = len(reply.text) + sum(len(call.name) + len(call.arguments) for call in reply.calls)
    prompt, answer = (prompt_chars + 3) // 4, (written + 3) // 4
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def _call(number: int, call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": f"call_{number}", "type": "function", "function": function}


def chunks(reply: Reply, prompt_chars: int, with_usage: bool) -> Iterator[dict[str, Any]]:
    """The same answer as a stream of chunks."""
    yield _chunk({"role": "assistant", "content": ""})
    if reply.refusal:
        yield _chunk({"refusal": reply.refusal})
    for piece in pieces(reply.text):
        yield _chunk({"content": piece})
    for number, call in enumerate(reply.calls):
        opened = {**_call(number, Call(call.name, "")), "index": number}
        yield _chunk({"tool_calls": [opened]})
        for piece in pieces(call.arguments):
            yield _chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
    if reply.finish is not None:
        yield _chunk({}, reply.finish)
        if with_usage:
            yield {**_chunk({}), "choices": [], "usage": usage(reply, prompt_chars)}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def pieces(text: str) -> Iterator[str]:
    """The text in small pieces; few for very long ones."""
    size = max(12, len(text) // 200)
    for start in range(0, len(text), size):
        yield text[start : start + size]


def event(chunk: dict[str, Any]) -> str:
    """A chunk as a server-sent event."""
    return f"data: {json.dumps(chunk)}\n\n"


def embeddings(inputs: list[str], encoding: str) -> dict[str, Any]:
    """Repeatable unit vectors from hashed words, in the encoding asked for."""
    data = [
        {"object": "embedding", "index": number, "embedding": _encoded(_vector(text), encoding)}
        for number, text in enumerate(inputs)
    ]
    tokens = sum(len(text) for text in inputs) // 4
    counts = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": MODEL, "usage": counts}


def _vector(text: str) -> list[float]:
    vector = [0.0] * DIMENSIONS
    for word in text.lower().split() or [""]:
        digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        vector[digest[0] % DIMENSIONS] += 1.0 if digest[1] % 2 else -1.0
    norm = sum(value * value for value in vector) ** 0.5 or 1.0
    return [value / norm for value in vector]


def _encoded(vector: list[float], encoding: str) -> Any:
    if encoding != "base64":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
