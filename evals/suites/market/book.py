"""Who can be written to in a seed's world: the companies a bought list would hold, with what such a list tells."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from zoneinfo import ZoneInfo

from evals.market.buyers.economics import all_economics
from evals.market.buyers.records import Economics
from evals.market.people.words import zone_name
from evals.market.world.atlas import Atlas, load_atlas
from evals.market.world.generate import generate_companies
from evals.market.world.records import Company, Person, Status

TUNING_SEEDS = tuple(range(3, 13))
REPORTING_SEEDS = tuple(range(21, 61))  # 20 and above have surface forms of their own; nobody tunes on them


@dataclass(frozen=True, slots=True)
class Prospect:
    """One line of the list: a company and somebody there (None: only its mailbox)."""

    company: Company
    person: Person | None

    @property
    def address(self) -> str:
        """Where mail goes."""
        return (self.person.email if self.person else self.company.email).lower()

    @property
    def zone(self) -> ZoneInfo:
        """Where they sit."""
        return ZoneInfo(zone_name(self.company.address.country, self.company.address.city))


@dataclass(frozen=True, slots=True)
class Book:
    """A seed's world as a seller's policies meet it: the same companies for all of them."""

    seed: int
    seller: Economics
    companies: tuple[Company, ...]

    def bought(self) -> list[Prospect]:
        """What a data vendor sells for the seller's stated audience: trade and country right, one person each."""
        wanted = [
            one
            for one in self.companies
            if one.status is Status.ACTIVE
            and one.industry in self.seller.industries
            and (not self.seller.countries or one.address.country in self.seller.countries)
        ]
        return [Prospect(one, _first(one.people)) for one in wanted]

    def everybody(self) -> list[Prospect]:
        """Every person and mailbox there is; only an oracle has such a list."""
        alive = [one for one in self.companies if one.status is Status.ACTIVE]
        return [Prospect(one, person) for one in alive for person in (*one.people, None)]


def as_csv(prospects: Sequence[Prospect]) -> str:
    """The list as a vendor delivers it."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["Company", "Website", "Country", "City", "Industry", "Employees", "Name", "Title", "Email"]
    )
    for one in prospects:
        company, person = one.company, one.person
        writer.writerow(
            [
                company.name,
                company.url,
                company.address.country,
                company.address.city,
                company.industry.replace("_", " "),
                company.employees,
                person.name if person else "",
                person.role if person else "",
                one.address,
            ]
        )
    return out.getvalue()


def open_book(seed: int, companies: int, host: str) -> Book:
    """The world of a seed for one of the known sellers."""
    return Book(seed, all_economics()[host], _drawn(seed, companies))


@lru_cache(maxsize=4)
def _drawn(seed: int, companies: int) -> tuple[Company, ...]:
    return generate_companies(atlas(), seed, companies)


def atlas() -> Atlas:
    """The data of all worlds."""
    return load_atlas()


def _first(people: Sequence[Person]) -> Person | None:
    """The first person with a say, as lists sort them."""
    return next((one for one in people if one.level in {"owner", "head"}), None)
