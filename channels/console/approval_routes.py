"""/console/approvals: what waits for a person, in risk order, with its exact text; the first answer wins."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from channels.console.decided import lately_decided, with_actions
from channels.console.door import Visitor, text_of
from channels.console.pages import Console, see, status_of
from domain.errors import Correctable, RainmakerError

DONE = {
    "approve": "Approved. What it allows happens now or is queued.",
    "reject": "Rejected. Nothing happens.",
    "edit": "The new text was judged and now waits for your decision.",
    "agreed": "Your yes is kept. Another person must agree before anything happens.",
}
ROUTES = ("approve", "reject", "edit", "always")


def add_routes(router: APIRouter, console: Console) -> None:
    """The queue and deciding."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/approvals")
    async def queue(visitor: entered, done: str = "") -> Response:
        return await _page(console, visitor, notice=DONE.get(done))

    @router.get("/approvals/news")
    async def news(visitor: entered, seen: str = "") -> Response:
        """Whether the queue is another than the one somebody reads; their page is not changed under their hands."""
        now = _mark([row["id"] for row in await console.run(visitor, "approvals")])
        return console.part("approvals_news.html", changed=now != seen)

    @router.post("/approvals/{approval_id}")
    async def decide(request: Request, visitor: entered, approval_id: str) -> Response:
        form = await console.door.form(request, visitor)
        try:
            return see(await _decide(console, visitor, approval_id[:80], form))
        except RainmakerError as error:
            item = text_of(form, "item")
            typed = {"approval": approval_id, "item": item, "body": text_of(form, "body")}
            typed["subject"] = text_of(form, "subject")
            return await _page(console, visitor, error=error, typed=typed)


def _mark(ids: list[str]) -> str:
    """A queue in a few letters, whatever its order."""
    return hashlib.sha256(" ".join(sorted(ids)).encode()).hexdigest()[:16]


async def _decide(console: Console, visitor: Visitor, approval_id: str, form: FormData) -> str:
    """Carry a form out; returns the page to show next."""
    wanted, item = text_of(form, "do"), text_of(form, "item")[:80]
    if wanted not in ROUTES:
        raise Correctable("Decide with approve, reject or edit.", code="unknown_command", where=wanted[:40])
    if wanted == "always":
        made = await console.run(visitor, "always", id=approval_id)
        return f"/console/policy/versions/{made['number']}?done=drafted"
    if wanted == "edit":
        texts = {"subject": text_of(form, "subject"), "body": text_of(form, "body")}
        await console.run(visitor, "edit", id=approval_id, item=item, **texts)
        return f"/console/approvals?done=edit#{approval_id}"
    result = await console.run(visitor, wanted, id=approval_id, items=(item,) if item else ())
    agreed_only = wanted == "approve" and not result["approved"]
    return f"/console/approvals?done={'agreed' if agreed_only else wanted}"


async def _page(
    console: Console,
    visitor: Visitor,
    *,
    notice: str | None = None,
    error: RainmakerError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    waiting: list[dict[str, Any]] = await console.run(visitor, "approvals")
    async with console.house.database.read() as tx:
        for one in waiting:
            await with_actions(tx, one)
        decided = await lately_decided(tx)
    still = {item["id"] for one in waiting for item in one["items"] if item["state"] == "pending"}
    unsaved = typed if typed and typed["body"] and typed["item"] not in still else None
    return await console.page(
        visitor,
        "approvals.html",
        status=status_of(error) if error else 200,
        notice=notice,
        error=error,
        here="approvals",
        waiting=waiting,
        seen=_mark([one["id"] for one in waiting]),
        decided=decided,
        typed=typed or {"approval": "", "item": "", "body": "", "subject": ""},
        unsaved=unsaved,
        may_decide=visitor.may("approve"),
    )
