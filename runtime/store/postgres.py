"""What Postgres needs that SQLite does by itself: one business writer at a time, and the same values in and out."""

from typing import Any

from sqlalchemy import Integer, event, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WRITER = 0x7261696E  # advisory lock of whoever writes business rows
RECALL = 0x7261696F  # advisory lock of whoever makes or rebuilds the recall index
POOL_SIZE, POOL_MORE = 5, 10  # connections kept, and more at most
POOL = {"pool_size": POOL_SIZE, "max_overflow": POOL_MORE, "pool_timeout": 30.0, "pool_pre_ping": True}
CONNECT = {
    "application_name": "rainmaker",
    "connect_timeout": 10,
    "keepalives_idle": 30,  # a server that vanished without a word is noticed within a minute
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# Read committed: what follows must see what the writer before us kept. A frozen holder is cut off by the server,
# so that it cannot stop the others; both limits end with the transaction (a pooler may share the session).
_ONE_WRITER = text("""
    SELECT set_config('lock_timeout', :wait, true),
           set_config('idle_in_transaction_session_timeout', :idle, true),
           pg_advisory_xact_lock(:writer)
""")
_UNLIKE = text("""
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name NOT LIKE 'checkpoint%'
      AND (data_type IN ('integer', 'character varying')
           OR (data_type = 'text' AND collation_name IS DISTINCT FROM 'C'))
    ORDER BY table_name, ordinal_position
""")


def prepare(engine: AsyncEngine) -> None:
    """Have connections take what SQLite takes: whole numbers of 64 bits, and texts with a NUL character."""
    from psycopg.types.string import StrDumperUnknown  # here, so that only those who use Postgres load it

    class Wide(Integer):
        render_bind_cast = False

    class WithoutNul(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", "\ufffd"))

    dialect = engine.sync_engine.dialect
    dialect.colspecs = {**dialect.colspecs, Integer: Wide}  # a whole number is never cast to 32 bits

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.driver_connection.adapters.register_dumper(str, WithoutNul)


async def become_writer(tx: AsyncConnection, wait_ms: int) -> None:
    """Wait until no other process writes; the lock ends with the transaction."""
    limits = {"wait": str(wait_ms), "idle": str(wait_ms * 2 // 3), "writer": WRITER}
    await tx.execute(_ONE_WRITER, limits)


def hold_like_sqlite(connection: Connection) -> None:
    """Make every column hold what SQLite holds: texts of any length in byte order, whole numbers of 64 bits.

    Declared lengths are notes to the reader: SQLite does not hold anybody to them, so a value that fits there
    must fit here, and texts must compare and sort alike.
    """
    changes: dict[str, list[str]] = {}
    for row in connection.execute(_UNLIKE):
        kind = "bigint" if row.data_type == "integer" else 'text COLLATE "C"'
        changes.setdefault(row.table_name, []).append(f'ALTER COLUMN "{row.column_name}" TYPE {kind}')
    for table, columns in changes.items():
        connection.execute(text(f'ALTER TABLE "{table}" {", ".join(columns)}'))


def connect_args(url: URL) -> dict[str, Any]:
    """What the driver needs for a connection of its own, beside the pool."""
    return {**CONNECT, **url.get_dialect()().create_connect_args(url)[1]}


async def server(tx: AsyncConnection) -> dict[str, str]:
    """Version and pgvector of the server, for `doctor`; the extension is empty when it is not to be had."""
    query = text("""
        SELECT current_setting('server_version') AS version,
               current_setting('max_connections') AS connections,
               coalesce((SELECT max(default_version) FROM pg_available_extensions WHERE name = 'vector'), '')
                   AS vector
    """)
    row = (await tx.execute(query)).mappings().one()
    return {str(key): str(row[key]) for key in row}
