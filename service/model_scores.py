"""What models say: of prospects, for who is written to first; of touches, to be judged by later. Sends nothing."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from domain.errors import Refused
from domain.experience import Known
from domain.sealed import opened
from learning.features import of_prospect
from learning.scoring import PURPOSE
from runtime.store import model_people, models
from runtime.store.due import DueRow
from service.bootstrap import House
from service.timetable import Worked

if TYPE_CHECKING:
    from learning.registry.model import PlainModel

CHUNK = 2_000
FIRST_MAIL = 1.0
Spoken = list[tuple[str, float, list[dict[str, Any]]]]


async def chances(house: House, due_row: DueRow) -> Worked:
    """Give prospects that are new, or were judged anew, the chance the model in force sees."""
    return Worked(problems=tuple(await score_prospects(house)))


async def score_prospects(house: House) -> list[str]:
    """Score every prospect the champion said nothing of since it was judged; returns what is wrong with a model."""
    async with house.database.read() as tx:
        champion_id = await models.champion_id(tx, PURPOSE)
        waits = champion_id and await models.unscored(tx, champion_id, 1)
    if not champion_id or not waits:
        return []
    model, problem = await _model(house, champion_id)
    while model is not None:
        async with house.database.read() as tx:
            ids = [one[0] for one in await models.unscored(tx, champion_id, CHUNK)]
            people = await model_people.candidates(tx, ids)
        if not people:
            break
        said = await asyncio.to_thread(_of_prospects, model, people)
        now = await house.clock.now()
        async with house.database.write() as tx:
            await models.keep_scores(tx, champion_id, "prospect", said, now)
    return [problem] if problem else []


async def speak_of_touches(house: House) -> list[str]:
    """Let the champion and the shadow say what they expect of mails decided since they were trained."""
    problems = []
    async with house.database.read() as tx:
        champion_id = await models.champion_id(tx, PURPOSE)
        shadow = await models.in_state(tx, PURPOSE, models.SHADOW)
    for model_id in filter(None, (champion_id, shadow["id"] if shadow else "")):
        model, problem = await _model(house, model_id)
        problems += [problem] if problem else []
        if model is not None:
            await _speak(house, model_id, model)
    return problems


async def _speak(house: House, model_id: str, model: "PlainModel") -> None:
    from learning.scoring.rows import as_learnt

    async with house.database.read() as tx:
        row = await models.one(tx, model_id)
    while row is not None:
        async with house.database.read() as tx:
            new = await model_people.unspoken(tx, model_id, row["made_at"], CHUNK)
        if not new:
            return
        known = [as_learnt(features) | {"step": float(step)} for _, step, features in new]
        chance = await asyncio.to_thread(model.chances, known)
        said: Spoken = [(one[0], float(value), []) for one, value in zip(new, chance, strict=True)]
        now = await house.clock.now()
        async with house.database.write() as tx:
            await models.keep_scores(tx, model_id, "touch", said, now)


async def _model(house: House, model_id: str) -> "tuple[PlainModel | None, str]":
    """A stored model; None, and why, when it cannot be trusted."""
    async with house.database.read() as tx:
        row = await models.one(tx, model_id)
    if row is None:
        return None, ""
    try:
        body = opened(row)
    except Refused as error:
        return None, error.message
    return await asyncio.to_thread(_restored, body), ""


def _restored(body: dict[str, Any]) -> "PlainModel":
    from learning.registry.model import model_of

    return model_of(body)


def _of_prospects(model: "PlainModel", people: Sequence[model_people.Candidate]) -> Spoken:
    from learning.scoring.rows import as_learnt
    from learning.scoring.words import reasons_of

    known: list[dict[str, Known]] = [
        as_learnt(of_prospect(one.contact, one.account, one.prospect)) | {"step": FIRST_MAIL}
        for one in people
    ]
    return [
        (one.prospect.id, said.chance, [reason.as_json() for reason in reasons_of(said, values)])
        for one, said, values in zip(people, model.say(known), known, strict=True)
    ]
