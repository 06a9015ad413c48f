"""Stored elements of conversations (cards, uploaded files) as files in the home, named by hash."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

ROUTE = "/chat/files"


def file_name(object_key: str) -> str:
    """The name of an object's file; nothing of the key, which holds people's file names, reaches the disk."""
    return hashlib.sha256(object_key.encode()).hexdigest()


class LocalFiles:
    """Chainlit's storage port over one folder. No subclass of it: importing Chainlit writes files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Where a file with this hashed name is."""
        return self._folder / name

    async def upload_file(
        self,
        object_key: str,
        data: bytes | str,
        mime: str = "application/octet-stream",
        overwrite: bool = True,
        content_disposition: str | None = None,
    ) -> dict[str, Any]:
        """Keep the bytes; returns the key and the address they are read at."""
        content = data.encode() if isinstance(data, str) else data
        await asyncio.to_thread(self._write, self.path(file_name(object_key)), content)
        return {"object_key": object_key, "url": await self.get_read_url(object_key)}

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    async def delete_file(self, object_key: str) -> bool:
        """Forget the bytes."""
        await asyncio.to_thread(self.path(file_name(object_key)).unlink, missing_ok=True)
        return True

    async def get_read_url(self, object_key: str) -> str:
        """Address of the route that checks who reads."""
        return f"{ROUTE}/{file_name(object_key)}"

    async def close(self) -> None:
        """Nothing is open."""
