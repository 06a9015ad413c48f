"""The effector for mail: claims due intents, re-checks everything, sends once, and settles doubt.

It holds the mail credentials and no language model. One row, one state, compare-and-set.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from autonomy import budgets
from autonomy.policy import Policy
from autonomy.terms import Terms
from domain.decisions import OutboxState
from domain.errors import RainmakerError, Retryable
from domain.ids import Ids
from runtime.clock import Clock
from runtime.faults import reach
from runtime.store import audit, decisions, outbox
from runtime.store.engine import Database
from tools.act.compose_mail import DkimKey, Envelope, compose
from tools.act.mail_headers import wire_address
from tools.act.recheck_mail import Never, NotNow, Ready, recheck, use_of
from tools.act.unsubscribe import token_for
from tools.providers.sent_folder import SentProbe
from tools.providers.smtp import Attempt, MailSender, Sending

log = logging.getLogger(__name__)
RETRIES = 5  # temporary refusals of one mail before it fails
RETRY_AFTER = timedelta(minutes=10)  # doubles with each temporary refusal
HOLD_AFTER = 15 * 60.0  # seconds of doubt after which a person must look
PAGE = 100
_DOUBT = (OutboxState.CLAIMED, OutboxState.IN_DOUBT)
_NOT_GONE = (OutboxState.QUEUED, OutboxState.FAILED)  # what such a claim took from budgets comes back
_draining: set[str] = set()  # owners at work in this process; nobody else settles their claims


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
    ready: Ready
    at: datetime


@dataclass(frozen=True)
class Mailbox:
    """How mail leaves and how doubt is settled."""

    sender: MailSender
    probe: SentProbe | None
    sent_copy: str  # server, client, none
    dkim: DkimKey | None = None
    grace: float = 20.0  # seconds after a claim before an absent Sent copy means "not sent"


class _MailboxDown(Exception):
    """The trouble is the mailbox's, not one mail's: the rest of the drain waits."""


class Effector:
    """Sends what the outbox holds. `owner` is fresh for every instance."""

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
        """Settle doubt, then send what is due, at most `limit` mails; each intent on its own."""
        report = Report()
        _draining.add(self._owner)
        try:
            await self._settle_doubt(report)
            await self._send_due(report, limit)
        except _MailboxDown as error:
            await self._put_all_off(str(error), report)
        finally:
            _draining.discard(self._owner)
            await self._mailbox.sender.close()
        return report

    async def _send_due(self, report: Report, limit: int) -> None:
        after: tuple[datetime, str] | None = None
        while limit > 0:
            async with self._db.read() as tx:
                rows = await outbox.due(tx, await self._clock.now(), PAGE, after)
            if not rows:
                return
            for row in rows:
                limit -= await self._guarded(row, report)
                if limit <= 0:
                    return
            after = (rows[-1]["due_at"], rows[-1]["id"])

    async def _guarded(self, row: dict[str, Any], report: Report) -> int:
        """One intent's trouble delays nobody else; returns how many mails were tried (0 or 1)."""
        try:
            return int(await self._one(row, report))
        except _MailboxDown:
            raise
        except RainmakerError as error:
            log.warning("intent_not_sent", extra={"outbox": row["id"], "code": error.code})
            report.problems.append(error.message)
        except Exception:
            log.exception("intent_failed", extra={"outbox": row["id"]})
            report.problems.append("One mail could not be handled; the log says why.")
        return 0

    async def _one(self, row: dict[str, Any], report: Report) -> bool:
        reach("before_claim")
        claim = await self._claim(row, report)
        if claim is None:
            return False
        reach("after_claim")
        attempt = await self._attempt(claim)
        reach("after_250")
        await self._finish(claim, attempt, report)
        reach("after_mark")
        if attempt.everyone:
            raise _MailboxDown(attempt.detail or attempt.code)
        return True

    async def _claim(self, row: dict[str, Any], report: Report) -> _Claim | None:
        """Re-check everything and claim, in one transaction."""
        now = await self._clock.now()
        async with self._db.write() as tx:
            result = await recheck(tx, row, terms=self._terms, policy=self._policy, now=now)
            match result:
                case Never(code=code, detail=detail):
                    values = {"code": code, "detail": detail}
                    if await outbox.move(
                        tx, row["id"], [OutboxState.QUEUED], OutboxState.CANCELLED, **values
                    ):
                        await self._note(tx, row, "not_sent", code, detail, now)
                    report.refused += 1
                    return None
                case NotNow(until=until, why=why):
                    if until is not None:
                        await outbox.postpone(tx, row["id"], until, why)
                    report.postponed += 1
                    return None
            claimed = await outbox.move(
                tx,
                row["id"],
                [OutboxState.QUEUED],
                OutboxState.CLAIMED,
                owner=self._owner,
                claimed_at=time.time(),
                due_at=now,
                attempts=row["attempts"] + 1,
            )
            # a raise here rolls the claim back
            if not claimed or not await decisions.spend(tx, row["permit_id"], row["action_hash"], now):
                raise _lost(row)
            reach("in_claim")
        return _Claim({**row, "attempts": row["attempts"] + 1}, result, now)

    async def _attempt(self, claim: _Claim) -> Attempt:
        """Make the message and hand it over once; what cannot be made certainly did not leave."""
        try:
            message = await asyncio.to_thread(self._message, claim)
            recipient = wire_address(claim.ready.contact.email)
        except ValueError as error:
            return Attempt(Sending.REFUSED, "bad_text", str(error))
        except RainmakerError as error:
            return Attempt(Sending.LATER, error.code, error.message, everyone=True)
        if not await self._still_ours(claim):
            raise _lost(claim.row)
        return await self._mailbox.sender.send(wire_address(self._terms.sender), recipient, message)

    async def _still_ours(self, claim: _Claim) -> bool:
        """False when this process slept past its claim and another one settled it."""
        async with self._db.read() as tx:
            row = await outbox.one(tx, claim.row["id"])
        return row is not None and (row["state"], row["owner"]) == (OutboxState.CLAIMED, self._owner)

    def _message(self, claim: _Claim) -> bytes:
        terms, contact = self._terms, claim.ready.contact
        token = token_for(terms.salt, contact.id)
        envelope = Envelope(
            sender_name=terms.sender_name,
            sender=terms.sender,
            recipient_name=contact.name,
            recipient=contact.email,
            message_id=claim.row["message_id"],
            at=claim.at,
            disclosure=terms.disclosure if claim.ready.first else "",
            postal_address=terms.postal_address,
            unsubscribe_url=f"{terms.public_url.rstrip('/')}/u/{token}",
        )
        return compose(claim.ready.action.subject, claim.ready.action.body, envelope, self._mailbox.dkim)

    async def _finish(self, claim: _Claim, attempt: Attempt, report: Report) -> None:
        now = await self._clock.now()
        state, values = _next(claim, attempt, now)
        async with self._db.write() as tx:
            reach("before_mark")
            moved = await outbox.move(
                tx, claim.row["id"], [OutboxState.CLAIMED], state, held_by=self._owner, **values
            )
            if not moved and state is OutboxState.SENT:  # settled meanwhile as not sent: it was
                seen = [OutboxState.QUEUED, OutboxState.IN_DOUBT, OutboxState.HELD]
                moved = await outbox.move(tx, claim.row["id"], seen, state, **values)
            if not moved:
                raise _lost(claim.row)
            if state is OutboxState.QUEUED:
                await decisions.unspend(tx, claim.row["permit_id"])
            if state in _NOT_GONE:
                await budgets.give_back(tx, use_of(claim.row, self._terms), claim.at)
            kind = "delayed" if state is OutboxState.QUEUED else str(state)
            await self._note(tx, claim.row, kind, attempt.code, attempt.detail, now)
        _count(report, state)

    async def _note(
        self, tx: Any, row: dict[str, Any], kind: str, code: str, detail: str, now: datetime
    ) -> None:
        await audit.append(
            tx,
            at=now,
            kind=kind,
            subject=row["decision_id"],
            by="effector",
            body={"outbox": row["id"], "message_id": row["message_id"], "code": code, "detail": detail},
        )

    async def _put_all_off(self, why: str, report: Report) -> None:
        now = await self._clock.now()
        async with self._db.write() as tx:
            report.postponed += await outbox.postpone_due(tx, now, now + RETRY_AFTER, why)
        report.problems.append(why)
        log.warning("mailbox_down", extra={"why": why})

    async def _settle_doubt(self, report: Report) -> None:
        """Claims of dead processes and broken connections: ask the Sent folder, never guess."""
        async with self._db.read() as tx:
            rows = [row for state in _DOUBT for row in await outbox.in_state(tx, state)]
        for row in rows:
            age = time.time() - float(row["claimed_at"] or 0.0)
            if row["state"] == OutboxState.CLAIMED and row["owner"] in _draining:
                continue
            if age < self._mailbox.grace:
                report.in_doubt += 1
                continue
            try:
                await self._reconcile(row, age, report)
            except RainmakerError as error:
                log.warning("doubt_not_settled", extra={"outbox": row["id"], "code": error.code})
                report.problems.append(error.message)

    async def _reconcile(self, row: dict[str, Any], age: float, report: Report) -> None:
        now = await self._clock.now()
        state, code = self._settled(row, age, await self._probe(row["message_id"]))
        if row["state"] == state:  # still in doubt, and noted as such before
            _count(report, state)
            return
        values: dict[str, Any] = {"code": code}
        if state is OutboxState.SENT:
            values["sent_at"] = now
        if state is OutboxState.QUEUED:
            values["resends"] = row["resends"] + 1
        async with self._db.write() as tx:
            moved = await outbox.move(
                tx, row["id"], [OutboxState(row["state"])], state, held_by=row["owner"], **values
            )
            if moved and state is OutboxState.QUEUED:
                await decisions.unspend(tx, row["permit_id"])
                await budgets.give_back(tx, use_of(row, self._terms), row["due_at"])
            if moved:
                kind = "delayed" if state is OutboxState.QUEUED else str(state)
                await self._note(tx, row, kind, code, "", now)
        report.reconciled += int(moved and state is OutboxState.SENT)
        _count(report, state)

    def _settled(self, row: dict[str, Any], age: float, found: bool | None) -> tuple[OutboxState, str]:
        """Where a doubtful intent goes. Absence proves something only if the server files every mail."""
        can_ask = self._mailbox.probe is not None and self._mailbox.sent_copy != "none"
        if found:
            return OutboxState.SENT, "reconciled"
        if found is False and self._mailbox.sent_copy == "server" and row["resends"] < 1:
            return OutboxState.QUEUED, "not_in_sent"
        if found is None and can_ask and age < HOLD_AFTER:
            return OutboxState.IN_DOUBT, "sent_folder_unreachable"
        return OutboxState.HELD, "in_doubt"

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
            rows = [row for state in _DOUBT for row in await outbox.in_state(tx, state)]
        waits = [self._mailbox.grace - (time.time() - float(row["claimed_at"] or 0.0)) for row in rows]
        if waits and max(waits) > 0:
            await asyncio.sleep(min(max(waits), self._mailbox.grace) + 0.05)


def _next(claim: _Claim, attempt: Attempt, now: datetime) -> tuple[OutboxState, dict[str, Any]]:
    values: dict[str, Any] = {"code": attempt.code, "detail": attempt.detail}
    match attempt.outcome:
        case Sending.ACCEPTED:
            return OutboxState.SENT, {**values, "sent_at": now}
        case Sending.REFUSED:
            return OutboxState.FAILED, values
        case Sending.UNKNOWN:
            return OutboxState.IN_DOUBT, {**values, "claimed_at": time.time()}
        case Sending.LATER if attempt.everyone:
            attempts = claim.row["attempts"] - 1  # says nothing about this mail
            return OutboxState.QUEUED, {**values, "due_at": now + RETRY_AFTER, "attempts": attempts}
        case Sending.LATER:
            attempts = claim.row["attempts"]
            if attempts >= RETRIES:
                return OutboxState.FAILED, values
            return OutboxState.QUEUED, {**values, "due_at": now + RETRY_AFTER * 2 ** (attempts - 1)}


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
