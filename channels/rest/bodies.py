"""Reading what a call brings: JSON objects and bytes, no further than a limit and no deeper than a depth."""

import json
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request

from domain.errors import Correctable

LONGEST = 2_000_000  # bytes of a JSON body
DEEPEST = 24  # objects and lists inside each other


async def raw(request: Request, longest: int = LONGEST) -> bytes:
    """The body.

    Raises:
        Correctable: body_too_large.
    """
    return b"".join([part async for part in limited(request, longest)])


async def limited(request: Request, longest: int) -> AsyncGenerator[bytes, None]:
    """The body piece by piece, until it is too large; a length told beforehand is believed at once.

    Raises:
        Correctable: body_too_large.
    """
    told = request.headers.get("content-length", "")
    read = 0
    if told.isdigit() and int(told[:20]) > longest:
        raise _too_large(longest)
    async for part in request.stream():
        read += len(part)
        if read > longest:
            raise _too_large(longest)
        yield part


def _too_large(longest: int) -> Correctable:
    return Correctable(f"The request is larger than {longest / 1_000_000:g} MB.", code="body_too_large")


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request; an empty body is an empty one.

    Raises:
        Correctable: body_too_large, bad_json.
    """
    body = await raw(request)
    try:
        read = json.loads(body.decode() or "{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Correctable("The request is not JSON.", code="bad_json") from error
    if not isinstance(read, dict):
        raise Correctable("The request must be a JSON object.", code="bad_json")
    if _deeper(read, DEEPEST):
        raise Correctable(f"The request is nested deeper than {DEEPEST} levels.", code="bad_json")
    return read


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _deeper(value: Any, depth: int) -> bool:
    """True when values lie deeper than this; walks level by level, so depth costs no stack."""
    level = [value]
    for _ in range(depth):
        level = [
            one
            for holder in level
            for one in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(one, dict | list)
        ]
        if not level:
            return False
    return True
