"""A start under wrong conditions: another key, a folder that cannot be written, an old library, a wrong clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import Correctable
from runtime.settings import Settings
from runtime.store.engine import Database
from service import doctor
from service.running import home_lock

NOBODY = 65534


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who may not write everywhere: root may, so it acts as nobody meanwhile."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)


def test_a_home_that_cannot_be_written_is_named(home: Path) -> None:
    home.chmod(0o555)
    with without_rights(), pytest.raises(Correctable) as caught, home_lock(Settings(home=home)):
        pass
    assert (caught.value.code, caught.value.where) == ("home_not_writable", str(home))
    assert "RAINMAKER_HOME" in (caught.value.hint or "")


@pytest.fixture
def locked_file(database_url: str, home: Path) -> Iterator[None]:
    """The database's file and folder cannot be written, and the file is afterwards what it was."""
    path = home / "rainmaker.db"
    path.chmod(0o444)
    home.chmod(0o555)
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before


@pytest.mark.sqlite_only
async def test_a_database_in_a_folder_that_cannot_be_written_keeps_what_it_has(
    database: Database, locked_file: None
) -> None:
    with without_rights(), pytest.raises(Correctable) as caught:
        async with database.write() as tx:
            await tx.execute(text("DELETE FROM events"))
    assert caught.value.code == "database_read_only"


async def test_a_library_below_its_floor_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "langgraph-0.9.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: langgraph\nVersion: 0.9.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    name, state, words = await doctor._versions(Settings(home=tmp_path))
    assert (name, state) == ("versions", "fail")
    assert words == "langgraph 0.9.0 is below 1.0.10. Run make again to install the locked set."


@pytest.mark.parametrize("off", [timedelta(days=-731), timedelta(days=366 * 6)])
async def test_a_system_clock_that_cannot_be_right_fails_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    monkeypatch.setattr(doctor, "_built", lambda: datetime.now(UTC) - off)
    name, state, words = await doctor._clock(Settings(home=tmp_path))
    assert (name, state) == ("clock", "fail")
    assert "set it" in words
