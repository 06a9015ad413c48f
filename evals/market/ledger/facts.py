"""What is true, to hold letters against: each company as it was and is, and what a seller's own pages say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from evals.market.changes.book import ChangeBook
from evals.market.events.moments import OPENING
from evals.market.sites.page import Page
from evals.market.sites.sellers import Seller
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company

_AMOUNT = re.compile(
    r"(?:€|£|\$|\b(?:EUR|GBP|USD)\b)\s?(\d[\d.,\u00a0\u202f ]*)"
    r"|(\d[\d.,\u00a0\u202f ]*)\s?(?:€|£|\$|\b(?:EUR|GBP|USD|euros?|dollars?|pounds?)\b)",
    re.I,
)
_FIGURE = re.compile(r"\d[\d.,\u00a0\u202f]*")
_PERCENT = re.compile(
    r"(\d{1,3})\s?(?:%|percent\b|per cent\b|Prozent\b|pour cent\b|por ciento\b|per cento\b|procent\b)"
)


@dataclass(frozen=True)
class Pages:
    """What one seller's site says."""

    text: str
    figures: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """Whatever a letter can be right or wrong about."""

    atlas: Atlas
    versions: Callable[
        [str, datetime], tuple[Company, ...]
    ]  # of a domain until a moment; empty for a stranger
    pages: Mapping[str, Pages] = field(default_factory=dict)  # by seller's host


def facts_of(atlas: Atlas, book: ChangeBook, sellers: tuple[Seller, ...]) -> Facts:
    """The facts of one market."""

    def versions(domain: str, at: datetime) -> tuple[Company, ...]:
        first = book.company(domain, OPENING)
        if first is None:
            return ()
        later = (change.after for change in book.changes(first, at) if change.at <= at)
        return tuple(dict.fromkeys((first, *later)))

    return Facts(atlas, versions, {one.host: pages_of(one) for one in sellers})


def pages_of(seller: Seller) -> Pages:
    """The words and figures of a seller's pages."""
    text = "\n".join(_words(page) for page in seller.pages.values())
    return Pages(text, frozenset(_digits(one) for one in _FIGURE.findall(text)))


def amounts(text: str) -> list[str]:
    """Sums of money in a text, as bare digits: 1,200.00 and 1.200 and 1 200 are the same."""
    return [_digits(before or after) for before, after in _AMOUNT.findall(text)]


def percents(text: str) -> list[str]:
    """Percentages in a text, as digits."""
    return list(_PERCENT.findall(text))


def _digits(found: str) -> str:
    whole = re.sub(r"[.,](?:\d{1,2}|[-–])?$", "", found.strip().rstrip(".,"))
    return re.sub(r"\D", "", whole).lstrip("0") or "0"


def _words(page: Page) -> str:
    cells = [page.title, page.description]
    for block in page.blocks:
        cells += [block.title, block.text]
        cells += [value for item in block.items for value in item.values()]
        cells += [cell for row in block.rows for cell in row]
    return "\n".join(cells)
