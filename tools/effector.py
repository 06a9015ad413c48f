"""The effector for mail: claims due intents, re-checks everything, sends once, and settles doubt.

It holds the mail credentials and no language model. One row, one state, compare-and-set.
"""

import asyncio
import itertools
import logging
import random
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from autonomy import budgets
from autonomy.policy import Policy
from autonomy.terms import Terms
from domain.actions import NotifyOwner
from domain.decisions import OutboxState
from domain.errors import RainmakerError, Retryable
from domain.ids import Ids
from runtime.clock import Clock
from runtime.durable.handovers import Handovers
from runtime.durable.lease import Alone, Standing
from runtime.faults import reach
from runtime.store import decisions, outbox
from runtime.store.engine import Database
from runtime.store.inline import inline
from tools.act.compose_mail import Envelope, compose
from tools.act.letters import Prepared, letter_left, prepare
from tools.act.mail_headers import wire_address
from tools.act.morning_mail import compose_page
from tools.act.recheck_mail import Never, NotNow, Ready, recheck, use_of
from tools.act.unsubscribe import token_for
from tools.doubts import Doubts
from tools.drains import Mailbox, Report, count, note
from tools.providers.smtp import Attempt, Sending

log = logging.getLogger(__name__)
RETRIES = 5  # temporary refusals of one mail before it fails
RETRY_AFTER = timedelta(minutes=10)  # doubles with each temporary refusal
PAGE = 100
_NOT_GONE = (OutboxState.QUEUED, OutboxState.FAILED)  # what such a claim took from budgets comes back
YOUNG = 1.0  # seconds in which nobody settles a claim, whatever the grace
_numbers = itertools.count(1)
# owners at work in this process, with their tasks; nobody else settles their claims
_draining: dict[str, asyncio.Task[Any] | None] = {}


def draining() -> bool:
    """True while this process drains an outbox."""
    return bool(_draining)


async def come_to_rest(seconds: float) -> None:
    """Let drains of this process end that were told to; what is handed over then is not in doubt later."""
    tasks = [task for task in _draining.values() if task is not None]
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


@dataclass(frozen=True)
class _Claim:
    row: dict[str, Any]
    ready: Ready
    at: datetime
    made: float  # machine time of the claim


class _Waiting:
    """Due intents, oldest first, each handed out once; several processes at work begin at different ones."""

    def __init__(self, database: Database, clock: Clock, others: bool) -> None:
        self._db = database
        self._clock = clock
        self._others = others
        self._rows: deque[dict[str, Any]] = deque()
        self._after: tuple[datetime, str] | None = None

    async def next(self) -> dict[str, Any] | None:
        """The next one, or None when all were handed out."""
        if not self._rows:
            async with self._db.read() as tx:
                page = await outbox.due(tx, await self._clock.now(), PAGE, self._after)
            if page:
                self._after = (page[-1]["due_at"], page[-1]["id"])
            if self._others:
                random.shuffle(page)
            self._rows.extend(page)
        return self._rows.popleft() if self._rows else None


class _MailboxDown(Exception):
    """The trouble is the mailbox's, not one mail's: the rest of the drain waits."""


class _LeaseLost(Exception):
    """This process slept past its lease: others took its place, so it must not act on what it began."""


