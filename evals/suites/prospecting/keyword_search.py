"""The simple alternative: the same queries, and every hit taken as a prospect. Reads no site."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

_PAGES = 6  # as many result pages as the product looks at


@dataclass(frozen=True, slots=True)
class Hits:
    """What the search gave: hosts in order, each once as written, and snippets with their pages."""

    hosts: tuple[str, ...]
    snippets: tuple[tuple[str, str], ...]


async def keyword_hits(queries: Iterable[str], *, search_url: str, proxy: str) -> Hits:
    """Ask every query and take what comes."""
    hosts: dict[str, None] = {}
    snippets: dict[tuple[str, str], None] = {}
    async with httpx2.AsyncClient(proxy=proxy, trust_env=False, timeout=60) as client:
        for query in queries:
            for page in range(1, _PAGES + 1):
                asked = {"q": query, "format": "json", "pageno": str(page)}
                rows = (await client.get(search_url, params=asked)).json()["results"]
                if not rows:
                    break
                for row in rows:
                    hosts.setdefault(_host(row["url"]))
                    if row["content"]:
                        snippets.setdefault((row["url"], row["content"].strip(" …")))
    return Hits(tuple(hosts), tuple(snippets))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
