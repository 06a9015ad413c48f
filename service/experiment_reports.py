"""What the tests of campaigns say today, as lists and one by one. Looks; changes nothing."""

from typing import Any

from domain.knobs import KNOBS
from graph.specialists.experiment_views import load, shown, unknown, without_versions
from learning.experiments.people import people_of
from runtime.store import experience, experiments
from service.bootstrap import House


async def listing(house: House) -> dict[str, Any]:
    """Every test with one sentence on how it stands, and what may be tuned with the value in force."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        found = await experiments.everything(tx)
        everybody = people_of(await experience.as_of(tx, now)) if found else {}
        loaded = [await load(tx, one, everybody) for one in found]
        settled = {one.name: await experiments.settled(tx, one.name) for one in KNOBS}
    told = [await shown(one, now) for one in loaded]
    return {
        "experiments": [without_versions(one) for one in told],
        "knobs": [
            {
                "name": one.name,
                "title": one.title,
                "agent": one.agent,
                "bounds": one.bounds,
                "value": settled[one.name] or one.usual,
                "settled": bool(settled[one.name]),
            }
            for one in KNOBS
        ],
    }


async def one(house: House, wanted: str) -> dict[str, Any]:
    """One test in full, by its id or its knob; of several tests of a knob the newest.

    Raises:
        Correctable: unknown_experiment.
    """
    now = await house.clock.now()
    async with house.database.read() as tx:
        found = await experiments.one(tx, wanted)
        if found is None:
            found = next(
                (row for row in await experiments.everything(tx) if row.declared.knob == wanted), None
            )
        if found is None:
            raise unknown(wanted)
        loaded = await load(tx, found, people_of(await experience.as_of(tx, now)))
    return await shown(loaded, now)
