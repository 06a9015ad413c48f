"""Directories and association lists: who is listed where, page by page, with the staleness of real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from random import Random
from typing import Any
from urllib.parse import parse_qs

from evals.market.sites.page import Block, Link, Page, Request, Response, plain
from evals.market.sites.render import render_plain
from evals.market.world.atlas import DATA, Atlas, read_yaml
from evals.market.world.records import Company, Status

_STALE_LINK_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a directory."""

    name: str
    url: str
    city: str
    country: str


class Directory:
    """One directory site with its list of members."""

    def __init__(self, row: Mapping[str, Any], entries: Sequence[Entry], atlas: Atlas) -> None:
        self.host: str = row["host"]
        self.name: str = row["name"]
        self.intro: str = row["intro"]
        self.language: str = row["language"]
        self._layout: str = row["layout"]
        self._size: int = row["page_size"]
        self._words: Mapping[str, str] = row["words"]
        self._entries = tuple(entries)
        self._atlas = atlas

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/robots.txt":
            return plain(200, "User-agent: *\nDisallow: /login\nCrawl-delay: 1\n")
        page = self._find(request)
        if page is None:
            return plain(404, "Not Found")
        menu = (Link(self.name, "/"), Link(self._words["all"], "/list"))
        return Response(body=render_plain(self._layout, self.name, self.language, page, menu).encode())

    def documents(self) -> list[tuple[str, str, str]]:
        """Return (path, title, text) of what a search engine knows about this directory."""
        told = [("/", self.name, self.intro)]
        told.append(("/list", f"{self._words['all']} – {self.name}", self.intro))
        for code in self._countries():
            where = self._country_name(code)
            told.append(
                (
                    f"/list/{code.lower()}",
                    f"{where} – {self.name}",
                    f"{self._words['all']} {where}. {self.intro}",
                )
            )
        return told

    def _find(self, request: Request) -> Page | None:
        """Return the page a request means."""
        if request.path in {"/", ""}:
            return self._front()
        if request.path == "/list":
            return self._listing("", _page_number(request.query))
        code = request.path.removeprefix("/list/").strip("/").upper()
        return self._listing(code, _page_number(request.query)) if code in self._countries() else None

    def _front(self) -> Page:
        """Write the front page: what this is, and the lists by country."""
        items = [{"title": self._words["all"], "href": "/list", "text": str(len(self._entries))}]
        for code in self._countries():
            amount = sum(1 for e in self._entries if e.country == code)
            items.append(
                {"title": self._country_name(code), "href": f"/list/{code.lower()}", "text": str(amount)}
            )
        return Page(
            "/", self.name, (Block("lead", self.name, self.intro), Block("links", "", items=tuple(items)))
        )

    def _listing(self, code: str, number: int) -> Page | None:
        """Write one page of a list."""
        chosen = [e for e in self._entries if not code or e.country == code]
        pages = max(1, ceil(len(chosen) / self._size))
        if not 1 <= number <= pages:
            return None
        here = f"/list/{code.lower()}" if code else "/list"
        shown = chosen[(number - 1) * self._size : number * self._size]
        rows = tuple({"title": e.name, "href": e.url, "text": e.city} for e in shown)
        around = [{"title": f"{self._words['page']} {n}", "href": f"{here}?page={n}", "text": ""}
                  for n in (number - 1, number + 1) if 1 <= n <= pages]  # fmt: skip
        title = f"{self._country_name(code) if code else self._words['all']} ({number}/{pages})"
        blocks = (
            Block("heading", title),
            Block("links", "", items=rows),
            Block("links", "", items=tuple(around)),
        )
        return Page(here, f"{title} – {self.name}", blocks)

    def _countries(self) -> list[str]:
        """Return the countries that have members."""
        return sorted({e.country for e in self._entries})

    def _country_name(self, code: str) -> str:
        """Return a country's name in the directory's language."""
        return self._atlas.countries[code].name_in(self.language)


def load_directories(atlas: Atlas, companies: Sequence[Company], seed: int) -> tuple[Directory, ...]:
    """Read the directories and draw who is listed in them."""
    rows = read_yaml(DATA / "directories.yaml")
    return tuple(Directory(row, _members(row, atlas, companies, seed), atlas) for row in rows)


def directory_hosts() -> frozenset[str]:
    """Return the hosts that directories own."""
    return frozenset(row["host"] for row in read_yaml(DATA / "directories.yaml"))


def _members(row: Mapping[str, Any], atlas: Atlas, companies: Sequence[Company], seed: int) -> list[Entry]:
    """Draw the members: most that belong, a few dead, some twice under another domain."""
    rng = Random(f"{seed}:{row['host']}")
    entries: list[Entry] = []
    for company in companies:
        if not _belongs(row, atlas, company) or rng.random() > row["share"]:
            continue
        entries.append(_entry(company, company.url))
        if company.aliases:
            entries.append(_entry(company, f"http://{company.aliases[0]}/"))
        if rng.random() < _STALE_LINK_SHARE:
            entries.append(_entry(company, f"http://old-{company.domain}/"))
    rng.shuffle(entries)
    return entries[: row.get("limit", len(entries))]


def _belongs(row: Mapping[str, Any], atlas: Atlas, company: Company) -> bool:
    """Say whether a company fits a directory."""
    if company.status is Status.PERSONAL:
        return False
    groups, countries = row.get("groups", ()), row.get("countries", ())
    fits_group = not groups or atlas.industries[company.industry].group in groups
    return fits_group and (not countries or company.address.country in countries)


def _entry(company: Company, url: str) -> Entry:
    """Write one line."""
    return Entry(company.name, url, company.address.city, company.address.country)


def _page_number(query: str) -> int:
    """Read ?page=N; anything else is the first page."""
    value = parse_qs(query).get("page", ["1"])[0]
    return int(value) if value.isdigit() else 1
