"""Models kept up by the timetable: trained anew when enough came in, tried, watched, and put in force by the gate.

A day on which nothing came in costs two counts. What is slow runs in a thread; nothing here is loaded by a worker
that only sends.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.actions import SwitchModel
from domain.decisions import Actor
from domain.errors import Refused
from domain.labels import Integrity, Label
from domain.sealed import opened
from learning.scoring import PURPOSE, WINDOW
from runtime.store import experience, models
from runtime.store.due import DueRow
from service.bootstrap import House
from service.carrying_out import MAY_HAPPEN, carry_out, decide_on
from service.model_scores import score_prospects, speak_of_touches
from service.timetable import Worked

if TYPE_CHECKING:
    from learning.registry.model import PlainModel
    from learning.scoring.rows import Row
    from learning.scoring.training import Training

log = logging.getLogger(__name__)
SYSTEM = Actor(kind="system", name="system")
LABEL = Label(integrity=Integrity.AGENT, origin="model registry")
FEWEST_NEW, SHARE_NEW = 25, 0.05  # outcomes that came in since the last look, before another one pays
LONGEST_SHADOW = timedelta(days=90)


async def keep_models(house: House, due_row: DueRow) -> Worked:
    """Let models speak of what is new; look at outcomes when enough came in."""
    problems = [*await speak_of_touches(house), *await score_prospects(house)]
    now = await house.clock.now()
    async with house.database.read() as tx:
        out = await models.mails_out(tx, now - WINDOW)
        last = await models.last_run(tx, PURPOSE)
    if not _enough_new(out, last):
        return Worked(problems=tuple(problems), detail="nothing new to learn from")
    problems += await look(house, out)
    return Worked(problems=tuple(problems), detail=f"{out} mails whose time is over")


def _enough_new(out: int, last: dict[str, Any] | None) -> bool:
    before = int(last["report"].get("mails_out", 0)) if last else 0
    return out - before >= max(FEWEST_NEW, SHARE_NEW * before)


async def look(house: House, out: int) -> list[str]:
    """Look at all outcomes: judge the shadow, watch the champion, and train when no shadow waits."""
    now = await house.clock.now()
    rows = await _rows(house, now)
    problems = await _watched(house, rows)
    async with house.database.read() as tx:
        shadow = await models.in_state(tx, PURPOSE, models.SHADOW)
    waits = shadow is not None and not await _settled(house, shadow, rows, now)
    if waits:
        await _keep_run(house, out, _waiting(rows))
        return problems
    champion = await _champion(house, problems)
    async with house.database.read() as tx:
        tried = await models.tried(tx, PURPOSE)
    found = await asyncio.to_thread(_trained, rows, champion, now, tried)
    await _keep(house, out, found)
    return problems


async def _rows(house: House, now: datetime) -> "list[Row]":
    async with house.database.read() as tx:
        tried = await experience.as_of(tx, now)
    return await asyncio.to_thread(_as_rows, tried, now)


def _as_rows(tried: Sequence[Any], now: datetime) -> "list[Row]":
    from learning.scoring.rows import rows_of

    return rows_of(tried, now)


def _trained(rows: "list[Row]", champion: "PlainModel | None", now: datetime, tried: int) -> "Training":
    from learning.scoring.training import train_reply

    return train_reply(rows, champion, now, tried=tried)


async def _champion(house: House, problems: list[str]) -> "PlainModel | None":
    """The model in force; one that cannot be trusted is told and stays where it is, unused."""
    from learning.registry.model import model_of

    async with house.database.read() as tx:
        champion_id = await models.champion_id(tx, PURPOSE)
        row = await models.one(tx, champion_id) if champion_id else None
    if row is None:
        return None
    try:
        return model_of(opened(row))
    except Refused as error:
        problems.append(error.message)
        return None


async def _settled(house: House, shadow: dict[str, Any], rows: "list[Row]", now: datetime) -> bool:
    """Judge a shadow once enough is known of it; True when it waits no longer."""
    from learning.scoring.shadow import judge_shadow

    try:
        body = opened(shadow)
    except Refused as error:
        await _mark(house, shadow, models.REFUSED, error.message)
        return True
    async with house.database.read() as tx:
        champion_id = await models.champion_id(tx, PURPOSE)
        said = await models.scores(tx, shadow["id"], "touch")
        in_force = await models.scores(tx, champion_id, "touch") if champion_id else None
    live = judge_shadow(rows, said, float(body["about"]["base_rate"]) if in_force is None else in_force)
    if live.better is None:
        if now - shadow["made_at"] <= LONGEST_SHADOW:
            await _mark(house, shadow, models.SHADOW, f"{_first(shadow['why'])} {live.why.capitalize()}.")
            return False
        why = f"Too little came in within {LONGEST_SHADOW.days} days of shadow; a new one is trained."
        await _mark(house, shadow, models.REFUSED, why)
        return True
    if not live.better:
        await _mark(house, shadow, models.REFUSED, f"Lost in shadow: {live.why}.")
        return True
    why = f"{_first(shadow['why'])} In shadow it was {live.why}."
    await _mark(house, shadow, models.SHADOW, why)
    return await switch(house, shadow["id"], why, SYSTEM)


def _first(why: str) -> str:
    """What the hold-out said, without what was said of the shadow since."""
    return why.split(" In shadow")[0]


async def switch(house: House, model_id: str, why: str, actor: Actor) -> bool:
    """Ask the gate to put a model in force ("" is the base rate) and do it; False when a person must decide."""
    async with house.database.write() as tx:
        before = await models.champion_id(tx, PURPOSE)
        action = SwitchModel(purpose=PURPOSE, model_id=model_id, previous_id=before, reason=why)
        made = await decide_on(tx, house, action, actor=actor, reason=why, label=LABEL)
        if made.judgement.verdict not in MAY_HAPPEN:
            if model_id:
                await models.mark(tx, model_id, models.SHADOW, f"{why} {made.judgement.why}")
            return False
        await carry_out(tx, house, made, by=actor.name)
    log.info("model_switched", extra={"model": model_id or "base rate", "before": before})
    await score_prospects(house)
    return True


async def _watched(house: House, rows: "list[Row]") -> list[str]:
    """Take a champion out of force that is surely worse than the base rate on live mails."""
    from learning.scoring.shadow import still_good

    async with house.database.read() as tx:
        champion_id = await models.champion_id(tx, PURPOSE)
        said = await models.scores(tx, champion_id, "touch") if champion_id else {}
    if not champion_id:
        return []
    live = still_good(rows, said, _rate(rows))
    if live.better is not False:
        return []
    await switch(house, "", f"Taken out of force: {live.why}.", SYSTEM)
    return [f"The model for prospects was {live.why}; the base rate is in force."]


def _rate(rows: "Sequence[Row]") -> float:
    return (sum(row.won for row in rows) + 0.5) / (len(rows) + 1.0)


def _waiting(rows: "Sequence[Row]") -> dict[str, Any]:
    said = "Nothing was trained: a challenger is still in shadow."
    return {
        "state": "waiting",
        "dataset": "",
        "rows": len(rows),
        "wins": sum(row.won for row in rows),
        "report": {"said": said},
    }


async def _keep_run(house: House, out: int, values: dict[str, Any], model_id: str = "") -> None:
    now = await house.clock.now()
    report = {**values["report"], "mails_out": out}
    row = {**values, "report": report, "id": house.ids.new("run"), "purpose": PURPOSE, "at": now}
    async with house.database.write() as tx:
        await models.add_run(tx, {**row, "model_id": model_id})


async def _keep(house: House, out: int, found: "Training") -> None:
    """Keep a training and its model: in shadow when it was better on the hold-out, else refused and kept to be seen."""
    model_id, now = "", await house.clock.now()
    if found.model is not None and found.test is not None:
        model_id = house.ids.new("mod")
        state = models.SHADOW if found.passed else models.REFUSED
        body, why = found.model.as_json(), f"On held-out companies: {found.test.why}"
        async with house.database.write() as tx:
            await models.add(tx, model_id, PURPOSE, body, state=state, why=why, at=now)
    report = {**found.report, "said": found.said, "interval": list(found.interval)}
    values = {
        "state": found.state,
        "dataset": found.dataset,
        "rows": found.rows,
        "wins": found.wins,
        "report": report,
    }
    await _keep_run(house, out, values, model_id)
    log.info("model_trained", extra={"state": found.state, "rows": found.rows, "passed": found.passed})


async def _mark(house: House, row: dict[str, Any], state: str, why: str) -> None:
    async with house.database.write() as tx:
        await models.mark(tx, row["id"], state, why)
