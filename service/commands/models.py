"""Commands of models and of the forecast of our own deals."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import forecasts, models
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command, NoCall


class ModelCall(Call):
    """A model: its id or number; "" is the one in force."""

    id: str = Field("", max_length=60)


class RollbackCall(Call):
    """Why."""

    reason: str = Field("", max_length=300)


class ActivateCall(Call):
    """Which model, and why."""

    id: str = Field(min_length=1, max_length=60)
    reason: str = Field("", max_length=300)


class ForecastCall(Call):
    """Until which day, in which currency; without them the quarter, and the currency most deals are in."""

    until: date | None = None
    currency: str = Field("", pattern=r"^([A-Za-z]{3})?$")


class ExpectCall(Call):
    """When a person expects a deal to close, and how firmly they count on it."""

    id: str = Field(min_length=1, max_length=120)
    on: date | None = None
    call: Literal["", "commit", "best_case", "pipeline", "omitted", "none"] = ""


async def _list(house: House, actor: Actor, call: NoCall, emit: Emit | None) -> Any:
    return await models.listing(house)


async def _show(house: House, actor: Actor, call: ModelCall, emit: Emit | None) -> Any:
    return await models.card(house, call.id)


async def _rollback(house: House, actor: Actor, call: RollbackCall, emit: Emit | None) -> Any:
    return await models.rollback(house, call.reason, actor)


async def _activate(house: House, actor: Actor, call: ActivateCall, emit: Emit | None) -> Any:
    return await models.activate(house, call.id, call.reason, actor)


async def _forecast(house: House, actor: Actor, call: ForecastCall, emit: Emit | None) -> Any:
    return await forecasts.own(house, until=call.until, currency=call.currency.upper())


async def _expect(house: House, actor: Actor, call: ExpectCall, emit: Emit | None) -> Any:
    return await forecasts.expect(house, call.id, call.on, call.call, actor)


COMMANDS: dict[str, Command] = {
    "models": Command(NoCall, _list, EVERYONE, reads=True),
    "models_show": Command(ModelCall, _show, EVERYONE, reads=True),
    "models_rollback": Command(RollbackCall, _rollback),
    "models_activate": Command(ActivateCall, _activate),
    "forecast": Command(ForecastCall, _forecast, EVERYONE, reads=True),
    "deals_expect": Command(ExpectCall, _expect),
}
