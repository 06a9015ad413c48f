"""Running the service: lock, house, HTTP server with chat, and the unattended part, in one process or in roles."""

import asyncio
import contextlib
import json
import logging
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator

from channels.output import say
from domain.errors import Correctable, RainmakerError
from runtime import traces
from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.running import announce, home_lock, keep_worlds_apart, withdraw
from service.starting import login_of
from service.working import Role, at_work, role_of

log = logging.getLogger(__name__)
INDEX_PULSE = 5.0  # seconds between looks for pages that recall does not know yet
ENDING = 3  # seconds that open answers get at the end


def serve_forever(
    settings: Settings, *, open_browser: bool, as_json: bool = False, role: str = Role.ALL
) -> None:
    """Serve until interrupted or asked to end; either way the house is closed and the address withdrawn.

    Raises:
        Retryable: home_in_use. Correctable: port_taken, role_needs_postgres and whatever the house needs.
    """
    chosen = role_of(settings, role)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if chosen in (Role.ALL, Role.WEB):
        with home_lock(settings), contextlib.suppress(KeyboardInterrupt):
            keep_worlds_apart(settings)
            asyncio.run(_serve(settings, chosen, open_browser, as_json))
        return
    with contextlib.suppress(KeyboardInterrupt):  # a worker holds a lease of its own, not the home
        settings.home.mkdir(parents=True, exist_ok=True)
        keep_worlds_apart(settings)
        asyncio.run(_work(settings, chosen, as_json))


async def _serve(settings: Settings, role: Role, open_browser: bool, as_json: bool) -> None:
    listener = _listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    settings = settings.model_copy(update={"port": port})  # 0 means any: links must name the real one
    async with _traced(settings), open_house(settings) as opened, at_work(opened, role) as house:
        token = secrets.token_urlsafe(24)
        url = f"http://{settings.host}:{port}"
        server = _server(house, token)
        announce(settings, url, token)
        indexing = asyncio.create_task(_index(house))
        try:
            await _greet(house, url, open_browser, as_json)
            await server.serve(sockets=[listener])
        finally:
            indexing.cancel()
            withdraw(settings)


async def _work(settings: Settings, role: Role, as_json: bool) -> None:
    """A process without pages: it says that it runs and works until it is asked to end."""
    async with _traced(settings), open_house(settings) as opened, at_work(opened, role) as house:
        document = json.dumps({"role": role, "executor": house.standing.executor})
        sys.stdout.write(f"{document}\n" if as_json else f"Rainmaker runs as {role}.\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _traced(settings: Settings) -> AsyncIterator[None]:
    """Traces while the service runs, if the owner wants them; what is left is sent at the end."""
    await asyncio.to_thread(traces.start, settings.traces_url)
    try:
        yield
    finally:
        await asyncio.to_thread(traces.stop)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer waits 40 ms for an ACK
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Correctable(
            f"Port {port} cannot be used: {error.strerror}.",
            code="port_taken",
            where=f"{host}:{port}",
            hint="Set RAINMAKER_PORT to another port, or stop what uses it.",
        ) from error
    return listener


def _server(house: House, token: str):  # type: ignore[no-untyped-def]
    import uvicorn

    from channels.api import make_app
    from channels.console.mount import mount_console
    from chat_ui.mount import mount_chat

    app = make_app(house, token)
    mount_console(app, house)
    mount_chat(app, house)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="error",
            lifespan="on",
            ws="websockets-sansio",
            timeout_graceful_shutdown=ENDING,  # an answer without an end must not keep the service alive
        )
    )
    app.state.ending = lambda: server.should_exit  # streams that ask it end before they are cut off
    return server


async def _greet(house: House, url: str, open_browser: bool, as_json: bool) -> None:
    name, password = await login_of(house)
    say(f"Rainmaker is running. Language: {house.language.info.name}. {house.language.info.limits}")
    login = f"Login: {name} / {password}" if password else f"Login: {name} (your own password)"
    document = json.dumps({"url": f"{url}/chat/", "user": name, "password": password or None})
    sys.stdout.write(f"{document}\n" if as_json else f"{login}\n{url}/chat/\n")
    sys.stdout.flush()
    if open_browser:
        import webbrowser

        await asyncio.to_thread(webbrowser.open, f"{url}/chat/")


async def _index(house: House) -> None:
    """Keep recall up to date: its index belongs to this process."""
    while True:
        try:
            await house.recall.catch_up(32)
        except RainmakerError as error:
            log.warning("recall_not_caught_up", extra={"code": error.code, "text": error.message})
        await asyncio.sleep(INDEX_PULSE)