class Effector:
    """Sends what the outbox holds. `owner` is fresh for every instance and begins with the process's id."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: Ids,
        mailbox: Mailbox,
        terms: Terms,
        policy: Policy,
        standing: Standing | None = None,
        handovers: Handovers | None = None,
    ) -> None:
        self._db = database
        self._clock = clock
        self._mailbox = mailbox
        self._terms = terms
        self._policy = policy
        self._standing = standing or Alone()
        self._handovers = handovers
        self._doubts = Doubts(database, clock, mailbox, terms, self._standing, handovers)
        self._owner = f"{self._standing.executor}.{next(_numbers)}"
        self._term: int | None = None
        self._others = False  # whether other processes drain beside this one

    async def drain(self, limit: int = 500) -> Report:
        """Settle doubt, then send what is due, at most `limit` mails, over one connection; each intent on its own."""
        report = Report()
        self._term = self._standing.term()
        _draining[self._owner] = asyncio.current_task()
        try:
            self._must_hold_lease()
            if self._handovers is not None:
                self._handovers.open()
            await self._doubts.settle(report, _draining)
            await self._send_due(report, limit)
        except _MailboxDown as error:
            await self._put_all_off(str(error), report)
        except _LeaseLost:
            log.warning("lease_lost", extra={"owner": self._owner})
            report.problems.append("This process slept past its lease, so it sent nothing more.")
        finally:
            _draining.pop(self._owner, None)
            if self._handovers is not None:
                self._handovers.close()
            await self._mailbox.sender.close()
        return report

    def _must_hold_lease(self) -> None:
        if self._term is None or self._standing.term() != self._term:
            raise _LeaseLost

    async def _send_due(self, report: Report, limit: int) -> None:
        """One transaction a mail: it marks the one that just left and claims the next."""
        self._others = len(await self._standing.live()) > 1
        waiting = _Waiting(self._db, self._clock, self._others)
        held: _Claim | None = None
        while held is not None or limit > 0:
            if held is None:
                held = await self._claim_next(waiting, report)
            if held is None:
                return
            limit -= 1
            held = await self._handled(held, waiting if limit > 0 else None, report)

    async def _handled(self, claim: _Claim, waiting: "_Waiting | None", report: Report) -> _Claim | None:
        """Send one claimed mail; returns the claim of the next. One intent's trouble delays nobody else."""
        try:
            return await self._sent(claim, waiting, report)
        except (_MailboxDown, _LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001 – told in the report and the log; the others go on
            _tell(error, claim.row, report)
            return None

    async def _sent(self, claim: _Claim, waiting: "_Waiting | None", report: Report) -> _Claim | None:
        reach("after_claim")
        attempt = await self._attempt(claim, report)
        reach("after_250")
        following = None if attempt.everyone or waiting is None else await waiting.next()
        claimed = await self._finish_and_claim(claim, attempt, following, report)
        reach("after_mark")
        if attempt.everyone:
            raise _MailboxDown(attempt.detail or attempt.code)
        return claimed

    async def _claim_next(self, waiting: "_Waiting", report: Report) -> _Claim | None:
        """Claim the next mail that may leave now; those that may not are passed over."""
        while (row := await waiting.next()) is not None:
            try:
                async with self._db.write() as tx, inline(tx):
                    claim = await self._claim(tx, row, report)
            except Exception as error:  # noqa: BLE001 – as above
                _tell(error, row, report)
                continue
            if claim is not None:
                return claim
        return None

    async def _finish_and_claim(
        self, claim: _Claim, attempt: Attempt, row: dict[str, Any] | None, report: Report
    ) -> _Claim | None:
        """Mark one mail and claim the next together; what is wrong with the next never unmarks the first."""
        told, marked = Report(), False
        if row is not None:
            try:
                async with self._db.write() as tx, inline(tx):
                    state = await self._finish(tx, claim, attempt)
                    marked = True
                    following = await self._claim(tx, row, told)
            except Exception as error:
                if not marked:
                    raise
                _tell(error, row, report)
            else:
                count(report, state)
                report.refused += told.refused
                report.postponed += told.postponed
                return following
        async with self._db.write() as tx:
            state = await self._finish(tx, claim, attempt)
        count(report, state)
        return None

    async def _claim(self, tx: Any, row: dict[str, Any], report: Report) -> _Claim | None:
        """Re-check everything and claim, in the caller's transaction."""
        reach("before_claim")
        if self._others and not await outbox.is_queued(tx, row["id"]):
            return None  # another process was faster
        now = await self._clock.now()
        result = await recheck(tx, row, terms=self._terms, policy=self._policy, now=now)
        match result:
            case Never(code=code, detail=detail):
                values = {"code": code, "detail": detail}
                if await outbox.move(tx, row["id"], [OutboxState.QUEUED], OutboxState.CANCELLED, **values):
                    await note(tx, row, "not_sent", code, detail, now)
                report.refused += 1
                return None
            case NotNow(until=until, why=why):
                if until is not None:
                    await outbox.postpone(tx, row["id"], until, why)
                report.postponed += 1
                return None
        values = {"claimed_at": time.time(), "due_at": now, "attempts": row["attempts"] + 1}
        claimed = await outbox.move(
            tx, row["id"], [OutboxState.QUEUED], OutboxState.CLAIMED, owner=self._owner, **values
        )
        # a raise here rolls the claim back
        if not claimed or not await decisions.spend(tx, row["permit_id"], row["action_hash"], now):
            raise _lost(row)
        reach("in_claim")
        taken = {**row, "attempts": row["attempts"] + 1, "owner": self._owner, "due_at": now}
        return _Claim(taken, result, now, time.monotonic())

    async def _attempt(self, claim: _Claim, report: Report) -> Attempt:
        """Make the message and hand it over once; what cannot be made certainly did not leave."""
        await self._check_lease(claim, report)  # a meeting is written into the calendar next
        try:
            prepared = await prepare(claim.ready.action, self._db, self._mailbox.hands, claim.at)
        except Retryable as error:
            return Attempt(Sending.LATER, error.code, error.message)
        except RainmakerError as error:
            return Attempt(Sending.REFUSED, error.code, error.message)
        try:
            message = await self._made(claim, prepared)
            recipient = wire_address(claim.ready.contact.email)
        except ValueError as error:
            return Attempt(Sending.REFUSED, "bad_text", str(error))
        except RainmakerError as error:
            return Attempt(Sending.LATER, error.code, error.message, everyone=True)
        if self._handovers is not None:  # before the last look: what is not noted was certainly not sent
            self._handovers.note(claim.row["id"], claim.row["attempts"])
        if not await self._still_ours(claim):
            raise _lost(claim.row)
        await self._check_lease(claim, report)
        return await self._mailbox.sender.send(wire_address(self._terms.sender), recipient, message)

    async def _check_lease(self, claim: _Claim, report: Report) -> None:
        """Before every effect: who slept past the lease gives back what certainly did not leave."""
        try:
            self._must_hold_lease()
        except _LeaseLost:
            await self._doubts.unclaim(claim.row, "lease_lost", report)
            raise

    async def _still_ours(self, claim: _Claim) -> bool:
        """False when this process slept past its claim and another one settled it."""
        if time.monotonic() - claim.made < min(YOUNG, self._mailbox.grace / 2):
            return True
        async with self._db.read() as tx:
            row = await outbox.one(tx, claim.row["id"])
        return row is not None and (row["state"], row["owner"]) == (OutboxState.CLAIMED, self._owner)

    async def _made(self, claim: _Claim, prepared: Prepared) -> bytes:
        """The finished message; signing takes long enough for a thread of its own."""
        if self._mailbox.dkim is None:
            return self._message(claim, prepared)
        return await asyncio.to_thread(self._message, claim, prepared)

    def _message(self, claim: _Claim, prepared: Prepared) -> bytes:
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
            in_reply_to=prepared.in_reply_to,
            references=prepared.references,
        )
        if isinstance(claim.ready.action, NotifyOwner):
            return compose_page(
                prepared.subject, prepared.body, envelope, terms.public_url, self._mailbox.dkim
            )
        return compose(prepared.subject, prepared.body, envelope, self._mailbox.dkim, prepared.invite)

    async def _finish(self, tx: Any, claim: _Claim, attempt: Attempt) -> OutboxState:
        """Mark what became of a claimed mail, in the caller's transaction."""
        now = await self._clock.now()
        state, values = _next(claim, attempt, now)
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
        await note(tx, claim.row, kind, attempt.code, attempt.detail, now)
        await letter_left(tx, claim.ready.action, state, now)
        return state

    async def _put_all_off(self, why: str, report: Report) -> None:
        now = await self._clock.now()
        async with self._db.write() as tx:
            report.postponed += await outbox.postpone_due(tx, now, now + RETRY_AFTER, why)
        report.problems.append(why)
        log.warning("mailbox_down", extra={"why": why})

    async def wait_for_grace(self) -> None:
        """Sleep until the youngest doubtful claim may be settled; at once when there is none."""
        await asyncio.sleep(await self.grace_left())

    async def grace_left(self) -> float:
        """Seconds until the youngest doubtful claim may be settled; 0 when there is none."""
        return await self._doubts.grace_left()


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


def _tell(error: Exception, row: dict[str, Any], report: Report) -> None:
    """Note one intent's trouble; the others go on."""
    if isinstance(error, RainmakerError):
        log.warning("intent_not_sent", extra={"outbox": row["id"], "code": error.code})
        report.problems.append(error.message)
        return
    log.error("intent_failed", extra={"outbox": row["id"]}, exc_info=error)
    report.problems.append("One mail could not be handled; the log says why.")


def _lost(row: dict[str, Any]) -> Retryable:
    return Retryable("Another process claimed this mail first.", code="claim_lost", where=row["id"])
