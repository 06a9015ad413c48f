"""The OpenAPI document: written from the table of resources, the arguments of use cases and the models of answers."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from channels.api_callers import Login
from channels.rest import answers
from channels.rest.operations import KEY, PREFIX
from channels.rest.resources import Resource, resources
from service.commands import COMMANDS
from service.commands.calls import Call, IdCall
from service.commands.looking import PageCall

_REF = "#/components/schemas/{model}"
ABOUT = (
    "Every use case of Rainmaker. Send `Authorization: Bearer TOKEN`; make a token with `rainmaker tokens create`. "
    "Failures are problem documents (RFC 9457) with a stable `code`. A POST with an `Idempotency-Key` has its effect "
    "once, however often it is sent within 24 hours."
)
_KEY_HEADER = {
    "name": KEY,
    "in": "header",
    "description": "The same key with the same call has one effect and one answer, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


@cache
def description(version: str = "1") -> dict[str, Any]:
    """The document; the same for every house."""
    paths: dict[str, dict[str, Any]] = {}
    for one in resources():
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one)
    for path, method, operation in _others():
        paths.setdefault(path, {})[method] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rainmaker", "version": version, "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def _operation(one: Resource) -> dict[str, Any]:
    call = COMMANDS[one.command].args
    inside = _path_names(one.path)
    parameters = [*_parameters(call, inside, "path")]
    operation: dict[str, Any] = {
        "operationId": _operation_id(one),
        "tags": [one.tag],
        "summary": one.summary,
        "responses": {"200": _response(one.summary, one.returns), "default": _problem_response()},
    }
    if one.method == "GET":
        parameters += _parameters(call, {name for name in call.model_fields if name not in inside}, "query")
        if one.whole:
            parameters += _parameters(PageCall, set(PageCall.model_fields), "query")
    elif one.changes:
        parameters.append(_KEY_HEADER)
    if one.method == "POST":
        operation["requestBody"] = _body(one, call, inside | ({one.fresh} - {""}))
    return {**operation, **({"parameters": parameters} if parameters else {})}


def _operation_id(one: Resource) -> str:
    return (
        f"{one.method.lower()}{one.path}".replace("/", "_")
        .replace("{", "")
        .replace("}", "")
        .replace("-", "_")
    )


def _path_names(path: str) -> set[str]:
    return {part[1:-1] for part in path.split("/") if part.startswith("{")}


def _parameters(call: type[Call], names: set[str], place: str) -> Iterator[dict[str, Any]]:
    fields = _plain_schema(call).get("properties", {})
    required = set(_plain_schema(call).get("required", ()))
    for name in call.model_fields:
        if name in names:
            schema = _without_null(fields[name])
            told = schema.pop("description", "")
            more = {"description": told} if told else {}
            if place == "path":
                schema = {key: value for key, value in schema.items() if key != "default"}
                if schema.get("type") == "string":
                    schema = {"minLength": 1, **schema}
            must = place == "path" or name in required
            yield {"name": name, "in": place, "required": must, "schema": schema, **more}


@cache
def _plain_schema(call: type[Call]) -> dict[str, Any]:
    return call.model_json_schema(ref_template=_REF)


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A query cannot hold null: an optional value is one that is left out."""
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "title")}
    if kept.get("default", 0) is None:
        kept.pop("default")
    several = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(several) == 1:
        return {**several[0], **kept}
    return {**kept, **({"anyOf": several} if several else {})}


def _body(one: Resource, call: type[Call], without: set[str]) -> dict[str, Any]:
    whole = _plain_schema(call)
    fields = {name: value for name, value in whole.get("properties", {}).items() if name not in without}
    required = [name for name in whole.get("required", ()) if name not in without]
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": fields}
    if required:
        schema["required"] = required
    media = {"schema": schema, **({"example": dict(one.example)} if one.example else {})}
    return {"required": bool(required), "content": {"application/json": media}}


