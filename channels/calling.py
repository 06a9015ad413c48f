"""Running a use case from the command line: in the running service, or here under the home's lock."""

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from channels.output import fail, say
from domain.errors import Correctable, RainmakerError, Refused, Retryable

if TYPE_CHECKING:
    from runtime.settings import Settings

_LOCAL_NEEDS_NO_LOCK = (
    "prospects",
    "icp",
    "campaign_report",
    "why",
    "audit_verify",
    "audit_export",
    "deals",
    "deals_show",
    "tasks",
    "digest",
    "policy_show",
    "policy_check",
    "replay",
    "autonomy_report",
    "companies",
    "company",
    "contacts",
    "contact",
    "prospects_page",
    "prospect",
    "campaigns",
    "campaign_drafts",
    "decisions",
    "decision",
    "meetings",
    "meeting",
    "conversations",
    "conversation",
    "audit_records",
    "costs",
    "status",
    "table_learn",
    "table_experiment",
    "table_forecast",
    "models",
    "models_show",
    "forecast",
    "experiments",
    "experiments_show",
)


def settings(as_json: bool) -> "Settings":
    """The settings, or the end of the program with one clear sentence."""
    from runtime.settings import load

    try:
        return load(dict(os.environ))
    except RainmakerError as error:
        fail(error, as_json)


def has_screen() -> bool:
    """Whether a browser window can be seen; without one, opening a browser would take the terminal."""
    windowed = sys.platform in ("darwin", "win32")
    return windowed or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def call(name: str, args: dict[str, Any], *, as_json: bool) -> Any:
    """The result of a use case, or the end of the program."""
    chosen = settings(as_json)
    try:
        return asyncio.run(run_use_case(chosen, name, args, progress=not as_json and sys.stderr.isatty()))
    except RainmakerError as error:
        fail(error, as_json)
    except KeyboardInterrupt:
        fail(Retryable("Stopped before it was done.", code="stopped"), as_json)


async def run_use_case(chosen: "Settings", name: str, args: dict[str, Any], *, progress: bool = False) -> Any:
    """The result of a use case, from the running service or from here."""
    from service.running import running

    service = running(chosen)
    if service is not None and name not in _LOCAL_NEEDS_NO_LOCK:
        return await _in_service(service.url, service.token, name, args, progress)
    return await _here(chosen, name, args, progress)


async def _here(chosen: "Settings", name: str, args: dict[str, Any], progress: bool) -> Any:
    from contextlib import nullcontext

    from service.bootstrap import open_house
    from service.commands import run_command
    from service.running import home_lock
    from service.starting import login_of

    free = name in _LOCAL_NEEDS_NO_LOCK
    with nullcontext() if free else home_lock(chosen):
        async with open_house(chosen) as house:
            actor = _owner() if free else _owner((await login_of(house))[0])
            return await run_command(house, name, args, actor=actor, emit=_bar if progress else None)


def _owner(name: str = "owner") -> Any:
    """Whoever may run commands in this home acts as its owner."""
    from domain.decisions import Actor

    return Actor(kind="user", name=name, role="owner")


async def _bar(progress: Any) -> None:
    if progress.kind == "progress":
        total = f"/{progress.total}" if progress.total else ""
        say(f"  {progress.done}{total}  {progress.text}")


async def _in_service(url: str, token: str, name: str, args: dict[str, Any], progress: bool) -> Any:
    import httpx2

    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with (
            httpx2.AsyncClient(trust_env=False, timeout=httpx2.Timeout(3600.0, connect=5.0)) as client,
            client.stream("POST", f"{url}/api/v1/commands/{name}", json=args, headers=headers) as answer,
        ):
            if answer.status_code >= 400:
                raise _problem(json.loads(await answer.aread()))
            async for line in answer.aiter_lines():
                if line.strip():
                    message = json.loads(line)
                    if "result" in message:
                        return message["result"]
                    if "error" in message:
                        raise _error(message)
                    if progress and "progress" in message:
                        say(f"  {message['progress']}")
    except (httpx2.HTTPError, ValueError, KeyError) as error:
        raise Retryable(
            "The running service did not answer.", code="service_unreachable", where=url
        ) from error
    raise Retryable("The running service ended without an answer.", code="service_unreachable", where=url)


def _problem(details: dict[str, Any]) -> RainmakerError:
    """The error behind an answer that is a problem document."""
    kinds: dict[int, type[RainmakerError]] = {400: Correctable, 401: Refused, 403: Refused, 413: Correctable}
    kind = kinds.get(int(details["status"]), Retryable)
    return kind(details["detail"], code=details["code"], where=details["where"], hint=details["hint"])


def _error(message: dict[str, Any]) -> RainmakerError:
    kinds: dict[int, type[RainmakerError]] = {2: Correctable, 3: Refused}
    details = message["error"]
    kind = kinds.get(int(message.get("exit", 1)), Retryable)
    return kind(details["message"], code=details["code"], where=details["where"], hint=details["hint"])
