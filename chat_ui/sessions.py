"""Who is signed in to the chat: sessions that end with every change of the account."""

from domain.decisions import Actor
from domain.errors import Refused
from service.bootstrap import House
from service.sessions import epoch_of
from service.users import actor_named

COOKIE = "rainmaker_session"


async def acting(house: House, token: str | None) -> Actor:
    """The person behind a session's token, with the role they have now.

    Raises:
        Refused: unknown_user, session_ended.
    """
    from chainlit.auth import decode_jwt
    from jwt import InvalidTokenError

    try:
        user = decode_jwt(token or "")
    except (InvalidTokenError, TypeError, KeyError) as error:
        raise Refused("Please sign in again.", code="session_ended") from error
    if user.metadata.get("epoch") != await epoch_of(house, user.identifier):
        raise Refused("This session has ended; please sign in again.", code="session_ended")
    return await actor_named(house, user.identifier)
