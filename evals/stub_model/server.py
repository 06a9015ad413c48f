"""The HTTP face of the stub, and a way to run it on a free loopback port inside a test process."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from evals.loopback import listening
from evals.stub_model import shapes
from evals.stub_model.script import Script, Step

_STEPS = TypeAdapter(list[Step])


class _Endpoints:
    """The handlers around one script."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        answer = self._script.next_for(body)
        if isinstance(answer, shapes.Failure):
            return await _failed(answer, request)
        chars = len(json.dumps([body.get("messages"), body.get("tools"), body.get("response_format")]))
        if not body.get("stream"):
            return await _whole(answer, chars)
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        return StreamingResponse(_events(answer, chars, with_usage), media_type="text/event-stream")

    async def add_steps(self, request: Request) -> Response:
        try:
            steps = _STEPS.validate_python(await request.json())
        except (ValidationError, ValueError) as error:
            return JSONResponse({"error": {"message": str(error), "code": "bad_script"}}, 400)
        for step in steps:
            self._script.add(step)
        return JSONResponse({"left": self._script.left})

    async def forget(self, _: Request) -> Response:
        self._script.reset()
        return JSONResponse({"left": 0})

    async def requests(self, _: Request) -> Response:
        return JSONResponse({"count": len(self._script.requests), "last": self._script.requests[-1:]})


async def _embed(request: Request) -> Response:
    body = await request.json()
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    texts = [str(text) for text in inputs]
    return JSONResponse(shapes.embeddings(texts, body.get("encoding_format", "float")))


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": shapes.MODEL, "object": "model"}]})


def make_app(script: Script) -> Starlette:
    """The application around one script."""
    endpoints = _Endpoints(script)
    return Starlette(
        routes=[
            Route("/v1/chat/completions", endpoints.chat, methods=["POST"]),
            Route("/v1/embeddings", _embed, methods=["POST"]),
            Route("/v1/models", _models),
            Route("/script", endpoints.add_steps, methods=["POST"]),
            Route("/script", endpoints.forget, methods=["DELETE"]),
            Route("/requests", endpoints.requests),
        ]
    )


async def _failed(failure: shapes.Failure, request: Request) -> Response:
    if failure.garbage:
        return Response(b"\x00\xff{not json\xfe\xfd" * 20, media_type="application/json")
    deadline = asyncio.get_running_loop().time() + failure.hang
    while failure.hang and asyncio.get_running_loop().time() < deadline:
        if await request.is_disconnected():
            break
        await asyncio.sleep(0.02)
    headers = {"retry-after": failure.retry_after} if failure.retry_after is not None else None
    return JSONResponse(failure.body, failure.status, headers)


async def _whole(reply: shapes.Reply, chars: int) -> Response:
    body = json.dumps(shapes.completion(reply, chars)).encode()
    if reply.drop:
        return StreamingResponse(_broken(body), media_type="application/json")
    return Response(body, media_type="application/json")


async def _broken(body: bytes) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionAbortedError("the script asked for a broken connection")


async def _events(reply: shapes.Reply, chars: int, with_usage: bool) -> AsyncIterator[str]:
    for chunk in shapes.chunks(reply, chars, with_usage):
        yield shapes.event(chunk)
    if reply.drop:
        raise ConnectionAbortedError("the script asked for a broken connection")
    if reply.finish is not None:
        yield "data: [DONE]\n\n"


class StubServer:
    """The stub on a loopback port of its own: `with StubServer() as stub: stub.url, stub.script`."""

    def __init__(self, port: int = 0) -> None:
        self.script = Script()
        self._socket = listening(port)  # connections queue here until the server takes them
        config = uvicorn.Config(
            make_app(self.script), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base URL for clients, /v1 included."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def run(self) -> None:
        """Serve until interrupted."""
        self._server.run(sockets=[self._socket])

    def __enter__(self) -> "StubServer":
        self._thread = threading.Thread(target=self.run, daemon=True, name="stub-model")
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._socket.close()
