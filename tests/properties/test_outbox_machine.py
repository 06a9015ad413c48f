"""Whatever happens in whatever order, no intent is delivered twice, none to someone who opted out, none is lost."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from autonomy import suppression
from domain.campaigns import CampaignState
from runtime.store import audit, campaigns, people
from runtime.store.engine import Database
from tests.fixtures import plugin
from tests.fixtures.workspace import Workspace
from tools.effector import Effector, Mailbox
from tools.providers.smtp import Attempt, Sending

MAILS = 5


class Crash(BaseException):
    """The process died here."""


class Post:
    """A mail server and its Sent folder; each delivery ends as the script says. Keeps what arrived."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str]] = []  # Message-ID, recipient
        self.script: list[str] = []
        self.reachable = True

    async def send(self, sender: str, recipient: str, message: bytes) -> Attempt:
        """Deliver, or not, and tell the truth, or not."""
        how = self.script.pop(0) if self.script else "accept"
        if how == "down":
            return Attempt(Sending.LATER, "connection_failed", "down", everyone=True)
        if how == "later":
            return Attempt(Sending.LATER, "451", "later")
        if how == "crash before":
            raise Crash
        if how != "lose":
            lines = message.decode().split("\r\n")
            identity = next(line[12:] for line in lines if line.startswith("Message-ID: "))
            self.arrived.append((identity, recipient))
        if how == "crash after":
            raise Crash
        return Attempt(Sending.ACCEPTED if how == "accept" else Sending.UNKNOWN, "250")

    async def holds(self, message_id: str) -> bool:
        """Is it in the Sent folder?"""
        from domain.errors import Retryable

        if not self.reachable:
            raise Retryable("no", code="sent_folder_unreachable")
        return any(one == message_id for one, _ in self.arrived)

    async def close(self) -> None:
        """Nothing to close."""


HOWS = st.lists(
    st.sampled_from(["accept", "lose", "drop", "later", "down", "crash before", "crash after"]), max_size=4
)


class Outbox(RuleBasedStateMachine):
    """One workspace with a few approved mails, and everything that may happen to it."""

    new_database: Callable[[], str] = staticmethod(lambda: "")  # an address; empty: a file of its own

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="rainmaker-test-", dir=plugin.memory_folder()))
        self.workspace = Workspace(Database(self.new_database() or self._new_file()))
        self.post = Post()
        self.opted_out: dict[str, int] = {}
        self.run(self.workspace.approved_mails(MAILS))

    def _new_file(self) -> str:
        return plugin.url_of(plugin.migrated(self.folder / "rainmaker.db"))

    def run(self, work):  # type: ignore[no-untyped-def]
        """Run one coroutine to its end."""
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        """Heal everything, finish the work, and count."""
        self.post.script, self.post.reachable = [], True
        self.run(self._lift())
        for _ in range(60):
            self.drain([])
            if not {"claimed", "in_doubt", "queued"} & set(self.run(self.workspace.states())):
                break
            self.workspace.clock.at += timedelta(hours=4)
        states = Counter(self.run(self.workspace.states()))
        self.at_most_once()
        assert sum(states.values()) == MAILS
        assert not {"claimed", "in_doubt", "queued"} & set(states)
        assert states["sent"] == len(self.post.arrived) - self._failed_but_there()
        self.run(self.workspace.database.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    def _failed_but_there(self) -> int:
        rows = self.run(self.workspace.outbox())
        here = {identity for identity, _ in self.post.arrived}
        return sum(row["message_id"] in here for row in rows if row["state"] != "sent")

    async def _lift(self) -> None:
        async with self.workspace.database.write() as tx:
            at = self.workspace.clock.at
            await people.throw_switch(tx, scope="workspace", level="none", reason="", by="o", at=at)
            await campaigns.set_state(tx, "cam_1", CampaignState.RUNNING)

    def effector(self) -> Effector:
        """A fresh one, as after a restart."""
        box = Mailbox(sender=self.post, probe=self.post, sent_copy="server", grace=0.0)
        one = self.workspace
        return Effector(one.database, one.clock, one.ids, box, one.terms, one.policy)

    @rule(script=HOWS)
    def drain(self, script: list[str]) -> None:
        """One drain, in which deliveries end as scripted."""
        self.post.script = script
        with contextlib.suppress(Crash):
            self.run(self.effector().drain())

    @rule(script=HOWS)
    def drain_twice_at_once(self, script: list[str]) -> None:
        """Two drains side by side."""
        self.post.script = script

        async def both() -> None:
            await asyncio.gather(self.effector().drain(), self.effector().drain(), return_exceptions=True)

        with contextlib.suppress(Crash):
            self.run(both())

    @rule(hours=st.integers(1, 20))
    def time_passes(self, hours: int) -> None:
        """The business clock moves."""
        self.workspace.clock.at += timedelta(hours=hours)

    @rule(reachable=st.booleans())
    def sent_folder(self, reachable: bool) -> None:
        """The Sent folder comes and goes."""
        self.post.reachable = reachable

    @rule(level=st.sampled_from(["none", "sends", "all"]))
    def switch(self, level: str) -> None:
        """Somebody stops or starts sending."""

        async def throw() -> None:
            async with self.workspace.database.write() as tx:
                at = self.workspace.clock.at
                await people.throw_switch(tx, scope="workspace", level=level, reason="", by="o", at=at)

        self.run(throw())

    @precondition(lambda self: len(self.opted_out) < 2)
    @rule(number=st.integers(1, MAILS))
    def opt_out(self, number: int) -> None:
        """Somebody wants no more mail."""
        address = f"anna{number}@northwind.example"

        async def suppress() -> None:
            async with self.workspace.database.write() as tx:
                mark = suppression.hash_of(self.workspace.terms.salt, address)
                await people.suppress(tx, [mark], "opted out", self.workspace.clock.at)

        self.run(suppress())
        self.opted_out.setdefault(address, self._deliveries()[address])

    @rule(number=st.integers(0, MAILS - 1), seconds=st.integers(1, 2000))
    def doubt_ages(self, number: int, seconds: int) -> None:
        """Machine time passes over a doubtful mail."""
        row = self.run(self.workspace.outbox())[number]
        if row["claimed_at"]:
            self.run(self.workspace.tamper("outbox", row["id"], claimed_at=time.time() - seconds))

    def _deliveries(self) -> Counter[str]:
        return Counter(recipient for _, recipient in self.post.arrived)

    @invariant()
    def at_most_once(self) -> None:
        """I1 and I3."""
        deliveries = self._deliveries()
        assert max(deliveries.values(), default=0) <= 1
        for address, before in self.opted_out.items():
            assert deliveries[address] <= max(before, 0)

    @invariant()
    def the_chain_holds(self) -> None:
        """I6."""

        async def verify() -> bool:
            async with self.workspace.database.read() as tx:
                return (await audit.verify(tx)).ok

        assert self.run(verify())


Outbox.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    phases=(Phase.explicit, Phase.generate),  # a run costs seconds; shrinking one would cost minutes
    suppress_health_check=list(HealthCheck),
)
TestOutbox = Outbox.TestCase


@pytest.fixture(scope="module", autouse=True)
def chosen_engine(new_database: Callable[[], str]) -> None:
    """Run on the engine that the run chose."""
    Outbox.new_database = staticmethod(new_database)
