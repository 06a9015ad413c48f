"""Commands that look at records: companies, people, campaigns, decisions, meetings, conversations, status, costs."""

from typing import Any, Literal

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import costs, cursors, listings
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, IdCall, NoCall
from service.listings import Look, ProspectFilter
from service.status import status


class PageCall(Call):
    """Which page of a list."""

    cursor: str = Field("", max_length=cursors.LONGEST, description="`next_cursor` of the page before.")
    limit: int = Field(100, ge=1, le=cursors.MOST, description="Rows on the page.")

    @property
    def look(self) -> Look:
        """The page."""
        return Look(self.cursor, self.limit)


class CompaniesCall(PageCall):
    """Which companies."""

    country: str = Field("", pattern=r"^([A-Za-z]{2})?$", description="Two-letter country code.")


class ContactsCall(PageCall):
    """Which people."""

    company: str = Field("", max_length=60, description="Id of a company.")


class ProspectsCall(PageCall):
    """Which prospects."""

    country: str = Field("", pattern=r"^([A-Za-z]{2})?$", description="Two-letter country code.")
    industry: str = Field("", max_length=60)
    role: str = Field("", max_length=60)
    min_fit: float | None = Field(None, ge=0, le=1, description="Lowest fit, 0 to 1.")
    qualified: bool | None = None


class DecisionsCall(PageCall):
    """Which decisions."""

    verdict: Literal["", "allow", "notify", "ask", "refuse"] = ""
    action: str = Field("", max_length=40, description="Kind of act, e.g. send_email.")


class MeetingsCall(PageCall):
    """Which meetings."""

    state: str = Field("", max_length=20)


class RecordsCall(PageCall):
    """Which audit records."""

    kind: str = Field("", max_length=40)


class InsideCall(PageCall):
    """A page of what belongs to something with an id."""

    id: str = Field(min_length=1, max_length=60)


async def _companies(house: House, actor: Actor, call: CompaniesCall, emit: Emit | None) -> Any:
    return await listings.companies(house, call.look, call.country)


async def _company(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await listings.one_company(house, call.id)


async def _contacts(house: House, actor: Actor, call: ContactsCall, emit: Emit | None) -> Any:
    return await listings.people(house, call.look, call.company)


async def _contact(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await listings.one_person(house, call.id)


async def _prospects(house: House, actor: Actor, call: ProspectsCall, emit: Emit | None) -> Any:
    which = ProspectFilter(**call.model_dump(exclude={"cursor", "limit"}))
    return await listings.prospects_page(house, call.look, which)


async def _prospect(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await listings.one_prospect(house, call.id)


async def _campaigns(house: House, actor: Actor, call: PageCall, emit: Emit | None) -> Any:
    return await listings.all_campaigns(house, call.look)


async def _drafts(house: House, actor: Actor, call: InsideCall, emit: Emit | None) -> Any:
    return await listings.drafts_of(house, call.id, call.look)


async def _decisions(house: House, actor: Actor, call: DecisionsCall, emit: Emit | None) -> Any:
    return await listings.decided(house, call.look, call.verdict, call.action)


async def _decision(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await listings.one_decision(house, call.id)


async def _meetings(house: House, actor: Actor, call: MeetingsCall, emit: Emit | None) -> Any:
    return await listings.met(house, call.look, call.state)


async def _meeting(house: House, actor: Actor, call: IdCall, emit: Emit | None) -> Any:
    return await listings.one_meeting(house, call.id)


async def _conversations(house: House, actor: Actor, call: PageCall, emit: Emit | None) -> Any:
    return await listings.talks_of(house, actor.name, call.look)


async def _conversation(house: House, actor: Actor, call: InsideCall, emit: Emit | None) -> Any:
    return await listings.said_in(house, actor.name, call.id, call.look)


async def _records(house: House, actor: Actor, call: RecordsCall, emit: Emit | None) -> Any:
    return await listings.recorded(house, call.look, call.kind)


async def _status(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await status(house)


async def _costs(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await costs.ledger(house)


COMMANDS: dict[str, Command] = {
    "companies": Command(CompaniesCall, _companies, EVERYONE, reads=True),
    "company": Command(IdCall, _company, EVERYONE, reads=True),
    "contacts": Command(ContactsCall, _contacts, EVERYONE, reads=True),
    "contact": Command(IdCall, _contact, EVERYONE, reads=True),
    "prospects_page": Command(ProspectsCall, _prospects, EVERYONE, reads=True),
    "prospect": Command(IdCall, _prospect, EVERYONE, reads=True),
    "campaigns": Command(PageCall, _campaigns, EVERYONE, reads=True),
    "campaign_drafts": Command(InsideCall, _drafts, EVERYONE, reads=True),
    "decisions": Command(DecisionsCall, _decisions, EVERYONE, reads=True),
    "decision": Command(IdCall, _decision, EVERYONE, reads=True),
    "meetings": Command(MeetingsCall, _meetings, EVERYONE, reads=True),
    "meeting": Command(IdCall, _meeting, EVERYONE, reads=True),
    "conversations": Command(PageCall, _conversations, EVERYONE, reads=True),
    "conversation": Command(InsideCall, _conversation, EVERYONE, reads=True),
    "audit_records": Command(RecordsCall, _records, EVERYONE, reads=True),
    "status": Command(NoCall, _status, EVERYONE, reads=True),
    "costs": Command(NoCall, _costs, EVERYONE, reads=True),
}
