"""/console/policy/versions: one version – what differs, what a check says – and trying, activating, rolling back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from channels.console.differences import differences, version_hash
from channels.console.door import Visitor, text_of
from channels.console.pages import Console, see, status_of
from domain.errors import Correctable, RainmakerError

DONE = {
    "saved": "Saved as a new version. It is not in force yet.",
    "tried": "Tried on past decisions.",
    "active": "This version is in force.",
    "back": "The version before is in force again.",
    "drafted": "This draft would not ask for such an act any more. It is not in force yet.",
}


def add_routes(router: APIRouter, console: Console) -> None:
    """A version and what is done with it."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/policy/versions/{version}")
    async def version(visitor: entered, version: str, against: str = "", done: str = "") -> Response:
        return await _page(console, visitor, version, against=against, done=done)

    @router.post("/policy/versions/{version}/simulate")
    async def simulate(request: Request, visitor: entered, version: str) -> Response:
        await console.door.form(request, visitor)
        await console.run(visitor, "policy_simulate", version=version[:60])
        return see(f"/console/policy/versions/{version[:60]}?done=tried#trial")

    @router.post("/policy/versions/{version}/activate")
    async def activate(request: Request, visitor: entered, version: str) -> Response:
        form = await console.door.form(request, visitor)
        reason = text_of(form, "reason").strip()
        try:
            if visitor.may("policy_activate") and not reason:
                raise Correctable("Say in a sentence why; it is kept with the decision.", code="no_reason")
            await console.run(visitor, "policy_activate", version=version[:60], reason=reason[:300])
        except RainmakerError as error:
            return await _page(console, visitor, version, error=error)
        return see(f"/console/policy/versions/{version[:60]}?done=active")

    @router.post("/policy/rollback")
    async def rollback(request: Request, visitor: entered) -> Response:
        await console.door.form(request, visitor)
        done = await console.run(visitor, "policy_rollback")
        return see(f"/console/policy/versions/{done['number']}?done=back")


async def _page(
    console: Console,
    visitor: Visitor,
    version: str,
    *,
    against: str = "",
    done: str = "",
    error: RainmakerError | None = None,
) -> Response:
    shown = await console.run(visitor, "policy_show", version=version[:60])
    active = await console.run(visitor, "policy_show")
    other = await console.run(visitor, "policy_show", version=against[:60] or _before(shown, active))
    return await console.page(
        visitor,
        "version.html",
        status=status_of(error) if error else 200,
        error=error,
        notice=DONE.get(done),
        here="policy",
        shown=shown,
        meta=next((one for one in shown["versions"] if one["id"] == shown["id"]), None),
        active=active,
        other=other,
        changes=differences(other, shown),
        open_cells=_by_party(shown["check"]["open_cells"]),
        **_trial(shown, active),
    )


def _before(shown: dict[str, Any], active: dict[str, Any]) -> str:
    """What a version is compared with: the one in force, or, for that one, the one saved before it."""
    if not shown["active"]:
        return str(active["number"] or "")
    older = [one["number"] for one in shown["versions"] if one["number"] < shown["number"]]
    return str(max(older, default=shown["number"]))


def _trial(shown: dict[str, Any], active: dict[str, Any]) -> dict[str, Any]:
    """The kept simulation, looser changes first, and whether it still speaks about the version in force."""
    trial = shown["simulation"]
    if trial is None:
        return {"trial": None, "changed": [], "fresh": False}
    changed = sorted(trial["changes"], key=lambda one: not one["looser"])
    return {"trial": trial, "changed": changed, "fresh": trial["against"] == version_hash(active)}


def _by_party(cells: list[str]) -> list[tuple[str, list[str]]]:
    """Open cells `party × action` as actions by party."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        party, _, action = cell.partition(" × ")
        found.setdefault(party, []).append(action)
    return list(found.items())
