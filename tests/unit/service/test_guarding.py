"""The automatic kill switch on rows: what trips it, what it stops, and that an owner's clearing holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from runtime.store import audit, audit_walk, harms, people, talks
from runtime.store.tables import audit as records
from runtime.store.tables import outbox
from service import guarding
from service.guarding import Machine
from service.watch import Watch
from tests.fixtures import builders


async def event(lived_in, kind, subject, **body):
    async with lived_in.house.database.write() as tx:
        await talks.add_event(
            tx,
            event_id=lived_in.house.ids.new("evt"),
            kind=kind,
            subject=subject,
            body=body,
            cause="",
            at=lived_in.clock.at,
        )


async def switches(lived_in):
    async with lived_in.house.database.read() as tx:
        return {row["scope"]: row["level"] for row in await people.thrown_switches(tx)}


async def sent_mails(lived_in, count):
    await lived_in.workspace.approved_mails(count)
    await lived_in.do("tick", until_idle=True)
    assert await lived_in.workspace.states() == ["sent"] * count


async def test_two_complaints_stop_sends_with_the_numbers_and_through_the_gate(lived_in, sink):
    await sent_mails(lived_in, 3)
    await event(lived_in, harms.COMPLAINED, "out_1")
    assert await guarding.guard(lived_in.house) == []
    await event(lived_in, harms.COMPLAINED, "out_2")
    (reason,) = await guarding.guard(lived_in.house)
    assert "2 complaints on 3 mails" in reason
    assert await switches(lived_in) == {"workspace": "sends"}
    async with lived_in.house.database.read() as tx:
        kinds = [row["kind"] for row in await audit.everything(tx)][-2:]
    assert kinds == ["decision", "done"]


async def test_a_trip_an_owner_cleared_is_not_repeated_and_new_complaints_trip_again(lived_in, sink):
    await event(lived_in, harms.COMPLAINED, "out_1")
    await event(lived_in, harms.COMPLAINED, "out_2")
    assert len((await lived_in.do("tick"))["problems"]) == 1
    await lived_in.do("resume")
    assert (await lived_in.do("tick"))["problems"] == []
    assert await switches(lived_in) == {}
    await event(lived_in, harms.COMPLAINED, "out_3")
    assert await guarding.guard(lived_in.house) == []
    await event(lived_in, harms.COMPLAINED, "out_4")
    assert len(await guarding.guard(lived_in.house)) == 1
    assert await switches(lived_in) == {"workspace": "sends"}


async def test_old_complaints_and_soft_bounces_do_not_count(lived_in):
    for number in range(6):
        await event(lived_in, harms.BOUNCED, f"out_{number}", hard=False)
        await event(lived_in, harms.COMPLAINED, f"out_{number}")
    lived_in.clock.at += timedelta(days=8)
    assert await guarding.guard(lived_in.house) == []


async def test_five_hard_bounces_stop_sends(lived_in):
    for number in range(5):
        assert await guarding.guard(lived_in.house) == []
        await event(lived_in, harms.BOUNCED, f"out_{number}", hard=True)
    assert "5 hard bounces" in (await guarding.guard(lived_in.house))[0]


async def test_a_trip_never_loosens_what_an_owner_stopped(lived_in):
    async with lived_in.house.database.write() as tx:
        await people.throw_switch(
            tx, scope="workspace", level="all", reason="r", by="olga", at=lived_in.clock.at
        )
    for number in range(2):
        await event(lived_in, harms.COMPLAINED, f"out_{number}")
    await guarding.guard(lived_in.house)
    assert await switches(lived_in) == {"workspace": "all"}


async def damage(lived_in, seq, **values):
    async with lived_in.house.database.write() as tx:
        await tx.execute(update(records).where(records.c.seq == seq).values(**values))


async def chain_trips(house, machine=None):
    return [one for one in await guarding.guard(house, machine=machine) if "audit chain" in one]


@pytest.mark.parametrize("looked_before", [False, True])
async def test_a_changed_record_stops_effects_once(lived_in, sink, looked_before):
    await sent_mails(lived_in, 2)
    watch = lived_in.house.watch
    if looked_before:
        assert await guarding.guard(lived_in.house) == []
    watch.chain_full_at = float("-inf")  # an hour later; within it only what is new is read
    await damage(lived_in, 2, by="somebody")
    (reason,) = await chain_trips(lived_in.house)
    assert "record 2 does not fit" in reason
    assert await switches(lived_in) == {"workspace": "effects"}
    await lived_in.do("resume")
    watch.chain_full_at = float("-inf")
    assert await guarding.guard(lived_in.house) == []
    await damage(lived_in, 4, by="somebody")
    watch.chain_full_at = float("-inf")
    assert "record 4" in (await chain_trips(lived_in.house))[0]


async def test_within_the_hour_what_is_new_is_walked_and_the_end_held_against_the_head(lived_in, sink):
    await sent_mails(lived_in, 2)
    seen = lived_in.house.watch.chain
    await damage(lived_in, seen.records, by="somebody", hash="0" * 64)
    reasons = await chain_trips(lived_in.house)
    assert any(f"record {seen.records}" in reason for reason in reasons)


async def test_records_cut_off_at_the_end_are_found_at_the_next_look(lived_in, sink):
    await sent_mails(lived_in, 2)
    async with lived_in.house.database.write() as tx:
        last = (await tx.execute(select(records.c.seq).order_by(records.c.seq.desc()).limit(1))).scalar_one()
        await tx.execute(delete(records).where(records.c.seq == last))
    assert await chain_trips(lived_in.house)
    await lived_in.do("resume")
    assert await chain_trips(lived_in.house) == []


async def test_after_a_restart_the_whole_chain_is_walked(lived_in, sink):
    await sent_mails(lived_in, 2)
    await damage(lived_in, 1, by="somebody")
    assert len(await chain_trips(replace(lived_in.house, watch=Watch()))) == 1


async def test_a_jump_of_the_clock_stops_effects(lived_in):
    house = lived_in.house
    assert await guarding.guard(house, machine=Machine(1000.0)) == []
    lived_in.clock.at += timedelta(hours=1)
    assert await guarding.guard(house, machine=Machine(4600.0)) == []
    lived_in.clock.at += timedelta(days=2)
    (reason,) = await guarding.guard(house, machine=Machine(4660.0))
    assert "jumped" in reason
    assert await switches(lived_in) == {"workspace": "effects"}


async def test_a_stepped_clock_of_a_sandbox_is_no_jump(lived_in):
    await lived_in.do("tick")
    lived_in.clock.at += timedelta(days=8)
    assert (await lived_in.do("tick"))["problems"] == []


async def test_a_clock_before_the_last_record_stops_at_the_start(lived_in, sink):
    await sent_mails(lived_in, 1)
    lived_in.clock.at -= timedelta(days=700)
    restarted = replace(lived_in.house, watch=Watch())
    assert "but a record of" in (await guarding.guard(restarted, machine=Machine(5.0)))[0]


async def twice(lived_in, row):
    async with lived_in.house.database.write() as tx:
        await audit.append(
            tx,
            at=lived_in.clock.at,
            kind="sent",
            subject=row["decision_id"],
            by="effector",
            body={"outbox": row["id"]},
        )


async def not_entitled(lived_in, row):
    await lived_in.workspace.tamper("outbox", row["id"], action_hash="0" * 64)


async def to_a_suppressed_person(lived_in, row):
    from autonomy import suppression

    hashed = suppression.hash_of(lived_in.house.terms.salt, "anna1@northwind.example")
    async with lived_in.house.database.write() as tx:
        await people.suppress(tx, [hashed], "opted out", lived_in.clock.at - timedelta(hours=1))


async def to_a_candidate(lived_in, row):
    await lived_in.workspace.tamper("contacts", "con_1", status="candidate")


async def without_a_record(lived_in, row):
    async with lived_in.house.database.write() as tx:
        await tx.execute(update(outbox).where(outbox.c.id == row["id"]).values(decision_id="dec_none"))


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (twice, "delivered 2 times"),
        (not_entitled, "without a decision that allows it"),
        (to_a_suppressed_person, "suppressed before"),
        (to_a_candidate, "nobody's approved contact"),
        (without_a_record, "the chain holds no send"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
async def test_a_broken_invariant_stops_effects_and_is_told_once(lived_in, sink, broken, words):
    await sent_mails(lived_in, 2)
    row = (await lived_in.workspace.outbox())[0]
    await broken(lived_in, row)
    restarted = replace(lived_in.house, watch=Watch())
    (reason,) = await guarding.guard(restarted)
    assert words in reason
    assert await switches(lived_in) == {"workspace": "effects"}
    await lived_in.do("resume")
    assert await guarding.guard(replace(lived_in.house, watch=Watch())) == []


async def test_honest_sends_break_nothing(lived_in, sink):
    await sent_mails(lived_in, 5)
    assert await guarding.guard(replace(lived_in.house, watch=Watch())) == []


async def test_an_owner_whose_table_forbids_the_system_to_stop_is_told_once(lived_in):
    from autonomy.policy import Policy, Row

    row = Row(id="T", agents=("*",), action="*", level="deny", reason="no", owner="o")
    house = replace(lived_in.house, policy=Policy(rows=(row,)))
    for number in range(2):
        await event(lived_in, harms.COMPLAINED, f"out_{number}")
    assert len(await guarding.guard(house)) == 1
    assert await guarding.guard(house) == []
    assert await switches(lived_in) == {}


async def test_the_stop_file_holds_for_queued_mail_and_no_resume_clears_it(lived_in, sink):
    path = lived_in.house.settings.home / "PAUSE"
    terms = replace(lived_in.house.terms, stop_file=path)
    here = replace(lived_in, house=replace(lived_in.house, terms=terms))
    await here.workspace.approved_mails(2)
    path.write_text("Stop it.", "utf-8")
    await here.do("resume")
    turn = await here.do("tick", until_idle=True)
    assert (turn["sent"], turn["idle"]) == (0, True)
    refused = await here.fails("onboard", url="https://northwind.example")
    assert refused.exit_code != 0
    path.unlink()
    assert (await here.do("tick", until_idle=True))["sent"] == 2


async def test_level_all_lets_no_step_that_acts_begin_and_looking_goes_on(lived_in):
    for level, begins in (("effects", True), ("all", False)):
        async with lived_in.house.database.write() as tx:
            await people.throw_switch(
                tx, scope="workspace", level=level, reason="r", by="olga", at=lived_in.clock.at
            )
        refused = await lived_in.fails("prospects_find", limit=1)
        assert (refused.code != "stopped") is begins
        assert await lived_in.do("prospects") == []


async def test_a_stop_of_one_company_holds_for_its_mail_only(lived_in, sink):
    await lived_in.workspace.approved_mails(2)
    async with lived_in.house.database.write() as tx:
        await people.throw_switch(
            tx, scope="account:acc_1", level="sends", reason="r", by="olga", at=lived_in.clock.at
        )
    await lived_in.do("tick")
    assert await lived_in.workspace.states() == ["queued", "sent"]


async def test_an_act_approved_before_a_stop_does_not_happen_after_it(lived_in):
    from domain.actions import QualifyProspects
    from domain.errors import Refused
    from tools.execute import Permit, execute

    workspace = lived_in.workspace
    action = QualifyProspects(prospect_ids=("pro_1",), qualified=True, reason="r")
    made = await workspace.judged(action)
    async with lived_in.house.database.write() as tx:
        await people.throw_switch(
            tx, scope="agent:outreach", level="effects", reason="r", by="olga", at=lived_in.clock.at
        )
    if made.judgement.verdict == "refuse":
        made = await workspace.judged(action, actor=builders.OWNER)
    with pytest.raises(Refused):
        async with lived_in.house.database.write() as tx:
            permit = Permit("per_x", lived_in.clock.at + timedelta(days=1))
            await execute(
                tx, permit, made, terms=lived_in.house.terms, ids=workspace.ids, now=lived_in.clock.at
            )


async def test_a_turn_between_the_first_record_and_its_head_stops_nothing(lived_in, sink, monkeypatch):
    await sent_mails(lived_in, 1)
    head, look = lived_in.house.audit_head.path, audit_walk.last_at
    signed = head.read_text()
    head.unlink()

    async def looked_at_while_the_writer_finishes(tx):
        found = await look(tx)
        head.write_text(signed)
        return found

    monkeypatch.setattr(audit_walk, "last_at", looked_at_while_the_writer_finishes)
    assert await chain_trips(lived_in.house) == []
