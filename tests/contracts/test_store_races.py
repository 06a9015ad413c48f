"""Several connections at once, on both engines: what one of them reads before it writes still holds when it writes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, text

from autonomy import approvals
from domain.decisions import OutboxState
from domain.errors import Refused
from domain.icp import IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from runtime.settings import Settings
from runtime.store import (
    audit,
    authority,
    calibrations,
    campaigns,
    counters,
    decisions,
    knowledge,
    outbox,
    people,
    talks,
    usage,
    versions,
)
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
from runtime.store.tables import active_versions, events, suppressions
from service.bootstrap import open_house
from service.users import add_user, set_disabled
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace

pytestmark = pytest.mark.both_engines
NOW = builders.MONDAY
Race = Callable[..., Awaitable[list[Any]]]


@pytest_asyncio.fixture
async def race(database_url: str) -> AsyncIterator[Race]:
    """Run one body many times at once, each in a transaction of its own, over two separate databases' pools."""
    pools = [Database(database_url), Database(database_url)]

    async def one(number: int, body: Callable[[Any, int], Awaitable[Any]]) -> Any:
        async with pools[number % 2].write() as tx:
            return await body(tx, number)

    async def run(times: int, body: Callable[[Any, int], Awaitable[Any]]) -> list[Any]:
        return await asyncio.gather(*(one(number, body) for number in range(times)), return_exceptions=True)

    yield run
    for pool in pools:
        await pool.close()


async def test_one_business_fact_becomes_one_intent(race: Race, workspace: Workspace) -> None:
    row = (await workspace.approved_mails(1))[0]
    done = await race(8, lambda tx, n: outbox.enqueue(tx, {**row, "id": f"obx_{n}", "key": "the fact"}))
    assert sorted(done) == [False] * 7 + [True]
    assert len(await workspace.outbox()) == 2


async def test_one_claim_wins(race: Race, workspace: Workspace) -> None:
    row = (await workspace.approved_mails(1))[0]
    seen, to = [OutboxState.QUEUED], OutboxState.CLAIMED
    done = await race(8, lambda tx, n: outbox.move(tx, row["id"], seen, to, owner=f"worker {n}"))
    assert sorted(done) == [False] * 7 + [True]
    assert (await workspace.outbox())[0]["owner"] == f"worker {done.index(True)}"


async def test_a_budget_is_never_overspent(race: Race, database: Database) -> None:
    done = await race(20, lambda tx, _: counters.spend(tx, "mails", "2026-11-02", 1.0, 7.0))
    assert done.count(True) == 7
    async with database.read() as tx:
        assert await counters.used(tx, "mails", "2026-11-02") == 7.0


async def test_acts_are_counted_one_by_one(race: Race, database: Database) -> None:
    await race(12, lambda tx, _: usage.count(tx, "outreach", "send_email", NOW))
    async with database.read() as tx:
        assert (await usage.of(tx, "outreach", "send_email", NOW)).last_hour == 12


async def test_a_permit_is_spent_once(race: Race, database: Database) -> None:
    async with database.write() as tx:
        await decisions.grant(
            tx, permit_id="per_1", decision_id="dec_1", action_hash="h", by="olga", at=NOW, expires_at=LATER
        )
    done = await race(8, lambda tx, _: decisions.spend(tx, "per_1", "h", NOW))
    assert sorted(done) == [False] * 7 + [True]


async def test_the_first_answer_to_an_ask_wins(race: Race, workspace: Workspace, database: Database) -> None:
    await workspace.campaign_of(1)
    asked = await workspace.asked([await workspace.judged(builders.mail())])

    async def answer(tx: Any, number: int) -> Any:
        who = {"wanted": (), "by": f"person {number}", "role": "owner", "now": NOW}
        if number % 2:
            return len(await approvals.reject(tx, asked, **who))
        return len(await approvals.approve(tx, asked, ids=workspace.ids, **who))

    done = await race(6, answer)
    assert done.count(1) == 1
    late = [one for one in done if one != 1]
    assert all(isinstance(one, Refused) and one.code == "already_decided" for one in late), late


async def test_the_audit_chain_has_no_gap_and_no_fork(race: Race, database: Database) -> None:
    body = {"text": "Grüße", "nested": {"b": 1, "a": [1.5, None, True]}}
    seqs = await race(
        40, lambda tx, n: audit.append(tx, at=NOW, kind="noted", subject=f"s{n}", by="us", body=body)
    )
    assert sorted(seqs) == list(range(1, 41))
    async with database.read() as tx:
        assert (await audit.verify(tx)) == audit.Verified(True, 40)


