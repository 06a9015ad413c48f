"""The forecast of our own deals as use cases: read it, keep one day a day, and what a person expects of a deal."""

from datetime import date, timedelta
from typing import Any

from domain.deals import CLOSED
from domain.decisions import Actor
from domain.errors import Correctable, Refused
from graph.specialists.deal_book import find_deal
from graph.specialists.forecast_book import standing
from graph.specialists.forecasting import own_forecast
from runtime.store import audit, deals, model_pipeline
from runtime.store.due import DueRow
from service.bootstrap import House
from service.timetable import Worked

KEPT_CLOSED = timedelta(days=120)  # closed deals that a kept day still names


async def keep_day(house: House, due_row: DueRow) -> Worked:
    """Keep how every deal stands today; on days without a deal nothing is kept."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        found = await standing(tx, now, closed_since=now - KEPT_CLOSED)
    if not found.deals:
        return Worked(detail="no deal yet")
    body = {"deals": [one.as_kept() for one in found.deals]}
    async with house.database.write() as tx:
        kept = await model_pipeline.keep_day(tx, now.date(), now, body)
    return Worked(detail=f"{len(found.deals)} deals" if kept else "kept before")


async def own(house: House, *, until: date | None = None, currency: str = "") -> dict[str, Any]:
    """The forecast of our deals up to a day.

    Raises:
        Correctable: bad_until – the day has passed or lies too far ahead.
    """
    now = await house.clock.now()
    async with house.database.read() as tx:
        return await own_forecast(tx, now, until=until, currency=currency)


async def expect(house: House, wanted: str, on: date | None, call: str, actor: Actor) -> dict[str, Any]:
    """Note the day a person expects a deal to close, and how firmly they count on it.

    Raises:
        Correctable: unknown_deal, which_deal, closed_deal, past_date, nothing_said. Refused: person_needed.
    """
    if actor.kind != "user":
        raise Refused("Only a person sets this.", code="person_needed", where=wanted)
    now = await house.clock.now()
    if on is None and not call:
        raise Correctable("Say a day, a call, or both.", code="nothing_said", where=wanted)
    if on is not None and on < now.date():
        raise Correctable("A deal closes on a day ahead.", code="past_date", where=on.isoformat())
    values: dict[str, Any] = {"close_on": on} if on else {}
    if call:
        values["called"] = None if call == "none" else call
    async with house.database.write() as tx:
        deal = await find_deal(tx, wanted)
        if deal["stage"] in CLOSED:
            raise Correctable(f"The deal is closed ({deal['stage']}).", code="closed_deal", where=deal["id"])
        await deals.change(tx, deal["id"], **values)
        body = {key: str(value) for key, value in values.items()}
        await audit.append(tx, at=now, kind="deal_expected", subject=deal["id"], by=actor.name, body=body)
    return {"id": deal["id"], **{key: None if value is None else str(value) for key, value in values.items()}}
