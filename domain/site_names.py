"""Whose site an address belongs to: hosts and registrable domains. Offline, no I/O."""

import ipaddress
import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna

if TYPE_CHECKING:
    from tldextract import TLDExtract

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(?=//)", re.IGNORECASE)


def registrable_domain(url_or_host: str) -> str:
    """The part of a host that one organisation registers, in ASCII; "" when there is none.

    `shop.acme.co.uk` gives `acme.co.uk`, `foo.github.io` stays, `co.uk`, IP addresses and single names
    give "". Works offline; an ending nobody lists counts as a suffix, so `shop.acme.example` gives
    `acme.example`.
    """
    host = host_of(url_or_host)
    if not host or _is_address(host):
        return ""
    found = _extractor()(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else ""
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 else ""


def site_of(url_or_host: str) -> str:
    """The registrable domain, or the host itself where nobody registers one (an address, a single name)."""
    return registrable_domain(url_or_host) or host_of(url_or_host)


def host_of(url_or_host: str) -> str:
    """The host in lower-case ASCII, "" when the text holds none."""
    text = url_or_host.strip()
    if "@" in text and "/" not in text:
        text = text.rpartition("@")[2]
    try:
        host = urlsplit(text if _SCHEME.match(text) else f"//{text.lstrip('/')}").hostname or ""
    except ValueError:
        return ""
    host = host.strip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    return host if re.fullmatch(r"[a-z0-9_:.-]{1,253}", host) else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@cache
def _extractor() -> "TLDExtract":
    from tldextract import TLDExtract  # brings an HTTP client, which nothing here needs

    # No list is fetched: the one packaged with the library is used, private suffixes included.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
