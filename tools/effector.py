"""The effector for mail: claims due intents, re-checks everything, sends once, and settles doubt.

It holds the mail credentials and no language model. One row, one state, compare-and-set.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import gate, judge, limits, switch
from autonomy.policy import Policy
from autonomy.terms import Terms
from domain.accounts import Contact
from domain.actions import SendEmail, parse_action
from domain.campaigns import CampaignState
from domain.decisions import OutboxState, Verdict
from domain.errors import Bug, RainmakerError, Retryable
from domain.ids import Ids
from runtime.clock import Clock
from runtime.faults import reach
from runtime.store import audit, campaigns, crm, decisions, outbox, people
from runtime.store.engine import Database
from tools.act.compose_mail import DkimKey, Envelope, compose
from tools.act.unsubscribe import token_for
from tools.providers.sent_folder import SentProbe
from tools.providers.smtp import Attempt, MailSender, Sending

log = logging.getLogger(__name__)
RETRIES = 5  # temporary refusals before an intent fails
RETRY_AFTER = timedelta(minutes=10)
HOLD_AFTER = 15 * 60.0  # seconds of doubt after which a person must look


@dataclass
class Report:
    """What one drain did."""

    sent: int = 0
    failed: int = 0
    in_doubt: int = 0
    held: int = 0
    refused: int = 0
    postponed: int = 0
    reconciled: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Claim:
    row: dict[str, Any]
    action: SendEmail
    contact: Contact
    first: bool
    at: datetime


@dataclass(frozen=True)
class Mailbox:
    """How mail leaves and how doubt is settled."""

    sender: MailSender
    probe: SentProbe | None
    sent_copy: str  # server, client, none
    dkim: DkimKey | None = None
    grace: float = 20.0  # seconds after a claim before an absent Sent copy means "not sent"


class Effector:
    """Sends what the outbox holds. One instance per process; `owner` is fresh each time."""

    def __init__(
        self, database: Database, clock: Clock, ids: Ids, mailbox: Mailbox, terms: Terms, policy: Policy
    ) -> None:
        self._db = database
        self._clock = clock
        self._mailbox = mailbox
        self._terms = terms
        self._policy = policy
        self._owner = ids.new("exe")

    async def drain(self, limit: int = 500) -> Report:
        """Settle doubt, then send everything due; each intent on its own."""
        report = Report()
        seen: set[str] = set()
        await self._settle_doubt(report)
        try:
            while len(seen) < limit:
                async with self._db.read() as tx:
                    rows = await outbox.due(tx, await self._clock.now(), limit)
                fresh = [row for row in rows if row["id"] not in seen]
                if not fresh:
                    break
                for row in fresh:
                    seen.add(row["id"])
                    await self._guarded(row, report)
        finally:
            await self._mailbox.sender.close()
        return report

    async def _guarded(self, row: dict[str, Any], report: Report) -> None:
        """One intent's trouble delays nobody else."""
        try:
            await self._one(row, report)
        except RainmakerError as error:
            log.warning("intent_not_sent", extra={"outbox": row["id"], "code": error.code})
            report.problems.append(error.message)

    async def _one(self, row: dict[str, Any], report: Report) -> None:
        reach("before_claim")
        claim = await self._claim(row, report)
        if claim is None:
            return
        reach("after_claim")
        try:
            message = self._message(claim)
        except ValueError as error:
            await self._finish(claim, Attempt(Sending.REFUSED, "bad_text", str(error)), report)
            return
        attempt = await self._mailbox.sender.send(self._terms.sender, claim.contact.email, message)
        reach("after_250")
        await self._finish(claim, attempt, report)
        reach("after_mark")

    async def _claim(self, row: dict[str, Any], report: Report) -> _Claim | None:
        """Re-check everything and claim, in one transaction."""
        now = await self._clock.now()
        async with self._db.write() as tx:
            action = parse_action(row["action"])
            if not isinstance(action, SendEmail):
                raise Bug("The outbox holds an act that is not mail.", where=row["id"])
            if await self._stopped(tx, row):
                report.postponed += 1
                return None
            refusal = await self._refusal(tx, row, action, now)
            if refusal:
                await self._stop(tx, row, refusal, now)
                report.refused += 1
                return None
            contact = await crm.contact(tx, action.contact_id)
            if contact is None or await self._wait(tx, row, contact, now):
                report.postponed += 1
                return None
            first = not await outbox.sent_times(tx, contact_id=contact.id)
            claimed = await outbox.move(
                tx,
                row["id"],
                [OutboxState.QUEUED],
                OutboxState.CLAIMED,
                owner=self._owner,
                claimed_at=time.time(),
                attempts=row["attempts"] + 1,
            )
            # a raise here rolls the claim back
            if not claimed or not await decisions.spend(tx, row["permit_id"], row["action_hash"], now):
                raise _lost(row)
            reach("in_claim")
        return _Claim({**row, "attempts": row["attempts"] + 1}, action, contact, first, now)

    async def _refusal(
        self, tx: AsyncConnection, row: dict[str, Any], action: SendEmail, now: datetime
    ) -> tuple[str, str] | None:
        """Why this intent may never leave: the world or the records changed since the approval."""
        stored = await decisions.decision(tx, row["decision_id"])
        if action.hash != row["action_hash"] or stored is None or stored.proposal.action.hash != action.hash:
            return "approval_mismatch", "The text differs from the approved one."
        if not await audit.has_decision(tx, row["decision_id"], action.hash):
            return "no_decision", "The audit chain holds no decision on this mail."
        permit = await decisions.permit(tx, row["permit_id"])
        if permit is None or permit["action_hash"] != action.hash or permit["spent_at"] is not None:
            return "no_permit", "The permit is missing, spent or for another text."
        if permit["expires_at"] <= now or row["not_after"] <= now:
            return "approval_expired", "The approval expired before the mail could leave."
        snapshot = await judge.take_snapshot(tx, stored.proposal, self._terms, now)
        if snapshot.mail is not None:
            snapshot = snapshot.model_copy(
                update={"mail": snapshot.mail.model_copy(update={"already": None})}
            )
        snapshot = snapshot.model_copy(update={"stopped_sends": None})  # a stop waits, it does not cancel
        judgement = gate.decide(stored.proposal, snapshot, self._policy)
        if judgement.verdict is Verdict.REFUSE:
            return "refused", judgement.why
        return None

    async def _stopped(self, tx: AsyncConnection, row: dict[str, Any]) -> bool:
        """True while the kill switch or a paused campaign keeps the intent waiting."""
        scopes = [f"campaign:{row['campaign_id']}", f"mailbox:{self._terms.sender}"]
        if switch.stopped(await people.thrown_switches(tx), "sends", scopes):
            return True
        campaign = await campaigns.campaign(tx, row["campaign_id"])
        return campaign is not None and campaign.state is CampaignState.PAUSED

    async def _wait(self, tx: AsyncConnection, row: dict[str, Any], contact: Contact, now: datetime) -> bool:
        """Put the intent off when it is not its time; True when it must wait."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        times = limits.SendTimes(
            contact=tuple(await outbox.sent_times(tx, contact_id=contact.id)),
            account=tuple(await outbox.sent_times(tx, account_id=contact.account_id, since=day)),
            mailbox=tuple(await outbox.sent_times(tx, since=day)),
        )
        started = self._terms.mailbox_started or now.date()
        wait = limits.earliest(now, contact.zones, times, started)
        if wait is None:
            return False
        await outbox.postpone(tx, row["id"], wait.until, wait.why)
        return True

    async def _stop(
        self, tx: AsyncConnection, row: dict[str, Any], refusal: tuple[str, str], now: datetime
    ) -> None:
        code, detail = refusal
        await outbox.move(
            tx, row["id"], [OutboxState.QUEUED], OutboxState.CANCELLED, code=code, detail=detail
        )
        await audit.append(
            tx,
            at=now,
            kind="not_sent",
            subject=row["decision_id"],
            by="effector",
            body={"outbox": row["id"], "code": code, "detail": detail},
        )

    def _message(self, claim: _Claim) -> bytes:
        terms = self._terms
        token = token_for(terms.salt, claim.contact.id)
        envelope = Envelope(
            sender_name=terms.sender_name,
            sender=terms.sender,
            recipient_name=claim.contact.name,
            recipient=claim.contact.email,
            message_id=claim.row["message_id"],
            at=claim.at,
            disclosure=terms.disclosure if claim.first else "",
            postal_address=terms.postal_address,
            unsubscribe_url=f"{terms.public_url.rstrip('/')}/u/{token}",
        )
        return compose(claim.action.subject, claim.action.body, envelope, self._mailbox.dkim)

    async def _finish(self, claim: _Claim, attempt: Attempt, report: Report) -> None:
        now = await self._clock.now()
        state, values = _next(claim, attempt, now)
        if state is OutboxState.IN_DOUBT:
            values["claimed_at"] = time.time()
        async with self._db.write() as tx:
            reach("before_mark")
            await outbox.move(tx, claim.row["id"], [OutboxState.CLAIMED], state, **values)
            if state is OutboxState.QUEUED:
                await decisions.unspend(tx, claim.row["permit_id"])
            await self._note(tx, claim.row, state, attempt.code, attempt.detail, now)
        _count(report, state)

    async def _note(
        self,
        tx: AsyncConnection,
        row: dict[str, Any],
        state: OutboxState,
        code: str,
        detail: str,
        now: datetime,
    ) -> None:
        await audit.append(
            tx,
            at=now,
            kind={"queued": "delayed"}.get(str(state), str(state)),
            subject=row["decision_id"],
            by="effector",
            body={"outbox": row["id"], "message_id": row["message_id"], "code": code, "detail": detail},
        )

    async def _settle_doubt(self, report: Report) -> None:
        """Claims of dead processes and broken connections: ask the Sent folder, never guess."""
        async with self._db.read() as tx:
            rows = await outbox.in_state(tx, OutboxState.CLAIMED)
            rows += await outbox.in_state(tx, OutboxState.IN_DOUBT)
        for row in rows:
            age = time.time() - float(row["claimed_at"] or 0.0)
            if row["state"] == OutboxState.CLAIMED and row["owner"] == self._owner:
                continue
            if age < self._mailbox.grace:
                report.in_doubt += 1
                continue
            await self._reconcile(row, age, report)

    async def _reconcile(self, row: dict[str, Any], age: float, report: Report) -> None:
        found = await self._probe(row["message_id"])
        now = await self._clock.now()
        if found:
            state, code = OutboxState.SENT, "reconciled"
        elif found is False and self._mailbox.sent_copy == "server" and row["resends"] < 1:
            state, code = OutboxState.QUEUED, "not_in_sent"
        elif found is None and age < HOLD_AFTER:
            state, code = OutboxState.IN_DOUBT, "sent_folder_unreachable"
        else:
            state, code = OutboxState.HELD, "in_doubt"
        values: dict[str, Any] = {"code": code}
        if state is OutboxState.SENT:
            values["sent_at"] = now
        if state is OutboxState.QUEUED:
            values["resends"] = row["resends"] + 1
        seen = [OutboxState.CLAIMED, OutboxState.IN_DOUBT]
        async with self._db.write() as tx:
            moved = await outbox.move(tx, row["id"], seen, state, **values)
            if moved and state is OutboxState.QUEUED:
                await decisions.unspend(tx, row["permit_id"])
            if moved:
                await self._note(tx, row, state, code, "", now)
        if moved and state is OutboxState.SENT:
            report.reconciled += 1
        _count(report, state)

    async def _probe(self, message_id: str) -> bool | None:
        """True or False from the Sent folder; None when it cannot be asked."""
        if self._mailbox.probe is None or self._mailbox.sent_copy == "none":
            return None
        try:
            return await self._mailbox.probe.holds(message_id)
        except RainmakerError as error:
            log.warning("sent_folder_unreachable", extra={"code": error.code})
            return None

    async def wait_for_grace(self) -> None:
        """Sleep until the youngest doubtful claim may be settled; at once when there is none."""
        async with self._db.read() as tx:
            rows = await outbox.in_state(tx, OutboxState.CLAIMED)
            rows += await outbox.in_state(tx, OutboxState.IN_DOUBT)
        waits = [self._mailbox.grace - (time.time() - float(row["claimed_at"] or 0.0)) for row in rows]
        if waits and max(waits) > 0:
            await asyncio.sleep(max(waits) + 0.05)


def _next(claim: _Claim, attempt: Attempt, now: datetime) -> tuple[OutboxState, dict[str, Any]]:
    values: dict[str, Any] = {"code": attempt.code, "detail": attempt.detail}
    match attempt.outcome:
        case Sending.ACCEPTED:
            return OutboxState.SENT, {**values, "sent_at": now}
        case Sending.REFUSED:
            return OutboxState.FAILED, values
        case Sending.UNKNOWN:
            return OutboxState.IN_DOUBT, values
        case Sending.LATER:
            if claim.row["attempts"] >= RETRIES:
                return OutboxState.FAILED, values
            return OutboxState.QUEUED, {**values, "due_at": now + RETRY_AFTER}


def _count(report: Report, state: OutboxState) -> None:
    match state:
        case OutboxState.SENT:
            report.sent += 1
        case OutboxState.FAILED:
            report.failed += 1
        case OutboxState.IN_DOUBT:
            report.in_doubt += 1
        case OutboxState.HELD:
            report.held += 1
        case _:
            report.postponed += 1


def _lost(row: dict[str, Any]) -> Retryable:
    return Retryable("Another process claimed this mail first.", code="claim_lost", where=row["id"])
