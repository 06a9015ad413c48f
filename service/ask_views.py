"""What a person sees of asks: the list in risk order, and one of them with its exact texts. Changes no decision."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals, ask_budget, votes
from domain.actions import AnswerMail, BookMeeting, Mail, SendEmail
from domain.decisions import ApprovalState
from runtime.store import crm, decisions, outbox
from service.bootstrap import House
from tools.act.compose_mail import footer_text
from tools.act.letters import answer_subject


async def pending(
    house: House, *, with_items: bool = True, with_deferred: bool = False
) -> list[dict[str, Any]]:
    """The contract's list of approvals, in risk order, each with its exact texts.

    `with_deferred` adds, last, those that are put before people on another day.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        await approvals.expire(tx, now)
        await ask_budget.release(tx, now, house.terms.asks_per_day)
    async with house.database.read() as tx:
        rows = await approvals.listing(tx, now, deferred=with_deferred)
        rows.sort(key=lambda row: row["state"] == ApprovalState.DEFERRED)
        return [await _shown(tx, house, row, with_items) for row in rows]


async def one(house: House, approval_id: str) -> dict[str, Any]:
    """One approval with its items, whatever its state."""
    async with house.database.read() as tx:
        return await _shown(tx, house, await approvals.one(tx, approval_id), True)


async def _shown(tx: AsyncConnection, house: House, row: dict[str, Any], with_items: bool) -> dict[str, Any]:
    items = await approvals.items(tx, row["id"])
    agreed = await votes.voters(tx, [item["id"] for item in items]) if row["needs"] > 1 else {}
    detailed = [await _item(tx, item, agreed) for item in items] if with_items else []
    recipients = [item["recipient"] for item in detailed if item["recipient"]]
    more = f" and {len(recipients) - 1} more" if len(recipients) > 1 else ""
    return {
        "id": row["id"],
        "action": row["action"],
        "recipient": f"{recipients[0]}{more}" if recipients else "",
        "summary": row["summary"],
        "risk": row["risk"],
        "why": row["why"],
        "expires_at": row["expires_at"].isoformat(),
        "state": row["state"],
        "by": row["decided_by"],
        "needs": row["needs"],
        "agreed": told_votes(items, agreed, row["needs"]),
        "if_ignored": _if_ignored(row),
        "below": _below(house) if row["action"] in outbox.MAILS else "",
        "items": detailed,
    }


def _below(house: House) -> str:
    """What is added below each of these texts when it leaves; the link is each recipient's own."""
    terms = house.terms
    return footer_text(terms.disclosure, terms.postal_address, f"{terms.public_url}/u/…").removeprefix("--\n")


def _if_ignored(row: dict[str, Any]) -> str:
    if row["state"] == ApprovalState.DEFERRED:
        return "It is put before you on the next day; nothing happens until somebody decides."
    return "It expires and nothing happens."


def told_votes(items: Sequence[dict[str, Any]], agreed: dict[str, list[str]], needs: int) -> str:
    """How far an ask for more than one person is: "1 of 2 agreed: olga"; empty before the first yes."""
    open_votes = [
        agreed[one["id"]] for one in items if one["id"] in agreed and one["state"] == ApprovalState.PENDING
    ]
    if needs < 2 or not open_votes:
        return ""
    names = list(dict.fromkeys(name for one in open_votes for name in one))
    return f"{min(len(one) for one in open_votes)} of {needs} agreed: {', '.join(names)}"


async def _item(tx: AsyncConnection, item: dict[str, Any], agreed: dict[str, list[str]]) -> dict[str, Any]:
    decision = await decisions.decision(tx, item["decision_id"])
    shown: dict[str, Any] = {
        "id": item["id"],
        "state": item["state"],
        "by": item["decided_by"],
        "agreed": agreed.get(item["id"], []),
        "decision": item["decision_id"],
        "recipient": "",
    }
    if decision is None:
        return shown
    action = decision.proposal.action
    shown |= {"action": action.kind, "reason": decision.proposal.reason, "risk": decision.judgement.score}
    if isinstance(action, Mail | BookMeeting):
        contact = await crm.contact(tx, action.contact_id)
        account = await crm.account(tx, contact.account_id) if contact else None
        shown |= {
            "draft": action.draft_id if isinstance(action, SendEmail) else "",
            "recipient": contact.email if contact else "",
            "name": contact.name if contact else "",
            "title": contact.title if contact else "",
            "account": account.name if account else "",
            "subject": answer_subject(action.subject) if isinstance(action, AnswerMail) else action.subject,
            "body": action.body,
            "claims": [
                {"text": claim.text, "url": claim.evidence.url, "quote": claim.evidence.quote}
                for claim in (action.claims if isinstance(action, Mail) else ())
            ],
        }
    return shown
