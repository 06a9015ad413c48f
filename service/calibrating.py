"""Calibrating risk by outcomes: once a business day, as a new version. It only ever raises points."""

import logging
from typing import Any

from autonomy import calibration
from autonomy.calibration import Calibrated
from runtime.store import audit, calibrations, outcomes
from service.bootstrap import House

log = logging.getLogger(__name__)


async def calibrate(house: House, *, now_too: bool = False) -> list[str]:
    """Fit anew when a day has passed; keep a version only when it says something else than the newest."""
    now = await house.clock.now()
    if house.watch.calibrated_on == now.date() and not now_too:
        return []
    fitted = await _fitted(house)
    house.watch.calibrated_on = now.date()
    if fitted.state == "not_enough_data":
        return []
    body = {
        "raises": {action: list(raised) for action, raised in fitted.raises.items()},
        "counted": fitted.counted,
    }
    async with house.database.write() as tx:
        newest = await calibrations.newest(tx)
        if (newest["body"]["raises"] if newest else {}) == body["raises"]:
            return []
        version_id = house.ids.new("cal")
        number = await calibrations.add(tx, version_id=version_id, body=body, report=fitted.report, at=now)
        await audit.append(
            tx,
            at=now,
            kind="calibrated",
            subject=version_id,
            by="system:system",
            body={"number": number, **body},
        )
    log.info("risk_calibrated", extra={"version": number, "kinds": sorted(fitted.raises)})
    return []


async def _fitted(house: House) -> Calibrated:
    now = await house.clock.now()
    async with house.database.read() as tx:
        known = calibration.samples(await outcomes.of_agents(tx), now)
    return calibration.calibrate(known)


async def report(house: House) -> dict[str, Any]:
    """What holds, and what a fit on today's outcomes would say."""
    fitted = await _fitted(house)
    async with house.database.read() as tx:
        versions = await calibrations.listed(tx)
    return {
        "in_force": versions[0]["number"] if versions else None,
        "raises": versions[0]["body"]["raises"] if versions else {},
        "today": fitted.report,
        "versions": [
            {"number": one["number"], "at": one["made_at"].isoformat(), "report": one["report"]}
            for one in versions
        ],
    }
