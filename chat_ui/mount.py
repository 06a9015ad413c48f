"""Puts the chat under /chat of our application. Nothing here runs at import; Chainlit is loaded on the call."""

import hashlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chat_ui import attached
from chat_ui.app_folder import prepare
from chat_ui.guard import Guard
from chat_ui.sessions import COOKIE
from service.bootstrap import House

LARGEST_MESSAGE = (
    8_000_000  # bytes on the socket; what is too long is refused with a sentence, not a dropped line
)


def mount_chat(app: FastAPI, house: House) -> None:
    """Serve the chat of this house under /chat. Call it once, after every route of ours is in place."""
    attached.attach(house)
    _environment(prepare(house.settings.home), house.terms.salt)
    from chainlit.data import get_data_layer
    from chainlit.server import sio
    from chainlit.utils import mount_chainlit

    from chat_ui.routes import add_routes

    logging.getLogger("uvicorn.error").addFilter(_worth_telling)
    sio.eio.max_http_buffer_size = LARGEST_MESSAGE
    app.add_middleware(Guard, house=house)
    add_routes(app, house)
    mount_chainlit(app=app, target=str(Path(__file__).with_name("chat.py")), path="/chat")
    _close_at_end(app, get_data_layer)


def _environment(folder: Path, key: bytes) -> None:
    """Chainlit is set up through environment variables only, most of them read when it is imported."""
    secret = hashlib.sha256(b"chat sessions:" + key).hexdigest()
    os.environ.update(
        CHAINLIT_APP_ROOT=str(folder),
        CHAINLIT_AUTH_SECRET=secret,
        CHAINLIT_AUTH_COOKIE_NAME=COOKIE,
        CHAINLIT_COOKIE_SAMESITE="lax",
        CHAINLIT_ENV_FILE=str(folder / "no.env"),  # else it would read .env of the working directory
    )


def _worth_telling(record: logging.LogRecord) -> bool:
    """A browser that left in the middle of an answer is no error, though Chainlit's wrapper raises one."""
    cause = record.exc_info[1] if record.exc_info else None
    return str(cause) != "No response returned."


def _close_at_end(app: FastAPI, layer_of) -> None:  # type: ignore[no-untyped-def]
    """A mounted application's own shutdown never runs, so ours closes the conversations."""
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with before(served) as state:
            yield state
        layer = layer_of()
        if layer is not None:
            await layer.close()

    app.router.lifespan_context = lifespan
