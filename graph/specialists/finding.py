"""Finding prospects: from the ICP to scored, de-duplicated candidates, staged and proposed as one batch."""

from contextlib import aclosing
from dataclasses import dataclass, field

from domain.accounts import CompanyFacts, PersonFact, Standing
from domain.actions import RecordProspects
from domain.errors import Correctable
from domain.found import FoundCompany, FoundPerson
from domain.icp import Icp, LineKind
from domain.knowledge import Block, Page
from domain.labels import Label, web_label
from domain.site_names import registrable_domain
from graph.desk import Desk, Progress
from graph.state import StepResult, Wanted
from language.offline.lexicon.canonical import zones_of
from learning.fit import score
from runtime.store import crm, knowledge, staging
from runtime.store.engine import Database
from tools.read.discovery import Discovery, Visited
from tools.read.identity import may_be_theirs

QUERIES = 60
STAGE_AT = 100
PEOPLE_PER_COMPANY = 5


@dataclass
class _Batch:
    """Companies on their way into the staging table."""

    id: str
    database: Database
    companies: int = 0
    qualified: int = 0
    people: int = 0
    _waiting: list[FoundCompany] = field(default_factory=list)

    async def add(self, company: FoundCompany) -> None:
        self._waiting.append(company)
        self.companies += 1
        self.people += len(company.people)
        self.qualified += bool(company.fit and company.fit.qualified)
        if len(self._waiting) >= STAGE_AT:
            await self.flush()

    async def flush(self) -> None:
        rows = [company.model_dump(mode="json") for company in self._waiting]
        start = self.companies - len(rows)
        async with self.database.write() as tx:
            await staging.stage(tx, self.id, start, rows)
        self._waiting.clear()


async def find(desk: Desk, limit: int | None) -> StepResult:
    """Read the sites of companies that came from a list, then search, until `limit` qualified ones are read."""
    async with desk.database.read() as tx:
        icp = await knowledge.active_icp(tx)
        profile = await knowledge.active_profile(tx)
        listed = await crm.unread_domains(tx)
    if icp is None or not any(line.match for line in icp.lines):
        raise Correctable(
            "There is no ideal customer profile that decides who fits.",
            code="no_icp",
            hint="Onboard a website first, or say who fits, e.g. “dental practices in Austria”.",
        )
    ours = {profile.domain} if profile else set()
    discovery = Discovery(desk.web, desk.language, frozenset(ours | _rival_domains(icp)))
    batch = _Batch(desk.ids.new("bat"), desk.database)
    queries = await desk.language.search_queries(icp, QUERIES)
    async with aclosing(
        discovery.companies(queries, listed)
    ) as companies:  # a break ends the reading at once
        async for visited in companies:
            await batch.add(_scored(icp, visited))
            if batch.companies % 10 == 0:
                await desk.emit(_progress(batch, limit))
            if limit is not None and batch.qualified >= limit:
                break
    await batch.flush()
    await desk.emit(_progress(batch, limit))
    return _result(desk, icp, batch, discovery)


def _progress(batch: _Batch, limit: int | None) -> Progress:
    text = f"{batch.companies} companies read, {batch.qualified} qualified"
    return Progress("progress", text, batch.qualified if limit else batch.companies, limit or 0)


def _rival_domains(icp: Icp) -> set[str]:
    words = [term for line in icp.of(LineKind.DISQUALIFIER) for term in line.match]
    return {domain for domain in map(registrable_domain, words) if domain}


def _scored(icp: Icp, visited: Visited) -> FoundCompany:
    facts = visited.facts
    country = facts.country.value if facts.country else ""
    return FoundCompany(
        name=facts.name or facts.domain,
        domain=facts.domain,
        country=country,
        city=facts.city.value if facts.city else "",
        industry=facts.industries[0].value if facts.industries else "",
        staff_min=facts.staff_min,
        staff_max=facts.staff_max,
        facts=facts,
        people=_people(icp, facts, country) if facts.standing is not Standing.CLOSED else (),
        fit=score(icp, facts),
        icp_id=icp.id,
        pages=tuple(_slim(page) for page in visited.pages),
        label=web_label(facts.url),
    )


def _people(icp: Icp, facts: CompanyFacts, country: str) -> tuple[FoundPerson, ...]:
    """People in the order to write to: a wanted role first, with an address before without."""
    wanted = [role for line in icp.of(LineKind.ROLE) for role in line.match]
    zones = zones_of(country, facts.city.value if facts.city else "")
    language = facts.languages[0] if facts.languages else ""

    def rank(person: PersonFact) -> tuple[bool, int]:
        return not person.email, wanted.index(person.role) if person.role in wanted else len(wanted)

    named = [
        FoundPerson(
            name=one.name,
            title=one.title,
            role=one.role,
            email=one.email if may_be_theirs(one.email, facts.domain) else "",
            zones=zones,
            language=language,
            evidence=one.evidence,
        )
        for one in sorted(facts.people, key=rank)[:PEOPLE_PER_COMPANY]
    ]
    if any(person.email for person in named):
        return tuple(named)
    general = [
        FoundPerson(email=fact.value, zones=zones, language=language, evidence=fact.evidence)
        for fact in [one for one in facts.emails if may_be_theirs(one.value, facts.domain)][:1]
    ]
    return tuple(general + named)


def _slim(page: Page) -> Page:
    """A page with its text only; structure is not needed any more."""
    block = Block(kind="other", text=knowledge.readable(page))
    return page.model_copy(update={"blocks": (block,), "links": ()})


def _result(desk: Desk, icp: Icp, batch: _Batch, discovery: Discovery) -> StepResult:
    tally = discovery.tally
    text = (
        f"Read {tally.sites} company sites ({tally.lists} directories, {tally.unreadable} sites could not be read, "
        f"{tally.duplicates} duplicates left out): {batch.qualified} qualified, "
        f"{batch.companies - batch.qualified} not, each with its reasons."
    )
    if tally.failed:
        text += f" The search did not answer {tally.failed} of {tally.queries} queries, so there may be more."
    if tally.spent is not None:
        text += f" {tally.spent.message} The rest is looked at when you ask again."
    data = {
        "batch_id": batch.id,
        "companies": batch.companies,
        "qualified": batch.qualified,
        "people": batch.people,
        "queries": tally.queries,
        "failed_queries": tally.failed,
        "unreadable": tally.unreadable,
        "duplicates": tally.duplicates,
    }
    if not batch.companies:
        return StepResult(text="The search found no company site that could be read.", data=data)
    action = RecordProspects(batch_id=batch.id, source="web", companies=batch.companies, people=batch.people)
    reason = f"companies found for ICP version {icp.version}"
    label = Label(origin="web search")
    return StepResult(
        text=text,
        wanted=(Wanted(action=action, reason=reason, label=label),),
        summary=f"Write {batch.companies} found companies into the CRM",
        cause=icp.id,
        data=data,
    )
