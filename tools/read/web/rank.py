"""Which pages of a company's site a salesperson reads first, judged by address and link text.

The words and their worth are data (`page_words.txt`).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from domain.knowledge import Link

Rank = Callable[[Link], float]

_FILES = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|zip|gz|tgz|rar|7z|exe|dmg|pkg|msi|apk|jpe?g|png|gif|svg|webp|avif|ico|mp[34]|webm|"
    r"mov|avi|wav|ogg|css|js|mjs|json|xml|rss|atom|ics|vcf|csv|txt|woff2?|ttf|eot|map|wasm)$",
    re.I,
)
_LANGUAGE = re.compile(r"[a-z]{2}([-_][a-z]{2})?")
_LANGUAGE_CODES = """
    ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv nb nl no pl pt ro ru sk sl sr sv th
    tr uk vi zh
"""
_LANGUAGES = frozenset(_LANGUAGE_CODES.split())
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_DATED = re.compile(r"/(19|20)\d\d(/\d\d)?(/|$)|/page/\d+|[?&](page|p|paged)=\d+")
_STORY_FOLDERS = """
    blog news posts articles article press changelog docs help support resources tag category aktuelles
    actualites noticias notizie nieuws magazin glossary events webinars
"""
_STORIES = frozenset(_STORY_FOLDERS.split())
NEVER = -50.0


def usefulness(link: Link) -> float:
    """How much a page is worth reading for sales research; `NEVER` or less is not fetched."""
    parts = urlsplit(link.url)
    path = unquote(parts.path).lower()
    if _FILES.search(path):
        return NEVER
    segments = [part for part in (_plain(part) for part in path.split("/")) if part]
    if segments and language_of(segments[0]):
        segments = segments[1:]
    by_path = max((_worth(segment) - depth for depth, segment in enumerate(segments)), default=0.0, key=abs)
    by_text = _worth(_plain(link.text)) if len(link.text) <= 40 else 0.0
    score = min(by_path, by_text) if min(by_path, by_text) < 0 else max(by_path, 0.8 * by_text)
    if len(segments) > 1 and segments[0] in _STORIES:
        score = min(score, 3.0) - 4.0
    depth = max(0, len(segments) - 1)
    return score - 1.5 * depth - (4.0 if parts.query else 0.0) - (4.0 if _DATED.search(link.url) else 0.0)


def family(url: str) -> str:
    """Pages of one family tell much the same (`for-…`, `vs-…`, one blog): the crawl spreads over families."""
    segments = [part for part in urlsplit(url).path.lower().split("/") if part]
    if segments and language_of(segments[0]):
        segments = segments[1:]
    return _plain(segments[0]).split("-")[0] if segments else ""


def language_of(segment: str) -> str:
    """The language a path segment such as `de` or `pt-br` stands for, or an empty string."""
    return segment[:2] if _LANGUAGE.fullmatch(segment) and segment[:2] in _LANGUAGES else ""


@cache
def _worths() -> dict[str, float]:
    """The word list of `page_words.txt`; the first mention of a word counts."""
    worths: dict[str, float] = {}
    value = 0.0
    for line in Path(__file__).with_name("page_words.txt").read_text("utf-8").splitlines():
        if line.endswith(":"):
            value = float(line[:-1])
        elif not line.startswith("#"):
            for word in line.split():
                worths.setdefault(word, value)
    return worths


def _worth(words: str) -> float:
    """The worth of a segment: as a whole, else by its most telling word or pair of words."""
    worths = _worths()
    if words in worths:
        return worths[words]
    parts = words.split("-")[:8]
    pairs = ["-".join(pair) for pair in pairwise(parts)]
    found = [worths[word] for word in (*parts, *pairs) if word in worths]
    if not found:
        return 0.0
    return min(found) if min(found) < -10 else 0.85 * max(found)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    ascii_only = "".join(char for char in folded if not unicodedata.combining(char))
    return _NOT_WORD.sub("-", ascii_only.replace(".html", "").replace(".php", "")).strip("-")
