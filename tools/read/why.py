"""Why something was done: walking from an id back over decision, draft, claims, pages, rules and people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import AnswerMail, Letter, Mail, NotifyOwner, RecordProspects, SendEmail
from domain.decisions import Decision
from domain.errors import Correctable
from domain.prospects import Reason
from runtime.store import audit, campaigns, crm, decisions, inbound, knowledge, people, talks
from runtime.store.tables import approval_items, outbox, prospects
from tools.read.why_deals import deal_steps


@dataclass(frozen=True)
class Link:
    """One link of the chain."""

    kind: str
    id: str
    text: str
    at: datetime | None = None
    by: str = ""
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""
        return {
            "kind": self.kind,
            "id": self.id,
            "text": self.text,
            "at": self.at.isoformat() if self.at else None,
            "by": self.by,
            "url": self.url,
        }


async def explain(tx: AsyncConnection, wanted: str) -> list[Link]:
    """The chain behind an id: outbox entry, Message-ID, draft, decision, prospect, contact, approval, ICP, batch.

    Raises:
        Correctable: unknown_id.
    """
    mail = await _mail_row(tx, wanted)
    if mail is not None:
        return await _mail_chain(tx, mail)
    steps = await deal_steps(tx, wanted)
    if steps:
        return [Link(*step) for step in steps]
    draft = await campaigns.draft(tx, wanted)
    if draft is not None:
        return await _draft_chain(tx, draft.id)
    decision = await decisions.decision(tx, wanted) or await decisions.decision_naming(tx, wanted)
    if decision is not None:
        return await _decision_chain(tx, decision)
    for walk in (
        _inbound_chain,
        _prospect_chain,
        _contact_chain,
        _approval_chain,
        _icp_chain,
        _campaign_chain,
        _named_chain,
    ):
        chain = await walk(tx, wanted)
        if chain:
            return chain
    raise Correctable(
        f"Nothing here has the id {wanted[:60]}.",
        code="unknown_id",
        where=wanted[:60],
        hint="Use an id from a list: a mail, draft, prospect, decision, approval, campaign or ICP version.",
    )


async def _mail_row(tx: AsyncConnection, wanted: str) -> dict[str, Any] | None:
    bracketed = wanted if wanted.startswith("<") else f"<{wanted}>"
    query = select(outbox).where((outbox.c.id == wanted) | (outbox.c.message_id == bracketed))
    row = (await tx.execute(query)).mappings().first()
    return dict(row) if row else None


async def _mail_chain(tx: AsyncConnection, row: dict[str, Any]) -> list[Link]:
    code = f", {row['code']}" if row["code"] else ""
    state = f"{row['state']}{code}"
    links = [
        Link(
            "mail",
            row["id"],
            f"“{row['action'].get('subject', row['kind'])}” is {state}.",
            row["sent_at"] or row["made_at"],
        )
    ]
    decision = await decisions.decision(tx, row["decision_id"])
    if decision is not None:
        links += await _decision_chain(tx, decision)
    return links


async def _decision_chain(tx: AsyncConnection, decision: Decision) -> list[Link]:
    action = decision.proposal.action
    actor = decision.proposal.actor
    links = [
        Link("proposal", decision.proposal.id, f"{actor.name} proposed {action.noun}: {decision.proposal.reason}",
             decision.proposal.made_at, actor.name),
        Link("decision", decision.id, f"The gate said {decision.judgement.verdict}.", decision.made_at, "gate"),
    ]  # fmt: skip
    links += [
        Link("rule", hit.rule, f"{hit.rule}: {hit.message}", decision.made_at, "gate")
        for hit in decision.judgement.hits
    ]
    links += [
        Link("risk", part.factor, f"{part.factor} {part.points}/10: {part.reason}", decision.made_at, "gate")
        for part in decision.judgement.risk
    ]
    links += await _people(tx, decision.id)
    if isinstance(action, Letter):
        links += _claims(action) if isinstance(action, Mail) else []
        links += await _recipient(tx, action)
    elif isinstance(action, RecordProspects):
        links.append(Link("batch", action.batch_id, f"{action.companies} companies from {action.source}."))
    return links + await _cause(tx, decision)


async def _people(tx: AsyncConnection, decision_id: str) -> list[Link]:
    links = [
        Link(row["kind"], row["body"].get("approval", ""), f"{row['kind'].replace('_', ' ')} by {row['by']}",
             row["at"], row["by"])
        for row in await audit.about(tx, decision_id)
        if row["kind"] != "decision"
    ]  # fmt: skip
    query = select(approval_items.c.approval_id).where(approval_items.c.decision_id == decision_id)
    asked = (await tx.execute(query)).scalars().first()
    if asked:
        links.insert(0, Link("approval", asked, "A person was asked with the exact text."))
    return links


def _claims(action: Mail) -> list[Link]:
    return [
        Link(
            "claim",
            action.draft_id if isinstance(action, SendEmail) else action.key[:20],
            f"“{claim.text}” rests on “{claim.evidence.quote}”",
            claim.evidence.seen_at,
            "outreach",
            claim.evidence.url,
        )
        for claim in action.claims
    ]


async def _recipient(tx: AsyncConnection, action: Letter) -> list[Link]:
    if isinstance(action, NotifyOwner):
        user = await people.user_by_id(tx, action.user_id)
        who = f"{user['name']}, {user['role']}" if user else "our own mailbox"
        return [Link("reader", action.user_id, f"It goes to our own people: {who}.")]
    links = await _contact_chain(tx, action.contact_id)
    if isinstance(action, SendEmail):
        return links + await _campaign_chain(tx, action.campaign_id)
    return links + (await _inbound_chain(tx, action.inbound_id) if isinstance(action, AnswerMail) else [])


async def _inbound_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    """A mail that came in: what it said, how it was read, what was done and why."""
    row = await inbound.one(tx, wanted)
    if row is None:
        return []
    links = [Link("mail in", row["id"], f"“{row['subject']}” from {row['from_address']}", row["came_at"])]
    kinds = [one["kind"] for one in (row["reading"] or {}).get("findings", [])]
    if kinds:
        links.append(Link("reading", row["id"], f"read as {', '.join(kinds)}", row["came_at"]))
    if row["detail"]:
        links.append(Link("handled", row["id"], row["detail"], row["came_at"], "relationship"))
    return links


async def _contact_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    contact = await crm.contact(tx, wanted)
    if contact is None:
        return []
    links = [
        Link("contact", contact.id, f"{contact.name or contact.email}, {contact.title or 'no title known'}")
    ]
    query = select(prospects.c.id).where(prospects.c.account_id == contact.account_id)
    prospect_id = (await tx.execute(query)).scalar_one_or_none()
    return links + (await _prospect_chain(tx, prospect_id) if prospect_id else [])


async def _draft_chain(tx: AsyncConnection, draft_id: str) -> list[Link]:
    draft = await campaigns.draft(tx, draft_id)
    if draft is None:
        return []
    row = await _sent_from(tx, draft_id)
    if row is not None:
        return await _mail_chain(tx, row)
    links = [
        Link("draft", draft.id, f"“{draft.mail.subject}”, variant {draft.mail.variant}", by=draft.edited_by)
    ]
    links += [Link("blocked", draft.id, reason, by="gate") for reason in draft.blocked]
    links += [
        Link("claim", draft.id, f"“{claim.text}” rests on “{claim.evidence.quote}”", claim.evidence.seen_at,
             "outreach", claim.evidence.url)
        for claim in draft.mail.claims
    ]  # fmt: skip
    links += await _contact_chain(tx, draft.contact_id)
    return links + await _campaign_chain(tx, draft.campaign_id)


async def _sent_from(tx: AsyncConnection, draft_id: str) -> dict[str, Any] | None:
    draft = await campaigns.draft(tx, draft_id)
    if draft is None:
        return None
    query = select(outbox).where(
        outbox.c.campaign_id == draft.campaign_id, outbox.c.contact_id == draft.contact_id
    )
    row = (await tx.execute(query)).mappings().first()
    return dict(row) if row else None


async def _prospect_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    rows = await crm.prospect_rows(tx, ids=[wanted])
    if not rows:
        return []
    row = rows[0]
    links = [
        Link("prospect", row["id"], f"{row['account_name']}: fit {row['fit']:.2f}. {row['verdict']}",
             row["scored_at"], row["overruled_by"] or "research")
    ]  # fmt: skip
    for reason in (Reason.model_validate(one) for one in row["reasons"]):
        first = reason.evidence[0] if reason.evidence else None
        quote = f" “{first.quote}”" if first else ""
        links.append(
            Link(
                "reason",
                row["id"],
                f"{reason.side}: {reason.text}{quote}",
                by="research",
                url=first.url if first else "",
            )
        )
    return links + _chance(row) + await _icp_chain(tx, row["icp_id"])


def _chance(row: dict[str, Any]) -> list[Link]:
    """What the model in force says of a prospect, part by part."""
    if row["chance"] is None:
        return []
    said = f"chance of a clear yes or a meeting after one mail: {row['chance']:.1%}"
    parts = [Link("chance", row["id"], one["text"], by="model") for one in row["chance_reasons"]]
    return [Link("chance", row["chance_model"], said, by="model"), *parts]


async def _approval_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    query = select(approval_items.c.decision_id).where(approval_items.c.approval_id == wanted)
    ids = list((await tx.execute(query)).scalars())
    links = []
    for decision_id in ids[:3]:
        decision = await decisions.decision(tx, decision_id)
        if decision is not None:
            links += await _decision_chain(tx, decision)
    return [Link("approval", wanted, f"{len(ids)} items asked."), *links] if ids else []


async def _icp_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    icp = await knowledge.icp(tx, wanted)
    if icp is None:
        return []
    return [Link("icp", icp.id, f"ICP version {icp.version}: {icp.reason}", icp.made_at, icp.made_by)]


async def _campaign_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    campaign = await campaigns.campaign(tx, wanted)
    if campaign is None:
        return []
    return [
        Link("campaign", campaign.id, f"{campaign.name}, goal: {campaign.goal}", campaign.made_at, "outreach")
    ]


async def _named_chain(tx: AsyncConnection, wanted: str) -> list[Link]:
    """A person or company by name: the mail to them if there is one, else the prospect."""
    found = await crm.prospects_named(tx, wanted, 1)
    if not found:
        return []
    prospect = await crm.prospect(tx, found[0])
    if prospect is None or prospect.contact_id is None:
        return await _prospect_chain(tx, found[0])
    query = select(outbox).where(outbox.c.contact_id == prospect.contact_id).limit(1)
    row = (await tx.execute(query)).mappings().first()
    return await _mail_chain(tx, dict(row)) if row else await _prospect_chain(tx, found[0])


async def _cause(tx: AsyncConnection, decision: Decision) -> list[Link]:
    message = await talks.message(tx, decision.proposal.cause)
    if message is None:
        return []
    return [Link("message", message["id"], f"“{message['text'][:200]}”", message["at"], message["role"])]
