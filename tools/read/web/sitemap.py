"""Page addresses a site lists in its sitemaps. A help for the crawler; any trouble means an empty list."""

import gzip
import io
import logging
import zlib

import lxml.etree

from domain.errors import RainmakerError
from tools.read.web.fetch import Fetched, Fetcher
from tools.read.web.guard import Url
from tools.read.web.robots import Robots

log = logging.getLogger(__name__)

_MOST_FILES = 4
_MOST_URLS = 5_000
_MOST_BYTES = 20_000_000


async def listed_pages(fetcher: Fetcher, robots: Robots, origin: Url) -> list[str]:
    """Addresses from the sitemaps robots.txt names, else from /sitemap.xml."""
    waiting = (await robots.sitemaps(origin))[:_MOST_FILES] or [f"{origin.origin}/sitemap.xml"]
    pages: list[str] = []
    asked = 0
    while waiting and asked < _MOST_FILES and len(pages) < _MOST_URLS:
        asked += 1
        found, more = await _read_one(fetcher, robots, waiting.pop(0))
        pages += found
        waiting += more
    return pages[:_MOST_URLS]


async def _read_one(fetcher: Fetcher, robots: Robots, url: str) -> tuple[list[str], list[str]]:
    try:
        answer = await fetcher.get(url, on_hop=robots.check)
    except RainmakerError as error:
        log.info("sitemap_unavailable", extra={"code": error.code, "url": url})
        return [], []
    return parse_sitemap(answer) if answer.status == 200 else ([], [])


def parse_sitemap(answer: Fetched) -> tuple[list[str], list[str]]:
    """Pages and further sitemaps named in one sitemap; both empty when it is not readable."""
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, recover=True, remove_comments=True)
    try:
        root = lxml.etree.fromstring(_unpacked(answer.body), parser)
    except (lxml.etree.XMLSyntaxError, ValueError, OSError, EOFError, zlib.error):
        return [], []
    if root is None:
        return [], []
    places = [(node.text or "").strip() for node in root.iter("{*}loc")]
    places = [place for place in places if place.startswith(("http://", "https://"))][:_MOST_URLS]
    return ([], places) if lxml.etree.QName(root).localname == "sitemapindex" else (places, [])


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        return packed.read(_MOST_BYTES)
