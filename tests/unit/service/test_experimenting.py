"""Tests of campaigns lived: people drawn when a campaign is planned, results read, every change an act."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from domain.actions import ChangeExperiment
from domain.campaigns import Touch
from domain.decisions import OutboxState
from domain.errors import Refused
from domain.experience import MadeTouch
from domain.experiments import Assigned, ExperimentState
from domain.ids import Ids
from graph.specialists import assigning
from runtime.identity import CountedIds
from runtime.store import audit, campaign_course, experience, experiments, talks
from runtime.store.campaign_course import Pace
from runtime.store.due import DueRow
from runtime.store.experience_tables import made_touches
from runtime.store.harms import OPTED_OUT
from runtime.store.tables import outbox
from service import campaign_strategy, experimenting
from tests.fixtures import builders

MONDAY = builders.MONDAY
DAY = timedelta(days=1)
DUE = DueRow("", "experiments", "experiments", MONDAY)


async def drawn(lived_in: Any, people: list[str], campaign_id: str = "cam_1", ids: Ids | None = None) -> Any:
    """Plan a campaign's draw and keep it."""
    async with lived_in.house.database.write() as tx:
        found = await assigning.draw(tx, ids or lived_in.house.ids, campaign_id, people, lived_in.clock.at)
        await assigning.keep(tx, found)
    return found


async def units(lived_in: Any) -> dict[str, Assigned]:
    async with lived_in.house.database.read() as tx:
        (one,) = await experiments.running(tx)
        return {row.unit: row for row in await experiments.assigned(tx, one.id)}


async def the_test(lived_in: Any) -> Any:
    async with lived_in.house.database.read() as tx:
        return (await experiments.everything(tx))[0]


async def sent(lived_in: Any, people: list[str], campaign_id: str = "cam_1") -> None:
    """First mails to these people left now."""
    at = lived_in.clock.at
    touches = [
        MadeTouch(
            key=f"{campaign_id}-{one}",
            at=at,
            decision_id=f"dec_{one}",
            campaign_id=campaign_id,
            contact_id=one,
            account_id=f"acc_{one}",
            step=1,
        ).model_dump()
        for one in people
    ]
    rows = [
        {
            "id": f"out_{campaign_id}_{one}",
            "key": f"{campaign_id}-{one}",
            "kind": "send_email",
            "action": {"step": 1, "subject": "s"},
            "action_hash": "",
            "permit_id": "",
            "decision_id": f"dec_{one}",
            "campaign_id": campaign_id,
            "contact_id": one,
            "account_id": f"acc_{one}",
            "state": str(OutboxState.SENT),
            "due_at": at,
            "not_after": at + 7 * DAY,
            "sent_at": at,
            "made_at": at,
        }
        for one in people
    ]
    async with lived_in.house.database.write() as tx:
        await tx.execute(insert(made_touches), touches)
        await tx.execute(insert(outbox), rows)


async def came(lived_in: Any, kind: str, people: list[str], campaign_id: str = "cam_1") -> None:
    """Something came back on the mails to these people."""
    async with lived_in.house.database.write() as tx:
        for one in people:
            await talks.add_event(
                tx,
                event_id=lived_in.house.ids.new("evt"),
                kind=kind,
                subject=f"out_{campaign_id}_{one}",
                body={"hard": True},
                cause="",
                at=lived_in.clock.at,
            )


def named(count: int, start: int = 0) -> list[str]:
    return [f"con_{number}" for number in range(start, start + count)]


async def test_nobody_is_moved_when_the_audience_grows_and_shares_move(lived_in):
    await drawn(lived_in, named(40))
    before = await units(lived_in)
    assert {one.chance for one in before.values()} == {0.5} and {one.version for one in before.values()} == {
        1
    }
    test = await the_test(lived_in)
    shift = builders.settling(
        experiment_id=test.id,
        change="shift",
        arm="",
        after=({"arm": "a", "share": 0.8}, {"arm": "b", "share": 0.2}),
    )
    await lived_in.workspace.add(builders.campaign())
    async with lived_in.house.database.write() as tx:
        await experimenting.act(tx, lived_in.house, shift, "r", experimenting.SYSTEM, experimenting.LABEL)
    await drawn(lived_in, named(200), "cam_2")
    after = await units(lived_in)
    assert {name: after[name] for name in before} == before
    fresh = [one for name, one in after.items() if name not in before]
    assert len(fresh) == 160 and {(one.arm, one.chance, one.version) for one in fresh} == {
        ("a", 0.8, 2),
        ("b", 0.2, 2),
    }
    assert 0.7 < sum(one.arm == "a" for one in fresh) / len(fresh) < 0.9


async def test_a_touch_keeps_how_likely_its_arm_was(lived_in):
    await lived_in.workspace.campaign_of(1)
    await drawn(lived_in, ["con_1"])
    (one,) = (await units(lived_in)).values()
    from graph.noting import note_touches

    draft = builders.draft(mail=builders.draft().mail.model_copy(update={"variant": one.arm}))
    await lived_in.workspace.tamper("drafts", "dra_1", variant=draft.mail.variant)
    made = await lived_in.workspace.judged(builders.mail(1))
    async with lived_in.house.database.write() as tx:
        await note_touches(tx, [made], lived_in.clock.at)
        (kept,) = await experience.as_of(tx, lived_in.clock.at)
    assert (kept.touch.arm, kept.touch.chance) == (one.arm, 0.5)


