"""A small web on loopback: one server that answers as any host, directly or as a forward proxy."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpcore2
import pytest

from tools.read.web.fetch import Fetcher
from tools.read.web.pace import HostPace

PUBLIC = "93.184.215.14"  # what injected resolvers answer; no packet ever goes there
AGENT = "RainmakerTest/0.1 (+mailto:owner@acme.example)"


@dataclass(frozen=True)
class Ask:
    """One request as the server saw it."""

    method: str
    host: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What to answer; `parts` are sent one by one for a slow or endless body."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        given = {"content-type": self.kind, "content-length": str(len(body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} x", *(f"{name}: {value}" for name, value in given.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


Handler = Callable[[Ask, asyncio.StreamWriter], Awaitable[None] | Reply]


class LittleWeb:
    """Hosts and their pages, served on one loopback port."""

    reply = Reply  # test files cannot import this one
    agent = AGENT
    public = PUBLIC

    def __init__(self) -> None:
        self.pages: dict[str, Reply | Handler] = {}
        self.asked: list[Ask] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, url: str, page: Reply | Handler | str) -> None:
        """Serve a page at `host/path`."""
        self.pages[url] = Reply(page) if isinstance(page, str) else page

    def paths(self, host: str) -> list[str]:
        """What was asked of a host, robots.txt left out."""
        return [ask.path for ask in self.asked if ask.host == host and ask.path != "/robots.txt"]

    async def start(self, tls: object = None) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
        headers = {name.lower(): value.strip() for name, value in pairs}
        parts = urlsplit(target if "//" in target else f"http://{headers.get('host', '')}{target}")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        ask = Ask(method, parts.hostname or "", path, headers)
        if method == "CONNECT":
            writer.write(Reply(status=502).wire())
            return False
        self.asked.append(ask)
        page = self.pages.get(ask.host + parts.path, Reply("nothing here", 404))
        if not isinstance(page, Reply):
            result = page(ask, writer)
            if inspect.isawaitable(result):
                await result
                return False
            page = result
        writer.write(page.wire())
        await writer.drain()
        return headers.get("connection") != "close"


@pytest.fixture
async def web() -> AsyncIterator[LittleWeb]:
    """An empty little web, running."""
    little = LittleWeb()
    await little.start()
    yield little
    await little.stop()


class FakeTime:
    """Machine time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def machine_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def sandboxed(web: LittleWeb) -> Callable[..., Fetcher]:
    """Makes fetchers that read the little web through its proxy, unhurried by pacing."""

    def make(**settings: object) -> Fetcher:
        defaults: dict[str, object] = {"per_host_interval": 0.0, "proxy": web.proxy, "sandbox": True}
        return Fetcher(user_agent=AGENT, **(defaults | settings))

    return make


@pytest.fixture
def direct(web: LittleWeb) -> Callable[..., Fetcher]:
    """Makes fetchers without a proxy whose public addresses are played by the little web."""

    def make(names: dict[str, list[str]] | None = None, **settings: object) -> Fetcher:
        async def resolver(host: str) -> list[str]:
            return (names or {}).get(host, [PUBLIC])

        async def connector(address: str, port: int, seconds: float | None) -> httpcore2.AsyncNetworkStream:
            assert address == PUBLIC, f"a connection to {address} was tried"
            return await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", web.port, timeout=seconds)

        defaults: dict[str, object] = {
            "per_host_interval": 0.0, "proxy": None, "sandbox": False,
            "resolver": resolver, "connector": connector,
        }  # fmt: skip
        return Fetcher(user_agent=AGENT, **(defaults | settings))

    return make


@pytest.fixture
def pace(machine_time: FakeTime) -> HostPace:
    """One request a second and host, on fake time."""
    return HostPace(1.0, now=machine_time.read, sleep=machine_time.sleep)