async def test_version_numbers_are_given_once(race: Race) -> None:
    line = IcpLine(kind=LineKind.HARD, field=LineField.GEOGRAPHY, value="DE", evidence=(QUOTE,))

    async def make(tx: Any, number: int) -> tuple[int, int, int]:
        policy = await authority.add_policy_version(
            tx, version_id=f"pol_{number}", body={}, note="", by="olga", at=NOW
        )
        fit = await calibrations.add(tx, version_id=f"cal_{number}", body={}, report={}, at=NOW)
        icp = await knowledge.keep_icp(
            tx, f"icp_{number}", [line], label=builders.CRM, by="olga", reason="", at=NOW
        )
        return policy, fit, icp.version

    done = await race(6, make)
    assert sorted(done) == [(number, number, number) for number in range(1, 7)]


async def test_rows_with_a_name_are_made_once(race: Race, database: Database) -> None:
    async def make(tx: Any, number: int) -> None:
        await versions.activate_version(tx, "policy", f"pol_{number}", NOW)
        await people.throw_switch(tx, scope="workspace", level="sends", reason=f"{number}", by="o", at=NOW)
        await people.suppress(tx, ["hash a", "hash b"], "opted out", NOW)
        await talks.ensure_conversation(tx, "cnv_1", "olga", NOW)
        await authority.set_earned_level(tx, "outreach", "send_email", number, reason="", at=NOW)

    assert await race(6, make) == [None] * 6
    async with database.read() as tx:
        assert len(await people.thrown_switches(tx)) == 1
        assert len(await authority.earned_levels(tx)) == 1
        for table, rows in ((active_versions, 1), (suppressions, 2)):
            assert (await tx.execute(select(func.count()).select_from(table))).scalar_one() == rows


async def test_a_limit_that_is_counted_first_holds(race: Race) -> None:
    async def take_a_place(tx: Any, number: int) -> bool:
        taken = (await tx.execute(select(func.count()).select_from(events))).scalar_one()
        await asyncio.sleep(0)  # let the others run between looking and writing
        if taken >= 3:
            return False
        row = {"id": f"evt_{number}", "kind": "k", "subject": "s", "body": {}, "cause": "", "at": NOW}
        await tx.execute(insert(events).values(**row))
        return True

    assert (await race(10, take_a_place)).count(True) == 3


async def test_a_read_sees_one_moment(database_url: str, database: Database) -> None:
    other = Database(database_url)
    count = select(func.count()).select_from(suppressions)
    async with database.read() as tx:
        before = (await tx.execute(count)).scalar_one()
        writing = asyncio.create_task(_suppress(other))
        if not database.is_sqlite:  # its rollback journal makes the writer wait for the reader
            await writing
        assert (await tx.execute(count)).scalar_one() == before
    await writing
    async with database.read() as tx:
        assert (await tx.execute(count)).scalar_one() == before + 1
    await other.close()


async def _suppress(database: Database) -> None:
    async with database.write() as tx:
        await people.suppress(tx, ["a hash"], "opted out", NOW)


async def test_two_processes_that_start_at_once_make_one_schema(
    database_engine: str, home: Any, request: pytest.FixtureRequest
) -> None:
    file = f"sqlite+aiosqlite:///{home / 'new.db'}"
    url = request.getfixturevalue("empty_postgres_url") if database_engine == "postgres" else file
    both = [Database(url), Database(url)]
    await asyncio.gather(*(ensure_schema(one) for one in both))
    async with both[0].read() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1
        assert await campaigns.latest_campaign(tx) is None
    for one in both:
        await one.close()


async def test_the_last_two_owners_cannot_lock_each_other_out(home: Any, database_setting: str) -> None:
    settings = Settings(home=home, database_url=database_setting)
    async with open_house(settings) as house:
        for name in ("olga", "otto"):
            await add_user(house, name, "correct horse battery", "owner")
        second = replace(house, database=Database(settings.database))
        done = await asyncio.gather(
            set_disabled(house, "otto", True, by="olga"),
            set_disabled(second, "olga", True, by="otto"),
            return_exceptions=True,
        )
        await second.database.close()
    assert [getattr(one, "code", None) for one in done].count("last_owner") == 1


LATER = NOW.replace(year=2027)
QUOTE = Evidence(
    url="https://a.example/", quote="We serve Germany.", sha256="0" * 64, seen_at=NOW, label=builders.CRM
)
