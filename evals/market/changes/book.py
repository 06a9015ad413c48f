"""All changes of a world: how a company stands at a moment, what its site tells then, and the events they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from evals.market.buyers.economics import all_economics
from evals.market.buyers.records import Economics
from evals.market.changes.draw import Drawer, rulebook
from evals.market.changes.records import Change, ChangeKind
from evals.market.events.moments import OPENING, horizon
from evals.market.events.records import Event, Origin
from evals.market.sites.stories import Lately, NewsItem
from evals.market.sites.voice import Voice
from evals.market.sites.writer import Writer
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company, Fact, Person


class ChangeBook:
    """Looks up what happened where; draws a company's changes when they are first asked for."""

    def __init__(self, atlas: Atlas, companies: Sequence[Company], *, still: bool = False) -> None:
        self._atlas = atlas
        self._drawer = Drawer(atlas, companies)
        self._companies = companies
        self._by_domain = {domain: one for one in companies for domain in (one.domain, *one.aliases)}
        self._still = still
        self._drawn: dict[int, tuple[datetime, tuple[Change, ...]]] = {}

    def changes(self, company: Company, at: datetime) -> tuple[Change, ...]:
        """Return a company's changes, drawn at least until a moment and somewhat beyond it."""
        if self._still:
            return ()
        drawn = self._drawn.get(company.key)
        if drawn is None or drawn[0] < at:
            until = horizon(max(at, OPENING))
            drawn = self._drawn[company.key] = (until, self._drawer.draw(company, until))
        return drawn[1]

    def as_of(self, company: Company, at: datetime) -> Company:
        """Return a company as it is at a moment."""
        behind = [change.after for change in self.changes(company, at) if change.at <= at]
        return behind[-1] if behind else company

    def lately(self, company: Company, at: datetime) -> Lately:
        """Return what a site tells at a moment beside what it told at the opening."""
        changes = self.changes(company, at)
        news = [(c.told_at, c.news) for c in changes if c.news and c.told_at and c.told_at <= at]
        jobs = (
            c.job for c in reversed(changes) if c.job and c.at <= at and (not c.ends_at or at < c.ends_at)
        )
        told: list[NewsItem] = [item for _, item in sorted(news, key=lambda one: one[0], reverse=True)]
        return Lately(tuple(told), tuple(jobs))

    def moments(self, company: Company, at: datetime) -> list[datetime]:
        """Return when a company's site changes."""
        return sorted({moment for change in self.changes(company, at) for moment in change.moments()})

    def newcomer(self, address: str, at: datetime) -> Person | None:
        """Find somebody who has joined a company since the opening by their address."""
        local, _, domain = address.lower().rpartition("@")
        company = self._by_domain.get(domain)
        if company is None:
            return None
        since = (c for c in self.changes(company, at) if c.kind is ChangeKind.NEW_HEAD and c.at <= at)
        people = (one for change in since for one in change.after.people)
        return next((one for one in people if one.email.lower() == f"{local}@{company.domain}"), None)

    def company(self, domain: str, at: datetime) -> Company | None:
        """Return the company behind a domain as it is at a moment."""
        found = self._by_domain.get(domain.lower().removeprefix("www."))
        return self.as_of(found, at) if found else None

    def all_as_of(self, at: datetime) -> list[Company]:
        """Return every company as it is at a moment."""
        return [self.as_of(one, at) for one in self._companies]

    def events(self, until: datetime) -> list[Event]:
        """Return all changes as events."""
        return [
            self._event(company, change)
            for company in self._companies
            for change in self.changes(company, until)
            if change.at <= until
        ]

    def _event(self, company: Company, change: Change) -> Event:
        """Say what a change means and to whom."""
        return Event(
            id=change.id,
            at=change.at,
            origin=Origin.COMPANY,
            kind=change.kind.value,
            subject=company.domain,
            title=_headline(company, change),
            facts={**change.facts, "text": change.news.body if change.news else (change.job or ("", ""))[1]},
            relevance=_relevance(company, change),
            told_at=change.told_at,
            pages=self._pages(company, change),
        )

    def _pages(self, company: Company, change: Change) -> tuple[str, ...]:
        """Return where on the company's site it can be seen."""
        writer = Writer(Voice(self._atlas, company))
        paths = [writer.path("news")] if change.told_at else []
        paths += [writer.path("jobs")] if change.job else []
        if change.kind is ChangeKind.NEW_HEAD and Fact.PEOPLE in company.shows:
            paths.append(writer.path("team"))
        if change.kind is ChangeKind.OFFICE_MOVE and Fact.CITY in company.shows:
            paths.append(writer.path("contact"))
        if change.kind is ChangeKind.CLOSING:
            paths = ["/"]
        return tuple(f"{company.url.rstrip('/')}{path}" for path in paths)


def _headline(company: Company, change: Change) -> str:
    """Return one line on a change, also where the company tells none."""
    facts = change.facts
    untold = facts.get("job") or f"{facts.get('person', change.kind.value)}, {facts.get('role', '')}"
    line = change.news.title if change.news else untold.strip(", ")
    return line if company.name in line else f"{company.name}: {line}"


def _relevance(company: Company, change: Change) -> Mapping[str, float]:
    """Return how much a change matters to each seller: theirs to serve, and a need in it."""
    rules = rulebook()
    row = rules["signals"][change.facts["signal"]] if change.job else rules["kinds"][change.kind]
    found: dict[str, float] = {}
    for host, economics in all_economics().items():
        weight = row["sellers"].get(host, 0.0) * audience_weight(economics, company)
        if change.kind is ChangeKind.NEW_HEAD:
            weight *= economics.functions.get(change.facts["function"], 0.0)
        if weight >= 0.01:
            found[host] = round(weight, 3)
    return found


def audience_weight(economics: Economics, company: Company) -> float:
    """Return how much a company belongs to a seller's true audience."""
    smallest, largest = economics.employees
    abroad = bool(economics.countries) and company.address.country not in economics.countries
    if abroad or not smallest <= company.employees <= largest:
        return 0.0
    return float(economics.industries.get(company.industry, 0.0))
