"""Signatures of webhooks, out and in: HMAC-SHA256 over timestamp and body, compared in constant time."""

import hashlib
import hmac
from datetime import datetime

from domain.errors import Refused

TIMESTAMP, SIGNATURE, DELIVERY, EVENT = (
    f"X-Rainmaker-{name}" for name in ("Timestamp", "Signature", "Delivery", "Event")
)
WINDOW = 300  # seconds a signature is good for, in both directions


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the hex digest over "timestamp.body"."""
    signed = timestamp.encode("ascii", "replace") + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def check(secret: str, timestamp: str, given: str, body: bytes, now: datetime) -> None:
    """Let a call pass whose signature fits and is fresh.

    Raises:
        Refused: bad_signature, stale_signature.
    """
    right = signature(secret, timestamp, body)
    if not hmac.compare_digest(given.encode("utf-8", "replace"), right.encode()):
        raise Refused("The signature does not fit this body and timestamp.", code="bad_signature")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise Refused("The timestamp is no Unix time in seconds.", code="bad_signature")
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Refused("The signature is older or newer than five minutes.", code="stale_signature")
