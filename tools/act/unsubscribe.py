"""One-click unsubscribe tokens (RFC 8058): who they suppress is in the token, signed."""

import base64
import hashlib
import hmac

from domain.errors import Correctable


def token_for(secret: bytes, contact_id: str) -> str:
    """A token that suppresses one contact."""
    payload = base64.urlsafe_b64encode(contact_id.encode()).decode().rstrip("=")
    return f"{payload}.{_mark(secret, payload)}"


def contact_of(secret: bytes, token: str) -> str:
    """The contact a token is for.

    Raises:
        Correctable: bad_unsubscribe_link.
    """
    payload, _, mark = token.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(secret, payload).encode()):
        raise Correctable("This unsubscribe link is damaged.", code="bad_unsubscribe_link")
    try:
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    except ValueError as error:
        raise Correctable("This unsubscribe link is damaged.", code="bad_unsubscribe_link") from error


def _mark(secret: bytes, payload: str) -> str:
    return hmac.new(secret, b"unsubscribe:" + payload.encode(), hashlib.sha256).hexdigest()[:32]
