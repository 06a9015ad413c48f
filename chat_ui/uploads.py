"""Contact files dropped into the chat: tried out first, imported when the person clicks."""

import asyncio
import logging
import re
import shutil
from pathlib import Path
from typing import Any

import chainlit as cl

from chat_ui.places import uploads_of
from chat_ui.rendering import error_text
from domain.decisions import Actor
from domain.errors import Bug, Correctable, RainmakerError
from service.bootstrap import House
from service.commands import run_command

log = logging.getLogger(__name__)
ELEMENT = "ImportCard"
ERRORS_SHOWN = 20
_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def offer(house: House, actor: Actor, file: Any) -> None:
    """Dry-run a dropped file and show what an import would do."""
    kept = uploads_of(house) / str(file.id) / _safe(file.name)
    try:
        await asyncio.to_thread(_keep, Path(file.path), kept)
        report = await run_command(house, "import", {"path": str(kept), "dry_run": True}, actor=actor)
        props = {"file": str(file.id), "name": file.name, "report": _short(report), "done": False}
        await cl.Message("", elements=[cl.CustomElement(name=ELEMENT, props=props)]).send()
    except RainmakerError as error:
        await cl.ErrorMessage(f"{file.name}: {error_text(error)}").send()
    except Exception:  # the edge of an upload
        log.exception("upload_failed")
        await cl.ErrorMessage(Bug("The file could not be read; the log has the details.").message).send()


async def take(house: House, actor: Actor, payload: dict[str, Any]) -> dict[str, Any]:
    """Import a file that was tried out; a refusal is an answer, not an exception."""
    try:
        path = await asyncio.to_thread(_kept, uploads_of(house), str(payload.get("file", "")))
        report = await run_command(house, "import", {"path": str(path)}, actor=actor)
    except RainmakerError as error:
        return {"ok": False, "message": error_text(error)}
    except Exception:  # the edge of a click
        log.exception("import_failed")
        return {"ok": False, "message": Bug("The import failed; the log has the details.").message}
    await asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True)
    return {"ok": True, "report": _short(report)}


def _safe(name: str) -> str:
    """A file name that stays in its folder and still tells its type."""
    return re.sub(r"[^\w.-]+", "_", Path(name).name)[-80:].lstrip(".") or "contacts.csv"


def _keep(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _kept(folder: Path, token: str) -> Path:
    found = next(iter((folder / token).glob("*")), None) if _TOKEN.fullmatch(token) else None
    if found is None:
        raise Correctable(
            "This file was already imported, or is no longer kept.",
            code="unknown_file",
            hint="Attach it again to import it once more.",
        )
    return found


def _short(report: dict[str, Any]) -> dict[str, Any]:
    """What the card shows of a report."""
    names = ("rows", "created", "updated", "duplicates", "people", "mapping", "batch_id")
    return {name: report.get(name) for name in names} | {
        "errors": report["errors"][:ERRORS_SHOWN],
        "problems": len(report["errors"]),
    }
