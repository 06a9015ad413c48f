"""Checks quotes on the pages they name: fetched again through the sandbox's proxy, read independently."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import httpx2

from evals.suites.prospecting.visible import shows, visible_lines

_AT_ONCE = 16
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """How many quotes were looked up, how many stand there, and the first that do not."""

    asked: int
    shown: int
    missing: tuple[tuple[str, str], ...]


def sample(quotes: Sequence[tuple[str, str]], size: int, seed: int) -> list[tuple[str, str]]:
    """A seeded sample."""
    return Random(seed).sample(list(quotes), min(size, len(quotes)))


async def check(quotes: Sequence[tuple[str, str]], proxy: str) -> Checked:
    """Look every quote up on its page."""
    pages: dict[str, asyncio.Task[list[str]]] = {}
    slots = asyncio.Semaphore(_AT_ONCE)
    async with httpx2.AsyncClient(
        proxy=proxy, trust_env=False, timeout=30, follow_redirects=True, headers={"User-Agent": "eval"}
    ) as client:
        for url, _ in quotes:
            if url not in pages:
                pages[url] = asyncio.create_task(_read(client, url, slots))
        missing = [(url, quote) for url, quote in quotes if not shows(await pages[url], quote)]
    return Checked(len(quotes), len(quotes) - len(missing), tuple(missing))


async def _read(client: httpx2.AsyncClient, url: str, slots: asyncio.Semaphore) -> list[str]:
    """The page's shown lines; none when it cannot be opened, so its quotes count as missing."""
    async with slots:
        for _ in range(_TRIES):
            try:
                answer = await client.get(url)
            except httpx2.HTTPError:
                continue
            if answer.status_code == 200:
                return await asyncio.to_thread(visible_lines, _decoded(answer.content))
    return []


def _decoded(body: bytes) -> str:
    """UTF-8 where it is valid, else what browsers take; declared charsets of the world are sometimes wrong."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
