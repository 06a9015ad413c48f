"""How things stand, in one document: what waits, what is stopped, what is queued, how each mailbox is. Reads only."""

from typing import Any

from autonomy import approvals, ask_budget
from autonomy.stop_file import with_stop_file
from runtime.store import deals, inbound, outbox, people
from service import timetable
from service.bootstrap import House


async def status(house: House) -> dict[str, Any]:
    """Counts and states of this moment, by the business clock."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        boxes = await inbound.mailbox_states(tx)
        due = await timetable.next_due(tx, timetable.of_house(house))
        return {
            "now": now.isoformat(),
            "sandbox": house.settings.sandbox,
            "language": house.language.info.name,
            "approvals_waiting": len(await approvals.listing(tx, now)),
            "approvals_deferred": await ask_budget.deferred(tx),
            "tasks_open": len(await deals.open_tasks(tx)),
            "mails": await outbox.counts(tx),
            "stopped": [
                {"scope": str(row["scope"]), "level": str(row["level"]), "reason": str(row["reason"])}
                for row in with_stop_file(await people.thrown_switches(tx), house.terms.stop_file)
            ],
            "mailboxes": [
                {
                    "address": box["address"],
                    "read_at": box["read_at"].isoformat() if box["read_at"] else None,
                    "trouble": box["trouble"],
                }
                for box in boxes
            ],
            "next_due": due.isoformat() if due else None,
        }
