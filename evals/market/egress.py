"""The HTTP egress proxy: absolute-form requests for sandbox hosts. Forwards nothing, refuses CONNECT."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from evals.market.sites.dated import unchanged
from evals.market.sites.internet import Internet
from evals.market.sites.page import Request, Response, plain

logger = logging.getLogger(__name__)

_HEAD_LIMIT = 32_768
_BODY_LIMIT = 1_048_576
_IDLE_SECONDS = 60.0
_VISITS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that came through."""

    at: datetime
    host: str
    path: str
    status: int
    agent: str


@dataclass(frozen=True, slots=True)
class _Head:
    """A parsed request head."""

    method: str
    target: str
    version: str
    headers: Mapping[str, str]

    @property
    def keeps_open(self) -> bool:
        """Say whether the client wants the connection to stay."""
        asked = (self.headers.get("proxy-connection") or self.headers.get("connection") or "").lower()
        return asked != "close" and (self.version == "HTTP/1.1" or asked == "keep-alive")


class EgressProxy:
    """Serves the internet of the sandbox on one port."""

    def __init__(self, internet: Internet, now: Callable[[], datetime]) -> None:
        self._internet = internet
        self._now = now
        self._server: asyncio.Server | None = None
        self.visits: deque[Visit] = deque(maxlen=_VISITS_KEPT)

    async def start(self, port: int = 0) -> int:
        """Listen on loopback and return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=_HEAD_LIMIT)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and drop what is open."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection until either side is done."""
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            logger.debug("connection_ended")
        except asyncio.LimitOverrunError:
            writer.write(_encode(plain(431, "request head too large"), "GET", open_after=False))
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read one request, write one answer; say whether the connection stays."""
        async with asyncio.timeout(_IDLE_SECONDS):
            raw = await reader.readuntil(b"\r\n\r\n")
        head = _parse(raw)
        if head is None:
            writer.write(_encode(plain(400, "malformed request"), "GET", open_after=False))
            return False
        await _skip_body(reader, head)
        response = self._answer(head)
        if response.delay:
            await asyncio.sleep(response.delay)
        writer.write(_encode(response, head.method, open_after=head.keeps_open))
        await writer.drain()
        return head.keeps_open

    def _answer(self, head: _Head) -> Response:
        """Find who answers and note the visit."""
        if head.method == "CONNECT":
            return plain(
                502, "CONNECT refused: the sandbox serves plain http only, ask for http:// addresses"
            )
        request = _request(head, self._now())
        if request is None:
            return plain(502, "only http:// addresses exist in the sandbox")
        if head.method not in {"GET", "HEAD", "POST"}:
            return Response(405, b"Method Not Allowed", "text/plain", {"Allow": "GET, HEAD, POST"})
        response = self._internet.answer(request) or plain(502, f"unknown host: {request.host}")
        if unchanged(
            response, head.headers.get("if-none-match", ""), head.headers.get("if-modified-since", "")
        ):
            response = Response(304, b"", response.content_type, response.headers)
        agent = head.headers.get("user-agent", "")
        self.visits.append(Visit(self._now(), request.host, request.path, response.status, agent))
        return response


def _parse(raw: bytes) -> _Head | None:
    """Parse a request head; None when it is none."""
    first, *lines = raw.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    return _Head(parts[0], parts[1], parts[2], {k.strip().lower(): v.strip() for k, v in headers.items()})


async def _skip_body(reader: asyncio.StreamReader, head: _Head) -> None:
    """Read away a body of known length; nothing here needs it."""
    length = head.headers.get("content-length", "0")
    if length.isdigit() and 0 < int(length) <= _BODY_LIMIT:
        await reader.readexactly(int(length))


def _request(head: _Head, at: datetime) -> Request | None:
    """Turn a head into a request at a moment: absolute form, or origin form with a Host header."""
    target = head.target
    if target.startswith("/"):
        target = f"http://{head.headers.get('host', '')}{target}"
    try:
        parts = urlsplit(target)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or not host or port not in {None, 80}:
        return None
    return Request(host, parts.path or "/", parts.query, head.method, at)


def _encode(response: Response, method: str, *, open_after: bool) -> bytes:
    """Write an answer for the wire."""
    phrase = HTTPStatus(response.status).phrase
    headers = {
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if open_after else "close",
        **response.headers,
    }
    lines = [f"HTTP/1.1 {response.status} {phrase}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    head = "\r\n".join(lines).encode("latin-1")
    return head if method == "HEAD" else head + response.body
