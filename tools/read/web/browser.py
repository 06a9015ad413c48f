"""Pages that show nothing without scripts, rendered in a real browser behind the checking proxy.

The browser is untrusted ground: no downloads, no service workers, no route around the proxy, a time limit,
and a fresh start after a crash or a hang.
"""

import asyncio
import logging
import os
import shutil
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import Correctable, RainmakerError, Refused, Retryable
from domain.knowledge import Page
from runtime.clock import Clock, SystemClock
from tools.read.web.egress import EgressProxy
from tools.read.web.fetch import Fetched, Toll
from tools.read.web.guard import Resolver, check_url
from tools.read.web.page import read_page
from tools.read.web.rendered import KEEP_VISIBLE, TEXT_LENGTH

if TYPE_CHECKING:
    import playwright.async_api as pw

log = logging.getLogger(__name__)

_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ARGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--dns-prefetch-disable",
    "--disable-dev-shm-usage",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # names are the proxy's business
)
_UNNEEDED = frozenset(("image", "media", "font"))
_AT_ONCE = 2
_START_SECONDS = 45.0
_CLOSE_SECONDS = 5.0
_MOST_HTML = 5_000_000
_SETTLE_SECONDS = 3.0
_ENOUGH_TEXT = 200


@dataclass
class _Session:
    """A running browser and everything that must be closed with it."""

    browser: "pw.Browser"
    stack: AsyncExitStack


