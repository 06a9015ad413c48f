"""Draws what happens in one company, in order; every change starts from the company as the one before left it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from evals.market.changes.records import Change, ChangeKind
from evals.market.events.moments import draw_key, moments, working_day
from evals.market.sites.stories import NewsItem
from evals.market.world.atlas import DATA, Atlas, Role, read_yaml
from evals.market.world.people import draw_person, house_style
from evals.market.world.records import Address, Company, Fact, Person, Status

_ADVERTISED = timedelta(days=45)
_NOTICE = timedelta(days=30)
_TOLD = {ChangeKind.NEW_HEAD: 0.7, ChangeKind.OFFICE_MOVE: 0.6}


@lru_cache(maxsize=1)
def rulebook() -> Mapping[str, Any]:
    """Return the data file of changes."""
    return dict(read_yaml(DATA / "changes.yaml"))


class Drawer:
    """Draws the changes of companies of one world."""

    def __init__(self, atlas: Atlas, companies: Sequence[Company]) -> None:
        self._atlas = atlas
        self._companies = companies
        self._rules: Mapping[ChangeKind, Callable[[Company, Random], _Found | None]] = {
            ChangeKind.NEW_HEAD: self._new_head,
            ChangeKind.JOB_SIGNAL: self._job_signal,
            ChangeKind.FUNDING: self._funding,
            ChangeKind.OFFICE_MOVE: self._office_move,
            ChangeKind.MERGER: self._merger,
            ChangeKind.CLOSING: self._closing,
        }
        self._kinds = {
            group: self._kinds_of(group) for group in {one.group for one in atlas.industries.values()}
        }

    def draw(self, company: Company, until: datetime) -> tuple[Change, ...]:
        """Return what happens in a company until a moment; nothing happens in one that does not live."""
        if company.status is not Status.ACTIVE:
            return ()
        found: list[Change] = []
        now = company
        for number, at in enumerate(moments(f"{company.salt}:changes", rulebook()["rate"], until)):
            rng = Random(f"{company.salt}:changes:{number}")
            kind = ChangeKind(draw_key(self._kinds[self._group(company)], rng))
            outcome = self._rules[kind](now, rng)
            if outcome is not None:
                now, facts, job = outcome
                found.append(self._change(f"{company.domain}/{number}", at, kind, now, facts, job, rng))
            if now.status is not Status.ACTIVE:
                break
        return tuple(found)

    def _change(
        self,
        name: str,
        at: datetime,
        kind: ChangeKind,
        after: Company,
        facts: Mapping[str, str],
        job: tuple[str, str] | None,
        rng: Random,
    ) -> Change:
        """Write a change down with what the company's site says of it."""
        told_at = self._told_at(after, at, kind, rng)
        news = self._news(after, kind, at, told_at, facts) if told_at else None
        ends = at + _ADVERTISED if job else None
        return Change(name, at, kind, after, facts, news, told_at if news else None, job, ends)

    def _told_at(self, company: Company, at: datetime, kind: ChangeKind, rng: Random) -> datetime | None:
        """Return when the news page tells it: a closing ahead, a new head only where people are named."""
        if kind is ChangeKind.JOB_SIGNAL or rng.random() >= _TOLD.get(kind, 1.0):
            return None
        if kind is ChangeKind.NEW_HEAD and Fact.PEOPLE not in company.shows:
            return None
        return at - _NOTICE if kind is ChangeKind.CLOSING else working_day(at, rng.choice((0, 0, 1, 3)))

    def _news(
        self, company: Company, kind: ChangeKind, at: datetime, told_at: datetime, facts: Mapping[str, str]
    ) -> NewsItem:
        """Put a change into the company's words."""
        date = str(self._atlas.phrases[company.language]["date"])
        template = rulebook()["words"][company.language][kind][0]
        values = {"name": company.name, "date": at.strftime(date), **facts}
        title, body = template.format_map(values).split(" | ", 1)
        return NewsItem(title, told_at.strftime(date), body)

    def _group(self, company: Company) -> str:
        return self._atlas.industries[company.industry].group

    def _kinds_of(self, group: str) -> dict[str, float]:
        """Return the weights of what can happen in a group of industries."""
        rows = rulebook()["kinds"]
        return {
            kind: row["weight"]
            for kind, row in rows.items()
            if group in row.get("groups", [group]) and group not in row.get("not_groups", [])
        }

    def _new_head(self, company: Company, rng: Random) -> "_Found | None":
        """Somebody new leads a function; who has it now leaves."""
        group, people = self._group(company), company.people
        roles = [r for r in self._atlas.roles if r.function in rulebook()["heads"]]
        possible = [
            r for r in roles if r.exists_in(group, company.employees) and _place(company, r) is not None
        ]
        if not possible:
            return None
        role = rng.choice(possible)
        country = self._atlas.countries[company.address.country]
        style = house_style(people[0])
        person = draw_person(self._atlas, role, country, company.language, company.domain, style, rng)
        place = _place(company, role)
        if place is None or person.email in {one.email for one in people}:
            return None
        left = people[place] if people[place].function == role.function else None
        after = (*people[:place], person, *people[place + (left is not None) :])
        facts = {"person": person.name, "role": person.role, "function": role.function, "email": person.email}
        return replace(company, people=after), facts | ({"left": left.email} if left else {}), None

    def _job_signal(self, company: Company, rng: Random) -> "_Found | None":
        """A position is advertised."""
        group = self._group(company)
        fitting = {k: r for k, r in rulebook()["signals"].items() if group in (r["groups"] or [group])}
        name = rng.choice(sorted(fitting))
        title, text = fitting[name][company.language].split(" | ", 1)
        return company, {"signal": name, "job": title}, (title, text)

    def _funding(self, company: Company, rng: Random) -> "_Found | None":
        """Investors come in, with what fits the size."""
        millions = max(1, round(company.employees * rng.choice((0.03, 0.06, 0.1, 0.15))))
        amount = f"{self._atlas.countries[company.address.country].currency} {millions} M"
        return company, {"amount": amount}, None

    def _office_move(self, company: Company, rng: Random) -> "_Found | None":
        """The company moves within its country."""
        country, old = self._atlas.countries[company.address.country], company.address
        donor = self._somebody(lambda one: one.address.country == country.code and one is not company, rng)
        if donor is None or donor.address.street == old.street:
            return None
        where = donor.address
        number = rng.randint(1, 98)
        street = " ".join(str(number) if part.isdigit() else part for part in where.street.split(" "))
        moved = Address(street, where.postcode, where.city, where.country)
        facts = {"street": street, "postcode": where.postcode, "city": where.city, "from": old.city}
        return replace(company, address=moved), facts, None

    def _merger(self, company: Company, rng: Random) -> "_Found | None":
        """Two companies of one industry join."""
        other = self._somebody(
            lambda one: one.industry == company.industry and one.key != company.key
            and one.status is Status.ACTIVE, rng
        )  # fmt: skip
        return (company, {"other": other.name, "other_domain": other.domain}, None) if other else None

    def _closing(self, company: Company, rng: Random) -> "_Found | None":
        """The company ends."""
        return replace(company, status=Status.CLOSED), {}, None

    def _somebody(self, fits: Callable[[Company], bool], rng: Random) -> Company | None:
        """Find a company that fits, starting anywhere."""
        count = len(self._companies)
        first = rng.randrange(count)
        rotated = (self._companies[(first + n) % count] for n in range(count))
        return next((one for one in rotated if fits(one)), None)


_Found = tuple[Company, Mapping[str, str], tuple[str, str] | None]


def _place(company: Company, role: Role) -> int | None:
    """Return where somebody new would stand; the first and the last person are named in older pages and stay."""
    people: tuple[Person, ...] = company.people
    if len(people) < 2:
        return None
    held = [n for n, one in enumerate(people) if one.function == role.function]
    if not held:
        return len(people) - 1
    return held[0] if 0 < held[0] < len(people) - 1 else None
