"""What surrounds a proposal: which stops concern it, how often its kind was done, how its points came out.

Reads the store for the snapshot; judges nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import switch
from autonomy.facts import CalibrationFacts, UsageFacts
from autonomy.stop_file import with_stop_file
from autonomy.terms import Terms
from domain.actions import (
    AnyAction,
    BookMeeting,
    ChangeMeeting,
    ConnectedCall,
    ErasePerson,
    Letter,
    Mail,
    MoveDeal,
    OpenDeal,
    SendEmail,
    UpdateRecord,
)
from domain.decisions import Proposal
from runtime.store import calibrations, crm, deals, meetings, people, usage


async def stop_of(tx: AsyncConnection, proposal: Proposal, terms: Terms, need: switch.Need) -> str | None:
    """Why the kill switch or the stop file stops this proposal, or None."""
    return (await stops_of(tx, proposal, terms, [need]))[need]


async def stops_of(
    tx: AsyncConnection, proposal: Proposal, terms: Terms, needs: Sequence[switch.Need]
) -> dict[switch.Need, str | None]:
    """The same for several needs, at one look."""
    thrown = with_stop_file(await people.thrown_switches(tx), terms.stop_file)
    scopes = await scopes_of(tx, proposal, terms) if thrown else []
    return {need: switch.stopped(thrown, need, scopes) for need in needs}


async def scopes_of(tx: AsyncConnection, proposal: Proposal, terms: Terms) -> list[str]:
    """Every scope of the kill switch that a proposal falls under."""
    action = proposal.action
    scopes = [f"agent:{proposal.actor.name}"]
    if isinstance(action, SendEmail):
        scopes.append(f"campaign:{action.campaign_id}")
    if isinstance(action, Letter):
        scopes.append(f"mailbox:{terms.sender}")
    account_id = await _account_of(tx, action)
    return [*scopes, f"account:{account_id}"] if account_id else scopes


async def _account_of(tx: AsyncConnection, action: AnyAction) -> str:
    match action:
        case UpdateRecord(record="account", record_id=record_id):
            return record_id
        case UpdateRecord(record_id=contact_id):
            pass
        case OpenDeal(account_id=account_id):
            return account_id
        case MoveDeal(deal_id=deal_id):
            deal = await deals.one(tx, deal_id)
            return str(deal["account_id"]) if deal else ""
        case ChangeMeeting(meeting_id=meeting_id):
            meeting = await meetings.one(tx, meeting_id)
            return str(meeting["account_id"]) if meeting else ""
        case Mail(contact_id=contact_id) | BookMeeting(contact_id=contact_id):
            pass
        case ErasePerson(contact_id=contact_id):
            pass
        case _:
            return ""
    contact = await crm.contact(tx, contact_id)
    return contact.account_id if contact else ""


async def usage_of(tx: AsyncConnection, proposal: Proposal, now: datetime) -> UsageFacts:
    """How often this agent did this kind of act before, on a usual day, and in the last hour."""
    agent, kind = proposal.actor.name, kind_of(proposal.action)
    seen = await usage.of(tx, agent, kind, now)
    usual = median(seen.days) if seen.days else 0.0
    return UsageFacts(done_before=sum(seen.days), usual=usual, last_hour=seen.last_hour)


async def note_use(tx: AsyncConnection, proposal: Proposal, now: datetime) -> None:
    """Count a proposal that was not refused."""
    await usage.count(tx, proposal.actor.name, kind_of(proposal.action), now)


def kind_of(action: AnyAction) -> str:
    """The kind of act as usage counts it; each connected tool is a kind of its own."""
    return f"{action.kind}:{action.tool[:40]}" if isinstance(action, ConnectedCall) else action.kind


async def calibration_of(tx: AsyncConnection, action: AnyAction) -> CalibrationFacts | None:
    """What the newest calibration says about this kind of act; None while there is none."""
    row = await calibrations.newest(tx)
    if row is None:
        return None
    raises = row["body"].get("raises", {}).get(action.kind, ())
    counted = row["body"].get("counted", {}).get(action.kind, 0)
    return CalibrationFacts(number=row["number"], raises=tuple(raises), decisions=int(counted))
