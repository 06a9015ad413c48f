"""Routes of the chat beside Chainlit's: the banner, an approval as it stands now, stored files. Signed in, own only."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from chainlit.auth import get_current_user
from chainlit.data import get_data_layer
from chainlit.user import PersistedUser, User
from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse

from chat_ui.cards import card
from chat_ui.data_layer import Conversations
from chat_ui.places import files_of
from chat_ui.storage import ROUTE
from domain.errors import Correctable
from runtime.store import people
from service.bootstrap import House
from service.users import actor_named

_SHOWN_AS_JSON = {"application/json"}
SignedIn = Annotated[User | PersistedUser | None, Depends(get_current_user)]


def add_routes(app: FastAPI, house: House) -> None:
    """Add them; they must be in place before Chainlit's catch-all."""
    files = files_of(house)

    @app.get("/chat/banner", include_in_schema=False)
    async def banner() -> dict[str, Any]:
        """What every page says at its top; names nothing private."""
        info = house.language.info
        async with house.database.read() as tx:
            stopped = bool(await people.thrown_switches(tx))
        return {
            "sandbox": house.settings.sandbox,
            "offline": info.offline,
            "language": info.name,
            "limits": info.limits,
            "stopped": stopped,
        }

    @app.get("/chat/approvals/{approval_id}", include_in_schema=False)
    async def approval(approval_id: str, user: SignedIn) -> dict[str, Any]:
        """An approval as it stands, for its card."""
        return await card(house, approval_id, await actor_named(house, user.identifier if user else ""))

    @app.get(f"{ROUTE}/{{name}}", include_in_schema=False)
    async def file(name: str, user: SignedIn) -> FileResponse:
        """A stored element of one's own conversation."""
        layer = get_data_layer()
        found = await layer.stored_file(name) if isinstance(layer, Conversations) else None
        path: Path = files.path(name)
        if found is None or user is None or found.owner != user.identifier:
            raise Correctable("There is no such file.", code="unknown_file", where=name[:80])
        if not await asyncio.to_thread(path.is_file):
            raise Correctable("This file is gone.", code="unknown_file", where=name[:80])
        shown = found.mime if found.mime in _SHOWN_AS_JSON else "application/octet-stream"
        headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
        return FileResponse(path, media_type=shown, headers=headers)
