"""A small forward proxy for the browser: every connection a page causes passes the fetch guard here.

Listens on loopback, answers one request per connection, connects only to addresses checked in the same
breath, or hands on to the configured egress proxy. A browser's own request hooks do not see redirects.
"""

import asyncio
import base64
import logging
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from domain.errors import RainmakerError, Refused
from tools.read.web.guard import Resolver, Url, check_url, resolve_public

log = logging.getLogger(__name__)

_HEAD_BYTES = 64 * 1024
_HEAD_SECONDS = 15.0
_LIFETIME = 60.0
_MOST_BYTES = 30_000_000
_MOST_UPLOAD = 1_000_000
_CONNECT_SECONDS = 6.0
# Services the browser itself calls at start and in the background; no page of ours needs them.
_VENDOR = re.compile(
    r"(^|\.)(gvt1\.com|update\.googleapis\.com|safebrowsing\.googleapis\.com|accounts\.google\.com"
    r"|(clients|clientservices|android\.clients)\d*\.(google|googleapis)\.com|mtalk\.google\.com"
    r"|(optimizationguide-pa|content-autofill|chromewebstore|edgedl|redirector|t\d)\.(googleapis\.com|gstatic\.com))$"
)
_HOP_HEADERS = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authorization",
        "proxy-authenticate",
        "upgrade",
        "te",
    )
)


@dataclass(frozen=True)
class _Request:
    method: str
    target: str
    headers: list[tuple[str, str]]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


class EgressProxy:
    """The checking proxy; use as an async context manager, then read `address`.

    Args:
        upstream: the configured egress proxy (`http://[user:password@]host:port`), or None.
        allow_private: the upstream may serve private names (sandbox).
        resolver: name look-up for direct connections; tests pass theirs.
    """

    def __init__(
        self, *, upstream: str | None, allow_private: bool, resolver: Resolver | None = None
    ) -> None:
        self._upstream = upstream
        self._allow_private = allow_private and upstream is not None
        self._resolver = resolver
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.address = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with asyncio.timeout(_LIFETIME):
                await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            log.debug("egress_connection_ended", extra={"reason": type(error).__name__})
        except asyncio.CancelledError:
            pass  # the proxy is closing
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_SECONDS):
            request = await _read_request(reader)
        tunnel = request.method == "CONNECT"
        try:
            url = self._checked(f"https://{request.target}/" if tunnel else request.target)
            far_reader, far_writer = await self._open(url, tunnel)
        except RainmakerError as error:
            log.info("egress_refused", extra={"code": error.code, "host": _host_of(request)})
            await _answer(writer, 403 if isinstance(error, Refused) else 502)
            return
        except OSError:
            await _answer(writer, 502)
            return
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _both_ways(reader, writer, far_reader, far_writer)
            else:
                await self._forward(request, url, reader, far_writer)
                await _relay_answer(far_reader, writer)
        finally:
            far_writer.close()

    def _checked(self, target: str) -> Url:
        url = check_url(target, allow_private=self._allow_private)
        if _VENDOR.search(url.host):
            raise Refused(
                "The browser's own services are not contacted.", code="vendor_service", where=url.host
            )
        return url

    async def _open(self, url: Url, tunnel: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._upstream is None:
            addresses = await resolve_public(url.host, self._resolver)
            return await _connect(str(addresses[0]), url.port)
        proxy = urlsplit(self._upstream)
        reader, writer = await _connect(proxy.hostname or "", proxy.port or 80)
        if tunnel:
            place = f"{url.host}:{url.port}"
            head = f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{self._credentials()}\r\n"
            writer.write(head.encode("latin-1"))
            status = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
            if not status.startswith(b"2"):
                writer.close()
                raise OSError("the egress proxy refused the tunnel")
        return reader, writer

    def _credentials(self) -> str:
        proxy = urlsplit(self._upstream or "")
        if not proxy.username:
            return ""
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        return f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"

    async def _forward(
        self, request: _Request, url: Url, reader: asyncio.StreamReader, far: asyncio.StreamWriter
    ) -> None:
        """Send exactly one request: head and as many body bytes as it announces."""
        length = int(request.header("content-length") or 0)
        if request.header("transfer-encoding") or length > _MOST_UPLOAD:
            raise ValueError("uploads of unknown or large size are not passed on")
        target = str(url) if self._upstream else url.target
        kept = [(k, v) for k, v in request.headers if k.lower() not in _HOP_HEADERS and k.lower() != "host"]
        lines = [f"{request.method} {target} HTTP/1.1", f"Host: {url.host}", *(f"{k}: {v}" for k, v in kept)]
        credentials = self._credentials() if self._upstream else ""
        head = "\r\n".join(lines) + f"\r\nConnection: close\r\n{credentials}\r\n"
        far.write(head.encode("latin-1"))
        if length:
            far.write(await reader.readexactly(length))
        await far.drain()


async def _connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(_CONNECT_SECONDS):
        return await asyncio.open_connection(host, port, limit=_HEAD_BYTES)


async def _read_request(reader: asyncio.StreamReader) -> _Request:
    method, target, _, headers = _parse_head(await _read_head(reader))
    return _Request(method.upper(), target, headers)


async def _read_head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError as error:
        raise ValueError("the head is too long") from error


def _parse_head(head: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    first, *rest = head.rstrip("\r\n").split("\r\n")
    parts = first.split(" ", 2)
    if len(parts) < 2:
        raise ValueError("the first line cannot be read")
    headers = []
    for line in rest:
        name, colon, value = line.partition(":")
        if colon and name and not line[0].isspace() and "\n" not in line:
            headers.append((name.strip(), value.strip()))
    return parts[0], parts[1], parts[2] if len(parts) > 2 else "", headers


async def _relay_answer(far: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass the answer on, marked as the last on this connection: the next request is checked anew."""
    version, status, reason, headers = _parse_head(await _read_head(far))
    kept = [f"{name}: {value}" for name, value in headers if name.lower() not in _HOP_HEADERS]
    head = "\r\n".join([f"{version} {status} {reason}", *kept, "Connection: close"]) + "\r\n\r\n"
    writer.write(head.encode("latin-1"))
    await _pump(far, writer)


async def _both_ways(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far: asyncio.StreamReader,
    to_far: asyncio.StreamWriter,
) -> None:
    await asyncio.gather(_pump(reader, to_far), _pump(far, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    total = 0
    while data := await source.read(65_536):
        total += len(data)
        if total > _MOST_BYTES:
            break
        sink.write(data)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


async def _answer(writer: asyncio.StreamWriter, status: int) -> None:
    writer.write(f"HTTP/1.1 {status} refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


def _host_of(request: _Request) -> str:
    return urlsplit(request.target if "//" in request.target else f"//{request.target}").hostname or ""
