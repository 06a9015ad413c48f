"""Importing an uploaded file: read within limits, kept under a harmless name while it is read, then gone."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from channels.rest.bodies import limited
from channels.rest.operations import KEY, PREFIX, jsonable, once
from domain.decisions import Actor
from domain.errors import Correctable
from domain.ids import digest
from service.bootstrap import House
from service.commands import run_command

LARGEST = 10_000_000  # bytes, with what multipart adds


def add_uploads(app: FastAPI, house: House, signed_in: Any) -> None:
    """Add the address."""

    @app.post(PREFIX + "/imports", include_in_schema=False)
    async def import_file(request: Request, actor: Actor = Depends(signed_in)) -> Response:
        """Import a CSV file; `dry_run` shows what would change."""
        name, content, dry_run = await _read(request)

        async def work() -> Any:
            with tempfile.TemporaryDirectory(prefix="rainmaker-") as folder:
                path = Path(folder) / name
                await asyncio.to_thread(path.write_bytes, content)
                args = {"path": str(path), "dry_run": dry_run}
                return await run_command(house, "import", args, actor=actor)

        if (given := request.headers.get(KEY)) is not None:
            fingerprint = digest([request.url.path, name, dry_run, digest(content.hex())])
            return await once(house, actor.name, given, fingerprint, request.url.path, work)
        return JSONResponse(jsonable(await work()))


async def _read(request: Request) -> tuple[str, bytes, bool]:
    """Name, bytes and whether it is only tried.

    Raises:
        Correctable: bad_upload, body_too_large.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _bad("Send the file as multipart/form-data, in a field named file.")
    try:
        parser = MultiPartParser(request.headers, limited(request, LARGEST), max_files=1, max_fields=4)
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, UnicodeError) as error:
        raise _bad("The upload is no multipart form with one file.") from error
    try:
        file, dry_run = form.get("file"), str(form.get("dry_run", "false")).lower()
        if not isinstance(file, UploadFile) or set(form) - {"file", "dry_run"}:
            raise _bad("The upload holds one file in a field named file, and perhaps dry_run.")
        if dry_run not in ("true", "false"):
            raise _bad("dry_run is true or false.")
        return _harmless(file.filename or ""), await file.read(), dry_run == "true"
    finally:
        await form.close()


def _harmless(name: str) -> str:
    """The last part of a name, letters and digits only: it leads nowhere."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isalnum() or char in "._- ").strip(". ")[-80:]
    return kept or "upload.csv"


def _bad(message: str) -> Correctable:
    return Correctable(message, code="bad_upload", where="file")
