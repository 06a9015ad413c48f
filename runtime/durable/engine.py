"""The one module that knows DBOS: registers workflows, launches, enqueues, wakes, recovers, forgets. No sales words.

Workflow bodies are plain functions over `Run`; what is true is in our tables, the engine only drives.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from domain.errors import Bug
from runtime.durable import engine_home
from runtime.durable.lease import VERSION, Lease
from runtime.faults import reach
from runtime.settings import Settings

log = logging.getLogger(__name__)
KEPT_DAYS = 3  # finished workflows are told about this long, failed ones ten times as long
_HOUR = 3600.0
_POLL = 0.25  # seconds between looks at a queue
_DAY_MS = 86_400_000

Body = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Workflow:
    """A body and the queue it waits in. `woken` is a cron line (with seconds) that starts it again and again."""

    name: str
    body: Body  # async def body(run, *args): everything it does happens in `run.step`
    woken: str = ""


class Run:
    """What a workflow body may do."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    async def step(self, name: str, work: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Do something once; its JSON result is kept, so a resumed body passes over it."""
        return await self._engine.dbos.run_step_async({"name": name}, work, *args)

    async def enqueue(self, name: str, *args: Any, once: str = "", after: float = 0.0) -> bool:
        """Let another workflow run in `after` seconds; False when one with the same `once` is there already."""
        return await self._engine.enqueue(name, *args, once=once, after=after)


class Engine:
    """The engine of this process. One per process; `start` it inside the event loop the bodies run in."""

    def __init__(self, settings: Settings, lease: Lease, *, works: bool = True) -> None:
        self._settings = settings
        self._lease = lease
        self._works = works  # False: it wakes and recovers, others carry out
        self._functions: dict[str, Any] = {}
        self._keeping: asyncio.Task[None] | None = None
        self._dbos: Any = None
        self._closing = False
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def dbos(self) -> Any:
        """The library's entry point, once started."""
        if self._dbos is None:
            raise Bug("The engine was used before it was started.", code="engine_not_started")
        return self._dbos

    async def start(self, workflows: Sequence[Workflow]) -> None:
        """Register everything, then launch: recovered work begins inside the launch.

        Raises:
            Retryable: engine_unavailable.
        """
        engine_home.prepare(self._settings)
        from dbos import DBOS, DBOSPortableJSONSerializer

        DBOS(
            config={
                "name": "rainmaker",
                "system_database_url": engine_home.address(self._settings),
                "application_version": VERSION,  # the default is a hash of the code: every deploy would strand work
                "executor_id": self._lease.executor,
                "serializer": DBOSPortableJSONSerializer(),  # the default is pickle
                "sys_db_pool_size": 5,
                "max_executor_threads": 16,
                "enable_otlp": False,
                "log_level": "ERROR",
            }
        )
        self._dbos = DBOS
        for one in workflows:
            self._functions[one.name] = self._registered(one)
        if not self._works:
            DBOS.listen_queues([])
        DBOS.launch()
        await self._queues(workflows)
        await self.recover()
        self._keeping = asyncio.create_task(self._keep())

    def _registered(self, one: Workflow) -> Any:
        run = Run(self)

        async def function(*args: Any) -> Any:
            self._note_running()
            return await one.body(run, *args)

        function.__name__ = function.__qualname__ = one.name
        return self.dbos.workflow(name=one.name)(function)

    def _note_running(self) -> None:
        task = asyncio.current_task()
        if self._closing or task is None:
            raise asyncio.CancelledError  # it stays unfinished, and whoever comes next takes it up
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _queues(self, workflows: Sequence[Workflow]) -> None:
        """One queue for each workflow, one at a time in each process: a dead one's must not stop the living."""
        for one in workflows:
            await asyncio.to_thread(
                self.dbos.register_queue, one.name, worker_concurrency=1, polling_interval_sec=_POLL
            )
        woken = [
            {
                "schedule_name": one.name,
                "workflow_fn": self._functions[one.name],
                "schedule": one.woken,
                "context": None,
                "queue_name": one.name,
                "automatic_backfill": False,  # one turn catches up, however long nobody was here
            }
            for one in workflows
            if one.woken
        ]
        await self.dbos.apply_schedules_async(woken)

    async def enqueue(self, name: str, *args: Any, once: str = "", after: float = 0.0) -> bool:
        """Let a workflow run in `after` seconds; False when one with the same `once` waits or runs already."""
        from dbos import SetEnqueueOptions, error

        try:
            with SetEnqueueOptions(deduplication_id=once or None, delay_seconds=after or None):
                await self.dbos.enqueue_workflow_async(name, self._functions[name], *args)
        except error.DBOSQueueDeduplicatedError:
            return False
        return True

    async def recover(self) -> int:
        """Give work of dead processes to the living; safe to repeat. Returns how many processes were dead."""
        live = await self._lease.live()
        return await asyncio.to_thread(self._recover, live)

    def _recover(self, live: frozenset[str]) -> int:
        """The library moves a row only while it is still the dead one's, so two of us at once do no harm."""
        held = self.dbos.list_workflows(status="PENDING", load_input=False, load_output=False)
        dead = sorted({one.executor_id for one in held if one.executor_id} - live)
        if dead:
            log.warning("recovering", extra={"executors": dead})
            self.dbos._recover_pending_workflows(dead)
            reach("mid_recover")
        return len(dead)

    async def forget(self) -> int:
        """Drop records of workflows that ended long ago; returns how many."""
        return await asyncio.to_thread(self._forget)

    def _forget(self) -> int:
        import time
        from datetime import UTC, datetime

        dropped = 0
        for states, days in ((["SUCCESS", "CANCELLED"], KEPT_DAYS), (["ERROR"], KEPT_DAYS * 10)):
            before = datetime.fromtimestamp(time.time() - days * _DAY_MS / 1000, UTC).isoformat()
            while True:
                old = self.dbos.list_workflows(
                    status=states, end_time=before, limit=500, load_input=False, load_output=False
                )
                if not old:
                    break
                self.dbos.delete_workflows([one.workflow_id for one in old])
                dropped += len(old)
        return dropped

    async def _keep(self) -> None:
        """Recover with every beat, forget every hour; a pass that failed is simply repeated."""
        loop = asyncio.get_running_loop()
        forgot_at = float("-inf")
        while True:
            try:
                await self.recover()
                if loop.time() - forgot_at > _HOUR:
                    await self.forget()
                    forgot_at = loop.time()
            except Exception:
                log.exception("engine_not_kept")
            await asyncio.sleep(self._lease.ttl / 6)

    async def close(self) -> None:
        """Stop taking work and end; what runs is left to whoever comes next."""
        self._closing = True
        if self._keeping is not None:
            self._keeping.cancel()
        if self._dbos is None:
            return
        await self._let_go()
        await asyncio.to_thread(self._dbos.destroy, destroy_registry=True)
        self._dbos = None
        # the library made its own pool the loop's; that one is closed now
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())

    async def _let_go(self) -> None:
        """Give running bodies a moment, then drop them: unfinished, they are resumed by whoever comes next."""
        for patience in (0.5, 2.0):
            if not self._running:
                return
            await asyncio.wait(set(self._running), timeout=patience)
            for task in self._running:
                task.cancel()
