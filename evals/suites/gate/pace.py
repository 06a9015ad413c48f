"""How long a decision takes, alone and with its facts: 100,000 contacts, 1,000 campaigns, a matrix of 300 rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from autonomy.facts import Snapshot
from autonomy.gate import decide
from autonomy.judge import judge, take_snapshot
from autonomy.policy import Policy
from autonomy.policy_file import load_policy
from autonomy.terms import Terms
from domain.accounts import Account, Contact, ContactStatus
from domain.actions import ACTION_CLASSES, SendEmail
from domain.campaigns import Campaign, CampaignState, Draft, Touch, WrittenMail
from domain.decisions import Actor, Proposal
from domain.labels import Integrity, Label
from evals.suites.figures import Figure, percentile
from runtime.identity import RandomIds
from runtime.store import campaigns, crm
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
from runtime.store.tables import accounts, contacts

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
CONTACTS, CAMPAIGNS, ROWS = 100_000, 1_000, 300
DECISIONS, WHOLE = 2_000, 300
SEED = 5
CRM = Label(integrity=Integrity.CRM, origin="import")
TERMS = Terms(
    sender="maria@seller.example",
    sender_name="Maria Lindt",
    postal_address="Seller, 1 Main Street, Springfield",
    public_url="https://rm.example",
    mailbox_started=date(2020, 1, 1),
    salt=b"evaluation-salt-evaluation-salt-",
)
_BODY = "Hi {name},\n\nWould a short call next week help?\n\nBest regards,\nMaria Lindt"


@dataclass(frozen=True, slots=True)
class Size:
    """How full the house is and how many decisions are timed."""

    contacts: int = CONTACTS
    campaigns: int = CAMPAIGNS
    rows: int = ROWS
    decisions: int = DECISIONS
    whole: int = WHOLE


async def figures(size: Size) -> dict[str, Figure]:
    """Times of `decide()` alone and of the whole path; the rate counts CPU time of one core."""
    with TemporaryDirectory(prefix="rainmaker-eval-") as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'house.db'}")
        try:
            await ensure_schema(database)
            await _fill(database, size)
            policy = matrix(size.rows)
            judged = await _whole(database, policy, size)
            alone, busy = await _alone(database, policy, size)
        finally:
            await database.close()
    return {
        "gate_p99_ms": Figure(1000 * percentile(alone, 0.99), "ms", "≤ 5", n=len(alone)),
        "decisions_per_s": Figure(len(alone) / busy, "decisions/s", "≥ 2000", n=len(alone)),
        "judge_p99_ms": Figure(1000 * percentile(judged, 0.99), "ms", "", n=len(judged)),
        "judged_per_s": Figure(len(judged) / sum(judged), "decisions/s", "", n=len(judged)),
    }


def matrix(rows: int) -> Policy:
    """The default matrix and further rows up to the number wanted, a fifth of them with an expert condition."""
    default = load_policy(None)
    rng, kinds = Random(SEED), tuple(ACTION_CLASSES)
    more = [
        default.rows[0].model_copy(
            update={
                "id": f"P-{number}",
                "agents": tuple(rng.sample(("research", "outreach", "owner", "manager", "rep", "*"), 2)),
                "action": rng.choice((*kinds, "*")),
                "when": "batch > 1000" if number % 5 == 0 else "",
                "level": rng.choice(("auto", "notify", "ask")),
            }
        )
        for number in range(rows - len(default.rows))
    ]
    return Policy.model_validate(default.model_copy(update={"rows": (*default.rows, *more)}).model_dump())


async def _fill(database: Database, size: Size) -> None:
    async with database.write() as tx:
        for start in range(0, size.contacts, 1000):
            numbers = range(start, min(start + 1000, size.contacts))
            await tx.execute(insert(accounts), [_account_row(number) for number in numbers])
            await tx.execute(insert(contacts), [_contact_row(number) for number in numbers])
        for number in range(size.campaigns):
            await campaigns.keep_campaign(tx, _campaign(number), CRM)
            await campaigns.keep_drafts(tx, [_draft(number)], NOW)


def _account_row(number: int) -> dict[str, object]:
    one = Account(id=f"acc_{number}", name=f"House {number}", country="GB", label=CRM)
    return {"id": one.id, **crm.account_columns(one, one.name.lower(), NOW, "")}


def _contact_row(number: int) -> dict[str, object]:
    one = Contact(
        id=f"con_{number}",
        account_id=f"acc_{number}",
        name=f"Anna {number}",
        email=f"anna@house{number}.example",
        zones=("Europe/London",),
        status=ContactStatus.CONTACT,
        label=CRM,
    )
    return {"id": one.id, **crm.contact_columns(one, NOW, "")}


def _campaign(number: int) -> Campaign:
    return Campaign(
        id=f"cam_{number}",
        name=f"Campaign {number}",
        icp_id="icp_1",
        plan_version=1,
        audience="shops",
        offer="analytics",
        goal="a call",
        touches=(Touch(id=f"tou_{number}", step=1, purpose="introduce us"),),
        variants=("a", "b"),
        state=CampaignState.RUNNING,
        made_at=NOW,
    )


def _draft(number: int) -> Draft:
    return Draft(
        id=f"dra_{number}",
        campaign_id=f"cam_{number}",
        touch_id=f"tou_{number}",
        contact_id=f"con_{number}",
        mail=WrittenMail(subject="Would a call help?", body=_BODY.format(name="Anna")),
        label=CRM,
    )


def _proposal(number: int, serial: int) -> Proposal:
    action = SendEmail(
        contact_id=f"con_{number}",
        campaign_id=f"cam_{number}",
        plan_version=1,
        touch_id=f"tou_{number}",
        step=1,
        draft_id=f"dra_{number}",
        subject="Would a call help?",
        body=_BODY.format(name="Anna"),
    )
    return Proposal(
        id=f"prp_{serial}",
        action=action,
        actor=Actor(kind="agent", name="outreach"),
        reason="the plan",
        label=CRM,
        made_at=NOW,
    )


async def _whole(database: Database, policy: Policy, size: Size) -> list[float]:
    """Facts, decision, and both records in one transaction each."""
    ids, seconds = RandomIds(), []
    for serial in range(size.whole):
        proposal = _proposal(serial % size.campaigns, serial)
        started = time.perf_counter()
        async with database.write() as tx:
            await judge(tx, proposal, policy=policy, terms=TERMS, ids=ids, now=NOW)
        seconds.append(time.perf_counter() - started)
    return seconds


async def _alone(database: Database, policy: Policy, size: Size) -> tuple[list[float], float]:
    """Wall times of each, and CPU seconds of all: the pure function over facts read from the full house."""
    cases = await _cases(database, size)
    for proposal, snapshot in cases[:20]:
        decide(proposal, snapshot, policy)
    seconds, began = [], time.process_time()
    for serial in range(size.decisions):
        proposal, snapshot = cases[serial % len(cases)]
        started = time.perf_counter()
        decide(proposal, snapshot, policy)
        seconds.append(time.perf_counter() - started)
    return seconds, time.process_time() - began


async def _cases(database: Database, size: Size) -> Sequence[tuple[Proposal, Snapshot]]:
    cases = []
    async with database.read() as tx:
        for number in range(min(100, size.campaigns)):
            proposal = _proposal(size.campaigns - 1 - number, number)
            cases.append((proposal, await take_snapshot(tx, proposal, TERMS, NOW)))
    return cases
