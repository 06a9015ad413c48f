"""Experiments over campaigns, and who is in which arm. An arm that was given is never given anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.experiments import ArmShare, Assigned, Declared, Experiment, ExperimentState, Foretold, Version
from runtime.store import versions as versions_in_force
from runtime.store.experiment_tables import experiment_units, experiment_versions, experiments
from runtime.store.rows import CHUNK, by, insert_new


def _experiment_of(row: Any) -> Experiment:
    return Experiment(
        id=row["id"],
        declared=Declared.model_validate(row["declared"]),
        fingerprint=row["fingerprint"],
        version=row["version"],
        shares=tuple(ArmShare.model_validate(one) for one in row["shares"]),
        state=ExperimentState(row["state"]),
        winner=row["winner"],
        reason=row["reason"],
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
        foretold=Foretold.model_validate(row["foretold"]) if row["foretold"] else None,
    )


def _plain(shares: Sequence[ArmShare]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json") for one in shares]


async def begin(tx: AsyncConnection, new: Experiment, decision_id: str = "") -> None:
    """Keep a new experiment and its first version."""
    await tx.execute(
        insert(experiments).values(
            id=new.id,
            knob=new.declared.knob,
            state=str(new.state),
            declared=new.declared.model_dump(mode="json"),
            fingerprint=new.fingerprint,
            version=new.version,
            shares=_plain(new.shares),
            winner=new.winner,
            reason=new.reason,
            begun_at=new.begun_at,
            foretold=new.foretold.model_dump(mode="json") if new.foretold else None,
        )
    )
    await _keep_version(tx, new.id, Version(number=1, shares=new.shares, since=new.begun_at), decision_id)


async def _keep_version(tx: AsyncConnection, experiment_id: str, one: Version, decision_id: str) -> None:
    await tx.execute(
        insert(experiment_versions).values(
            experiment_id=experiment_id,
            number=one.number,
            shares=_plain(one.shares),
            since=one.since,
            reason=one.reason,
            decision_id=decision_id,
        )
    )


async def one(tx: AsyncConnection, experiment_id: str) -> Experiment | None:
    """One experiment."""
    row = (await tx.execute(by(experiments.c.id), {"id": experiment_id})).mappings().one_or_none()
    return _experiment_of(row) if row else None


async def everything(tx: AsyncConnection) -> list[Experiment]:
    """All experiments, the newest first."""
    query = select(experiments).order_by(experiments.c.begun_at.desc(), experiments.c.id.desc())
    return [_experiment_of(row) for row in (await tx.execute(query)).mappings()]


async def running(tx: AsyncConnection) -> list[Experiment]:
    """Running experiments, the oldest first."""
    found = (await tx.execute(by(experiments.c.state), {"state": str(ExperimentState.RUNNING)})).mappings()
    return sorted((_experiment_of(row) for row in found), key=lambda one: (one.begun_at, one.id))


async def versions(tx: AsyncConnection, experiment_id: str) -> list[Version]:
    """Every version, the oldest first."""
    query = (
        select(experiment_versions)
        .where(experiment_versions.c.experiment_id == experiment_id)
        .order_by(experiment_versions.c.number)
    )
    return [
        Version(
            number=row.number,
            shares=tuple(ArmShare.model_validate(one) for one in row.shares),
            since=row.since,
            reason=row.reason,
            decision_id=row.decision_id,
        )
        for row in await tx.execute(query)
    ]


async def foretell(tx: AsyncConnection, experiment_id: str, told: Foretold) -> None:
    """Keep what was said in advance; the first word counts."""
    await tx.execute(
        update(experiments)
        .where(experiments.c.id == experiment_id, experiments.c.foretold.is_(None))
        .values(foretold=told.model_dump(mode="json"))
    )


async def turn(
    tx: AsyncConnection, seen: Experiment, after: Experiment, decision_id: str, at: datetime
) -> bool:
    """Put other shares or another state in force; False when somebody changed it since it was seen."""
    done = await tx.execute(
        update(experiments)
        .where(
            experiments.c.id == seen.id,
            experiments.c.version == seen.version,
            experiments.c.state == str(seen.state),
        )
        .values(
            version=seen.version + 1,
            shares=_plain(after.shares),
            state=str(after.state),
            winner=after.winner,
            reason=after.reason,
            ended_at=after.ended_at,
        )
    )
    if done.rowcount != 1:
        return False
    version = Version(number=seen.version + 1, shares=after.shares, since=at, reason=after.reason)
    await _keep_version(tx, seen.id, version, decision_id)
    return True


async def assign(tx: AsyncConnection, experiment_id: str, given: Sequence[Assigned]) -> None:
    """Keep new arms; who has one keeps it."""
    for one in given:
        row = one.model_dump() | {"experiment_id": experiment_id}
        await insert_new(tx, experiment_units, row, unique=["experiment_id", "unit"])


async def assigned(
    tx: AsyncConnection, experiment_id: str, units: Sequence[str] | None = None
) -> list[Assigned]:
    """Who has which arm; of all people, or of these."""
    query = select(experiment_units).where(experiment_units.c.experiment_id == experiment_id)
    if units is None:
        rows = (await tx.execute(query.order_by(experiment_units.c.at, experiment_units.c.unit))).mappings()
        return [Assigned.model_validate(dict(row)) for row in rows]
    found: list[Assigned] = []
    for start in range(0, len(units), CHUNK):
        part = query.where(experiment_units.c.unit.in_(units[start : start + CHUNK]))
        found += [Assigned.model_validate(dict(row)) for row in (await tx.execute(part)).mappings()]
    return found


async def of_campaign(tx: AsyncConnection, campaign_id: str) -> list[str]:
    """Ids of the experiments that people of this campaign are in."""
    query = (
        select(experiment_units.c.experiment_id)
        .where(experiment_units.c.campaign_id == campaign_id)
        .distinct()
    )
    return sorted((await tx.execute(query)).scalars())


async def settled(tx: AsyncConnection, knob: str) -> str:
    """The value of a knob that a test or a person settled; "" while its usual one holds."""
    return await versions_in_force.active_version(tx, f"knob:{knob}") or ""


async def settle(tx: AsyncConnection, knob: str, value: str, at: datetime) -> None:
    """Put a value of a knob in force for campaigns planned from now on."""
    await versions_in_force.activate_version(tx, f"knob:{knob}", value, at)


async def arms_of(
    tx: AsyncConnection, campaign_id: str, units: Sequence[str]
) -> dict[str, dict[str, Assigned]]:
    """The arms that hold for these people of a campaign, by knob and person.

    An arm holds in the campaign it was drawn for, and elsewhere while its test runs.
    """
    found: dict[str, dict[str, Assigned]] = {}
    for start in range(0, len(units), CHUNK):
        query = (
            select(experiments.c.knob, experiment_units)
            .join(experiments, experiments.c.id == experiment_units.c.experiment_id)
            .where(
                experiment_units.c.unit.in_(units[start : start + CHUNK]),
                or_(
                    experiment_units.c.campaign_id == campaign_id,
                    experiments.c.state == str(ExperimentState.RUNNING),
                ),
            )
            .order_by(experiment_units.c.at)
        )
        for row in (await tx.execute(query)).mappings():
            found.setdefault(row["knob"], {})[row["unit"]] = Assigned.model_validate(dict(row))
    return found


async def hours_of(tx: AsyncConnection, campaign_id: str, unit: str) -> str:
    """The part of the day one person of a campaign is written to; "" where nobody chose one."""
    arm = (await tx.execute(_HOURS, {"campaign": campaign_id, "person": unit})).scalars().first()
    return arm or await settled(tx, HOURS)


HOURS = "send_hours"
_HOURS = (
    select(experiment_units.c.arm)
    .join(experiments, experiments.c.id == experiment_units.c.experiment_id)
    .where(
        experiment_units.c.unit == bindparam("person"),
        experiments.c.knob == HOURS,
        or_(
            experiment_units.c.campaign_id == bindparam("campaign"),
            experiments.c.state == str(ExperimentState.RUNNING),
        ),
    )
)
