"""Fetch one public document: guarded at every hop, paced per host, bounded in size and time.

No cookies, no environment proxies, no automatic redirects. What comes back is bytes, not trust.
"""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx2

from domain.errors import Bug, Correctable, Refused, Retryable
from runtime.clock import Clock, SystemClock
from tools.read.web.decode import ACCEPT_ENCODING, BodyDecoder
from tools.read.web.guard import Resolver, Url, check_url, is_public
from tools.read.web.pace import HostPace
from tools.read.web.transport import (
    CheckedBackend,
    Connector,
    DirectTransport,
    connect_to,
    plain_failures,
)

log = logging.getLogger(__name__)

_REDIRECTS = {301, 302, 303, 307, 308}
_ASKED_TO_WAIT = {429, 503}
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.6,*/*;q=0.3"
OnHop = Callable[[Url], Awaitable[None]]
Toll = Callable[[], Awaitable[None]]  # asked before every request; raises when none may be made any more


@dataclass(frozen=True)
class FetchLimits:
    """The caps of one fetch. Times in seconds of network work; waiting for a host's turn is extra."""

    raw_bytes: int = 5_000_000
    decoded_bytes: int = 20_000_000
    ratio: int = 100
    total_seconds: float = 20.0
    redirects: int = 5
    longest_wait: float = 10.0  # how long a Retry-After is waited out here rather than handed on


@dataclass(frozen=True)
class Fetched:
    """One answer, decoded but not interpreted."""

    url: str  # after redirects
    status: int
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    fetched_at: datetime
    hops: tuple[str, ...] = ()  # every address asked, first to last

    @property
    def content_type(self) -> str:
        """Media type, lower case, without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset the header claims; may be wrong or empty."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'").lower()
        return ""


class Fetcher:
    """Fetches documents; use as an async context manager.

    Args:
        proxy: the egress proxy's address; it resolves names. None connects directly.
        sandbox: only with it may the proxy serve private host names.
        user_agent: honest name of the product with a contact address.
        resolver, connector: name look-up and TCP connection for direct fetches; tests pass theirs.
        per_host_interval: seconds between two requests to one host.
        pool: how many requests may be under way at once.
        clock: stamps `fetched_at` with business time.
        toll: takes each request from the budget of the day.
    """

    def __init__(
        self,
        *,
        proxy: str | None,
        sandbox: bool,
        user_agent: str,
        resolver: Resolver | None = None,
        connector: Connector = connect_to,
        per_host_interval: float = 1.0,
        limits: FetchLimits = FetchLimits(),
        pool: int = 64,
        pace: HostPace | None = None,
        clock: Clock | None = None,
        toll: Toll | None = None,
    ) -> None:
        self.user_agent = user_agent
        self.proxy = proxy
        self.allow_private = sandbox and proxy is not None
        self.limits = limits
        self.resolver = resolver
        self.pace = pace or HostPace(per_host_interval)
        self._connector = connector
        self._pool = pool
        self._slots = asyncio.Semaphore(pool)
        self._clock = clock or SystemClock()
        self._toll = toll
        self._client: httpx2.AsyncClient | None = None
        self._owners: httpx2.AsyncClient | None = None

    def open(self) -> Self:
        """Make the connections' home; nothing is fetched yet."""
        self._client = _bare_client(self._transport())
        return self

    async def __aenter__(self) -> Self:
        return self.open()

    async def __aexit__(self, *_: object) -> None:
        for client in (self._client, self._owners):
            if client is not None:
                await client.aclose()
        self._client = self._owners = None

    def check(self, url: str) -> Url:
        """The guard's view of a URL under this fetcher's settings."""
        return check_url(url, allow_private=self.allow_private)

    async def get(
        self,
        url: str,
        *,
        types: frozenset[str] | None = None,
        headers: Mapping[str, str] | None = None,
        on_hop: OnHop | None = None,
    ) -> Fetched:
        """Fetch a URL, following redirects; any status but a request to wait is an answer.

        Args:
            types: media types wanted; a successful answer of another type is refused unread.
            headers: extra request headers; credentials among them never cross to another origin.
            on_hop: called before each request with the checked URL; raises to stop there.

        Raises:
            Refused: the guard, a limit, TLS or a redirect chain said no.
            Retryable: transport trouble, or the site asked to come back later (`retry_after`).
            Correctable: `not_a_page`, another type than wanted.
            BudgetSpent: no request is left today.
        """
        hops: list[str] = []
        target, budget, extra = self.check(url), self.limits.total_seconds, dict(headers or {})
        waited = False
        while True:
            if on_hop is not None:
                await on_hop(target)
            await self.pace.turn(target.host)
            async with self._slots:
                started = time.monotonic()
                answer = await self._ask(target, extra, types, budget)
                budget -= time.monotonic() - started
            if answer.status in _ASKED_TO_WAIT:
                self._hold_or_raise(target, answer, again=waited)
                waited = True
                continue
            hops.append(str(target))
            following = self._next_hop(answer, target, hops)
            if following is None:
                return Fetched(
                    answer.url, answer.status, answer.headers, answer.body, answer.fetched_at, tuple(hops)
                )
            if following.origin != target.origin:
                extra = _without_credentials(extra)
            target = following

    async def get_configured(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Fetch an address the owner configured (a search endpoint), on any host and port.

        The owner's word stands in for the guard, so no redirect is followed. A literal or local
        host is reached directly, any other through the proxy when there is one.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        client = self._client if self.proxy and not _is_local(host) else self._owner_client()
        await self.pace.turn(f"{host}:{parts.port}")
        async with self._slots:
            return await self._bounded(client, url, dict(headers or {}), None, self.limits.total_seconds)

    def _transport(self) -> httpx2.AsyncBaseTransport:
        if self.proxy is None:
            return DirectTransport(CheckedBackend(self.resolver, self._connector), connections=self._pool)
        limits = httpx2.Limits(
            max_connections=self._pool,
            max_keepalive_connections=max(1, self._pool // 2),
            keepalive_expiry=10.0,
        )
        try:
            return httpx2.AsyncHTTPTransport(proxy=self.proxy, trust_env=False, limits=limits)
        except ValueError as error:
            raise Correctable(
                "The web proxy's address cannot be used.",
                code="proxy_address_wrong",
                where="RAINMAKER_WEB_PROXY",
                hint="Give it as http://host:port.",
            ) from error

    def _owner_client(self) -> httpx2.AsyncClient:
        if self._owners is None:
            self._owners = _bare_client(httpx2.AsyncHTTPTransport(trust_env=False))
        return self._owners

    async def _ask(
        self, target: Url, extra: dict[str, str], types: frozenset[str] | None, budget: float
    ) -> Fetched:
        return await self._bounded(self._client, str(target), extra, types, budget)

    async def _bounded(
        self,
        client: httpx2.AsyncClient | None,
        url: str,
        extra: dict[str, str],
        types: frozenset[str] | None,
        budget: float,
    ) -> Fetched:
        if client is None:
            raise Bug("The fetcher was used outside its `async with`.", where=url)
        if self._toll is not None:
            await self._toll()
        asked = {
            "user-agent": self.user_agent,
            "accept": _ACCEPT,
            "accept-encoding": ACCEPT_ENCODING,
            "accept-language": "en, *;q=0.5",
        }
        with plain_failures(url):
            async with asyncio.timeout(max(budget, 0.001)):
                async with client.stream("GET", url, headers=asked | extra) as response:
                    return await self._read(response, url, types)

    async def _read(self, response: httpx2.Response, url: str, types: frozenset[str] | None) -> Fetched:
        headers = MappingProxyType({name.lower(): value for name, value in response.headers.items()})
        fetched = Fetched(url, response.status_code, headers, b"", await self._clock.now())
        if response.status_code in _REDIRECTS or response.status_code in _ASKED_TO_WAIT:
            return fetched
        kind = fetched.content_type
        if types is not None and response.status_code < 400 and kind and kind not in types:
            raise Correctable(f"This is not a web page but {kind[:60]}.", code="not_a_page", where=url)
        decoder = BodyDecoder(headers.get("content-encoding", ""), self.limits, url)
        async for chunk in response.aiter_raw():
            decoder.feed(chunk)
        return Fetched(url, fetched.status, headers, decoder.finish(), fetched.fetched_at)

    def _next_hop(self, answer: Fetched, target: Url, hops: list[str]) -> Url | None:
        location = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not location:
            return None
        if len(hops) > self.limits.redirects:
            raise Refused(
                f"The address redirects more than {self.limits.redirects} times.",
                code="too_many_redirects",
                where=hops[0],
            )
        try:
            return self.check(urljoin(str(target), location))
        except ValueError as error:
            raise Refused(
                "The address redirects to something unreadable.", code="url_malformed", where=hops[0]
            ) from error

    def _hold_or_raise(self, target: Url, answer: Fetched, *, again: bool) -> None:
        seconds = retry_after(answer.headers.get("retry-after", ""), answer.fetched_at)
        if again or seconds is None or seconds > self.limits.longest_wait:
            raise _come_back_later(answer, seconds)
        log.info("site_asked_to_wait", extra={"host": target.host, "seconds": seconds})
        self.pace.hold(target.host, seconds)


def _bare_client(transport: httpx2.AsyncBaseTransport) -> httpx2.AsyncClient:
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx2.AsyncClient(
        transport=transport, trust_env=False, follow_redirects=False, timeout=None, cookies=no_cookies
    )


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds a `Retry-After` header asks for; None when it says nothing usable."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 86_400))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), 86_400.0)


def _come_back_later(answer: Fetched, seconds: float | None) -> Retryable:
    return Retryable(
        "The site is busy and asked us to come back later.",
        code="site_busy",
        where=answer.url,
        retry_after=seconds,
    )


def _without_credentials(headers: dict[str, str]) -> dict[str, str]:
    secret = {"authorization", "cookie", "proxy-authorization", "x-api-key"}
    return {name: value for name, value in headers.items() if name.lower() not in secret}


def _is_local(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        return "." not in host or host.endswith(".localhost")