async def test_an_arm_that_makes_people_opt_out_is_closed_at_once_through_the_gate_and_it_can_be_undone(
    lived_in,
):
    people = named(120)
    await drawn(lived_in, people)
    await sent(lived_in, people)
    of_b = [name for name, one in (await units(lived_in)).items() if one.arm == "b"]
    lived_in.clock.at += DAY
    await came(lived_in, OPTED_OUT, of_b[:15])
    worked = await experimenting.review(lived_in.house, DUE)
    assert worked.counts == {"decisions": 1}
    test = await the_test(lived_in)
    assert (test.state, test.winner) == (ExperimentState.DECIDED, "a")
    assert "b: 15 opt-outs among" in test.reason
    async with lived_in.house.database.read() as tx:
        kinds = [row["kind"] for row in await audit.everything(tx)][-2:]
        decision = (await experiments.versions(tx, test.id))[-1].decision_id
        assert await experiments.settled(tx, "angle") == "a"
    assert kinds == ["decision", "done"]
    later = await drawn(lived_in, named(5, 500), "cam_3")
    assert {later.value("angle", name) for name in named(5, 500)} == {"a"} and later.joined == ()
    await lived_in.do("undo", id=decision)
    again = await the_test(lived_in)
    assert (again.state, again.shares) == (ExperimentState.RUNNING, builders.experiment().shares)


async def test_a_broken_split_blocks_the_reading_and_ends_the_test_without_an_answer(lived_in):
    people = named(300)
    await drawn(lived_in, people)
    arms = await units(lived_in)
    late = [name for name, one in arms.items() if one.arm == "b"][60:]  # their texts could not be written
    await sent(lived_in, [name for name in people if name not in late])
    shown = (await lived_in.do("experiments"))["experiments"][0]
    assert (shown["verdict"], shown["sentence"].split(":")[0]) == (
        "broken_randomisation",
        "Randomisation is broken",
    )
    await experimenting.review(lived_in.house, DUE)
    assert ((await the_test(lived_in)).state, (await the_test(lived_in)).winner) == (
        ExperimentState.ENDED,
        "",
    )


async def test_a_test_that_was_edited_while_it_ran_is_refused_everywhere(lived_in):
    await drawn(lived_in, named(20))
    await sent(lived_in, named(20))
    test = await the_test(lived_in)
    changed = test.declared.model_copy(update={"window_days": 2.0}).model_dump(mode="json")
    await lived_in.workspace.tamper("experiments", test.id, declared=changed)
    worked = await experimenting.review(lived_in.house, DUE)
    assert worked.counts == {"decisions": 0} and "was edited while it ran" in worked.problems[0]
    assert (await lived_in.do("experiments"))["experiments"][0]["verdict"] == "edited"
    more = await drawn(lived_in, named(5, 100), "cam_2")
    assert more.joined == () and "edited" in more.notes[0]
    made = await lived_in.workspace.judged(
        builders.settling(experiment_id=test.id), actor=experimenting.SYSTEM
    )
    assert (made.judgement.verdict, made.judgement.hits[0].rule) == ("refuse", "G20")


async def test_a_second_test_of_a_knob_with_other_arms_is_an_edit_and_refused(lived_in):
    begun = await lived_in.do("experiments_begin", knob="follow_up_days", against="6")
    assert begun["state"] == "running" and begun["decision"].startswith("dec_")
    error = await lived_in.fails("experiments_begin", knob="follow_up_days", against="3")
    assert (error.code, error.exit_code) == ("experiment_edited", 3) and "arms" in error.message
    assert (
        await lived_in.fails("experiments_begin", knob="follow_up_days", against="6")
    ).code == "already_running"


@pytest.mark.parametrize(
    "name", ["policy", "consent", "mails_per_day", "metric", "suppression", "guardrails"]
)
async def test_limits_and_the_measure_of_success_are_no_knobs(lived_in, name):
    error = await lived_in.fails("experiments_begin", knob=name)
    assert isinstance(error, Refused) and error.code == "not_a_knob"


async def test_people_of_a_test_get_their_own_days_and_their_own_last_mail(lived_in):
    touches = tuple(
        Touch(id=f"tou_{step}", step=step, delay_days=days, purpose="p", channel=channel)
        for step, days, channel in ((1, 0, "email"), (2, 4, "email"), (3, 7, "email"), (4, 7, "task"))
    )
    whole = builders.campaign(touches=touches)
    own = assigning.own_sequence(whole, {"follow_up_days": "6", "follow_ups": "1"})
    assert [(one.step, one.delay_days) for one in own.touches] == [(1, 0), (2, 6), (4, 7)]
    assert assigning.own_sequence(whole, {}).touches == touches


