"""The act that puts a model in force. The gate says whether it may; whether it can be trusted is checked here."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import SwitchModel
from domain.errors import Correctable, Refused
from domain.sealed import opened
from runtime.store import models


async def switch_model(tx: AsyncConnection, action: SwitchModel, by: str, now: datetime) -> None:
    """Put a model in force, or the base rate.

    Raises:
        Correctable: unknown_model.
        Refused: model_format, model_edited, model_refused – it lost its test; model_moved – another one came into
            force since this was proposed.
    """
    if await models.champion_id(tx, action.purpose) != action.previous_id:
        raise Refused("Another model came into force meanwhile; look again.", code="model_moved")
    if action.model_id:
        await _check(tx, action)
        await models.mark(tx, action.model_id, models.CHAMPION)
    if action.previous_id:
        await models.mark(tx, action.previous_id, models.RETIRED)
    await models.turn(
        tx,
        purpose=action.purpose,
        model_id=action.model_id,
        before_id=action.previous_id,
        why=action.reason,
        by=by,
        at=now,
    )


async def _check(tx: AsyncConnection, action: SwitchModel) -> None:
    row = await models.one(tx, action.model_id)
    if row is None or row["purpose"] != action.purpose:
        raise Correctable(
            f"There is no such model for {action.purpose}.", code="unknown_model", where=action.model_id
        )
    if row["state"] == models.REFUSED:
        raise Refused(f"This model lost its test: {row['why']}", code="model_refused", where=action.model_id)
    opened(row)
