"""/metrics for Prometheus: from this machine without a key, from elsewhere with a token; and counting of calls."""

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from runtime.telemetry import exposition, measures
from service.bootstrap import House
from service.metrics import families

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add_metrics(app: FastAPI, house: House, signed_in: Any) -> None:
    """Add the address, and count what the API answers."""
    app.add_middleware(_Counting)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> PlainTextResponse:
        """Every number."""
        if request.headers.get("authorization") or not _from_here(request):
            await signed_in(request)
        return PlainTextResponse(exposition(await families(house)), media_type=MEDIA_TYPE)


def _from_here(request: Request) -> bool:
    """True for a caller on this machine; behind a proxy everybody looks like one."""
    forwarded = {"forwarded", "x-forwarded-for", "x-real-ip", "via"} & set(request.headers)
    try:
        return (
            not forwarded and ipaddress.ip_address(request.client.host if request.client else "").is_loopback
        )
    except ValueError:
        return False


class _Counting:
    """Counts answers of the API by method and status. Pure ASGI, so streams pass through."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and count at the start of an answer."""
        if scope["type"] != "http" or not str(scope["path"]).startswith(("/api/", "/hooks/")):
            await self._app(scope, receive, send)
            return

        async def counting(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in _METHODS else "other"
                status = str(message["status"])
                measures.count("rainmaker_api_calls_total", method=method, status=status)
            await send(message)

        await self._app(scope, receive, counting)


_METHODS = frozenset({"GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"})
