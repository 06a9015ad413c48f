"""A guard before the chat: foreign pages may not call it, and a session that has ended counts as none."""

from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from chat_ui.sessions import COOKIE, acting
from domain.errors import Refused
from service.bootstrap import House
from service.sessions import end_all
from service.wrong_tries import key_of_address

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
        elif not own_origin(self._house, scope):
            await _refuse(scope, receive, send)
        elif str(scope["path"]).startswith(_OPEN) and not str(scope["path"]).startswith("/chat/logout"):
            await self._app(scope, receive, send)
        elif str(scope["path"]).rstrip("/") == "/chat/login":
            await self._login(scope, receive, send)
        else:
            checked = await self._checked(scope)
            if str(scope["path"]).rstrip("/") == "/chat/logout":
                await self._logged_out(checked)
            await self._app(checked, receive, send)

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The chat knows names only; wrong passwords from one address are counted here."""
        tries, key = self._house.tries, key_of_address(_address(scope))
        if tries.locked(key):
            await _refuse(scope, receive, send, 429, b"Too many wrong passwords; wait a minute.")
            return

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                tries.add(key)
            await send(message)

        await self._app(scope, receive, counting)

    async def _logged_out(self, scope: Scope) -> None:
        """A copied cookie must not outlive a logout: every session of this person ends."""
        try:
            actor = await acting(self._house, _token(scope))
        except Refused:
            return
        await end_all(self._house, actor.name)

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


def own_origin(house: House, scope: Scope) -> bool:
    """Browsers name the page that calls in `Origin`; ours is the host they called, or the public address."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return True
    own = {headers.get(b"host", b"").decode("latin-1"), urlsplit(house.terms.public_url).netloc}
    return urlsplit(origin).netloc in own - {""}


def _token(scope: Scope) -> str:
    raw = dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")
    try:
        morsel = SimpleCookie(raw).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int = 403,
    text: bytes = b"Another site may not call the chat.",
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
