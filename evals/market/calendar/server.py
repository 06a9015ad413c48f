"""Radicale in threads of the market process: real CalDAV on loopback, one calendar for each mailbox."""

import logging
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from radicale.app import Application
    from radicale.storage import BaseCollection

CALENDAR = "calendar"
_PROPERTIES = {
    "tag": "VCALENDAR",
    "D:displayname": "Calendar",
    "C:supported-calendar-component-set": "VEVENT",
}


class CalendarServer:
    """The server with its users.

    Args:
        folder: where the calendars are kept between runs; None = a folder of this run.
    """

    def __init__(self, folder: Path | None) -> None:
        self._kept = folder
        self._folder = folder
        self._application: Application | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, users: tuple[str, ...], password: str, port: int = 0) -> int:
        """Open the calendars and listen on loopback; returns the port. Blocks for a moment: call in a thread."""
        self._folder = self._kept or Path(tempfile.mkdtemp(prefix="market-calendar-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        self._application = self._configured(self._folder, users, password)
        for user in users:
            self._open(user)
        self._server = _Server(("127.0.0.1", port), _QuietHandler)
        self._server.set_app(self._application)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Stop listening; calendars of one run only are removed."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._thread is not None:
            self._thread.join(2.0)
        if self._kept is None and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def files(self, user: str) -> dict[str, str]:
        """Every stored event of a user by file name, as it lies there."""
        storage = self._running()._storage
        with storage.acquire_lock("r", user):
            return {str(item.href): item.serialize() for item in self._collection(user).get_all()}

    def put(self, user: str, name: str, text: str) -> None:
        """Store an event, whatever is there; the file's own text is kept.

        Raises:
            ValueError: not one calendar object.
        """
        from radicale.item import Item

        storage = self._running()._storage
        with storage.acquire_lock("w", user):
            collection = self._collection(user)
            collection.upload(name, Item(collection=collection, text=text))

    def remove(self, user: str, name: str) -> bool:
        """Delete an event; False when there is none."""
        storage = self._running()._storage
        with storage.acquire_lock("w", user):
            collection = self._collection(user)
            found = name in {item.href for item in collection.get_all()}
            if found:
                collection.delete(name)
            return found

    def _configured(self, folder: Path, users: tuple[str, ...], password: str) -> "Application":
        from radicale import config
        from radicale.app import Application

        logging.getLogger("radicale").setLevel(logging.ERROR)
        logins = folder / "logins"
        logins.write_text("".join(f"{user}:{password}\n" for user in users), encoding="utf-8")
        settings = config.load()
        settings.update(
            {
                "auth": {
                    "type": "htpasswd",
                    "htpasswd_filename": str(logins),
                    "htpasswd_encryption": "plain",
                    "delay": "0",
                },
                "rights": {"type": "owner_only"},
                "storage": {"filesystem_folder": str(folder / "collections")},
                "web": {"type": "none"},
            },
            "market",
            privileged=False,
        )
        # an internal knob of the server: a sandbox need not survive a power cut
        settings.update({"storage": {"_filesystem_fsync": "False"}}, "market", privileged=True)
        return Application(settings)

    def _open(self, user: str) -> None:
        """Make the user's calendar unless it is there from an earlier run."""
        storage = self._running()._storage
        with storage.acquire_lock("w", user):
            if not list(storage.discover(f"/{user}/")):
                storage.create_collection(f"/{user}/")
            if not list(storage.discover(f"/{user}/{CALENDAR}/")):
                storage.create_collection(f"/{user}/{CALENDAR}/", [], _PROPERTIES)

    def _collection(self, user: str) -> "BaseCollection":
        found = next(iter(self._running()._storage.discover(f"/{user}/{CALENDAR}/")), None)
        if found is None:
            raise ValueError(f"{user} has no calendar")
        return found  # type: ignore[return-value]

    def _running(self) -> "Application":
        if self._application is None:
            raise RuntimeError("the calendar server has not been started")
        return self._application


def calendar_url(user: str, password: str, port: int) -> str:
    """Where a client starts; it finds the calendar from there."""
    return f"http://{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{port}/"


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request; ends with the process."""

    daemon_threads = True
    block_on_close = False
    address_family = socket.AF_INET
    request_queue_size = 64

    def server_bind(self) -> None:
        """Bind without asking for the name of the machine."""
        socket_address = self.server_address
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(socket_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        """The address as it is; looking up its name could leave the machine."""
        return str(self.client_address[0])
