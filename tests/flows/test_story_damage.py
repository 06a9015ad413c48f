"""Somebody changes the records behind our back: the audit chain tells, and names the first bad record."""

import shutil
import sqlite3

import pytest

from runtime.store import audit
from runtime.store.engine import Database

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.sqlite_only]

DAMAGE = {
    "edited": ("update audit set by='nobody' where seq=20", 20),
    "edited body": ("""update audit set body='{"verdict":"allow"}' where seq=7""", 7),
    "dropped": ("delete from audit where seq=15", 16),
    "reordered": (
        "update audit set seq = case seq when 9 then -10 when 10 then -9 end where seq in (9,10)",
        -10,
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
async def test_a_damaged_record_is_found(aftermath, tmp_path, kind):
    statement, first_bad = DAMAGE[kind]
    copy = tmp_path / "damaged.db"
    shutil.copy(aftermath.database, copy)
    with sqlite3.connect(copy) as connection:
        for name in connection.execute("select name from sqlite_master where type='trigger'").fetchall():
            connection.execute(f"drop trigger {name[0]}")
        connection.execute(statement)
    database = Database(f"sqlite+aiosqlite:///{copy}")
    async with database.read() as tx:
        verified = await audit.verify(tx)
    await database.close()
    assert (verified.ok, verified.first_bad) == (False, first_bad)
