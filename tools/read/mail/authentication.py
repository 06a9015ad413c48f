"""What a server we trust found out about the sender's domain (RFC 8601). Anybody can write such a field."""

import re

from domain.mail import Authenticated
from domain.site_names import registrable_domain
from tools.read.mail.headers import as_text
from tools.read.mail.mime import Part

_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)([^;]*)", re.I)
_DOMAIN = re.compile(
    r"(?:header\.(?:d|i|from)|smtp\.mailfrom|smtp\.mail)\s*=\s*\"?(?:[^\s@;\"]*@)?([a-z0-9._-]{1,253})", re.I
)
_COMMENT = re.compile(r"\([^()]{0,1000}\)")


def authenticated(root: Part, domain: str, trusted: frozenset[str]) -> Authenticated:
    """Whether the topmost field of a trusted server confirms the domain in From.

    Only the topmost counts: fields below it may have come with the mail.
    """
    for value in root.all("authentication-results"):
        text = _COMMENT.sub(" ", as_text(value)[:10_000])
        server, _, results = text.partition(";")
        name = server.strip().split(" ")[0].lower()
        if name in trusted:
            return _judged(results, domain)
    return Authenticated.UNKNOWN


def _judged(results: str, domain: str) -> Authenticated:
    said = [(method.lower(), result.lower(), rest) for method, result, rest in _RESULT.findall(results)]
    by_dmarc = [result for method, result, _ in said if method == "dmarc"]
    if "fail" in by_dmarc or not domain:
        return Authenticated.NO
    if "pass" in by_dmarc:
        return Authenticated.YES
    passed = [rest for method, result, rest in said if method in ("dkim", "spf") and result == "pass"]
    if any(_aligned(rest, domain) for rest in passed):
        return Authenticated.YES
    failed = {method for method, result, _ in said if result in ("fail", "permerror")}
    return Authenticated.NO if {"dkim", "spf"} <= failed else Authenticated.UNKNOWN


def _aligned(rest: str, domain: str) -> bool:
    ours = registrable_domain(domain)
    return bool(ours) and any(registrable_domain(one) == ours for one in _DOMAIN.findall(rest))
