"""Calls from outside at /hooks/NAME: the signature is the only key, and one address has its pace."""

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request

from channels.rest.bodies import raw
from channels.rest.pace import Pace
from service import hooks, signatures
from service.bootstrap import House


def add_hooks(app: FastAPI, house: House) -> None:
    """Add the address."""
    pace = Pace(house.settings.calls_per_minute)

    @app.post("/hooks/{name}", include_in_schema=False)
    async def call(name: str, request: Request) -> dict[str, Any]:
        """Take a signed call."""
        pace.take(request.client.host if request.client else "")
        given = request.headers
        return await hooks.take(
            house,
            name,
            await raw(request, hooks.LONGEST_BODY),
            timestamp=given.get(signatures.TIMESTAMP, ""),
            signature=given.get(signatures.SIGNATURE, ""),
            delivery=given.get(signatures.DELIVERY, "")[:200],
            moment=datetime.now(UTC),
        )
