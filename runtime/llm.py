"""Makes the chat model client from plain arguments. Imports the client library only when called.

Holds no prompt and no retry: the caller's own loop decides when to try again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

DEFAULT_MODEL = "gpt-5-mini"
RAW_ARGUMENTS = "raw_tool_arguments"  # key in `additional_kwargs`: (name, argument text) pairs as they came


def chat_model(
    *, model: str = "", api_key: str = "", base_url: str = "", timeout: float = 60.0, **extra: Any
) -> ChatOpenAI:
    """A client for any server that speaks the OpenAI wire.

    Args:
        model: model name; empty takes the default.
        api_key: may be empty for servers that want none.
        base_url: ends in /v1 as a rule; empty means OpenAI's own.
        timeout: seconds without a byte before a call is given up.
        extra: further ChatOpenAI fields.
    """
    import httpx2

    # Its own connection pool: the library's shared one outlives event loops and mixes workspaces.
    pool = httpx2.AsyncClient(
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0)),
        follow_redirects=True,
        trust_env=not _is_loopback(base_url),
    )
    return _chat_class()(
        model=model or DEFAULT_MODEL,
        api_key=api_key or "none",
        base_url=base_url or None,
        timeout=timeout,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        http_async_client=pool,
        **extra,
    )


def _is_loopback(url: str) -> bool:
    # A proxy of the environment must not be asked for a server on this machine.
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


def _chat_class() -> type[ChatOpenAI]:
    from langchain_openai import ChatOpenAI

    class RawArgumentsChat(ChatOpenAI):
        """Keeps each tool call's argument text, which the library otherwise parses leniently and drops."""

        def _create_chat_result(self, response: Any, generation_info: dict[str, Any] | None = None) -> Any:
            result = super()._create_chat_result(response, generation_info)
            for generation, choice in zip(result.generations, _choices(response), strict=False):
                message = choice.get("message") or {}
                generation.message.additional_kwargs[RAW_ARGUMENTS] = [
                    _name_and_text(call.get("function") or {}) for call in message.get("tool_calls") or []
                ]
                if message.get("refusal"):
                    generation.message.additional_kwargs["refusal"] = message["refusal"]
            return result

    return RawArgumentsChat


def _name_and_text(function: dict[str, Any]) -> tuple[str, str | None]:
    arguments = function.get("arguments")
    # Some servers send an object where the wire asks for its text.
    return str(function.get("name") or ""), arguments if isinstance(arguments, str) else json.dumps(arguments)


def _choices(response: Any) -> list[dict[str, Any]]:
    plain = response if isinstance(response, dict) else response.model_dump(warnings=False)
    return plain.get("choices") or []
