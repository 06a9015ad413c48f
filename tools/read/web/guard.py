"""Which web addresses may be contacted at all: the URL's form and every address its name has.

Pure checks plus one injectable name look-up. Never opens a connection.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

from domain.errors import Refused, Retryable

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str], Awaitable[list[str]]]

_PORTS = {"http": 80, "https": 443}
_MAX_URL = 4096
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_NUMBER_LABEL = re.compile(r"\d+|0x[0-9a-f]*")
_SAFE = "%/:=&?~#+!$,;'@()*[]|"

# Names that by definition never lead to the public Internet.
_LOOPBACK_NAMES = ("localhost", "localdomain")
_PRIVATE_NAMES = ("local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "onion")

# Spelled out, not `is_global`: that property differs between Python versions and lets tunnels through.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # a cloud's metadata service on a public-looking address
    )
)  # fmt: skip
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Url:
    """A checked URL: lower-case ASCII host, default port, no userinfo, no fragment."""

    scheme: str
    host: str
    target: str  # path and query, percent-encoded, starts with "/"

    @property
    def port(self) -> int:
        """80 or 443, by the scheme."""
        return _PORTS[self.scheme]

    @property
    def origin(self) -> str:
        """Scheme and host, as in `https://acme.example`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}"

    def __str__(self) -> str:
        return self.origin + self.target


def check_url(url: str, *, allow_private: bool) -> Url:
    """The URL in checked, normal form.

    Args:
        url: an absolute URL, as found in a page or given by a person.
        allow_private: the sandbox's proxy resolves names, so private *names* may pass.
            Literal private addresses never do.

    Raises:
        Refused: with code `url_malformed`, `scheme_not_allowed`, `userinfo_in_url`,
            `port_not_allowed` or `address_not_public`.
    """
    text = url.strip()
    if len(text) > _MAX_URL or _FORBIDDEN.search(text):
        raise _refused(
            "url_malformed", "The address is too long or holds characters no address may hold.", url
        )
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise _refused("url_malformed", "The address cannot be read.", url) from error
    if parts.scheme.lower() not in _PORTS:
        raise _refused("scheme_not_allowed", "Only http and https addresses are read.", url)
    if "@" in parts.netloc:
        raise _refused("userinfo_in_url", "An address with a user name or password in it is not opened.", url)
    scheme = parts.scheme.lower()
    if port not in (None, _PORTS[scheme]):
        raise _refused("port_not_allowed", "Only the standard ports 80 and 443 are contacted.", url)
    path = quote(parts.path, safe=_SAFE) or "/"
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    return Url(scheme=scheme, host=_checked_host(host, url, allow_private), target=path + query)


def is_public(address: IpAddress) -> bool:
    """True when the address lies in the public Internet; tunnels and translations do not count."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:  # how an IPv6-only network names an IPv4 host
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)
    return not any(address in network for network in _CLOSED_V4)


async def resolve_public(host: str, resolver: Resolver | None = None) -> list[IpAddress]:
    """Every address of a host, after checking that all of them are public.

    Raises:
        Refused: `address_not_public` – one private answer is enough.
        Retryable: `name_not_resolved`.
    """
    literal = _literal(host)
    if literal is not None:
        answers: list[str] = [str(literal)]
    else:
        try:
            answers = await (resolver or system_resolver)(host)
        except (OSError, UnicodeError) as error:
            raise Retryable(
                f"The name {host} could not be resolved.", code="name_not_resolved", where=host
            ) from error
    addresses = [ipaddress.ip_address(answer.split("%")[0]) for answer in answers]
    if not addresses:
        raise Retryable(f"The name {host} has no address.", code="name_not_resolved", where=host)
    if not all(is_public(address) for address in addresses):
        raise _refused("address_not_public", f"{host} leads to an address that is not public.", host)
    return list(dict.fromkeys(addresses))


async def system_resolver(host: str) -> list[str]:
    """The machine's own name look-up, in a thread of its own pool so it never starves other work."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _lookup_pool(), lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    )
    return [str(entry[4][0]) for entry in found]


_POOL: list[ThreadPoolExecutor] = []


def _lookup_pool() -> ThreadPoolExecutor:
    if not _POOL:
        _POOL.append(ThreadPoolExecutor(max_workers=32, thread_name_prefix="names"))
    return _POOL[0]


def _checked_host(host: str, url: str, allow_private: bool) -> str:
    if ":" in host:
        literal = _literal(host)
        if not isinstance(literal, ipaddress.IPv6Address) or not _plain_public_v6(literal):
            raise _refused("address_not_public", "The address is not a public one.", url)
        return str(literal)
    name = _ascii_name(host, url).rstrip(".")
    labels = name.split(".")
    if _NUMBER_LABEL.fullmatch(labels[-1]):
        # Browsers read 127.1, 2130706433 and 0x7f.1 as IPv4; only the plain public form is taken.
        literal = _literal(name)
        if literal is None or not is_public(literal):
            raise _refused("address_not_public", "The address is not a public one.", url)
        return name
    if _ends_with(labels, _LOOPBACK_NAMES):
        raise _refused("address_not_public", "The address is this machine's own.", url)
    if not allow_private and (len(labels) < 2 or _ends_with(labels, _PRIVATE_NAMES)):
        raise _refused("address_not_public", f"{name} is a name of a private network.", url)
    return name


def _ascii_name(host: str, url: str) -> str:
    try:
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True, transitional=False).decode()
    except idna.IDNAError as error:
        raise _refused("url_malformed", "The host name is not a valid one.", url) from error
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise _refused("url_malformed", "The host name is not a valid one.", url)
    return name


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _plain_public_v6(address: ipaddress.IPv6Address) -> bool:
    return address.scope_id is None and address in _OPEN_V6 and is_public(address)


def _ends_with(labels: list[str], names: tuple[str, ...]) -> bool:
    return labels[-1] in names or ".".join(labels[-2:]) in names


def _refused(code: str, message: str, where: str) -> Refused:
    return Refused(message, code=code, where=where[:200])
