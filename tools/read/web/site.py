"""Which addresses belong to one site, and which two addresses are the same page. No I/O."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_TRACKING = re.compile(
    r"utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|ref|_hs\w+|hs\w+tracking|yclid|igshid|s_kwcid"
)
_INDEX = re.compile(r"/(index|default|home)\.(html?|php|aspx?|jsp)$", re.I)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(//|(?!\d))", re.I)


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
