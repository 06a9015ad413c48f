"""People of a company: names that fit its country, roles that fit its size, addresses in its house style."""

from random import Random

from evals.market.world.atlas import Atlas, Country, Industry, Role
from evals.market.world.naming import slugify
from evals.market.world.records import Person

_MAIL_STYLES = ("{first}.{last}", "{first}.{last}", "{f}.{last}", "{first}", "{last}")
_FOREIGN_SHARE = 0.12


def staff_company(
    atlas: Atlas,
    industry: Industry,
    country: Country,
    language: str,
    employees: int,
    domain: str,
    rng: Random,
) -> tuple[Person, ...]:
    """Draw the people a company could name on its site, the boss first."""
    style = rng.choice(_MAIL_STYLES)
    people: list[Person] = []
    taken: set[str] = set()
    for role in _roles(atlas, industry, employees, rng):
        person = draw_person(atlas, role, country, language, domain, style, rng)
        if person.email not in taken:
            taken.add(person.email)
            people.append(person)
    return tuple(people)


def house_style(person: Person) -> str:
    """Return the style of address that a person's company uses."""
    first, _, last = person.name.partition(" ")
    local = person.email.split("@")[0]
    return next((style for style in _MAIL_STYLES if _local(style, first, last) == local), _MAIL_STYLES[0])


def _roles(atlas: Atlas, industry: Industry, employees: int, rng: Random) -> list[Role]:
    """Pick the functions that exist at this size; larger companies name more of them."""
    possible = [r for r in atlas.roles if r.exists_in(industry.group, employees)]
    wanted = min(
        len(possible), 1 + rng.randint(0, 2) + (employees > 10) * rng.randint(1, 3) + (employees > 60) * 2
    )
    return [possible[0], *rng.sample(possible[1:], max(0, wanted - 1))]


def draw_person(
    atlas: Atlas, role: Role, country: Country, language: str, domain: str, style: str, rng: Random
) -> Person:
    """Draw one person; now and then somebody with roots elsewhere."""
    foreign = rng.random() < _FOREIGN_SHARE
    culture = atlas.cultures[rng.choice(sorted(atlas.cultures)) if foreign else country.culture]
    woman = rng.random() < 0.48
    first, last = rng.choice(culture.women if woman else culture.men), rng.choice(culture.surnames)
    forms = rng.choice(role.titles.get(language, role.titles["en"])).split("|")
    local = _local(style, first, last)
    return Person(
        f"{first} {last}", forms[-1] if woman else forms[0], role.function, role.level, f"{local}@{domain}"
    )


def _local(style: str, first: str, last: str) -> str:
    """Write the part before the @."""
    return style.format(first=slugify(first), f=slugify(first)[0], last=slugify(last).replace("-", ""))
