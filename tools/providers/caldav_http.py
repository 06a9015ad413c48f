"""HTTP towards one calendar server: login, deadlines, sizes, redirects, and statuses turned into our errors.

Talks to the configured origin only; knows nothing of calendars.
"""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin, urlsplit

import httpx2

from domain.errors import Correctable, Refused, Retryable

SETTING = "RAINMAKER_CALDAV_URL"
MAX_ANSWER = 20_000_000
_REDIRECTS = {301, 302, 303, 307, 308}
_MAX_REDIRECTS = 4


@dataclass(frozen=True)
class CalendarServer:
    """Where the calendar is and how to log in."""

    origin: str  # scheme://host:port
    path: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """One answer, read to its end."""

    status: int
    body: bytes
    path: str  # after redirects
    etag: str = ""


def calendar_server(url: str) -> CalendarServer:
    """A server from an address such as https://user:password@host/path.

    Raises:
        Correctable: bad_calendar_url.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        parts, host, port = urlsplit(""), "", 0
    if not host or not url.isprintable():
        raise Correctable(
            f"{SETTING} is not the address of a calendar.",
            code="bad_calendar_url",
            where=SETTING,
            hint="For example https://user:password@calendar.example/dav/.",
        )
    shown = f"[{host}]" if ":" in host else host
    return CalendarServer(
        origin=f"{parts.scheme}://{shown}:{port}",
        path=parts.path or "/",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class CalendarHttp:
    """Requests to one server.

    Args:
        timeout: seconds for a whole request, its answer read to the end.
    """

    def __init__(self, server: CalendarServer, timeout: float = 20.0, max_answer: int = MAX_ANSWER) -> None:
        self.server = server
        self._timeout, self._max_answer = timeout, max_answer
        self._client: httpx2.AsyncClient | None = None

    async def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """The answer to one request, same-origin redirects followed; 2xx, 404, 409, 410, 412 are returned.

        Raises:
            Retryable: calendar_unreachable (with retry_after where the server says so).
            Correctable: calendar_auth, calendar_refused.
            Refused: calendar_other_origin, calendar_too_large.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            answer, location = await self._timed(method, path, body, headers or {})
            if not location:
                return answer
            path = self.path_of(location, base=path)
        raise Refused("The calendar server redirects in circles.", code="calendar_other_origin", where=path)

    def path_of(self, href: str, base: str = "/") -> str:
        """Path of an address the server gave.

        Raises:
            Refused: calendar_other_origin.
        """
        try:
            there = urlsplit(urljoin(f"{self.server.origin}{base}", href))
            port = there.port or {"http": 80, "https": 443}.get(there.scheme, 0)
            host = there.hostname or ""
        except ValueError:
            there, port, host = urlsplit(""), 0, ""
        shown = f"[{host}]" if ":" in host else host
        if f"{there.scheme}://{shown}:{port}" != self.server.origin:
            raise Refused(
                "The calendar server points to another server; only the configured one is used.",
                code="calendar_other_origin",
                where=SETTING,
                hint="Set the address of the calendar itself.",
            )
        return there.path + (f"?{there.query}" if there.query else "")

    async def close(self) -> None:
        """Drop the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _timed(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[Answer, str]:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(method, path, body, headers)
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Retryable(
                "The calendar server did not answer.", code="calendar_unreachable", where=self.server.origin
            ) from error

    async def _exchange(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[Answer, str]:
        url = f"{self.server.origin}{path}"
        async with self._connected().stream(method, url, content=body, headers=headers) as response:
            location = response.headers.get("location", "") if response.status_code in _REDIRECTS else ""
            if not location:
                self._check(method, response)
            read = b"" if location else await self._read(response)
            return Answer(response.status_code, read, path, response.headers.get("etag", "")), location

    async def _read(self, response: httpx2.Response) -> bytes:
        # compression was not asked for: packed answers could grow without bound in one step
        if response.headers.get("content-encoding", "identity") not in {"", "identity"}:
            raise Refused(
                "The calendar server sent a packed answer.",
                code="calendar_too_large",
                where=str(response.url),
            )
        parts, size = [], 0
        async for chunk in response.aiter_raw():
            parts.append(chunk)
            size += len(chunk)
            if size > self._max_answer:
                raise Refused(
                    "The calendar server's answer is too large.", code="calendar_too_large", where=SETTING
                )
        return b"".join(parts)

    def _check(self, method: str, response: httpx2.Response) -> None:
        status = response.status_code
        if 200 <= status < 300 or status in {404, 409, 410, 412}:
            return
        writes = method in {"PUT", "DELETE"}
        if status == 401 or (status == 403 and not writes):
            raise Correctable(
                "The calendar server does not accept the login.",
                code="calendar_auth",
                where=SETTING,
                hint="Check user and password in the address.",
            )
        if status >= 500 or status in {408, 423, 425, 429}:
            raise Retryable(
                f"The calendar server is out of order ({status}).",
                code="calendar_unreachable",
                where=self.server.origin,
                retry_after=_seconds(response.headers.get("retry-after", "")),
            )
        raise Correctable(
            f"The calendar server refused to {'write' if writes else 'answer'} ({status}).",
            code="calendar_refused",
            where=SETTING,
        )

    def _connected(self) -> httpx2.AsyncClient:
        if self._client is None:
            server = self.server
            self._client = httpx2.AsyncClient(
                trust_env=False,
                follow_redirects=False,
                timeout=self._timeout,
                auth=httpx2.BasicAuth(server.user, server.password) if server.user else None,
                headers={"Accept-Encoding": "identity", "User-Agent": "Rainmaker calendar"},
                limits=httpx2.Limits(max_connections=4, max_keepalive_connections=2),
            )
        return self._client


def _seconds(text: str) -> float | None:
    """Retry-After in seconds, at most an hour; a date is not worth reading."""
    return min(float(text), 3600.0) if text.isdigit() else None
