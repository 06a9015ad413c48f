"""Connections for the fetcher: direct ones only to addresses checked in the same breath.

The name is resolved once, every answer is checked, and the socket goes to that very address;
Host header, SNI and the connection pool keep the name, so no two hosts ever share a connection.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpcore2
import httpx2

from domain.errors import RainmakerError, Refused, Retryable
from tools.read.web.guard import Resolver, resolve_public

Connector = Callable[[str, int, float | None], Awaitable[httpcore2.AsyncNetworkStream]]

_CONNECT_SECONDS = 6.0
_ADDRESSES_TRIED = 4


def _dialer() -> httpcore2.AsyncNetworkBackend:
    # The library types this class by its stand-in for a missing anyio.
    return cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())


async def connect_to(address: str, port: int, seconds: float | None) -> httpcore2.AsyncNetworkStream:
    """Open a TCP connection to a literal address."""
    return await _dialer().connect_tcp(address, port, timeout=seconds)


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """A network backend that connects to public addresses only."""

    def __init__(self, resolver: Resolver | None = None, connector: Connector = connect_to) -> None:
        self._resolver = resolver
        self._connector = connector

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is the port's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check all answers, connect to the first that takes us."""
        addresses = await resolve_public(host, self._resolver)
        failure: Exception = httpcore2.ConnectError(f"no address of {host} took the connection")
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return await self._connector(
                    str(address), port, min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout, OSError) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Part of the backend's port; only retries use it, and we have none."""
        await _dialer().sleep(seconds)


class DirectTransport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 over connections of a `CheckedBackend`."""

    def __init__(
        self, backend: CheckedBackend, *, connections: int, tls: ssl.SSLContext | None = None
    ) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(_trust_env=False),
            max_connections=connections,
            max_keepalive_connections=max(1, connections // 2),
            keepalive_expiry=10.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the body stays unread."""
        core = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = await self._pool.handle_async_request(core)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


_TIMEOUTS = (httpx2.TimeoutException, httpcore2.TimeoutException, TimeoutError)
_BROKEN = (
    httpx2.TransportError, httpx2.InvalidURL, httpcore2.NetworkError, httpcore2.ProtocolError,
    httpcore2.ProxyError, OSError,
)  # fmt: skip


@contextmanager
def plain_failures(where: str) -> Iterator[None]:
    """Turn every transport trouble into one of our errors with a stable code."""
    try:
        yield
    except RainmakerError:
        raise
    except _TIMEOUTS as error:
        raise Retryable("The site took too long to answer.", code="site_too_slow", where=where) from error
    except _BROKEN as error:
        raise _explained(error, where) from error


def _explained(error: BaseException, where: str) -> Refused | Retryable:
    if _is_tls(error):
        return Refused(
            "The site's certificate or encryption is not valid, so it was not read.",
            code="tls_failed",
            where=where,
        )
    if isinstance(error, (httpx2.ProxyError, httpcore2.ProxyError)):
        return Retryable("The web proxy refused the connection.", code="proxy_refused", where=where)
    if isinstance(error, (httpx2.ConnectError, httpcore2.ConnectError)):
        return Retryable("The site does not accept connections.", code="site_unreachable", where=where)
    return Retryable("The connection to the site broke off.", code="connection_broken", where=where)


def _is_tls(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, ssl.SSLError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
