"""A guard before the chat: foreign pages may not call it, and a session that has ended counts as none."""

from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from chat_ui.sessions import COOKIE, acting
from domain.errors import Refused
from service.bootstrap import House

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_OPEN = ("/chat/assets/", "/chat/public/", "/chat/logo", "/chat/favicon", "/chat/avatars/")


class Guard:
    """ASGI middleware over everything under /chat."""

    def __init__(self, app: App, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, refuse, or pass on without the stale session."""
        if scope["type"] not in ("http", "websocket") or not str(scope["path"]).startswith("/chat"):
            await self._app(scope, receive, send)
        elif not self._own_origin(scope):
            await _refuse(scope, receive, send)
        elif str(scope["path"]).startswith(_OPEN):
            await self._app(scope, receive, send)
        else:
            await self._app(await self._checked(scope), receive, send)

    def _own_origin(self, scope: Scope) -> bool:
        """Browsers name the page that calls in `Origin`; ours is the host they called, or the public address."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin:
            return True
        own = {headers.get(b"host", b"").decode("latin-1"), urlsplit(self._house.terms.public_url).netloc}
        return urlsplit(origin).netloc in own - {""}

    async def _checked(self, scope: Scope) -> Scope:
        token = _token(scope)
        if not token:
            return scope
        try:
            await acting(self._house, token)
        except Refused:
            kept = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
            return {**scope, "headers": kept}
        return scope


def _token(scope: Scope) -> str:
    raw = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    try:
        morsel = SimpleCookie(raw).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    text = b"Another site may not call the chat."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": text})