async def test_a_campaign_that_harms_is_held_waits_and_goes_on_only_when_a_person_agrees(lived_in, sink):
    await lived_in.workspace.campaign_of(2)
    await sent(lived_in, named(60, 100))
    await came(lived_in, OPTED_OUT, named(9, 100))
    await campaign_strategy.review(lived_in.house, DUE)
    report = await lived_in.do("campaign_report", id="cam_1")
    assert (report["state"], report["pace"]["first_mails"]) == ("paused", 0)
    assert "9 opt-outs among 60 people" in report["pace"]["reason"]
    made = [await lived_in.workspace.judged(builders.mail(number)) for number in (1, 2)]
    await lived_in.workspace.approve(await lived_in.workspace.asked(made))
    await lived_in.house.effector().drain()
    assert sink.accepted == []
    await sent(lived_in, named(400, 1000))  # what was under way arrived well
    lived_in.clock.at += 8 * DAY
    await campaign_strategy.review(lived_in.house, DUE)
    await campaign_strategy.review(lived_in.house, DUE)
    (ask,) = await lived_in.do("approvals")
    assert ask["action"] == "pace_campaign" and "first mails a day" in ask["summary"]
    await lived_in.do("approve", id=ask["id"])
    async with lived_in.house.database.read() as tx:
        assert (await campaign_course.pace(tx, "cam_1")).first_mails == 5


async def test_a_pace_lets_so_many_first_mails_out_a_day(lived_in, sink):
    await lived_in.workspace.approved_mails(4)
    async with lived_in.house.database.write() as tx:
        for number in range(1, 5):
            key = builders.mail(number).key
            touch = MadeTouch(
                key=key,
                at=MONDAY,
                decision_id="d",
                campaign_id="cam_1",
                contact_id=f"con_{number}",
                account_id="a",
                step=1,
            )
            await experience.note(tx, touch)
        await campaign_course.set_pace(tx, "cam_1", Pace(3, "r", MONDAY, ""))
    await lived_in.do("tick", until_idle=True)
    assert len(sink.accepted) == 3


async def test_what_was_said_before_a_campaign_is_scored_once_everybody_had_their_time(lived_in):
    from runtime.store.campaign_course import Bet

    await lived_in.workspace.add(builders.campaign())
    async with lived_in.house.database.write() as tx:
        assert await campaign_course.keep_bet(
            tx, Bet("cam_1", 0.2, 0.3, 2, {"sentence": "A chance."}, MONDAY)
        )
        assert not await campaign_course.keep_bet(tx, Bet("cam_1", 0.9, 0.9, 2, {}, MONDAY))
    await sent(lived_in, ["con_1", "con_2"])
    lived_in.clock.at += 5 * DAY
    await campaign_strategy.review(lived_in.house, DUE)
    assert (await lived_in.do("campaign_report", id="cam_1"))["expectation"]["happened"] is None
    lived_in.clock.at += 20 * DAY
    await campaign_strategy.review(lived_in.house, DUE)
    told = (await lived_in.do("campaign_report", id="cam_1"))["expectation"]
    assert (told["happened"], told["brier"], told["brier_of_base_rate"]) == (False, 0.04, 0.09)


async def test_the_days_mails_are_divided_when_campaigns_compete_and_freed_when_they_do_not(lived_in):
    day = lived_in.clock.at
    await lived_in.workspace.add(builders.campaign(), builders.campaign(id="cam_2", touches=()))
    async with lived_in.house.database.write() as tx:
        for campaign_id, count in (("cam_1", 60), ("cam_2", 30)):
            for number in range(count):
                key = f"{campaign_id}-{number}"
                touch = MadeTouch(
                    key=key,
                    at=day,
                    decision_id="d",
                    campaign_id=campaign_id,
                    contact_id=key,
                    account_id="a",
                    step=1,
                )
                await experience.note(tx, touch)
                row = {
                    "id": f"out_{key}",
                    "key": key,
                    "kind": "send_email",
                    "action": {"step": 1, "subject": "s"},
                    "action_hash": "",
                    "permit_id": "",
                    "decision_id": "d",
                    "campaign_id": campaign_id,
                    "state": "queued",
                    "due_at": day,
                    "not_after": day + 7 * DAY,
                    "made_at": day,
                }
                await tx.execute(insert(outbox).values(row))
    await campaign_strategy.review(lived_in.house, DUE)
    async with lived_in.house.database.read() as tx:
        paces = [(await campaign_course.pace(tx, one)).first_mails for one in ("cam_1", "cam_2")]
    assert sum(one or 0 for one in paces) == 50 and min(one or 0 for one in paces) >= 5  # the ramp's day
    async with lived_in.house.database.write() as tx:
        await tx.execute(outbox.update().values(state="cancelled"))
    await campaign_strategy.review(lived_in.house, DUE)
    async with lived_in.house.database.read() as tx:
        assert [(await campaign_course.pace(tx, one)).first_mails for one in ("cam_1", "cam_2")] == [
            None,
            None,
        ]


def test_an_act_on_a_test_is_bound_to_what_it_was_decided_on():
    one, other = builders.settling(), builders.settling(version=2)
    assert isinstance(one, ChangeExperiment) and one.hash != other.hash
    assert CountedIds().new("exp").startswith("exp_")
