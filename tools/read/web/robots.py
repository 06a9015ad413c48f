"""What a site's robots.txt allows (RFC 9309), fetched through the same guard and kept per origin."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from domain.errors import BudgetSpent, RainmakerError, Refused, Retryable
from tools.read.web.fetch import Fetched, Fetcher
from tools.read.web.guard import Url

log = logging.getLogger(__name__)

_KEEP_SECONDS = 24 * 3600.0
_KEEP_FAILURE_SECONDS = 300.0
_KEEP_ORIGINS = 5_000
_READ_BYTES = 512_000
_LONGEST_DELAY = 10.0


@dataclass(frozen=True)
class _Rules:
    """Rules of one origin; `failure` set means nobody could read them."""

    parsed: Protego | None
    failure: RainmakerError | None
    until: float


class Robots:
    """Answers for each address whether the site lets us read it.

    4xx means no rules; 429, 5xx and an unreachable site mean "disallow all for now".
    A crawl delay slows the fetcher's pace for that host, at most to 10 s.
    """

    def __init__(self, fetcher: Fetcher, *, now: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._agent = fetcher.user_agent.split("/")[0].strip()
        self._now = now
        self._known: OrderedDict[str, asyncio.Task[_Rules]] = OrderedDict()

    async def check(self, url: Url) -> None:
        """Return when the address may be read.

        Raises:
            Refused: `robots_disallow`. BudgetSpent: no request is left today.
            Retryable: `robots_unavailable`; its cause says why the rules could not be read.
        """
        rules = await self._rules(url)
        if isinstance(rules.failure, BudgetSpent):
            raise rules.failure
        if rules.failure is not None:
            raise Retryable(
                "The site's robots.txt could not be read, so its pages are left alone for now.",
                code="robots_unavailable",
                where=str(url),
            ) from rules.failure
        if rules.parsed is not None and not rules.parsed.can_fetch(str(url), self._agent):
            raise Refused(
                "The site's robots.txt asks not to read this page.", code="robots_disallow", where=str(url)
            )

    async def sitemaps(self, url: Url) -> list[str]:
        """The sitemaps the site names in its robots.txt."""
        rules = await self._rules(url)
        return list(rules.parsed.sitemaps) if rules.parsed is not None else []

    async def _rules(self, url: Url) -> _Rules:
        task = self._known.get(url.origin)
        if task is None or (task.done() and (task.cancelled() or task.result().until < self._now())):
            task = asyncio.create_task(self._read(url))
            self._known[url.origin] = task
            while len(self._known) > _KEEP_ORIGINS:
                self._known.popitem(last=False)
        return await asyncio.shield(task)

    async def _read(self, url: Url) -> _Rules:
        try:
            answer = await self._fetcher.get(f"{url.origin}/robots.txt")
        except RainmakerError as error:
            return self._closed(error, url)
        if answer.status >= 500:
            broken = Retryable(
                "The site answered robots.txt with an error.", code="server_error", where=answer.url
            )
            return self._closed(broken, url)
        if answer.status >= 300:
            return _Rules(None, None, self._now() + _KEEP_SECONDS)
        parsed = _parse(answer)
        delay = parsed.crawl_delay(self._agent)
        if delay:
            self._fetcher.pace.slow_down(url.host, min(float(delay), _LONGEST_DELAY))
        return _Rules(parsed, None, self._now() + _KEEP_SECONDS)

    def _closed(self, error: RainmakerError, url: Url) -> _Rules:
        log.info("robots_unavailable", extra={"host": url.host, "code": error.code})
        kept = 0.0 if isinstance(error, BudgetSpent) else _KEEP_FAILURE_SECONDS  # the site did not fail
        return _Rules(None, error, self._now() + kept)


def _parse(answer: Fetched) -> Protego:
    text = answer.body[:_READ_BYTES].decode("utf-8", "replace").lstrip("\ufeff")
    return Protego.parse(text)
