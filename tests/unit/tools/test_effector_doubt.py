"""When the connection breaks after DATA nobody knows: the Sent folder decides, a guess never does."""

import asyncio
import time

import pytest

from tests.fixtures.sink import Sink, SinkProbe
from tests.fixtures.workspace import Workspace
from tools import effector as module
from tools.doubts import HOLD_AFTER

pytestmark = pytest.mark.both_engines


async def doubtful(workspace: Workspace, sink: Sink, fault: str) -> None:
    """One mail whose connection broke after DATA."""
    await workspace.approved_mails(1)
    sink.refuse("*", fault, at="data")
    report = await workspace.effector(sink).drain()
    assert (report.in_doubt, report.sent) == (1, 0)
    assert await workspace.states() == ["in_doubt"]


async def age(workspace: Workspace, seconds: float) -> None:
    """Make the doubt older."""
    for row in await workspace.outbox():
        await workspace.tamper("outbox", row["id"], claimed_at=time.time() - seconds)


@pytest.mark.parametrize("sent_copy", ["server", "client"])
async def test_a_mail_found_in_sent_was_sent(workspace: Workspace, sink: Sink, sent_copy: str) -> None:
    await doubtful(workspace, sink, "drop")
    report = await workspace.effector(sink, sent_copy=sent_copy).drain()
    assert (report.reconciled, report.sent) == (1, 1)
    assert (await workspace.outbox())[0]["code"] == "reconciled"
    assert len(sink.accepted) == 1


async def test_a_mail_absent_from_a_servers_sent_folder_is_sent_once_more(
    workspace: Workspace, sink: Sink
) -> None:
    await doubtful(workspace, sink, "lose")
    assert (await workspace.effector(sink).drain()).sent == 1
    assert len(sink.accepted) == 1
    assert await workspace.states() == ["sent"]


async def test_only_one_resend_is_ever_made(workspace: Workspace, sink: Sink) -> None:
    await doubtful(workspace, sink, "lose")
    sink.refuse("*", "lose", "lose", "lose", at="data")
    await workspace.effector(sink).drain()
    report = await workspace.effector(sink).drain()
    assert report.held == 1
    assert await workspace.states() == ["held"]
    assert (await workspace.effector(sink).drain()).sent == 0
    assert sink.accepted == []


@pytest.mark.parametrize("sent_copy", ["client", "none"])
async def test_without_a_servers_copy_absence_proves_nothing_so_a_person_decides(
    workspace: Workspace, sink: Sink, sent_copy: str
) -> None:
    await doubtful(workspace, sink, "lose")
    report = await workspace.effector(sink, sent_copy=sent_copy).drain()
    assert report.held == 1
    assert await workspace.states() == ["held"]
    assert sink.accepted == []


async def test_an_unreachable_sent_folder_is_waited_for_then_a_person_decides(
    workspace: Workspace, sink: Sink
) -> None:
    await doubtful(workspace, sink, "lose")
    probe = SinkProbe(sink, reachable=False)
    for _ in range(2):
        assert (await workspace.effector(sink, probe=probe).drain()).in_doubt == 1
    row = (await workspace.outbox())[0]
    assert row["state"] == "in_doubt"
    assert (await workspace.notes(row["decision_id"])).count("in_doubt") == 1, "waiting is noted once"
    await age(workspace, HOLD_AFTER + 1)
    assert (await workspace.effector(sink, probe=probe).drain()).held == 1


async def test_a_sent_folder_that_comes_back_settles_the_doubt(workspace: Workspace, sink: Sink) -> None:
    await doubtful(workspace, sink, "drop")
    probe = SinkProbe(sink, reachable=False)
    await workspace.effector(sink, probe=probe).drain()
    probe.reachable = True
    assert (await workspace.effector(sink, probe=probe).drain()).reconciled == 1


async def test_nothing_is_asked_before_the_grace_has_passed(workspace: Workspace, sink: Sink) -> None:
    await doubtful(workspace, sink, "drop")
    probe = SinkProbe(sink)
    report = await workspace.effector(sink, probe=probe, grace=60.0).drain()
    assert (report.in_doubt, probe.asked) == (1, [])


async def test_a_machine_clock_set_back_does_not_make_anybody_wait_for_hours(
    workspace: Workspace, sink: Sink
) -> None:
    await doubtful(workspace, sink, "drop")
    await age(workspace, -3600.0)
    async with asyncio.timeout(60.0):  # an hour would be the bug
        await workspace.effector(sink, grace=0.05).wait_for_grace()


async def test_a_claim_of_a_dead_process_is_settled(workspace: Workspace, sink: Sink) -> None:
    (row,) = await workspace.approved_mails(1)
    await workspace.tamper(
        "outbox", row["id"], state="claimed", owner="exe_dead", claimed_at=time.time() - 99
    )
    await workspace.tamper("permits", row["permit_id"], spent_at=workspace.clock.at)
    assert (await workspace.effector(sink, grace=1.0).drain()).sent == 1


async def test_a_slow_server_is_not_taken_for_a_dead_one_by_a_second_drain(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(1)
    entered, go_on = asyncio.Event(), asyncio.Event()
    keep = sink.handle_DATA

    async def slow(server: object, session: object, envelope: object) -> str:
        entered.set()
        await go_on.wait()
        return await keep(server, session, envelope)  # type: ignore[arg-type]

    sink.handle_DATA = slow  # type: ignore[method-assign, assignment]
    first = asyncio.create_task(workspace.effector(sink).drain())
    await entered.wait()
    second = await workspace.effector(sink, grace=0.0).drain()
    go_on.set()
    assert ((await first).sent, second.sent, second.held) == (1, 0, 0)
    assert len(sink.accepted) == 1


async def test_a_process_that_slept_past_its_claim_does_not_send(
    workspace: Workspace, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workspace.approved_mails(1)
    sleeper = workspace.effector(sink)

    prepare = module.prepare

    async def slept(*args: object) -> object:
        module._draining.clear()  # as seen by another process
        monkeypatch.setattr(module, "prepare", prepare)
        assert (await workspace.effector(sink).drain()).sent == 1
        return await prepare(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "prepare", slept)
    report = await sleeper.drain()
    assert report.sent == 0
    assert "claimed this mail first" in report.problems[0]
    assert len(sink.accepted) == 1
    assert await workspace.states() == ["sent"]


async def test_a_bad_signing_key_keeps_every_mail_and_says_so(workspace: Workspace, sink: Sink) -> None:
    from tools.act.compose_mail import DkimKey

    await workspace.approved_mails(2)
    bad = DkimKey("s1", "acme.example", b"no key")
    report = await workspace.effector(sink, dkim=bad).drain()
    assert report.problems == ["The DKIM key cannot sign."]
    assert await workspace.states() == ["queued", "queued"]
    workspace.clock.at = (await workspace.outbox())[0]["due_at"]
    assert (await workspace.effector(sink).drain()).sent == 2
