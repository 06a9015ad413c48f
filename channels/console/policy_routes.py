"""/console/policy: the matrix as a grid that people read and change; a change is a new version."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from autonomy.circumstances import EVIDENCE, RELATIONSHIPS
from autonomy.policy import PARTIES
from channels.console.door import Visitor, text_of
from channels.console.grid import Grid, GridRow, grid_from, grid_of, problems_of
from channels.console.pages import Console, see, status_of
from domain.actions import ACTION_KINDS
from domain.errors import Correctable, Refused

CHOICES = {
    "parties": PARTIES,
    "actions": (*ACTION_KINDS, "*"),
    "relationships": RELATIONSHIPS,
    "evidences": EVIDENCE,
}


def add_routes(router: APIRouter, console: Console) -> None:
    """The grid, saving it, and YAML in and out."""
    entered = Annotated[Visitor, Depends(console.door.enter)]

    @router.get("/policy")
    async def grid(visitor: entered, version: str = "") -> Response:
        shown = await console.run(visitor, "policy_show", version=version[:60])
        return await _page(console, visitor, grid_of(shown), shown)

    @router.post("/policy")
    async def save(request: Request, visitor: entered) -> Response:
        form = await console.door.form(request, visitor)
        typed = grid_from(form)
        if text_of(form, "do") == "add":
            return await _page(console, visitor, replace(typed, rows=(*typed.rows, _next_row(typed))))
        try:
            made = await console.run(visitor, "policy_edit", text=typed.text(), note=_note(typed.note))
        except Correctable as error:
            return await _wrong(console, visitor, typed, error)
        return see(f"/console/policy/versions/{made['number']}?done=saved")

    @router.post("/policy/upload")
    async def upload(request: Request, visitor: entered) -> Response:
        form = await console.door.form(request, visitor)
        if not visitor.may("policy_edit"):
            raise Refused(f"The role {visitor.actor.role} may not edit the policy.", code="role_may_not")
        try:
            made = await console.run(visitor, "policy_edit", text=await _file_text(form), note="uploaded")
        except Correctable as error:
            shown = await console.run(visitor, "policy_show")
            return await _page(console, visitor, grid_of(shown), shown, error=error, status=status_of(error))
        return see(f"/console/policy/versions/{made['number']}?done=saved")

    @router.get("/policy.yaml")
    async def download(visitor: entered, version: str = "") -> Response:
        shown = await console.run(visitor, "policy_show", version=version[:60])
        headers = {"Content-Disposition": f'attachment; filename="policy-{shown["number"]}.yaml"'}
        return Response(shown["yaml"], media_type="application/yaml; charset=utf-8", headers=headers)


def _note(typed: str) -> str:
    return typed[:300] or "edited in the console"


def _next_row(grid: Grid) -> GridRow:
    """An empty row with a name nobody has."""
    taken = {row.id for row in grid.rows}
    name = next(one for number in range(1, 100_000) if (one := f"R-{number:02}") not in taken)
    return GridRow(id=name)


async def _file_text(form: Any) -> str:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Correctable("Choose a YAML file first.", code="bad_policy", where="file")
    try:
        return (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Correctable("The file is not UTF-8 text.", code="bad_policy", where="file") from error


async def _wrong(console: Console, visitor: Visitor, typed: Grid, error: Correctable) -> Response:
    """The grid again with everything typed, and each mistake at its cell."""
    if error.code != "bad_policy":
        return await _page(console, visitor, typed, error=error, status=status_of(error))
    problems, general = problems_of(typed, error)
    marked = replace(typed, problems=problems, problem=general)
    return await _page(console, visitor, marked, status=400)


async def _page(
    console: Console,
    visitor: Visitor,
    grid: Grid,
    shown: dict[str, Any] | None = None,
    *,
    status: int = 200,
    error: Correctable | None = None,
) -> Response:
    active = await console.run(visitor, "policy_show")
    return await console.page(
        visitor,
        "policy.html",
        status=status,
        error=error,
        here="policy",
        grid=grid,
        blank=_next_row(grid),
        shown=shown or active,
        active=active,
        editable=visitor.may("policy_edit"),
        typed=shown is None,
        **CHOICES,
    )
