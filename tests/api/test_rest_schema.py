"""Calls made up from the API's own description never end in a server error or an answer it does not describe."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from channels.api import make_app
from channels.rest.description import description
from runtime.settings import Settings
from service.bootstrap import open_house
from service.commands import run_command
from service.users import ensure_owner
from tests.api.conftest import CONTACTS, OWNER, TOKEN

EXAMPLES = 1  # of each operation; a long run by hand is `schemathesis run http://127.0.0.1:PORT/openapi.json`
ENDLESS = {"/api/v1/events"}
LOADS_STATISTICS = {
    f"/api/v1/tables/{name}" for name in ("learn", "experiment", "forecast")
}  # seconds to import
NEEDS_THE_WEB = {
    "/api/v1/onboard",
    "/api/v1/prospects/find",
}  # a site that does not answer is a 503, as it should


class Served:
    """The application on a port of the loopback, in a thread with a loop of its own."""

    def __init__(self, home, database_url: str) -> None:
        self._settings = Settings(
            home=home,
            database_url=database_url,
            sandbox=True,
            web_proxy="http://127.0.0.1:1",  # nothing leaves, whatever address is made up
            calls_per_minute=1_000_000,
        )
        self.port = 0
        self._ready = threading.Event()
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join(20)

    async def _serve(self) -> None:
        listing = self._settings.home / "contacts.csv"
        listing.write_text(CONTACTS)
        async with open_house(self._settings) as house:
            await ensure_owner(house)
            await run_command(house, "import", {"path": str(listing)}, actor=OWNER)
            config = uvicorn.Config(
                make_app(house, TOKEN), port=0, log_level="error", timeout_graceful_shutdown=1
            )
            self._server = uvicorn.Server(config)
            listener = config.bind_socket()
            self.port = listener.getsockname()[1]
            self._ready.set()
            await self._server.serve(sockets=[listener])


@pytest.fixture(scope="module")
def address(tmp_path_factory, new_database) -> Iterator[str]:
    with Served(tmp_path_factory.mktemp("schema"), new_database()) as served:
        yield f"http://127.0.0.1:{served.port}"


def operations() -> list[tuple[str, str]]:
    return [
        (path, method)
        for path, several in description()["paths"].items()
        for method in several
        if path not in ENDLESS | NEEDS_THE_WEB | LOADS_STATISTICS
    ]


def test_made_up_calls_are_answered_as_described(address: str) -> None:
    schema = schemathesis.openapi.from_dict(description())
    headers = {"Authorization": f"Bearer {TOKEN}"}
    checks = [
        not_a_server_error,
        response_schema_conformance,
        content_type_conformance,
        status_code_conformance,
    ]
    for path, method in operations():
        operation = schema[path][method.upper()]

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
        )
        @given(case=operation.as_strategy())
        def one(case) -> None:
            case.call_and_validate(base_url=address, headers=headers, checks=checks)

        one()