class Browser:
    """Renders pages; starts the browser at the first need and again after a failure.

    Args:
        proxy: the configured egress proxy; our own checking proxy hands on to it.
        sandbox: only with it may the egress proxy serve private names.
        seconds: time limit for one page.
        executable: path of a Chromium; found by itself when None.
        toll: takes each page, whatever it loads, as one request from the budget of the day.
    """

    def __init__(
        self,
        *,
        proxy: str | None,
        sandbox: bool,
        user_agent: str,
        resolver: Resolver | None = None,
        seconds: float = 25.0,
        executable: str | None = None,
        clock: Clock | None = None,
        toll: Toll | None = None,
    ) -> None:
        self._proxy = proxy
        self._allow_private = sandbox and proxy is not None
        self._user_agent = user_agent
        self._resolver = resolver
        self._seconds = seconds
        self._executable = executable
        self._clock = clock or SystemClock()
        self._toll = toll
        self._session: _Session | None = None
        self._missing: Correctable | None = None
        self._starting = asyncio.Lock()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def render(self, url: str) -> Page:
        """The page as a person sees it after its scripts ran.

        Raises:
            Refused: the guard said no to the address or to where it led, or no request is left today.
            Correctable: `browser_missing`.
            Retryable: `browser_too_slow`, `browser_crashed`, `browser_failed_to_start`, `page_not_rendered`.
        """
        check_url(url, allow_private=self._allow_private)
        if self._toll is not None:
            await self._toll()
        async with self._slots:
            session = await self._running()
            try:
                async with asyncio.timeout(self._seconds):
                    fetched = await self._load(session, url)
            except TimeoutError as error:
                await self._drop(session)
                raise Retryable(
                    "The page did not finish in the browser in time.", code="browser_too_slow", where=url
                ) from error
            except RainmakerError:
                raise
            except Exception as error:  # the driver raises its own types; the browser may be gone
                raise await self._explained(session, error, url) from error
        return read_page(fetched)

    async def close(self) -> None:
        """Stop the browser and its proxy."""
        if self._session is not None:
            await self._drop(self._session)

    async def _running(self) -> _Session:
        async with self._starting:
            if self._session is not None and not self._session.browser.is_connected():
                await self._drop(self._session)
            if self._missing is not None:
                raise self._missing
            if self._session is None:
                self._session = await self._start()
            return self._session

    async def _start(self) -> _Session:
        from playwright.async_api import async_playwright

        stack = AsyncExitStack()
        try:
            async with asyncio.timeout(_START_SECONDS):
                egress = EgressProxy(
                    upstream=self._proxy, allow_private=self._allow_private, resolver=self._resolver
                )
                await stack.enter_async_context(egress)
                driver = await async_playwright().start()
                stack.push_async_callback(driver.stop)
                browser = await driver.chromium.launch(
                    executable_path=self._executable or find_browser(driver.chromium.executable_path),
                    proxy={"server": egress.address, "bypass": "<-loopback>"},
                    args=[*_ARGS, *(["--no-sandbox"] if _is_root() else [])],
                    handle_sigint=False,
                    handle_sigterm=False,
                )
        except Correctable as error:
            self._missing = error  # asking again for every page would only cost time
            await _close_quietly(stack)
            raise
        except Exception as error:  # whatever the driver raises, the page is a problem and work goes on
            await _close_quietly(stack)
            log.warning("browser_failed_to_start", extra={"reason": str(error)[:300]})
            raise Retryable(
                "The browser for scripted pages did not start.",
                code="browser_failed_to_start",
                where="chromium",
            ) from error
        log.info("browser_started", extra={"version": browser.version})
        return _Session(browser, stack)

    async def _load(self, session: _Session, url: str) -> Fetched:
        context = await session.browser.new_context(
            user_agent=self._user_agent, service_workers="block", accept_downloads=False, locale="en-US"
        )
        try:
            page = await context.new_page()
            await page.route("**/*", _only_needed)
            response = await page.goto(url, wait_until="domcontentloaded", timeout=self._seconds * 1000)
            status = response.status if response is not None else 200
            if status >= 400:
                raise Retryable("The page did not open in the browser.", code="page_not_rendered", where=url)
            await _settle(page)
            html = await page.evaluate(KEEP_VISIBLE)
            address = str(check_url(page.url, allow_private=self._allow_private))
        finally:
            with suppress(Exception):  # a browser that is gone has nothing left to close
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await context.close()
        if len(html) > _MOST_HTML:
            raise Refused("The rendered page is too large.", code="response_too_large", where=url)
        body = str(html).encode("utf-8", "replace")
        return Fetched(
            address, status, {"content-type": "text/html; charset=utf-8"}, body, await self._clock.now()
        )

    async def _explained(self, session: _Session, error: Exception, url: str) -> Retryable:
        log.info("browser_failed", extra={"url": url, "reason": str(error)[:200]})
        text = str(error).lower()
        if not session.browser.is_connected() or "crash" in text or "closed" in text:
            await self._drop(session)
            return Retryable("The browser stopped while it read the page.", code="browser_crashed", where=url)
        if "timeout" in text:
            return Retryable(
                "The page did not finish in the browser in time.", code="browser_too_slow", where=url
            )
        return Retryable("The browser could not open the page.", code="page_not_rendered", where=url)

    async def _drop(self, session: _Session) -> None:
        if self._session is session:
            self._session = None
        with suppress(Exception):  # closing a crashed browser may fail; stopping the driver ends it anyway
            async with asyncio.timeout(_CLOSE_SECONDS):
                await session.browser.close()
        await _close_quietly(session.stack)


def find_browser(own: str) -> str:
    """Path of a Chromium: the driver's own, else one on PATH.

    Raises:
        Correctable: `browser_missing`.
    """
    if own and Path(own).exists():
        return own
    for name in _ON_PATH:
        found = shutil.which(name)
        if found:
            return found
    raise Correctable(
        "No Chromium was found, so pages that need scripts cannot be read.",
        code="browser_missing",
        where="chromium",
        hint="Run `playwright install chromium`, or install the system's chromium package.",
    )


async def _only_needed(route: "pw.Route") -> None:
    if route.request.resource_type in _UNNEEDED:
        await route.abort()
    else:
        await route.continue_()


async def _settle(page: "pw.Page") -> None:
    """Wait until there is text and the network is quiet, but not for long."""
    with suppress(Exception):  # a page that never rests is read as it is
        await page.wait_for_load_state("load", timeout=_SETTLE_SECONDS * 1000)
    with suppress(Exception):
        await page.wait_for_function(f"({TEXT_LENGTH}) > {_ENOUGH_TEXT}", timeout=_SETTLE_SECONDS * 1000)


async def _close_quietly(stack: AsyncExitStack) -> None:
    with suppress(Exception):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await stack.aclose()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