def _response(summary: str, returns: Any, media: str = "application/json") -> dict[str, Any]:
    schema = TypeAdapter(returns).json_schema(ref_template=_REF, mode="serialization")
    schema.pop("$defs", None)
    name = getattr(returns, "__name__", "") if hasattr(returns, "model_fields") else ""
    if name:
        schema = {"$ref": _REF.format(model=_component(returns))}
    return {"description": summary, "content": {media: {"schema": schema}}}


def _component(model: Any) -> str:
    """The name pydantic gives a model among the components."""
    return str(model.__name__).replace("[", "_").replace("]", "_")


def _problem_response() -> dict[str, Any]:
    return _response("What went wrong and what to do", answers.Problem, "application/problem+json")


def _schemas() -> dict[str, Any]:
    returned = {one.returns for one in resources() if hasattr(one.returns, "model_fields")}
    given = {COMMANDS[one.command].args for one in resources()}
    models = [*returned, answers.Problem, answers.Session, answers.Imported, answers.Called, answers.Proposed]
    pairs: list[Any] = [(one, "serialization") for one in dict.fromkeys(models)]
    pairs += [(one, "validation") for one in given | {Login}]
    _, found = models_json_schema(sorted(pairs, key=lambda pair: str(pair[0])), ref_template=_REF)
    used = {one.__name__ for one in given if one not in (Login, IdCall)}
    return {name: one for name, one in sorted(found["$defs"].items()) if name not in used}


def _others() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Addresses that are no plain use case."""
    yield (
        PREFIX + "/sessions",
        "post",
        _open(
            "Sign in: a token that lives for hours",
            "People",
            answers.Session,
            {"$ref": _REF.format(model="Login")},
        ),
    )
    yield (
        PREFIX + "/sessions",
        "delete",
        {
            "operationId": "sign_out",
            "tags": ["People"],
            "summary": "Sign out: every session of this person ends",
            "responses": {"200": _response("Ended", dict[str, bool]), "default": _problem_response()},
        },
    )
    yield PREFIX + "/imports", "post", _upload()
    yield PREFIX + "/events", "get", _events()
    yield "/hooks/{name}", "post", _hook()
    yield (
        "/metrics",
        "get",
        {
            "operationId": "metrics",
            "tags": ["Control"],
            "summary": "Numbers for Prometheus; from this machine, or with a token",
            "security": [{}, {"bearer": []}],
            "responses": {
                "200": {
                    "description": "Text format",
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                },
                "default": _problem_response(),
            },
        },
    )


def _open(summary: str, tag: str, returns: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "sign_in",
        "tags": [tag],
        "summary": summary,
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": _response(summary, returns), "default": _problem_response()},
    }


def _upload() -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    fields = {"file": file, "dry_run": {"type": "string", "enum": ["true", "false"], "default": "false"}}
    schema = {"type": "object", "properties": fields, "required": ["file"], "additionalProperties": False}
    return {
        "operationId": "import_file",
        "tags": ["Prospects"],
        "summary": "Import a CSV file of at most 10 MB",
        "parameters": [_KEY_HEADER],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
        "responses": {
            "200": _response("What the import did", answers.Imported),
            "default": _problem_response(),
        },
    }


def _events() -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0, "maximum": 2**53}
    return {
        "operationId": "events",
        "tags": ["Events"],
        "summary": "What happens, as server-sent events; `Last-Event-ID` goes on where a reader stopped",
        "parameters": [
            {"name": "Last-Event-ID", "in": "header", "schema": number},
            {"name": "types", "in": "query", "schema": {"type": "string", "maxLength": 2000}},
            {"name": "follow", "in": "query", "schema": {"type": "boolean", "default": True}},
        ],
        "responses": {
            "200": {
                "description": "Events",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            "default": _problem_response(),
        },
    }


def _hook() -> dict[str, Any]:
    header = {"in": "header", "required": True, "schema": {"type": "string"}}
    return {
        "operationId": "call_hook",
        "tags": ["Webhooks"],
        "summary": "A signed call from outside becomes one typed signal",
        "security": [],
        "parameters": [
            {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}},
            {"name": "X-Rainmaker-Timestamp", **header},
            {"name": "X-Rainmaker-Signature", **header},
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {"200": _response("What became of it", answers.Called), "default": _problem_response()},
    }
