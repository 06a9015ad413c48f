"""Calibration on rows: outcomes of real decisions become a version, the gate reads it, and it is replayable."""

from datetime import timedelta

from autonomy import calibration, gate
from autonomy.facts import Snapshot
from domain.actions import EditDraft
from domain.decisions import Actor
from runtime.store import audit, calibrations
from service import calibrating
from tests.fixtures import builders


async def rejected(lived_in, count):
    """Decisions of an agent that people mostly rejected."""
    workspace = lived_in.workspace
    for number in range(count):
        action = EditDraft(draft_id="dra_1", body=f"Text {number}")
        made = await workspace.judged(action)
        lived_in.clock.at += timedelta(minutes=5)
        async with lived_in.house.database.write() as tx:
            kind = "approved" if number % 2 else "rejected"
            await audit.append(
                tx,
                at=lived_in.clock.at,
                kind=kind,
                subject=made.id,
                by="olga",
                body={"approval": f"a{number}"},
            )
    lived_in.clock.at += timedelta(days=4)


async def test_too_little_is_said_and_nothing_is_stored(lived_in):
    await lived_in.workspace.campaign_of(1)
    await rejected(lived_in, 4)
    assert await calibrating.calibrate(lived_in.house) == []
    told = await calibrating.report(lived_in.house)
    assert (told["in_force"], told["today"]["state"]) == (None, "not_enough_data")


async def test_bad_outcomes_raise_the_points_of_the_next_decision_and_a_replay_agrees(lived_in, monkeypatch):
    for name, value in (("LEAST", 12), ("LEAST_LATER", 4), ("LEAST_OF_KIND", 5)):
        monkeypatch.setattr(calibration, name, value)
    action = EditDraft(draft_id="dra_1", body="Next")
    await lived_in.workspace.campaign_of(1)
    before = await lived_in.workspace.judged(action)
    await rejected(lived_in, 30)
    await calibrating.calibrate(lived_in.house)
    await calibrating.calibrate(lived_in.house, now_too=True)  # says the same: no second version
    async with lived_in.house.database.read() as tx:
        versions = await calibrations.listed(tx)
    assert [one["number"] for one in versions] == [1]
    assert versions[0]["report"]["brier_after"] < versions[0]["report"]["brier_before"]
    fresh = Actor(kind="agent", name="research")  # as new to it as the other agent was before
    after = await lived_in.workspace.judged(action, actor=fresh)
    assert after.judgement.score > before.judgement.score
    assert "outcomes of" in max(after.judgement.risk, key=lambda part: part.points).reason
    kept = await snapshot_of(lived_in, after.id)
    assert gate.decide(after.proposal, kept, lived_in.workspace.policy) == after.judgement


async def snapshot_of(lived_in, decision_id):
    from sqlalchemy import select

    from runtime.store.tables import decisions

    async with lived_in.house.database.read() as tx:
        query = select(decisions.c.snapshot).where(decisions.c.id == decision_id)
        return Snapshot.model_validate((await tx.execute(query)).scalar_one())


async def test_a_fit_is_made_once_a_business_day(lived_in):
    await calibrating.calibrate(lived_in.house)
    assert lived_in.house.watch.calibrated_on == builders.MONDAY.date()
    lived_in.clock.at += timedelta(days=1)
    await calibrating.calibrate(lived_in.house)
    assert lived_in.house.watch.calibrated_on == builders.MONDAY.date() + timedelta(days=1)
