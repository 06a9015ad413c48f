"""Partners: agencies and integrators that recommend vendors, their sites, and the directory with referral terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from evals.market.events.moments import OPENING, horizon, moments
from evals.market.events.records import Event, Origin
from evals.market.sites.dated import DatedSite
from evals.market.sites.page import Block, Link, Page, Response
from evals.market.world.atlas import Atlas
from evals.market.world.naming import DomainBook

_OWN_CHANCE = 0.35


@dataclass(frozen=True, slots=True)
class Vendor:
    """Somebody who can be recommended."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner: what it is, for whom, on what terms, and whom it recommends at first."""

    name: str
    host: str
    what: str
    clients: str
    terms: str
    city: str
    seller: str
    vendors: tuple[Vendor, ...]
    first: frozenset[str]


class PartnerSite(DatedSite):
    """One partner on the net."""

    language = "en"
    layout = "prose"

    def __init__(self, partner: Partner, seed: int, row: Mapping[str, Any]) -> None:
        self.partner, self.host, self.name = partner, partner.host, partner.name
        self._salt, self._rate, self._directory = f"{seed}:{partner.host}", row["rate"], row["host"]
        self._known: tuple[datetime, list[tuple[datetime, Vendor, bool]]] | None = None

    def turns(self, at: datetime) -> list[tuple[datetime, Vendor, bool]]:
        """Return every (moment, vendor, recommended from then on), drawn somewhat beyond a moment."""
        if self._known is None or self._known[0] < at:
            until, listed, found = horizon(max(at, OPENING)), set(self.partner.first), []
            for number, moment in enumerate(moments(self._salt, self._rate, until)):
                vendor = Random(f"{self._salt}:{number}").choice(self.partner.vendors)
                listed ^= {vendor.name}
                found.append((moment, vendor, vendor.name in listed))
            self._known = (until, found)
        return self._known[1]

    def recommended(self, at: datetime) -> list[Vendor]:
        """Return whom the partner recommends at a moment."""
        listed = set(self.partner.first)
        for moment, vendor, _ in self.turns(at):
            listed ^= {vendor.name} if moment <= at else set()
        return [vendor for vendor in self.partner.vendors if vendor.name in listed]

    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return all moments at which a recommendation changes."""
        return [moment for moment, _, _ in self.turns(at)]

    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""
        return (Link(self.name, "/"),)

    def content(self, path: str, at: datetime) -> Page | Response | None:
        """Return the only page."""
        one = self.partner
        if path != "/":
            return None
        told = f"{one.what}, {one.city}. We work for {one.clients} and recommend what we have used ourselves."
        items = tuple({"title": v.name, "href": v.url, "text": ""} for v in self.recommended(at))
        blocks = (
            Block("lead", one.name, told),
            Block("heading", "Tools we recommend"),
            Block("links", "", items=items),
            Block(
                "text",
                "",
                f"Vendors who want to be on this list: our terms are {one.terms}. Write to hello@{one.host}.",
            ),
        )
        return Page("/", one.name, blocks)

    def events(self, until: datetime) -> list[Event]:
        """Return the changes of recommendation."""
        return [
            Event(
                id=f"{self.host}/{number}",
                at=at,
                origin=Origin.PARTNER,
                kind="partner_recommends" if listed else "partner_drops",
                subject=self.host,
                title=f"{self.name} {'recommends' if listed else 'no longer recommends'} {vendor.name}",
                facts={"vendor": vendor.name, "text": f"{self.partner.what}, {self.partner.city}"},
                relevance={self.partner.seller: 0.5},
                pages=(f"http://{self.host}/", f"http://{self._directory}/partners"),
            )
            for number, (at, vendor, listed) in enumerate(self.turns(until))
            if at <= until
        ]


class PartnerBook(DatedSite):
    """The directory of partners."""

    def __init__(self, row: Mapping[str, Any], partners: Sequence[PartnerSite]) -> None:
        self.host, self.name, self.layout = row["host"], row["name"], row["layout"]
        self.language = "en"
        self._intro, self._partners = row["intro"], partners

    def moments(self, at: datetime) -> Sequence[datetime]:
        """Return all moments at which a listing changes."""
        return sorted(moment for one in self._partners for moment in one.moments(at))

    def menu(self) -> tuple[Link, ...]:
        """Return the menu."""
        return (Link(self.name, "/"), Link("All partners", "/partners"))

    def content(self, path: str, at: datetime) -> Page | Response | None:
        """Return what is at a path at a moment."""
        match path.rstrip("/"):
            case "":
                cta = Block("cta", "All partners", "/partners")
                return Page("/", self.name, (Block("lead", self.name, self._intro), cta))
            case "/partners":
                head = ("Partner", "What they do", "Clients", "Recommends", "Referral terms")
                rows = tuple(_row(one, at) for one in self._partners)
                links = tuple(
                    {"title": p.name, "href": f"http://{p.host}/", "text": p.partner.city}
                    for p in self._partners
                )
                blocks = (
                    Block("heading", "All partners"),
                    Block("table", "", rows=(head, *rows)),
                    Block("links", "", items=links),
                )
                return Page("/partners", f"All partners – {self.name}", blocks)
        return None


def draw_partners(
    row: Mapping[str, Any],
    atlas: Atlas,
    seed: int,
    vendors: Mapping[str, Sequence[Vendor]],
    taken: frozenset[str],
) -> tuple[PartnerSite, ...]:
    """Draw the partners of a world; `vendors` by market, the seller itself first. Their hosts are free ones."""
    book, found = DomainBook(taken), []
    for seller, kind in row["kinds"].items():
        rng = Random(f"{seed}:{row['host']}:{seller}")
        for _ in range(kind["count"]):
            first, second = rng.sample(atlas.stems, 2)
            name = rng.choice(kind["names"]).format(stem=first, stem2=second)
            own, *others = vendors[seller]
            listed = {v.name for v in rng.sample(others, min(2, len(others)))}
            listed |= {own.name} if rng.random() < _OWN_CHANCE else set()
            country = rng.choice(sorted(atlas.countries))
            partner = Partner(
                name=name,
                host=book.claim(name, ("partners",)),
                what=rng.choice(kind["what"]),
                clients=kind["clients"],
                terms=rng.choice(row["terms"]),
                city=rng.choice(atlas.countries[country].cities),
                seller=seller,
                vendors=tuple(vendors[seller]),
                first=frozenset(listed),
            )
            found.append(PartnerSite(partner, seed, row))
    return tuple(found)


def _row(one: PartnerSite, at: datetime) -> tuple[str, ...]:
    """Write one line of the directory."""
    partner = one.partner
    names = ", ".join(vendor.name for vendor in one.recommended(at)) or "–"
    return (partner.name, partner.what, partner.clients, names, partner.terms)
