"""Models for their owner: which are there, the card of one, what training found, and going back in one command."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import Actor
from domain.errors import Correctable, Refused
from domain.sealed import BASE_RATE, opened
from learning.scoring import PURPOSE, WINDOW
from runtime.store import models
from service.bootstrap import House
from service.model_training import switch

LONGEST = 40


async def listing(house: House) -> dict[str, Any]:
    """What predicts what, every model there was, and what the last training found."""
    async with house.database.read() as tx:
        rows = await models.listed(tx, PURPOSE)
        champion = await models.champion_id(tx, PURPOSE)
        run = await models.last_run(tx, PURPOSE)
        return {
            "purpose": PURPOSE,
            "predicts": f"a clear yes or a meeting within {WINDOW.days} days of a mail",
            "in_force": champion or BASE_RATE,
            "last_run": _run(run),
            "said": await said_of(tx),
            "models": [_listed(row) for row in rows],
        }


async def said_of(tx: AsyncConnection) -> str:
    """In one or two sentences: what prospects are ordered by, and why not by a model when it is so."""
    champion = await models.champion_id(tx, PURPOSE)
    if champion:
        return f"Chances come from model {champion}, which proved itself on companies it had not learnt from."
    return f"Prospects stay in the order of their fit; no chances are told. {await _why_none(tx)}"


async def _why_none(tx: AsyncConnection) -> str:
    """Why no model is in force."""
    turns = await models.turns(tx, PURPOSE)
    if turns:
        return f"The base rate was put back in force: {turns[0]['why']}"
    shadow = await models.in_state(tx, PURPOSE, models.SHADOW)
    if shadow is not None:
        return f"Model {shadow['number']} waits in shadow until live mails bear it out. {shadow['why']}"
    run = await models.last_run(tx, PURPOSE)
    if run is None:
        return "No mail of a campaign is old enough to be learnt from yet."
    held = run["report"].get("hold_out")
    return f"{run['report']['said']} {held['why'] if held else ''}".strip()


def _run(row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    report = row["report"]
    return {
        "at": row["at"].isoformat(),
        "state": row["state"],
        "said": report["said"],
        "rows": row["rows"],
        "wins": row["wins"],
        "base_rate": row["wins"] / row["rows"] if row["rows"] else None,
        "base_rate_interval": report.get("interval"),
        "dataset": row["dataset"],
        "model": row["model_id"],
        "hold_out": report.get("hold_out"),
        "refused_features": report.get("refused", []),
        "drift": report.get("drift"),
    }


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "state": row["state"],
        "why": row["why"],
        "made_at": row["made_at"].isoformat(),
        "format": row["format"],
        "digest": row["digest"],
    }


async def card(house: House, wanted: str) -> dict[str, Any]:
    """The card of a model by id or number; without either, of the one in force.

    Raises:
        Correctable: unknown_model. Refused: model_format, model_edited.
    """
    async with house.database.read() as tx:
        row = await _wanted(tx, wanted)
        turns = await models.turns(tx, PURPOSE)
    body = opened(row)
    return {
        **_listed(row),
        "card": {
            "kind": body["kind"],
            **body["about"],
            "calibrated_by": body["calibration"],
            "features": [one["name"] for one in body["features"]],
        },
        "turns": [
            {
                "at": one["at"].isoformat(),
                "in_force": one["model_id"] or BASE_RATE,
                "by": one["by"],
                "why": one["why"],
            }
            for one in turns
            if row["id"] in (one["model_id"], one["before_id"])
        ],
    }


async def _wanted(tx: AsyncConnection, wanted: str) -> dict[str, Any]:
    wanted = wanted or await models.champion_id(tx, PURPOSE)
    ids = [row["id"] for row in await models.listed(tx, PURPOSE) if wanted in (row["id"], str(row["number"]))]
    row = await models.one(tx, ids[0]) if ids else None
    if row is None:
        words = (
            f"There is no model {wanted[:LONGEST]}." if wanted else "No model is in force; the base rate is."
        )
        raise Correctable(
            words, code="unknown_model", where=wanted[:LONGEST] or PURPOSE, hint="See `rainmaker models`."
        )
    return row


async def rollback(house: House, reason: str, actor: Actor) -> dict[str, Any]:
    """Put back what was in force before the champion; its chances are there at once, as they were.

    Raises:
        Correctable: nothing_to_roll_back. Refused: refused, model_format, model_edited.
    """
    async with house.database.read() as tx:
        champion = await models.champion_id(tx, PURPOSE)
        turns = await models.turns(tx, PURPOSE)
    if not champion:
        raise Correctable(
            "No model is in force, so there is nothing to go back from.",
            code="nothing_to_roll_back",
            where=PURPOSE,
        )
    first = next(one for one in reversed(turns) if one["model_id"] == champion)
    return await _turned(house, first["before_id"], reason or "rolled back", actor, champion)


async def activate(house: House, wanted: str, reason: str, actor: Actor) -> dict[str, Any]:
    """Put a tested model in force by a person's word; one that lost its test is refused.

    Raises:
        Correctable: unknown_model. Refused: refused, model_refused, model_format, model_edited.
    """
    async with house.database.read() as tx:
        row = await _wanted(tx, wanted)
        champion = await models.champion_id(tx, PURPOSE)
    if row["id"] == champion:
        raise Correctable("This model is in force already.", code="no_change", where=row["id"])
    return await _turned(house, row["id"], reason or "put in force by a person", actor, champion)


async def _turned(house: House, model_id: str, reason: str, actor: Actor, before: str) -> dict[str, Any]:
    if not await switch(house, model_id, reason, actor):
        raise Refused(
            "The policy does not let you switch models alone.", code="refused", where=model_id or BASE_RATE
        )
    return {"in_force": model_id or BASE_RATE, "before": before or BASE_RATE, "reason": reason}
