"""Sealing: what must be read again but not lie open in the database, under a key that is not in it."""

import base64
import hashlib

from domain.errors import Correctable
from service.bootstrap import House


def seal(house: House, purpose: str, value: bytes) -> bytes:
    """The value, unreadable without this workspace's key and this purpose."""
    return _box(house, purpose).encrypt(value)


def opened(house: House, purpose: str, sealed: bytes) -> bytes:
    """What was sealed.

    Raises:
        Correctable: wrong_secret_key – sealed with another key.
    """
    from cryptography.fernet import InvalidToken

    try:
        return _box(house, purpose).decrypt(sealed)
    except InvalidToken as error:
        raise Correctable(
            f"A stored {purpose} cannot be read with this secret key.", code="wrong_secret_key"
        ) from error


def _box(house: House, purpose: str):  # type: ignore[no-untyped-def]
    from cryptography.fernet import Fernet

    key = hashlib.sha256(b"sealed:" + purpose.encode() + b":" + house.terms.salt).digest()
    return Fernet(base64.urlsafe_b64encode(key))
