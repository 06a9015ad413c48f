"""The truth about every company, for scorers on the market's side. The agent's process never sees it."""

from collections.abc import Sequence
from typing import Any

from evals.market.sites.voice import Voice, round_down
from evals.market.sites.writer import TOLD_TECHNOLOGY
from evals.market.world.atlas import Atlas
from evals.market.world.quirks import IMPRINT_COUNTRIES
from evals.market.world.records import Company, Fact, Person, Quirk, Status


def describe(atlas: Atlas, company: Company) -> dict[str, Any]:
    """Return everything that is true about one company as a JSON object."""
    return {
        "domains": [company.domain, *company.aliases],
        "url": company.url,
        "name": company.name,
        "legal_name": company.legal_name,
        "industry": company.industry,
        "industry_label": atlas.industries[company.industry].label,
        "group": atlas.industries[company.industry].group,
        "country": company.address.country,
        "city": company.address.city,
        "employees": company.employees,
        "founded": company.founded,
        "language": company.language,
        "languages": list(company.languages),
        "technologies": [name for _, name in company.technologies],
        "status": company.status.value,
        "email": company.email,
        "people": [_person(p) for p in company.people],
        "visible": _visible(atlas, company),
        "quirks": sorted(q.value for q in company.quirks),
        "js_only": Quirk.JS_ONLY in company.quirks,
        "robots_blocked": Quirk.ROBOTS_ALL in company.quirks,
    }


def describe_all(atlas: Atlas, companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Return the truth about all companies."""
    return [describe(atlas, company) for company in companies]


def _person(person: Person) -> dict[str, str]:
    """Return one person."""
    return {
        "name": person.name,
        "role": person.role,
        "function": person.function,
        "level": person.level,
        "email": person.email,
    }


def _visible(atlas: Atlas, company: Company) -> dict[str, Any]:
    """Say which facts a visitor can find, and how the head count is put."""
    if company.status is not Status.ACTIVE:
        return {fact.value: False for fact in Fact} | {"employees_stated": None, "director": False}
    shown = {fact.value: fact in company.shows for fact in Fact}
    stated = _stated(atlas, company)
    shown["employees"] = stated is not None
    shown["technology"] &= any(group in TOLD_TECHNOLOGY for group, _ in company.technologies)
    return shown | {"employees_stated": stated, "director": company.address.country in IMPRINT_COUNTRIES}


def _stated(atlas: Atlas, company: Company) -> dict[str, Any] | None:
    """Return how the site puts its head count, None when it does not."""
    if not Voice(atlas, company).staff_sentence():
        return None
    number = company.employees if company.staff_style == "exact" else round_down(company.employees)
    return {"style": company.staff_style, "number": number}
