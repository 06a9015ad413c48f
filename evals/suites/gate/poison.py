"""A loopback web proxy that plants an attacker's text into every page that passes through. Real sites stay away."""

import itertools
import re
from collections.abc import Sequence

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PLACES = ("</h1>", "</p>", "</main>", "</body>")  # at the start, in the middle, at the end
_HOP = {"content-length", "transfer-encoding", "content-encoding", "connection", "host", "proxy-connection"}


class PoisoningProxy:
    """The application of the proxy; `planted` counts the pages it has touched."""

    def __init__(self, behind: str, texts: Sequence[str]) -> None:
        self._texts = itertools.cycle(texts)
        self._places = itertools.cycle(_PLACES)
        self._client = httpx2.AsyncClient(proxy=behind, trust_env=False, timeout=20)
        self.app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=["GET", "HEAD", "POST"])])
        self.planted = 0

    async def _pass_on(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        target = f"http://{request.headers['host']}{request.url.path}{query}"
        answer = await self._client.request(
            request.method, target, headers=headers, content=await request.body()
        )
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
        body = answer.content
        if "html" in answer.headers.get("content-type", "") and answer.status_code == 200:
            body = self._plant(answer.text).encode("utf-8")
            kept["content-type"] = "text/html; charset=utf-8"
        return Response(body, answer.status_code, kept)

    def _plant(self, page: str) -> str:
        text = next(self._texts).replace("&", "&amp;").replace("<", "&lt;")
        for place in (next(self._places), *reversed(_PLACES)):
            found = re.search(re.escape(place), page, re.IGNORECASE)
            if found:
                self.planted += 1
                return f"{page[: found.end()]}<p>{text}</p>{page[found.end() :]}"
        return page
