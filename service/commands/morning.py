"""The command for the morning page."""

from datetime import timedelta
from typing import Any

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command
from tools.read.digest import digest


class DigestCall(Call):
    """How far to look back."""

    hours: int = Field(24, ge=1, le=24 * 31)


async def _digest(house: House, actor: Actor, call: DigestCall, emit: Emit | None) -> Any:
    now = await house.clock.now()
    async with house.database.read() as tx:
        since, zone = now - timedelta(hours=call.hours), house.settings.calendar_zone
        made = await digest(tx, house.terms, now, since, zone)
    return {**made.as_json(), "text": made.as_text()}


COMMANDS: dict[str, Command] = {"digest": Command(DigestCall, _digest, EVERYONE, reads=True)}
