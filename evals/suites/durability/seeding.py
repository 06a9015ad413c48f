"""Fills a database with approved mails the way the product does: contacts, drafts, decisions, asks, approvals."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from autonomy import approvals
from autonomy.judge import judge
from autonomy.policy_file import load_policy
from domain.accounts import Account, Contact, ContactStatus
from domain.actions import SendEmail
from domain.campaigns import Campaign, CampaignState, Draft, Touch, WrittenMail
from domain.decisions import Actor, Decision, Proposal
from domain.labels import Integrity, Label
from evals.suites.durability.sender import CAMPAIGN, TERMS
from runtime.identity import RandomIds
from runtime.store import campaigns, crm
from runtime.store.engine import Database
from runtime.store.inline import inline
from runtime.store.tables import accounts, contacts
from tools.execute import Permit, execute

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)  # 10:00 in London, a working hour
RAMP = 50  # mails a day of an old mailbox
A_DAY = 45  # mails; below the ramp
SUBJECT = "A question for Northwind"
_CRM = Label(integrity=Integrity.CRM, origin="import")
_AGENT = Actor(kind="agent", name="outreach")
_POLICY = load_policy(None)


def business_day(number: int) -> datetime:
    """Ten o'clock on the n-th working day."""
    weeks, days = divmod(number, 5)
    return MONDAY + timedelta(weeks=weeks, days=days)


def address_of(number: int) -> str:
    """Who gets the mail of this number."""
    return f"anna@northwind{number}.example"


@dataclass
class Seeding:
    """Adds mails to one campaign, numbered from 1."""

    database: Database
    ids: RandomIds = field(default_factory=RandomIds)
    count: int = 0
    zones: tuple[str, ...] = ("Europe/London",)  # where people live, in turn

    async def begin(self) -> None:
        """Make the campaign."""
        campaign = Campaign(
            id=CAMPAIGN,
            name="Durable",
            icp_id="icp_1",
            plan_version=1,
            audience="shops",
            offer="analytics",
            goal="a call",
            touches=(Touch(id="tou_1", step=1, purpose="introduce us"),),
            variants=("a", "b"),
            state=CampaignState.RUNNING,
            made_at=MONDAY,
        )
        async with self.database.write() as tx:
            await campaigns.keep_campaign(tx, campaign, _CRM)

    async def ask(self, mails: int, now: datetime) -> str:
        """Put as many new mails before a person; returns the approval's id."""
        async with self.database.write() as tx, inline(tx):
            # with nothing open it had finished; in this transaction, for a worker may finish it any moment
            await campaigns.set_state(tx, CAMPAIGN, CampaignState.RUNNING)
            made = [await self._judged(tx, number, now) for number in self._numbers(mails)]
            return await approvals.ask(tx, made, summary="Mails", cause=CAMPAIGN, ids=self.ids, now=now)

    async def approve(self, approval_id: str, now: datetime) -> None:
        """Approve all of an ask; its mails are queued."""
        async with self.database.write() as tx, inline(tx):
            granted = await approvals.approve(
                tx, approval_id, wanted=(), by="olga", role="owner", ids=self.ids, now=now
            )
            for one in granted:
                permit = Permit(one.permit_id, one.expires_at)
                await execute(tx, permit, one.decision, terms=TERMS, ids=self.ids, now=now)

    def zone_of(self, address: str) -> str:
        """Where the person with this address lives."""
        return self._zone(int(address.partition("@")[2].removeprefix("northwind").partition(".")[0]))

    def _zone(self, number: int) -> str:
        return self.zones[number % len(self.zones)]

    def _numbers(self, mails: int) -> range:
        first, self.count = self.count + 1, self.count + mails
        return range(first, self.count + 1)

    async def _judged(self, tx, number: int, now: datetime) -> Decision:  # type: ignore[no-untyped-def]
        account, contact, draft = _people(number, self._zone(number))
        row = crm.account_columns(account, account.name.lower(), now, "")
        await tx.execute(accounts.insert().values(id=account.id, **row))
        await tx.execute(contacts.insert().values(id=contact.id, **crm.contact_columns(contact, now, "")))
        await campaigns.keep_drafts(tx, [draft], now)
        action = SendEmail(
            contact_id=contact.id,
            campaign_id=CAMPAIGN,
            plan_version=1,
            touch_id="tou_1",
            step=1,
            draft_id=draft.id,
            subject=draft.mail.subject,
            body=draft.mail.body,
        )
        proposal = Proposal(
            id=self.ids.new("prp"), action=action, actor=_AGENT, reason="asked", label=_CRM, made_at=now
        )
        return await judge(tx, proposal, policy=_POLICY, terms=TERMS, ids=self.ids, now=now)


def _people(number: int, zone: str) -> tuple[Account, Contact, Draft]:
    account = Account(id=f"acc_{number}", name="Northwind", country="GB", label=_CRM)
    contact = Contact(
        id=f"con_{number}",
        account_id=account.id,
        name="Anna Weiss",
        email=address_of(number),
        zones=(zone,),
        status=ContactStatus.CONTACT,
        label=_CRM,
    )
    text = "Hi Anna,\n\nWould a short call next week help?\n\nBest regards,\nMaria Lindt\nAcme Analytics"
    draft = Draft(
        id=f"dra_{number}",
        campaign_id=CAMPAIGN,
        touch_id="tou_1",
        contact_id=contact.id,
        mail=WrittenMail(subject=SUBJECT, body=text),
        label=_CRM,
    )
    return account, contact, draft
