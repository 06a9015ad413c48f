"""/mcp: the MCP server over HTTP, without sessions; each call carries a token and runs as its person."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from starlette.routing import Route

from channels.mcp_server import make_server
from channels.rest.bodies import LONGEST
from channels.rest.problems import problem
from domain.errors import Correctable, RainmakerError
from service.bootstrap import House
from service.commands import run_command

PATH = "/mcp"


class _Door:
    """One MCP request: who calls, then a server of its own for it."""

    def __init__(self, house: House, signed_in: Any) -> None:
        self._house = house
        self._signed_in = signed_in

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer with JSON; nothing is kept between two calls."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        request = Request(scope)
        try:
            actor = await self._signed_in(request)
            _check_length(request)
        except RainmakerError as error:
            await problem(error, PATH)(scope, receive, send)
            return

        async def run(name: str, args: dict[str, Any]) -> Any:
            return await run_command(self._house, name, args, actor=actor)

        manager = StreamableHTTPSessionManager(make_server(run), json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)


def _check_length(request: Request) -> None:
    """A length that is told and small; MCP clients send whole messages."""
    told = request.headers.get("content-length", "")
    if request.method == "POST" and (not told.isdigit() or int(told[:12]) > LONGEST):
        raise Correctable("The request is larger than 2 MB, or does not say.", code="body_too_large")


def add_mcp(app: FastAPI, house: House, signed_in: Any) -> None:
    """Add the address; only calls are taken, there is no stream to listen to."""
    app.router.routes.append(Route(PATH, _Door(house, signed_in), methods=["POST"]))
