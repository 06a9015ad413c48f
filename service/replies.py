"""Handling mails that were taken in: one turn of the brain each, then the lead's state with its reason.

Work of every turn. A mail whose handling fails for a passing reason stays and is tried again; one whose answer a
stop keeps back is read, stays, and is handled once more when the stop has ended.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import switch
from autonomy.stop_file import with_stop_file
from domain.decisions import Actor
from domain.errors import RainmakerError, Retryable
from domain.leads import ENDED, LeadState, NextAction, NextStep
from domain.mail import ANSWERABLE, MailKind
from runtime.store import inbound, outbox, people, threads
from runtime.store.due import DueRow
from service.bootstrap import House
from service.meeting_answers import take_answer
from service.taking_in import leave_alone, leave_threads
from service.timetable import Worked
from service.turns import TurnResult, handle_signal

log = logging.getLogger(__name__)
SYSTEM = Actor(kind="system", name="system")
MOST = 100  # mails in one turn
MOST_LOOKED_AT = 2_000  # while a stop keeps some back
STOPPED = "G18"  # the rule that says that everything stands still
Stops = Sequence[Mapping[str, Any]]


async def handle_new(house: House, due_row: DueRow) -> Worked:
    """Handle every mail that waits for it, oldest first."""
    async with house.database.read() as tx:
        stops = with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)
        found = await inbound.in_state(tx, inbound.NEW, MOST_LOOKED_AT if stops else MOST)
    rows = [row for row in found if not _kept_back(row, stops, house.terms.sender)][:MOST]
    problems: list[str] = []
    handled = 0
    for row in rows:
        try:
            await _handle(house, row)
            handled += 1
        except Retryable as error:
            log.warning("reply_waits", extra={"inbound": row["id"], "code": error.code})
            problems.append(error.message)
        except RainmakerError as error:
            await _for_a_person(house, row, error.message)
            handled += 1
        except Exception:  # one mail's trouble must not keep the others waiting
            log.exception("reply_not_handled", extra={"inbound": row["id"]})
            await _for_a_person(house, row, "It could not be handled; the log says why.")
            handled += 1
    return Worked(counts={"decisions": handled}, problems=tuple(dict.fromkeys(problems)))


def _kept_back(row: dict[str, Any], stops: Stops, sender: str) -> bool:
    """True for a mail that was read before and whose answer a stop still keeps back."""
    scopes = ("agent:relationship", f"mailbox:{sender}", f"account:{row['account_id']}")
    return bool(row["reading"]) and switch.stopped(stops, "sends", scopes) is not None


async def _for_a_person(house: House, row: dict[str, Any], why: str) -> None:
    log.warning("reply_for_a_person", extra={"inbound": row["id"]})
    async with house.database.write() as tx:
        await inbound.settle(tx, row["id"], [inbound.NEW], inbound.WAITING, detail=why)


async def _handle(house: House, row: dict[str, Any]) -> None:
    if row["kind"] == MailKind.CALENDAR and not row["reading"]:
        taken = await take_answer(house, row)
        if not taken.other_time:
            async with house.database.write() as tx:
                await inbound.settle(tx, row["id"], [inbound.NEW], taken.state, detail=taken.detail)
            return
    result = await handle_signal(house, "reply_came", {"inbound_id": row["id"]}, actor=SYSTEM, lenient=True)
    step = NextStep.model_validate(result.data["next"])
    if why := _stopped(result):
        await _keep_for_later(house, row, result, why)
        return
    async with house.database.write() as tx:
        await _settle(tx, house, row, step, result)
    if step.deal:
        await _tell(house, "deal_signal", row)
    if step.refer:
        await _tell(house, "person_named", row)


def _stopped(result: TurnResult) -> str:
    """Why a stop kept something of a turn back; empty when none did."""
    kept = (one["text"] for one in result.outcome if one["verdict"] == "refuse" and STOPPED in one["rules"])
    return next(kept, "")


async def _keep_for_later(house: House, row: dict[str, Any], result: TurnResult, why: str) -> None:
    """The mail is read and stays new: a stop says when nothing may leave, not that nobody shall be answered."""
    values = {
        "detail": f"It is answered when the stop has ended. {why}",
        "reading": result.data.get("reading"),
    }
    async with house.database.write() as tx:
        await inbound.settle(tx, row["id"], [inbound.NEW], inbound.NEW, **values)


async def _settle(
    tx: AsyncConnection, house: House, row: dict[str, Any], step: NextStep, result: TurnResult
) -> None:
    """The lead's state after the turn; what the gate refused or a person must decide is said."""
    refused = [one["text"] for one in result.outcome if one["verdict"] == "refuse"]
    state, detail = step.state, step.reason
    if step.action is NextAction.SUPPRESS:
        await leave_alone(tx, house, row["contact_id"], "opted out in words", row["id"])
        await leave_threads(tx, row["contact_id"], LeadState.OPTED_OUT, step.reason)
    elif refused:
        state, detail = LeadState.HANDED, f"{step.reason} The gate refused it: {refused[0]}"
    if row["kind"] in ANSWERABLE or step.action is NextAction.WAIT:
        values = {"state": str(state), "reason": detail, "until": step.until}
        await threads.change(tx, row["thread_id"], **values)
    elif state is LeadState.CLOSED:
        await _no_longer_there(tx, row["contact_id"], detail)
    to = inbound.WAITING if refused or state is LeadState.HANDED else inbound.HANDLED
    reading = result.data.get("reading")
    await inbound.settle(tx, row["id"], [inbound.NEW], to, detail=detail, reading=reading)


async def _no_longer_there(tx: AsyncConnection, contact_id: str, why: str) -> None:
    """Their mailbox says that they are gone: no sequence of any campaign writes to them again."""
    await outbox.cancel_touches(tx, contact_id, "gone", why)
    for row in await threads.of_contact(tx, contact_id):
        if row["state"] not in ENDED:
            await threads.change(tx, row["id"], state=str(LeadState.CLOSED), reason=why, until=None)


async def _tell(house: House, signal: str, row: dict[str, Any]) -> None:
    """Tell another specialist of a mail; trouble there does not undo what was answered."""
    try:
        await handle_signal(house, signal, {"inbound_id": row["id"]}, actor=SYSTEM, lenient=True)
    except RainmakerError as error:
        log.warning("signal_failed", extra={"signal": signal, "inbound": row["id"], "code": error.code})
