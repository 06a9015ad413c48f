"""Serving the table of resources: arguments in, a use case, its answer out; one handler for every operation."""

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from channels.rest.bodies import json_object
from channels.rest.problems import MEDIA_TYPE, document, status_of
from channels.rest.resources import Resource, resources
from domain.decisions import Actor
from domain.errors import Bug, Correctable, RainmakerError, Retryable
from domain.ids import digest
from service import cursors, kept_answers
from service.bootstrap import House
from service.commands import run_command

PREFIX = "/api/v1"
KEY = "Idempotency-Key"


def add_resources(app: FastAPI, house: House, signed_in: Any) -> None:
    """Add every operation of the table."""
    for one in resources():
        app.add_api_route(
            PREFIX + one.path,
            _endpoint(house, one, signed_in),
            methods=[one.method],
            include_in_schema=False,  # channels/rest/description.py says what there is
        )


def _endpoint(house: House, resource: Resource, signed_in: Any) -> Any:
    async def endpoint(request: Request, actor: Actor = Depends(signed_in)) -> Response:
        args = await arguments(house, resource, request)
        paging = _paging(args) if resource.whole else None

        async def work() -> Any:
            done = await run_command(house, resource.command, args, actor=actor)
            return cursors.page_of(done, *paging) if paging else done

        if resource.changes and (given := request.headers.get(KEY)) is not None:
            fingerprint = digest([request.method, request.url.path, args])
            return await once(house, f"{actor.name}", given, fingerprint, request.url.path, work)
        return JSONResponse(jsonable(await work()))

    return endpoint


async def once(house: House, caller: str, given: str, fingerprint: str, path: str, work: Any) -> Response:
    """Do the work unless the same call was answered before; what failed for a passing reason may be tried again."""
    key = kept_answers.key_of(caller, given)
    kept = await kept_answers.begin(house, key, fingerprint)
    if kept is not None:
        media = MEDIA_TYPE if kept.status >= 400 else None
        return JSONResponse(kept.body, kept.status, {"Idempotency-Replayed": "true"}, media_type=media)
    try:
        status, body = await _settled(work, path)
    except BaseException:
        await kept_answers.drop(house, key)
        raise
    await kept_answers.keep(house, key, status, body)
    return JSONResponse(body, status, media_type=MEDIA_TYPE if status >= 400 else None)


async def _settled(work: Any, path: str) -> tuple[int, Any]:
    """An answer that will be the same next time; wrong input and a refusal are answers too."""
    try:
        return 200, jsonable(await work())
    except (Retryable, Bug):
        raise
    except RainmakerError as error:
        return status_of(error), document(error, path)


async def arguments(house: House, resource: Resource, request: Request) -> dict[str, Any]:
    """Arguments from the address, the query and the body; one named twice is an error.

    Raises:
        Correctable: bad_arguments, bad_json, body_too_large.
    """
    args: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in args:
            raise _twice(name)
        args[name] = value
    if resource.method == "POST":
        if args:
            raise Correctable(
                "This call takes its arguments in the body.",
                code="bad_arguments",
                where=next(iter(args))[:60],
            )
        args = await json_object(request)
    fixed = dict(request.path_params)
    if resource.fresh:
        fixed[resource.fresh] = house.ids.new("cnv")
    for name in fixed:
        if name in args:
            raise _twice(name)
    return {**args, **fixed}


def _twice(name: str) -> Correctable:
    return Correctable(f"{name[:60]} is given twice.", code="bad_arguments", where=name[:60])


def _paging(args: dict[str, Any]) -> tuple[str, int]:
    """Cursor and limit, taken out of the arguments of a use case that knows no pages."""
    cursor, limit = str(args.pop("cursor", "")), str(args.pop("limit", "100"))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= cursors.MOST:
        raise Correctable(f"limit is a number from 1 to {cursors.MOST}.", code="bad_arguments", where="limit")
    return cursor, int(limit)


def jsonable(value: Any) -> Any:
    """The value as JSON has it; times and amounts become text."""
    from fastapi.encoders import jsonable_encoder

    return jsonable_encoder(value, custom_encoder={})
