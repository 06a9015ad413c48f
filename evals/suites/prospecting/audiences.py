"""Customer profiles to search for, and which companies of the world they truly mean. Data is in the YAML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.icp import IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from domain.labels import owner_label
from language.offline.lexicon.canonical import country_codes, industry_slugs, size_terms

BROAD = "broad"
NARROW = ("shops_dach", "agencies_english")  # the default run's other profiles; --full takes all


@dataclass(frozen=True, slots=True)
class Audience:
    """One profile: the words the product gets, and the truth the scorer compares with."""

    name: str
    industries: tuple[str, ...]
    countries: tuple[str, ...]
    size: str
    true_industries: frozenset[str]
    true_countries: frozenset[str]
    true_staff: tuple[int, int] | None

    def lines(self, now: datetime) -> tuple[IcpLine, ...]:
        """The profile as ICP lines, normalised by the product's own lists.

        Raises:
            ValueError: the product does not know one of the words; then the run would measure nothing.
        """
        made = [_line(LineField.INDUSTRY, word, industry_slugs(word), now) for word in self.industries]
        made += [_line(LineField.GEOGRAPHY, word, country_codes(word), now) for word in self.countries]
        if self.size:
            made.append(_line(LineField.SIZE, self.size, size_terms(self.size), now))
        return tuple(made)

    def means(self, company: "Truth") -> bool:
        """Whether a salesperson with this profile wants that company."""
        if company.status != "active" or company.industry not in self.true_industries:
            return False
        return company.country in self.true_countries and self._right_size(company.employees)

    def decidable(self, company: "Truth") -> bool:
        """Whether a visitor of the site can find out all that decides about it."""
        return company.readable and company.country_visible and (not self.true_staff or company.staff_visible)

    def plausible(self, company: "Truth") -> bool:
        """Whether it fits as far as its site tells: a head count kept secret counts for nobody."""
        if company.status != "active" or company.industry not in self.true_industries:
            return False
        size_fits = not company.staff_visible or self._right_size(company.employees)
        return company.country in self.true_countries and size_fits

    def _right_size(self, people: int) -> bool:
        return self.true_staff is None or self.true_staff[0] <= people <= self.true_staff[1]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the sandbox says about one company."""

    domains: tuple[str, ...]
    name: str
    industry: str
    country: str
    employees: int
    status: str
    readable: bool
    country_visible: bool
    staff_visible: bool
    quirks: tuple[str, ...]

    @classmethod
    def parse(cls, row: dict[str, Any]) -> "Truth":
        """Read one row of the control API."""
        visible = row["visible"]
        return cls(
            domains=tuple(row["domains"]),
            name=row["name"],
            industry=row["industry"],
            country=row["country"],
            employees=row["employees"],
            status=row["status"],
            readable=not row["robots_blocked"],
            country_visible=bool(visible["city"] or visible["phone"] or visible["director"]),
            staff_visible=bool(visible["employees"]),
            quirks=tuple(row["quirks"]),
        )


@cache
def audiences() -> dict[str, Audience]:
    """All profiles by name."""
    rows = yaml.safe_load(Path(__file__).with_name("audiences.yaml").read_text("utf-8"))
    return {name: _audience(name, row) for name, row in rows.items()}


def _audience(name: str, row: dict[str, Any]) -> Audience:
    truth = row["truth"]
    staff = truth.get("staff")
    return Audience(
        name=name,
        industries=tuple(row["industries"]),
        countries=tuple(row["countries"]),
        size=row.get("size", ""),
        true_industries=frozenset(truth["industries"]),
        true_countries=frozenset(truth["countries"]),
        true_staff=(staff[0], staff[1]) if staff else None,
    )


def _line(field: LineField, words: str, match: Sequence[str], now: datetime) -> IcpLine:
    if not match:
        raise ValueError(f"the product's lists do not know {field} {words!r}")
    said = Evidence(url="conversation:eval", quote=words, seen_at=now, label=owner_label("owner"))
    return IcpLine(kind=LineKind.HARD, field=field, value=words, match=tuple(match), evidence=(said,))
