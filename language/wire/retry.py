"""When a model call is tried again, for how long, and what each failure means to the caller.

The client library's own retries are off; this is the only loop.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from domain.errors import Correctable, RainmakerError, Retryable

T = TypeVar("T")
log = logging.getLogger(__name__)

_TOO_LONG = (
    "context_length",
    "context length",
    "context window",
    "context size",
    "too many tokens",
    "too long",
)
_NO_CREDIT = ("insufficient_quota", "billing", "credit")


class ContextTooLong(Correctable):
    """The prompt does not fit the model; the caller may trim it and ask once more."""

    default_code = "model_context_too_long"


class StructureUnsupported(Correctable):
    """The server does not know JSON-schema answers; the caller may ask in words."""

    default_code = "model_structure_unsupported"


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long one call is repeated. Seconds of machine time."""

    attempts: int = 4
    budget: float = 90.0  # waiting and calling together
    first_wait: float = 0.5
    longest_wait: float = 20.0  # a longer Retry-After parks the work instead
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random  # 0–1; spreads callers, decides nothing

    async def run(self, call: Callable[[], Awaitable[T]]) -> T:
        """The call's answer, after as many tries as it takes within attempts and budget.

        Raises:
            Retryable: still failing; carries `retry_after` when the server named a time.
            Correctable: repeating cannot help.
        """
        started = self.monotonic()
        for attempt in range(1, self.attempts + 1):
            try:
                return await call()
            except RainmakerError as error:
                failure: RainmakerError = error
            except Exception as error:  # noqa: BLE001 - the library and its transport raise many types
                failure = classified(error)
                failure.__cause__ = error
            wait = self._wait_before_next(failure, attempt, self.monotonic() - started)
            if wait is None:
                raise failure
            log.warning("model_call_retried", extra={"code": failure.code, "attempt": attempt, "wait": wait})
            await self.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _wait_before_next(self, failure: RainmakerError, attempt: int, spent: float) -> float | None:
        if not isinstance(failure, Retryable) or attempt >= self.attempts:
            return None
        wait = failure.retry_after
        if wait is None:
            wait = min(self.first_wait * 2 ** (attempt - 1), self.longest_wait) * (0.5 + self.jitter() / 2)
        if wait > self.longest_wait or spent + wait > self.budget:
            return None
        return wait


def classified(error: Exception) -> RainmakerError:
    """Our error for whatever a model call raised.

    An unknown failure counts as transport trouble: the work is parked, not lost.
    """
    if isinstance(error, RainmakerError):
        return error
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        told = f"{error} {getattr(error, 'code', '')} {getattr(error, 'body', '')}"
        return _of_status(status, told, _retry_after(error))
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return Retryable("The model did not answer in time.", code="model_timeout")
    if _mentions(str(error), _TOO_LONG):
        return ContextTooLong("The request is longer than the model accepts.")
    if isinstance(error, (ValueError, KeyError, TypeError, IndexError, AttributeError)):
        return Retryable("The model server's answer could not be read.", code="model_unreadable")
    return Retryable(
        "The model server cannot be reached.", code="model_unreachable", hint="Check OPENAI_BASE_URL."
    )


def _of_status(status: int, text: str, retry_after: float | None) -> RainmakerError:
    if status == 429 and _mentions(text, _NO_CREDIT):
        return Correctable(
            "The model account has no credit left.",
            code="model_no_credit",
            hint="Top it up or change the key.",
        )
    if status == 429:
        return Retryable("The model server is busy.", code="model_busy", retry_after=retry_after)
    if status in (408, 409, 425) or status >= 500:
        return Retryable(
            f"The model server failed with status {status}.",
            code="model_server_error",
            retry_after=retry_after,
        )
    if status in (401, 403):
        return Correctable(
            "The model server refused the key.", code="model_key_refused", hint="Set OPENAI_API_KEY."
        )
    if status == 404:
        return Correctable(
            "The model server does not know this model or path.",
            code="model_not_found",
            hint="Check OPENAI_MODEL and OPENAI_BASE_URL (most end in /v1).",
        )
    if status == 413 or _mentions(text, _TOO_LONG):
        return ContextTooLong("The request is longer than the model accepts.")
    if _mentions(text, ("response_format", "json_schema", "structured output")):
        return StructureUnsupported("The model server does not support answers by schema.")
    return Correctable(
        f"The model server refused the request with status {status}.", code="model_request_refused"
    )


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * factor
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return _until(headers.get("retry-after", ""), headers.get("date", ""))


def _until(then: str, now: str) -> float | None:
    # A date counts from the server's own clock, so ours may be wrong.
    try:
        return max(0.0, (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None


def _mentions(text: str, words: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)
