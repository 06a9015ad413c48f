"""Who may see the board: whoever opened a one-time link in this browser. The control token is never shown to any."""

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

PATH = "/board"
COOKIE = "market_board"
FIELD = "form_token"
_AT_HOME = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST = 32  # links not yet opened, and browsers let in: the oldest give way


class ForeignError(Exception):
    """A request that did not come from a page of ours; the message says so."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A browser that was let in, and the token its forms must carry."""

    session: str
    form_token: str


class Door:
    """Turns links into cookies. The cookie's path keeps it from the product, which listens on the same host."""

    def __init__(self) -> None:
        self._links: list[str] = []
        self._guests: dict[str, Guest] = {}

    def new_link(self, origin: str) -> str:
        """An address that lets one browser in."""
        key = secrets.token_urlsafe(24)
        self._links = [*self._links[-_MOST + 1 :], key]
        return f"{origin}{PATH}/enter?key={key}"

    def let_in(self, key: str) -> Guest | None:
        """Spend a link; None for one that is spent or was never given."""
        fits = next((one for one in self._links if hmac.compare_digest(one.encode(), key.encode())), None)
        if fits is None:
            return None
        self._links.remove(fits)
        guest = Guest(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
        for oldest in list(self._guests)[: -_MOST + 1]:
            del self._guests[oldest]
        self._guests[guest.session] = guest
        return guest

    def guest(self, request: Request) -> Guest | None:
        """Whose browser this is; None for a stranger's."""
        return self._guests.get(request.cookies.get(COOKIE, ""))


def comes_home(request: Request) -> bool:
    """Whether the browser meant this machine: a foreign name that leads here is somebody's trick."""
    return urlsplit(f"//{request.headers.get('host', '')}").hostname in _AT_HOME


def check_form(request: Request, guest: Guest, given: object) -> None:
    """Insist that a form was sent by a page of this guest.

    Raises:
        ForeignError: the origin or the token is not ours.
    """
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    token = given if isinstance(given, str) else ""
    if request.headers.get("origin") != own or not hmac.compare_digest(
        token.encode(), guest.form_token.encode()
    ):
        raise ForeignError("This form did not come from the board; nothing was done.")
