"""Salted hashes of people and domains that must never be contacted; they survive import and erasure."""

import hashlib
import hmac


def hashes_of(salt: bytes, address: str) -> list[str]:
    """Hashes that suppress an address: its own and its domain's."""
    normal = address.strip().lower()
    domain = normal.rpartition("@")[2]
    return [_hash(salt, normal), _hash(salt, "@" + domain)]


def hash_of(salt: bytes, address: str) -> str:
    """Hash of one address (or of `@domain`)."""
    return _hash(salt, address.strip().lower())


def _hash(salt: bytes, text: str) -> str:
    return hmac.new(salt, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
