"""Draws the companies of a world from a seed: cheap records, the same seed gives the same world."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Self, TypeVar

from evals.market.world.atlas import Atlas, Country, Industry
from evals.market.world.naming import DomainBook, Place, company_name, draw_town, slugify
from evals.market.world.people import staff_company
from evals.market.world.quirks import PUBLIC_GROUPS, draw_facts, draw_quirks, draw_status
from evals.market.world.records import Address, Company, Fact, Quirk, Status

_T = TypeVar("_T")
_LOOKALIKE_SHARE = 0.03
_ALIAS_SHARE = 0.05
_SECOND_LANGUAGE_SHARE = 0.3
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXY"
_MAILBOXES = ("info", "hello", "contact", "office", "mail")


@dataclass(frozen=True, slots=True)
class Draw:
    """The large choices of one company before its details are drawn."""

    industry: Industry
    country: Country
    language: str
    city: str

    @classmethod
    def of(cls, atlas: Atlas, rng: Random) -> Self:
        """Draw industry, country, language and city by their weights."""
        industry = _weighted(
            list(atlas.industries.values()), [i.weight for i in atlas.industries.values()], rng
        )
        country = _weighted(list(atlas.countries.values()), [c.weight for c in atlas.countries.values()], rng)
        language = _weighted(list(country.languages), list(country.languages.values()), rng)
        public = industry.group in PUBLIC_GROUPS
        city = draw_town(atlas, language, rng) if public else rng.choice(country.cities)
        return cls(industry, country, language, city)


def generate_companies(
    atlas: Atlas, seed: int, count: int, reserved: frozenset[str] = frozenset()
) -> tuple[Company, ...]:
    """Draw `count` companies; reserved domains belong to others (sellers, directories, mounted sites)."""
    book = DomainBook(reserved)
    companies: list[Company] = []
    for key in range(count):
        companies.append(_company(atlas, book, f"{seed}:{key}", key, companies))
    return tuple(companies)


def _company(atlas: Atlas, book: DomainBook, salt: str, key: int, earlier: Sequence[Company]) -> Company:
    """Draw one company with everything about it."""
    rng = Random(salt)
    draw = Draw.of(atlas, rng)
    twin = rng.choice(earlier) if earlier and rng.random() < _LOOKALIKE_SHARE else None
    stem = next((s for s in atlas.stems if s in twin.name), None) if twin else None
    public = draw.industry.group in PUBLIC_GROUPS
    kind = rng.randrange(12)
    trade = atlas.trade(draw.language, draw.industry.slug, kind)
    place = Place(draw.city, draw.city if public else draw_town(atlas, draw.language, rng))
    name = company_name(atlas, trade, draw.country, place, rng, stem)
    domain = book.claim(name, (draw.city, draw.industry.slug.replace("shop_", ""), draw.country.code))
    employees = _employees(draw.industry, rng)
    status = draw_status(rng)
    quirks = draw_quirks(rng) if status is Status.ACTIVE else frozenset[Quirk]()
    quirks |= {Quirk.LOOKALIKE} if stem else frozenset()
    shows = draw_facts(draw.country.code, rng)
    return Company(
        key=key,
        salt=salt,
        name=name,
        legal_name=name if public else f"{name} {rng.choice(draw.country.legal)}",
        domain=domain,
        aliases=_aliases(book, name, draw, rng) if status is Status.ACTIVE else (),
        industry=draw.industry.slug,
        kind=kind,
        address=_address(atlas, draw, rng),
        phone=_phone(draw.country, rng),
        email=f"{rng.choice(_MAILBOXES)}@{domain}",
        language=draw.language,
        languages=_languages(draw, rng),
        employees=employees,
        offices=_offices(employees, rng),
        founded=rng.randint(1874, 1950) if public else 2024 - int(rng.expovariate(1 / 22)) % 140,
        technologies=_technologies(atlas, draw.industry, rng),
        people=staff_company(atlas, draw.industry, draw.country, draw.language, employees, domain, rng),
        status=status,
        layout=rng.choice(draw.industry.look),
        shows=shows,
        staff_style=rng.choice(("exact", "exact", "over")) if Fact.EMPLOYEES in shows else "none",
        quirks=quirks,
    )


def _weighted(items: Sequence[_T], weights: Sequence[int], rng: Random) -> _T:
    """Draw one item by weight."""
    return rng.choices(items, weights)[0]


def _employees(industry: Industry, rng: Random) -> int:
    """Draw a head count: log-normal around the industry's median, inside its bounds."""
    small, median, large = industry.staff
    drawn = round(math.exp(rng.gauss(math.log(median), 1.05)))
    return max(small, min(large, drawn))


def _offices(employees: int, rng: Random) -> int:
    """Draw the number of locations."""
    return 1 if employees < 25 else rng.randint(1, 2 + min(12, employees // 120))


def _aliases(book: DomainBook, name: str, draw: Draw, rng: Random) -> tuple[str, ...]:
    """Give some companies a second domain that leads to the first."""
    if rng.random() >= _ALIAS_SHARE:
        return ()
    tail = rng.choice(("group", draw.country.code, "online", slugify(draw.city)))
    return (book.claim(f"{name} {tail}", (draw.country.code,)),)


def _address(atlas: Atlas, draw: Draw, rng: Random) -> Address:
    """Draw a street address in the country's shape."""
    words = atlas.streets.get(draw.language if draw.country.code in {"CH", "BE"} else draw.country.culture)
    street = rng.choice(draw.country.streets).format(
        s=rng.choice(words or atlas.streets["en"]), n=rng.randint(1, 98)
    )
    postcode = "".join(
        str(rng.randint(1, 9)) if c == "#" else rng.choice(_LETTERS) if c == "@" else c
        for c in draw.country.zip
    )
    return Address(street, postcode, draw.city, draw.country.code)


def _phone(country: Country, rng: Random) -> str:
    """Draw a telephone number in international form."""
    return f"{country.dial} {rng.randint(20, 99)} 555 {rng.randint(10, 99)} {rng.randint(10, 99)}"


def _languages(draw: Draw, rng: Random) -> tuple[str, ...]:
    """List the languages of the site: its own first, often English second."""
    if draw.language != "en" and rng.random() < _SECOND_LANGUAGE_SHARE:
        return (draw.language, "en")
    return (draw.language,)


def _technologies(atlas: Atlas, industry: Industry, rng: Random) -> tuple[tuple[str, str], ...]:
    """Draw one product per technology group the industry uses."""
    return tuple(
        (group, rng.choice(atlas.technologies[group])) for group in industry.stack if rng.random() < 0.9
    )
