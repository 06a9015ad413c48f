"""Real processes for the end-to-end tests: a sandbox market, the served product, and a browser."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from evals.market.process import MarketEndpoints, MarketProcess

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Market:
    """The sandbox as the harness sees it: its clock and what arrived."""

    def __init__(self, endpoints: MarketEndpoints) -> None:
        self.endpoints = endpoints
        headers = {"Authorization": f"Bearer {endpoints.control_token}"}
        self._http = httpx2.AsyncClient(base_url=endpoints.control_url, headers=headers, trust_env=False)

    async def step_to(self, moment: str) -> None:
        """Move the sandbox's time to a moment."""
        (await self._http.post("/clock/step", json={"to": moment})).raise_for_status()

    async def mails(self) -> dict[str, str]:
        """Raw text of every mail to somebody else that arrived, by recipient; the morning page is to ourselves."""
        rows = (await self._http.get("/mails")).json()
        found = {}
        for row in rows:
            raw = await self._http.get(f"/mails/{row['id']}/raw")
            for recipient in set(row["to"]) - {row["from"]}:
                assert recipient not in found, f"{recipient} got two mails"
                found[recipient] = raw.text
        return found

    async def close(self) -> None:
        """Drop the connection."""
        await self._http.aclose()


class Service:
    """`rainmaker serve` over one home; it can be stopped and started again."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self._home = home
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""
        self.password = ""

    async def start(self) -> None:
        """Start it and wait for the address it prints."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from channels.cli import main; main()",
            "serve",
            cwd=ROOT,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=None,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            while line := (await self._process.stdout.readline()).decode().strip():
                if line.startswith("Login:"):
                    self.password = line.rpartition(" / ")[2]
                if line.startswith("http://"):
                    self.url = line
                    return await self._until_it_answers()
        raise AssertionError("the service ended before it printed its address")

    async def _until_it_answers(self) -> None:
        """The address is printed a moment before the first connection is taken."""
        address = urlsplit(self.url)._replace(path="/health").geturl()
        async with asyncio.timeout(START_SECONDS), httpx2.AsyncClient(trust_env=False) as http:
            while True:
                try:
                    (await http.get(address)).raise_for_status()
                    return
                except httpx2.ConnectError:
                    await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """End it as Ctrl-C does."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(20):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def command(self, name: str, args: dict[str, Any]) -> Any:
        """Run a use case over the API with the local owner's token."""
        found = json.loads((self._home / "service.json").read_text())
        address = urlsplit(found["url"])._replace(path=f"/api/v1/commands/{name}").geturl()
        headers = {"Authorization": f"Bearer {found['token']}"}
        async with httpx2.AsyncClient(trust_env=False, timeout=120) as http:
            lines = (await http.post(address, json=args, headers=headers)).text.strip().splitlines()
        last = json.loads(lines[-1])
        assert "result" in last, last
        return last["result"]


@pytest_asyncio.fixture
async def market() -> AsyncIterator[Market]:
    """A world of 800 companies on a Monday morning; time moves only when the test moves it."""
    async with MarketProcess(companies=800, clock="stepped", start="2026-11-02T07:00:00+00:00") as process:
        world = Market(process.endpoints)
        yield world
        await world.close()


@pytest_asyncio.fixture
async def service(market: Market, tmp_path: Path) -> AsyncIterator[Service]:
    """The product in an empty home, pointed at the market."""
    home = tmp_path / "home"
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("RAINMAKER_", "OPENAI_"))
    }
    environment = {
        **plain,
        **market.endpoints.settings(),
        "RAINMAKER_HOME": str(home),
        "RAINMAKER_PORT": "0",
        "RAINMAKER_PUBLIC_URL": "https://reply.seller.example",
        "RAINMAKER_POSTAL_ADDRESS": "Example Seller, 1 Sandbox Street, 00000 Nowhere",
        "RAINMAKER_MAILBOX_STARTED": "2020-01-01",
    }
    served = Service(home, environment)
    await served.start()
    yield served
    await served.stop()


@pytest_asyncio.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Playwright's own chromium, else the system's."""
    async with async_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = next((path for path in (own, *map(Path, CHROMIUM)) if path.exists()), None)
        if found is None:
            pytest.skip("no chromium: install it with `make browser`")
        started = await playwright.chromium.launch(executable_path=str(found), args=list(FLAGS))
        yield started
        # what the page looked like at the end helps to see why a test failed
        for number, page in enumerate(page for context in started.contexts for page in context.pages):
            await page.screenshot(path=tmp_path / f"last-page-{number}.png")
        await started.close()
