"""Settling doubt: claims of dead processes and broken connections. Asks the Sent folder, never guesses."""

import logging
import time
from collections.abc import Container
from typing import Any

from autonomy import budgets
from autonomy.terms import Terms
from domain.decisions import OutboxState
from domain.errors import RainmakerError
from runtime.clock import Clock
from runtime.durable.handovers import Handovers
from runtime.durable.lease import Standing
from runtime.faults import reach
from runtime.store import decisions, outbox
from runtime.store.engine import Database
from tools.act.recheck_mail import use_of
from tools.drains import Mailbox, Report, count, note

log = logging.getLogger(__name__)
HOLD_AFTER = 15 * 60.0  # seconds of doubt after which a person must look
_DOUBT = (OutboxState.CLAIMED, OutboxState.IN_DOUBT)


class Doubts:
    """The doubtful intents of one outbox, seen from one process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mailbox: Mailbox,
        terms: Terms,
        standing: Standing,
        handovers: Handovers | None,
    ) -> None:
        self._db = database
        self._clock = clock
        self._mailbox = mailbox
        self._terms = terms
        self._standing = standing
        self._handovers = handovers

    async def settle(self, report: Report, ours: Container[str]) -> None:
        """Claims of dead processes and broken connections: ask the Sent folder, never guess."""
        async with self._db.read() as tx:
            rows = [row for state in _DOUBT for row in await outbox.in_state(tx, state)]
        others = (await self._standing.live() if rows else frozenset()) - {self._standing.executor}
        for row in rows:
            age = time.time() - float(row["claimed_at"] or 0.0)
            if row["state"] == OutboxState.CLAIMED and (
                row["owner"] in ours or row["owner"].partition(".")[0] in others
            ):
                continue  # whoever lives marks their own, however long a server takes
            if self._never_begun(row):
                await self.unclaim(row, "not_begun", report)
                continue
            if age < self._mailbox.grace:
                report.in_doubt += 1
                continue
            try:
                await self._reconcile(row, age, report)
            except RainmakerError as error:
                log.warning("doubt_not_settled", extra={"outbox": row["id"], "code": error.code})
                report.problems.append(error.message)

    def _never_begun(self, row: dict[str, Any]) -> bool:
        """True when a dead process claimed an intent and certainly handed nothing over."""
        return (
            row["state"] == OutboxState.CLAIMED
            and self._handovers is not None
            and self._handovers.never_begun(row["owner"].partition(".")[0], row["id"], row["attempts"])
        )

    async def unclaim(self, row: dict[str, Any], code: str, report: Report) -> None:
        """Let an intent wait again that was certainly not handed over, unless somebody settled it meanwhile."""
        now = await self._clock.now()
        seen, values = [OutboxState.CLAIMED], {"code": code, "attempts": row["attempts"] - 1}
        async with self._db.write() as tx:
            moved = await outbox.move(tx, row["id"], seen, OutboxState.QUEUED, held_by=row["owner"], **values)
            if moved:
                await decisions.unspend(tx, row["permit_id"])
                await budgets.give_back(tx, use_of(row, self._terms), row["due_at"])
                await note(tx, row, "delayed", code, "", now)
        report.postponed += int(moved)

    async def _reconcile(self, row: dict[str, Any], age: float, report: Report) -> None:
        now = await self._clock.now()
        state, code = self._settled(row, age, await self._probe(row["message_id"]))
        reach("mid_settle")
        if row["state"] == state:  # still in doubt, and noted as such before
            count(report, state)
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
                await note(tx, row, kind, code, "", now)
        report.reconciled += int(moved and state is OutboxState.SENT)
        count(report, state)

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

    async def grace_left(self) -> float:
        """Seconds until the youngest doubtful claim may be settled; 0 when there is none."""
        async with self._db.read() as tx:
            rows = [row for state in _DOUBT for row in await outbox.in_state(tx, state)]
        waits = [self._mailbox.grace - (time.time() - float(row["claimed_at"] or 0.0)) for row in rows]
        return min(max(waits), self._mailbox.grace) + 0.05 if waits and max(waits) > 0 else 0.0
