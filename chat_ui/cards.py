"""Approval cards: what they show, read from our approvals each time, and what their buttons do."""

import logging
from datetime import datetime
from typing import Any

from autonomy.approvals import DECIDERS
from chat_ui.rendering import each_once
from domain.decisions import Actor, ApprovalState
from domain.errors import Bug, Correctable, RainmakerError
from service import ask_views
from service.bootstrap import House
from service.commands import run_command

log = logging.getLogger(__name__)
ELEMENT = "ApprovalCard"
_DECISIONS = ("approve", "reject", "edit", "always")


async def card(house: House, approval_id: str, actor: Actor) -> dict[str, Any]:
    """Everything a card shows of one approval, as it stands now.

    Raises:
        Correctable: unknown_approval.
    """
    shown = await ask_views.one(house, approval_id)
    now = await house.clock.now()
    if shown["state"] == ApprovalState.PENDING and datetime.fromisoformat(shown["expires_at"]) <= now:
        shown["state"] = str(ApprovalState.EXPIRED)
    shown["why"] = each_once(shown["why"])
    waiting_items = [item for item in shown["items"] if item["state"] == ApprovalState.PENDING]
    agreed = bool(waiting_items) and all(actor.name in item["agreed"] for item in waiting_items)
    return shown | {"may_decide": actor.role in DECIDERS, "you_agreed": agreed, "now": now.isoformat()}


async def waiting(house: House) -> list[str]:
    """Ids of the approvals that wait, riskiest first."""
    return [row["id"] for row in await ask_views.pending(house, with_items=False)]


async def decide(house: House, actor: Actor, payload: dict[str, Any]) -> dict[str, Any]:
    """Carry out a click and say how the approval stands; a refusal is an answer, not an exception."""
    approval_id = str(payload.get("approval", ""))[:80]
    answer: dict[str, Any] = {"ok": True, "message": "", "hint": ""}
    try:
        done = await _run(house, actor, approval_id, payload)
        answer["item"] = done.get("item", "")
        answer["message"] = done.get("text", "")  # of a drafted policy: what it needs before it holds
    except RainmakerError as error:
        answer = {"ok": False, "message": _told(error), "hint": error.hint or "", "code": error.code}
    except Exception:  # the edge of a click
        log.exception("decision_failed", extra={"approval": approval_id})
        answer = {
            "ok": False,
            "message": Bug("Something unexpected went wrong; the log has the details.").message,
        }
    try:
        return answer | {"approval": await card(house, approval_id, actor)}
    except RainmakerError as error:
        return {"ok": False, "message": error.message, "hint": error.hint or "", "approval": None}


async def _run(house: House, actor: Actor, approval_id: str, payload: dict[str, Any]) -> dict[str, Any]:
    decision = str(payload.get("decision", ""))
    if decision not in _DECISIONS:
        raise Correctable(
            "A card can approve, reject, edit or draft a rule.", code="unknown_command", where=decision[:40]
        )
    args: dict[str, Any] = {"id": approval_id}
    if decision == "edit":
        args |= {name: payload.get(name) for name in ("item", "subject", "body")}
    elif decision != "always":
        args["items"] = payload.get("items") or []
    done: dict[str, Any] = await run_command(house, decision, args, actor=actor)
    return done


def _told(error: RainmakerError) -> str:
    return f"The first answer counts. {error.message}" if error.code == "already_decided" else error.message
