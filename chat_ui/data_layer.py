"""Stored conversations: Chainlit's SQL layer over a SQLite file of its own, with what it lacks put right.

What is said here is shown again, never acted on; decisions live in the business database.
"""

import asyncio
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from chainlit.context import context
from chainlit.data.sql_alchemy import SQLAlchemyDataLayer
from chainlit.data.storage_clients.base import BaseStorageClient
from chainlit.data.utils import queue_until_user_message
from chainlit.element import Element
from chainlit.types import PageInfo, PaginatedResponse, Pagination, ThreadDict, ThreadFilter

from chat_ui.storage import ROUTE, LocalFiles

LONGEST_STORED = 200_000  # characters of one message; longer ones were refused and are kept cut
_JSON_COLUMNS = ("metadata", "tags", "props", "generation", "playerConfig", "modes")
_FALLBACK: dict[str, Any] = {"metadata": {}, "props": {}}
_LIST = """
    SELECT t."id", t."createdAt", t."name", t."userId", t."userIdentifier", t."tags", t."metadata",
           (SELECT MAX(s."createdAt") FROM steps s WHERE s."threadId" = t."id") AS last_said
    FROM threads t
    WHERE t."userId" = :user AND (:search = '' OR EXISTS (
        SELECT 1 FROM steps f WHERE f."threadId" = t."id" AND instr(lower(f."output"), :search) > 0))
    ORDER BY last_said DESC NULLS LAST, t."id"
"""
_INTERRUPTED = """
    UPDATE steps SET "end" = "start", "isError" = 1, "name" = "name" || ' – interrupted when the service ended'
    WHERE "type" = 'tool' AND "end" IS NULL
"""
_FILE = """
    SELECT t."userIdentifier" AS owner, e."mime" AS mime
    FROM elements e JOIN threads t ON t."id" = e."threadId" WHERE e."url" = :url
"""


@dataclass(frozen=True)
class StoredFile:
    """A kept element: the user whose conversation it is in, and its MIME type."""

    owner: str
    mime: str


def make_tables(path: Path) -> None:
    """Create the file and its tables where they are missing; done once, when the service starts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_name("tables.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(path)
    try:
        connection.executescript(script)
        # what ran when the service ended runs no longer, and must not look as if it did
        connection.execute(_INTERRUPTED)
        connection.commit()
    finally:
        connection.close()


class Conversations(SQLAlchemyDataLayer):
    """Threads, steps and elements of every user of this home."""

    def __init__(self, path: Path, files: LocalFiles) -> None:
        super().__init__(
            f"sqlite+aiosqlite:///{path}",
            connect_args={"timeout": 30},
            storage_provider=cast("BaseStorageClient", files),
        )
        # Chainlit writes from many tasks at once; one after the other keeps an update behind its insert.
        self._writing = asyncio.Lock()

    async def execute_sql(self, query: str, parameters: dict[str, Any]) -> Any:
        """Run SQL; lists and objects go in as JSON, which SQLite cannot bind by itself."""
        plain = {
            name: json.dumps(value) if isinstance(value, list | dict) else value
            for name, value in parameters.items()
        }
        return await super().execute_sql(query, plain)

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Keep what is known of a thread; an empty name is none."""
        await super().update_thread(thread_id, name or None, user_id, metadata, tags)

    async def name_thread(self, thread_id: str, name: str) -> bool:
        """Name a thread that has no name yet; says whether it did."""
        rows = await self.execute_sql('SELECT "name" FROM threads WHERE "id" = :id', {"id": thread_id})
        if rows and rows[0]["name"]:
            return False
        await self.update_thread(thread_id, name=name)
        return True

    async def create_step(self, step_dict: Any) -> None:
        """Keep a step, in order, cut to what is readable."""
        async with self._writing:
            await super().create_step(_cut(step_dict))

    async def update_step(self, step_dict: Any) -> None:
        """Keep a step's new state."""
        await self.create_step(step_dict)

    @queue_until_user_message()
    async def create_element(self, element: Element) -> None:
        """Keep an element of the thread it is shown in; its thread's row comes first, or it would be lost."""
        if not element.for_id or element.thread_id != context.session.thread_id:
            return
        async with self._writing:
            known = await self.execute_sql(
                'SELECT "threadId" FROM elements WHERE "id" = :id', {"id": element.id}
            )
            if known and known[0]["threadId"] != element.thread_id:
                return
            await self.update_thread(element.thread_id)
            await super().create_element(element)

    async def get_all_user_threads(
        self, user_id: str | None = None, thread_id: str | None = None
    ) -> list[ThreadDict] | None:
        """Whole threads, JSON columns read back into objects."""
        threads = await super().get_all_user_threads(user_id, thread_id)
        for thread in threads or []:
            _decode(thread)
            for part in (*(thread["steps"] or []), *(thread["elements"] or [])):
                _decode(part)
        return threads

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse:
        """One page of a user's threads, newest first, without loading what was said in them."""
        if not filters.userId:
            raise ValueError("userId is required")
        wanted = {"user": filters.userId, "search": (filters.search or "").lower()}
        rows = await self.execute_sql(_LIST, wanted) or []
        names = [row["id"] for row in rows]
        start = names.index(pagination.cursor) + 1 if pagination.cursor in names else 0
        page = rows[start : start + pagination.first]
        for row in page:
            _decode(row)
        info = PageInfo(
            hasNextPage=len(rows) > start + pagination.first,
            startCursor=page[0]["id"] if page else None,
            endCursor=page[-1]["id"] if page else None,
        )
        return PaginatedResponse(pageInfo=info, data=[{**row, "steps": [], "elements": []} for row in page])

    async def stored_file(self, name: str) -> StoredFile | None:
        """Whose file this is, by the hashed name it is kept under."""
        rows = await self.execute_sql(_FILE, {"url": f"{ROUTE}/{name}"})
        return StoredFile(str(rows[0]["owner"]), str(rows[0]["mime"] or "")) if rows else None


def _cut(step: Any) -> Any:
    output = step.get("output")
    if isinstance(output, str) and len(output) > LONGEST_STORED:
        return {**step, "output": output[:LONGEST_STORED] + " … (cut)"}
    return step


def _decode(row: Any) -> None:
    for column in _JSON_COLUMNS:
        value = row.get(column)
        if isinstance(value, str):
            try:
                row[column] = json.loads(value)
            except ValueError:
                row[column] = _FALLBACK.get(column)
