"""Which addresses belong to one site, and which two addresses are the same page. No I/O."""

import re
from functools import cache
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit

import tldextract

_TRACKING = re.compile(
    r"utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|ref|_hs\w+|hs\w+tracking|yclid|igshid|s_kwcid"
)
_INDEX = re.compile(r"/(index|default|home)\.(html?|php|aspx?|jsp)$", re.I)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(//|(?!\d))", re.I)


def registrable_domain(host: str) -> str:
    """The part of a host one organisation registers: `shop.acme.co.uk` gives `acme.co.uk`.

    Works offline from a packaged public suffix list; an unknown ending counts as a suffix.
    """
    name = host.lower().strip(".")
    try:
        return str(ip_address(name.strip("[]")))
    except ValueError:
        pass
    found = _extractor()(name)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else name
    return ".".join(name.split(".")[-2:])


def start_addresses(text: str) -> list[str]:
    """Addresses to try for what a person typed: a scheme is kept, a bare host is tried over https first."""
    typed = text.strip()
    if _SCHEME.match(typed):
        return [typed]
    bare = typed.lstrip("/")
    return [f"https://{bare}", f"http://{bare}"]


def page_key(url: str) -> str:
    """Two addresses with the same key are taken for the same page."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = _INDEX.sub("/", parts.path).rstrip("/") or "/"
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(name.lower())]
    return host + path + (f"?{urlencode(sorted(query))}" if query else "")


@cache
def _extractor() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
