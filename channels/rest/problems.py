"""Errors as problem documents (RFC 9457): a stable code, one clear sentence, what to do; never a trace."""

import http
import logging
import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from domain.errors import Bug, Correctable, RainmakerError, Refused, Retryable

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
OURS = ("/api/", "/hooks/", "/metrics", "/mcp")
_STATUS = {Correctable: 400, Refused: 403, Retryable: 503, Bug: 500}
_OF_CODE = {
    "not_signed_in": 401,
    "session_ended": 401,
    "token_ended": 401,
    "wrong_password": 401,
    "bad_signature": 401,
    "stale_signature": 401,
    "unknown_command": 404,
    "no_icp": 404,
    "no_campaign": 404,
    "nothing_here": 404,
    "wrong_method": 405,
    "already_decided": 409,
    "already_agreed": 409,
    "approval_expired": 409,
    "approval_mismatch": 409,
    "approval_deferred": 409,
    "delivery_not_failed": 409,
    "hook_exists": 409,
    "idempotency_in_flight": 409,
    "task_closed": 409,
    "closed_deal": 409,
    "user_exists": 409,
    "which_deal": 409,
    "body_too_large": 413,
    "bad_arguments": 422,
    "bad_cursor": 422,
    "bad_hook_body": 422,
    "bad_idempotency_key": 422,
    "idempotency_key_reused": 422,
    "unknown_role": 422,
    "too_many_calls": 429,
    "too_many_streams": 429,
    "too_many_tries": 429,
}


def status_of(error: RainmakerError) -> int:
    """The HTTP status of an error."""
    if error.code in _OF_CODE:
        return _OF_CODE[error.code]
    if isinstance(error, Correctable) and error.code.startswith("unknown_"):
        return 404
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def document(error: RainmakerError, instance: str) -> dict[str, Any]:
    """The problem document; `code`, `where` and `hint` are ours."""
    return {
        "type": f"urn:rainmaker:{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": status_of(error),
        "detail": error.message,
        "instance": instance,
        "code": error.code,
        "where": error.where,
        "hint": error.hint,
    }


def problem(error: RainmakerError, instance: str) -> JSONResponse:
    """The answer an error becomes."""
    status = status_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, Retryable) and error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    return JSONResponse(document(error, instance), status, headers, media_type=MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Let every error of the application become a problem document."""
    app.exception_handler(RainmakerError)(_ours)
    app.exception_handler(HTTPException)(_foreign)
    app.exception_handler(Exception)(_unforeseen)


async def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, RainmakerError):
        raise error
    return problem(error, request.url.path)


async def _foreign(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such address, a wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    if not request.url.path.startswith(OURS):
        return await http_exception_handler(request, error)
    code = {404: "nothing_here", 405: "wrong_method"}.get(error.status_code, "bad_request")
    words = {404: "There is nothing at this address.", 405: "This address does not take this method."}
    text = words.get(error.status_code) or f"{http.HTTPStatus(error.status_code).phrase}."
    answer = problem(Correctable(text, code=code), request.url.path)
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """Every method this address takes; the framework names those of one route only."""
    found: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found


async def _unforeseen(request: Request, error: Exception) -> Response:
    log.error("call_failed", exc_info=error, extra={"path": request.url.path})
    return problem(Bug("Something unexpected went wrong; the log has the details."), request.url.path)
