"""Links and addresses inside outgoing text (G4, G5). Pure."""

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

_URL = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]{0,30}://|data:|javascript:|www\.)[^\s<>()\[\]\"']+")
_MARKDOWN_TARGET = re.compile(r"\]\(\s*<?([^)\s>]+)")
# Every pattern here is linear: a hostile text must not slow the gate down.
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\(")
_TAG = re.compile(r"(?i)<\s{0,9}/?\s{0,9}[a-z!]")
_BARE_DOMAIN = re.compile(r"(?i)(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s<>()\[\]\"']*)?(?![\w@-])")
_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
SHORTENERS = frozenset(
    [
        "bit.ly",
        "t.co",
        "goo.gl",
        "tinyurl.com",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "lnkd.in",
        "rb.gy",
        "shorturl.at",
    ]
)

_FILE_ENDINGS = frozenset(
    "csv doc docx eml gif htm html ics jpeg jpg json log pdf png ppt pptx txt xls xlsx xml yaml".split()
)


def plain(text: str) -> str:
    """Text as a reader's program may see it: compatibility forms folded, two levels decoded."""
    folded = unicodedata.normalize("NFKC", text)
    return unquote(unquote(folded))


def links_in(text: str) -> list[str]:
    """Everything in a text that a mail program may turn into a link."""
    seen = plain(text)
    found = [match.group(0).rstrip(".,;:!?") for match in _URL.finditer(seen)]
    found += [match.group(1) for match in _MARKDOWN_TARGET.finditer(seen)]
    rest = _ADDRESS.sub(" ", _URL.sub(" ", seen))
    found += [
        match.group(0).rstrip(".,;:!?") for match in _BARE_DOMAIN.finditer(rest) if _is_host(match.group(0))
    ]
    return list(dict.fromkeys(found))


def _is_host(text: str) -> bool:
    """False for numbers and for file names, whose endings are no top-level domains."""
    host = text.split("/")[0].rstrip(".,;:!?")
    last = host.rsplit(".", 1)[-1].lower()
    return len(last) >= 2 and last not in _FILE_ENDINGS and not host.replace(".", "").isdigit()


def has_image_or_html(text: str) -> bool:
    """True for remote images or HTML tags in what should be a Markdown subset."""
    tag = _TAG.search(text)
    return bool(_IMAGE.search(text)) or (tag is not None and tag.start() < text.rfind(">"))


def addresses_in(text: str) -> list[str]:
    """E-mail addresses in a text, lower case."""
    return [match.group(0).lower() for match in _ADDRESS.finditer(plain(text))]


def link_problem(link: str, allowed: Sequence[str]) -> str | None:
    """Why a link may not be sent, or None. `allowed` holds scheme://host/path prefixes."""
    candidate = (
        link
        if "://" in link or link.lower().startswith(("data:", "javascript:", "mailto:"))
        else "https://" + link
    )
    try:
        parts = urlsplit(candidate)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        return f"the link {link} is malformed"
    if parts.scheme not in ("http", "https"):
        return f"links may not use {parts.scheme or 'no scheme'}: ({link})"
    if parts.username or parts.password or port not in (None, 80, 443):
        return f"the link {link} hides its target"
    if host in SHORTENERS:
        return f"the shortener {host} hides the target"
    if _is_ip(host):
        return f"the link {link} names an address instead of a host"
    if {".", ".."} & set(re.split(r"[/\\]", parts.path)):
        return f"the link {link} hides its target"
    if any(_covers(prefix, parts.scheme, host, parts.path) for prefix in allowed):
        return None
    return f"the link {link} is not on the allow-list"


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.isdigit() or host.startswith("0x")
    return True


def _covers(prefix: str, scheme: str, host: str, path: str) -> bool:
    parts = urlsplit(prefix if "://" in prefix else "https://" + prefix)
    own = (parts.hostname or "").lower()
    if not own or host not in (own, "www." + own) or scheme not in (parts.scheme, "https"):
        return False
    base = parts.path.rstrip("/")
    return not base or path == base or path.startswith(base + "/")
