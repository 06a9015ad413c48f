"""The model server down, busy, slow or confused: work completes within a budget or parks with a reason."""

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from domain.errors import BudgetSpent, Correctable, RainmakerError, Retryable
from evals.stub_model.script import Kind, Script
from language.port import Situation
from language.usage import metered
from language.wire.brain import OpenAILanguage
from language.wire.retry import RetryPolicy, classified


async def hello(brain: OpenAILanguage) -> str:
    return (await brain.plan("hello", Situation(), ())).reply


async def failure(brain: OpenAILanguage) -> RainmakerError:
    with pytest.raises(RainmakerError) as caught:
        await hello(brain)
    return caught.value


async def test_a_busy_server_is_asked_again_after_the_time_it_named(
    brain: OpenAILanguage, script: Script, waits: Any
) -> None:
    script.then(Kind.BUSY, retry_after="3").then(Kind.BUSY, retry_after="2")

    assert await hello(brain)
    assert waits.slept == [3.0, 2.0]


async def test_a_server_busy_for_long_parks_the_work_at_once(
    brain: OpenAILanguage, script: Script, waits: Any
) -> None:
    script.then(Kind.BUSY, retry_after="3600")

    error = await failure(brain)

    assert isinstance(error, Retryable)
    assert (error.code, error.retry_after) == ("model_busy", 3600.0)
    assert waits.slept == []


@pytest.mark.parametrize("named", ["soon", "-5", "inf", "nan", ""])
async def test_a_nonsense_retry_after_falls_back_to_our_own_wait(
    brain: OpenAILanguage, script: Script, waits: Any, named: str
) -> None:
    script.then(Kind.BUSY, retry_after=named)

    assert await hello(brain)
    assert waits.slept == [0.5]


async def test_a_failing_server_is_asked_with_growing_waits_and_then_parked(
    brain: OpenAILanguage, script: Script, waits: Any
) -> None:
    for _ in range(4):
        script.then(Kind.ERROR)

    error = await failure(brain)

    assert isinstance(error, Retryable)
    assert error.code == "model_server_error"
    assert waits.slept == [0.5, 1.0, 2.0]


async def test_a_hanging_server_is_given_up_at_the_time_limit(
    make_brain: Callable[..., OpenAILanguage], script: Script
) -> None:
    script.then(Kind.HANG, seconds=5)

    error = await failure(make_brain(timeout=0.3, attempts=1))

    assert isinstance(error, Retryable)
    assert error.code == "model_timeout"


async def test_an_answer_after_a_hang_still_counts(
    make_brain: Callable[..., OpenAILanguage], script: Script
) -> None:
    script.then(Kind.HANG, seconds=5)

    assert await hello(make_brain(timeout=0.5))


@pytest.mark.parametrize("kind", [Kind.GARBAGE, Kind.DROP])
async def test_a_garbled_or_broken_answer_is_fetched_again(
    brain: OpenAILanguage, script: Script, kind: Kind
) -> None:
    script.then(kind)

    assert await hello(brain)
    assert len(script.requests) == 2


async def test_the_budget_ends_the_retries(
    make_brain: Callable[..., OpenAILanguage], script: Script, waits: Any
) -> None:
    for _ in range(4):
        script.then(Kind.BUSY, retry_after="10")

    error = await failure(make_brain(budget=25.0))

    assert error.code == "model_busy"
    assert waits.slept == [10.0, 10.0]


async def test_an_empty_account_is_not_retried(brain: OpenAILanguage, script: Script, waits: Any) -> None:
    script.then(Kind.NO_CREDIT)

    error = await failure(brain)

    assert isinstance(error, Correctable)
    assert error.code == "model_no_credit"
    assert waits.slept == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "model_key_refused"),
        (403, "model_key_refused"),
        (404, "model_not_found"),
        (422, "model_request_refused"),
    ],
)
async def test_what_repeating_cannot_help_is_the_owners_to_correct(
    brain: OpenAILanguage, script: Script, waits: Any, status: int, code: str
) -> None:
    script.then(Kind.ERROR, status=status)

    error = await failure(brain)

    assert isinstance(error, Correctable)
    assert error.code == code
    assert waits.slept == []


async def test_nobody_listening_is_a_reason_to_park() -> None:
    from runtime.llm import chat_model

    with socket.socket() as bound:  # bound but not listening: connections are refused
        bound.bind(("127.0.0.1", 0))
        model = chat_model(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}/v1", timeout=2)
    brain = OpenAILanguage(model, rules=None, name="gone", retry=RetryPolicy(attempts=1))  # type: ignore[arg-type]

    error = await failure(brain)

    assert isinstance(error, Retryable)
    assert error.code == "model_unreachable"


async def test_cancelling_stops_the_waiting_at_once(
    make_brain: Callable[..., OpenAILanguage], script: Script
) -> None:
    script.then(Kind.HANG, seconds=5)
    task = asyncio.create_task(hello(make_brain()))
    await asyncio.wait([task], timeout=0.2)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_unknown_failure_counts_as_transport_trouble() -> None:
    assert classified(RuntimeError("odd")).code == "model_unreachable"


async def test_the_model_is_made_at_the_first_use(stub_server: Any, script: Script, rules: Any) -> None:
    from runtime.llm import chat_model

    made: list[str] = []

    def make() -> Any:
        made.append("now")
        return chat_model(base_url=stub_server.url)

    brain = OpenAILanguage(make, rules=rules, name="stub")
    assert made == []
    await hello(brain)
    await hello(brain)
    assert made == ["now"]


async def test_calls_and_tokens_are_counted_per_piece_of_work(brain: OpenAILanguage) -> None:
    with metered() as whole:
        await hello(brain)
        with metered() as part:
            await asyncio.create_task(hello(brain))

    assert (whole.calls, part.calls) == (2, 1)
    assert whole.prompt_tokens == 2 * part.prompt_tokens > 100
    assert part.completion_tokens > 0


class Purse:
    """An allowance that remembers what was set aside and what it became."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.taken: list[int] = []
        self.settled: list[tuple[int, int]] = []

    async def take(self, tokens: int) -> datetime:
        if tokens > self.left:
            raise BudgetSpent("The tokens of today are used up.")
        self.left -= tokens
        self.taken.append(tokens)
        return datetime(2026, 11, 21)

    async def settle(self, taken: int, used: int, at: datetime) -> None:
        self.settled.append((taken, used))


async def test_every_attempt_takes_its_tokens_first_and_settles_what_it_used(
    make_brain: Callable[..., OpenAILanguage], script: Script
) -> None:
    purse = Purse(1_000_000)
    script.then(Kind.BUSY, retry_after="1")
    with metered() as usage:
        assert await hello(make_brain(allowance=purse))
    assert len(purse.taken) == 2
    assert purse.settled == [(purse.taken[1], usage.prompt_tokens + usage.completion_tokens)]


async def test_without_tokens_left_the_server_is_never_asked(
    make_brain: Callable[..., OpenAILanguage], script: Script, waits: Any
) -> None:
    with pytest.raises(BudgetSpent):
        await hello(make_brain(allowance=Purse(5)))
    assert script.requests == []
    assert waits.slept == []
