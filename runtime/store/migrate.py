"""Whether database and process fit: the schema is brought up to date, a foreign secret key is refused.

Silent, quick when there is nothing to do.
"""

import asyncio
import hmac
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from domain.errors import Correctable
from runtime.store.engine import Database
from runtime.store.postgres import hold_like_sqlite
from runtime.store.versions import activate_version, active_version

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0011"
_KEY = "secret_key"  # the kind under which the key's mark is kept


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


async def ensure_schema(database: Database) -> None:
    """Create or upgrade the tables.

    Raises:
        Correctable: database_newer – made by a later release; database_foreign; home_not_writable.
    """
    if database.is_sqlite and database.url.database:
        await asyncio.to_thread(_make_folder, Path(database.url.database).parent)
    async with database.read() as connection:
        current = await connection.run_sync(_current)
    if current == HEAD:
        return
    _check_not_newer(current, database.where)
    async with (
        database.write() as connection
    ):  # two processes that start at once come here one after the other
        _check_not_newer(await connection.run_sync(_current), database.where)
        await connection.run_sync(_upgrade)


async def ensure_key(database: Database, key: bytes, at: datetime) -> None:
    """Remember a mark of the secret key with the first start; refuse another key with every later one.

    With another key no suppression would be recognised, and people who opted out would be written to.

    Raises:
        Correctable: wrong_secret_key.
    """
    mark = hmac.new(key, b"which key this workspace uses", "sha256").hexdigest()[:40]
    async with database.read() as tx:
        kept = await active_version(tx, _KEY)
    if kept is None:
        async with database.write() as tx:
            kept = await active_version(tx, _KEY)  # another process may have been first
            if kept is None:
                await activate_version(tx, _KEY, mark, at)
                return
    if not hmac.compare_digest(kept, mark):
        raise Correctable(
            "This workspace was made with another secret key.",
            code="wrong_secret_key",
            where="RAINMAKER_SECRET_KEY",
            hint="Set the key it was made with, or put its secret.key back into the home.",
        )


def _check_not_newer(current: str | None, where: str) -> None:
    if current is not None and current not in _known():
        raise Correctable(
            f"The database was written by a newer release (schema {current}; this release knows {HEAD}).",
            code="database_newer",
            where=where,
            hint="Upgrade Rainmaker, or use another database.",
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Correctable(
            f"The data folder cannot be made: {error.strerror}.",
            code="home_not_writable",
            where=str(folder),
            hint="Set RAINMAKER_HOME to a folder you may write.",
        ) from error


def _known() -> set[str]:
    return {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        hold_like_sqlite(connection)
