"""All hosts of the sandbox by name. Finds who answers a request and remembers answers that do not change."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from evals.market.sites.page import Request, Response

_CACHED_ANSWERS = 6000
_LARGEST_CACHED = 64_000

_Key: TypeAlias = tuple[str, str, str, int]


class Site(Protocol):
    """Anything that answers for a host."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        ...


@runtime_checkable
class Changing(Protocol):
    """A site whose answers change with time."""

    def version(self, at: datetime | None) -> int:
        """Return a number that differs whenever an answer may differ."""
        ...


class Internet:
    """Every host that exists; the rest is unknown."""

    def __init__(self, hosts: Mapping[str, Site]) -> None:
        self._hosts = dict(hosts)
        self._cache: OrderedDict[_Key, Response] = OrderedDict()

    def site(self, host: str) -> Site | None:
        """Return who answers for a host; www. falls back to the bare name."""
        return self._hosts.get(host) or self._hosts.get(host.removeprefix("www."))

    def answer(self, request: Request) -> Response | None:
        """Answer a request, or return None for a host nobody owns."""
        site = self.site(request.host)
        if site is None:
            return None
        version = site.version(request.at) if isinstance(site, Changing) else 0
        key = (request.host, request.path, request.query, version)
        cached = self._cache.get(key)
        if cached is not None:
            self._cache.move_to_end(key)
            return cached
        response = site.answer(request)
        if response.status in {200, 301} and len(response.body) < _LARGEST_CACHED:
            self._remember(key, response)
        return response

    def forget(self) -> None:
        """Drop every kept answer: somebody changed the world out of turn."""
        self._cache.clear()

    def _remember(self, key: _Key, response: Response) -> None:
        """Keep an answer and let the oldest go."""
        self._cache[key] = response
        if len(self._cache) > _CACHED_ANSWERS:
            self._cache.popitem(last=False)
