"""A company's host through time: the site as drawn until something happens, then the site of the company since."""

from bisect import bisect_right
from datetime import datetime

from evals.market.changes.book import ChangeBook
from evals.market.changes.draw import rulebook
from evals.market.changes.records import ChangeKind
from evals.market.events.moments import OPENING
from evals.market.sites.company_site import CompanySite
from evals.market.sites.dated import stamped
from evals.market.sites.page import Block, Page, Request, Response, plain
from evals.market.sites.render import render_plain
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company


class LivingSite:
    """One host of the world whose owner lives on."""

    def __init__(
        self, atlas: Atlas, company: Company, partners: tuple[Company, ...], book: ChangeBook
    ) -> None:
        self.company = company
        self._atlas, self._partners, self._book = atlas, partners, book
        self._versions: dict[int, CompanySite] = {}

    def version(self, at: datetime | None) -> int:
        """Return how many changes of the site lie behind a moment."""
        return bisect_right(self._book.moments(self.company, at), at) if at else 0

    def answer(self, request: Request) -> Response:
        """Answer one request as of its moment."""
        version = self.version(request.at)
        if not version or request.at is None:
            return self._site(0, request.at).answer(request)
        if self._book.as_of(self.company, request.at).status is not self.company.status:
            return self._closed(request)
        site = self._site(version, request.at)
        response = site.answer(request)
        if response.status != 200 or request.path not in site.site_map.pages:
            return response
        return stamped(response, self._modified(request.path, request.at, version))

    def _site(self, version: int, at: datetime | None) -> CompanySite:
        """Return the site after so many changes; some sites remember their visitors, so each is made once."""
        if version not in self._versions:
            company = self._book.as_of(self.company, at) if at and version else self.company
            lately = self._book.lately(self.company, at) if at and version else None
            self._versions[version] = CompanySite(self._atlas, company, self._partners, lately)
        return self._versions[version]

    def _modified(self, path: str, at: datetime, version: int) -> datetime:
        """Return since when a page says what it says now; before its first change, since the first of the world."""
        moments = self._book.moments(self.company, at)[:version]
        current = self._page(path, version, at)
        for number in range(version, 0, -1):
            before = moments[number - 2] if number > 1 else at
            if self._page(path, number - 1, before) != current:
                return moments[number - 1]
        return OPENING

    def _page(self, path: str, version: int, at: datetime) -> Page | None:
        maker = self._site(version, at).site_map.pages.get(path)
        return maker() if maker else None

    def _closed(self, request: Request) -> Response:
        """Answer for a company that has ended since."""
        if request.path != "/":
            return plain(404, "Not Found")
        change = next(
            c for c in self._book.changes(self.company, request.at or OPENING)
            if c.kind is ChangeKind.CLOSING
        )  # fmt: skip
        language = self.company.language
        day = change.at.strftime(str(self._atlas.phrases[language]["date"]))
        words = rulebook()["words"][language][ChangeKind.CLOSING][1]
        title, text = words.format(name=self.company.name, date=day).split(" | ", 1)
        page = Page("/", title, (Block("heading", title), Block("text", "", text)))
        body = render_plain("bare", self.company.name, language, page).encode()
        return stamped(Response(body=body), change.at)
