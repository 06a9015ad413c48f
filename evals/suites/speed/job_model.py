"""The zero-latency model of the speed suite, in a process of its own: plays the same jobs for both sides.

`python -m evals.suites.speed.job_model` prints its base URL. It is told apart by model name who asks: "house"
is the product, "agent" the plain agent. `GET /totals` tells what was asked since the last `DELETE /totals`.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import PIPE, Popen
from typing import Any

import httpx2
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.loopback import listening
from evals.stub_model.script import Script
from evals.stub_model.sensible import sensible_reply
from evals.stub_model.server import make_app
from evals.stub_model.shapes import Call, Failure, Reply

HOUSE, AGENT = "house", "agent"
JOB = "Show me our ideal customer, list the best prospects, then write one mail to the first."
STATUS = "How do things stand?"
DRAFT = "Write a mail to prospect"
_ANSWER = (
    "Here is our ideal customer and the prospects that fit it best. I have written a mail to the first of them; "
    "every claim in it names the page it comes from. Nothing has been sent: tell me what to change, or approve it."
)
_MAIL = (
    "Hello, on your site I read what you do and for whom. What we do may help there: it takes one step off the "
    "list that keeps your team from its customers. Would a short call next week suit you? Kind regards"
)


class JobScript(Script):
    """Answers by who asks for what, so that many jobs can run at once."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self.totals = Totals()

    def next_for(self, body: dict[str, Any]) -> Reply | Failure:
        """The answer to this request; its size is counted."""
        reply = _reply(body)
        with self._lock:
            self.totals = self.totals.plus(body, reply)
        return reply


@dataclass(frozen=True, slots=True)
class Totals:
    """What was asked of the model: calls, and prompt and answer in characters."""

    calls: int = 0
    prompt_chars: int = 0
    output_chars: int = 0

    @property
    def prompt_tokens(self) -> float:
        """Four characters a token."""
        return self.prompt_chars / 4

    def plus(self, body: dict[str, Any], reply: Reply) -> "Totals":
        """One more call."""
        asked = [body.get("messages"), body.get("tools"), body.get("response_format")]
        written = len(reply.text) + sum(len(call.name) + len(call.arguments) for call in reply.calls)
        size = len(json.dumps(asked, ensure_ascii=False))
        return Totals(self.calls + 1, self.prompt_chars + size, self.output_chars + written)


def _reply(body: dict[str, Any]) -> Reply:
    if body.get("response_format"):
        return sensible_reply(body)  # a mail from the facts in the prompt
    messages = body["messages"]
    last = max(n for n, message in enumerate(messages) if message["role"] == "user")
    said = str(messages[last]["content"])
    if body.get("model") == HOUSE:
        return _plan(said)
    return _next_step(said, sum(message["role"] == "tool" for message in messages[last:]))


def _plan(said: str) -> Reply:
    """The product asks once for the whole plan."""
    if JOB in said:
        return _calls(("show_icp", {}), ("list_prospects", {"limit": 20}), ("plan_campaign", {"limit": 1}))
    return _calls(("status", {}))


def _next_step(said: str, done: int) -> Reply:
    """A plain agent asks after every step."""
    if said.startswith(DRAFT):
        prospect = said.removeprefix(DRAFT).strip(" .")
        mail = {"prospect": prospect, "subject": "A thought for you", "body": _MAIL}
        steps = [_calls(("explain_prospect", {"id": prospect})), _calls(("save_draft", mail))]
    elif said == JOB:
        looks = _calls(("show_icp", {}), ("list_prospects", {"limit": 20}))
        steps = [
            looks,
            looks,
            _calls(("plan_campaign", {"limit": 1})),
        ]  # two results come back after the looks
    else:
        steps = [_calls(("status", {}))]
    return steps[done] if done < len(steps) else Reply(text=_ANSWER)


def _calls(*wanted: tuple[str, dict[str, Any]]) -> Reply:
    return Reply(calls=tuple(Call(name, json.dumps(args)) for name, args in wanted), finish="tool_calls")


class ModelClient:
    """The other end: where the model is, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url.removesuffix("/v1"), trust_env=False, timeout=30)

    def reset(self) -> None:
        """Start counting anew."""
        self._http.delete("/totals")

    def totals(self) -> Totals:
        """What was asked since."""
        return Totals(**self._http.get("/totals").json())

    def close(self) -> None:
        """Drop the connection."""
        self._http.close()


@contextmanager
def job_model() -> Iterator[ModelClient]:
    """The model in a process of its own, ended afterwards."""
    command = [sys.executable, "-m", __name__]
    with Popen(command, stdout=PIPE, stdin=PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        client = ModelClient(process.stdout.readline().strip())
        try:
            yield client
        finally:
            client.close()
            process.terminate()


def main() -> None:
    """Serve on a free port until the parent is gone."""
    script = JobScript()

    def tell(_: Request) -> Response:
        totals = script.totals
        return JSONResponse({name: getattr(totals, name) for name in Totals.__slots__})

    def forget(_: Request) -> Response:
        script.totals = Totals()
        return JSONResponse({})

    app = make_app(script)
    app.router.routes += [Route("/totals", tell), Route("/totals", forget, methods=["DELETE"])]
    listener = listening()
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/v1\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off")).run(sockets=[listener])


def _end_with_parent() -> None:
    sys.stdin.read()  # ends when the parent closes its side, by intention or by dying
    os._exit(0)


if __name__ == "__main__":
    main()
