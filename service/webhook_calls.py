"""Calling somebody's webhook: public https hosts under the fetch guard, and hosts the owner listed. Keeps nothing."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2

from domain.errors import Correctable, Refused, Retryable
from runtime.settings import Settings
from tools.read.web.guard import check_url
from tools.read.web.transport import CheckedBackend, DirectTransport

SECONDS = 8.0  # for a whole call
AGENT = "Rainmaker-Webhook/1"


def check_target(settings: Settings, url: str) -> str:
    """The address of a webhook, if it may be called at all; its names are looked up before every call.

    Raises:
        Correctable: bad_webhook_url. Refused: whatever the fetch guard has against it.
    """
    if _own(settings, url):
        return url
    if settings.sandbox:
        raise Refused(
            "In the sandbox nothing leaves this machine; only hosts you list may be called.",
            code="sandbox_stays_here",
            where=url[:200],
            hint="List the host in RAINMAKER_WEBHOOK_HOSTS.",
        )
    checked = check_url(url, allow_private=False)
    if checked.scheme != "https":
        raise Correctable(
            "A webhook's address begins with https://.", code="bad_webhook_url", where=url[:200]
        )
    return str(checked)


async def call(settings: Settings, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Post a body once; anything but 2xx is worth another try later, and redirects are not followed.

    Raises:
        Retryable: webhook_failed. Refused: address_not_public.
    """
    target = check_target(settings, url)
    transport = None if _own(settings, url) else DirectTransport(CheckedBackend(), connections=1)
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx2.AsyncClient(transport=transport, trust_env=False, timeout=SECONDS) as client,
        ):
            sent = {"Content-Type": "application/json", "User-Agent": AGENT, **headers}
            async with client.stream("POST", target, content=body, headers=sent) as answer:
                status = answer.status_code
    except (httpx2.HTTPError, OSError, TimeoutError) as error:
        raise _failed(f"no answer ({type(error).__name__})", url) from error
    if not 200 <= status < 300:
        raise _failed(f"it answered {status}", url)


def _failed(why: str, url: str) -> Retryable:
    host = urlsplit(url).hostname or "the host"
    return Retryable(
        f"The webhook at {host} did not take the event: {why}.", code="webhook_failed", where=host
    )


def _own(settings: Settings, url: str) -> bool:
    """True for an exact host and port the owner listed."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return False
    listed = {one.strip().lower() for one in settings.webhook_hosts.split(",") if one.strip()}
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc
    return plain and f"{parts.hostname}:{port}" in listed
