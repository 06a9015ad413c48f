"""Everything around the companies of a world, put together: rivals, sources, partners, and the calendar of it all."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from evals.market.changes.book import ChangeBook
from evals.market.events.records import Event, Happening
from evals.market.rivals.load import rival_sites
from evals.market.rivals.site import RivalSite
from evals.market.sites.dated import DatedSite
from evals.market.sites.sellers import Seller
from evals.market.sources.economy import EconomySite
from evals.market.sources.partners import PartnerBook, Vendor, draw_partners
from evals.market.sources.press import PressSite
from evals.market.sources.regulator import RegulatorSite
from evals.market.world.atlas import DATA, Atlas, read_yaml
from evals.market.world.records import Company


class Scene:
    """The moving parts of one world and the one list of what happens in it."""

    def __init__(
        self,
        atlas: Atlas,
        companies: Sequence[Company],
        sellers: Sequence[Seller],
        seed: int,
        *,
        still: bool = False,
    ) -> None:
        self.book = ChangeBook(atlas, companies, still=still)
        self.rivals: tuple[RivalSite, ...] = ()
        self.sites: tuple[DatedSite, ...] = ()
        self._happening: tuple[Happening, ...] = ()
        self.shocks: list[Event] = []
        if not still:
            self._build(atlas, companies, sellers, seed)

    def events(self, since: datetime, until: datetime) -> list[Event]:
        """Return what happens in a span of time, in order."""
        found = [event for source in self._happening for event in source.events(until)]
        return sorted(
            (event for event in (*found, *self.shocks) if since <= event.at <= until),
            key=lambda event: (event.at, event.id),
        )

    def rival(self, name: str) -> RivalSite | None:
        """Return a vendor by its name or host."""
        wanted = name.lower()
        return next((one for one in self.rivals if wanted in {one.host, one.name.lower()}), None)

    def _build(
        self, atlas: Atlas, companies: Sequence[Company], sellers: Sequence[Seller], seed: int
    ) -> None:
        """Make every host that is neither company nor seller."""
        rows = read_yaml(DATA / "sources.yaml")
        self.rivals = rival_sites(atlas, seed)
        self.regulator = RegulatorSite(rows["regulator"], seed)
        self.economy = EconomySite(rows["economy"], atlas, seed)
        staff = {one.domain: one.employees for one in companies}
        least = rows["press"]["least_staff"]
        reported: tuple[Happening, ...] = (*self.rivals, self.book, self.regulator, self.economy)
        self.press = PressSite(
            rows["press"], seed, self.rivals, reported, lambda host: staff.get(host, 0) >= least
        )
        partners = draw_partners(
            rows["partners"], atlas, seed, _vendors(sellers, self.rivals), _taken(companies, sellers)
        )
        around = (self.press, self.regulator, self.economy)
        self.sites = (*self.rivals, *around, PartnerBook(rows["partners"], partners), *partners)
        self._happening = (*reported, self.press, *partners)


def _vendors(sellers: Sequence[Seller], rivals: Sequence[RivalSite]) -> dict[str, list[Vendor]]:
    """Return who can be recommended in which market, the seller first."""
    found: defaultdict[str, list[Vendor]] = defaultdict(list)
    for seller in sellers:
        found[seller.host].append(Vendor(seller.name, seller.url))
    for rival in rivals:
        found[rival.rival.market.seller].append(Vendor(rival.name, f"http://{rival.host}/"))
    return found


def _taken(companies: Sequence[Company], sellers: Sequence[Seller]) -> frozenset[str]:
    """Return the hosts that somebody has."""
    drawn = (domain for one in companies for domain in (one.domain, *one.aliases))
    return frozenset({*drawn, *(seller.host for seller in sellers)})
