"""What the search engine knows: one document per company, directory list and seller page, and what is dated."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from evals.market.events.moments import OPENING, horizon
from evals.market.rivals.site import RivalSite
from evals.market.search.index import Document
from evals.market.sites.company_site import dead_page
from evals.market.sites.dated import DatedSite
from evals.market.sites.directories import Directory
from evals.market.sites.page import Page, text_of
from evals.market.sites.sellers import Seller
from evals.market.sites.voice import Voice
from evals.market.sites.writer import Writer
from evals.market.sources.press import PressSite
from evals.market.sources.regulator import RegulatorSite
from evals.market.sources.story import Story
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company, Quirk, Status

_HOME_LABEL_WEIGHT = 1.0
_FOREIGN_LABEL_WEIGHT = 0.55


def company_documents(atlas: Atlas, companies: Iterable[Company]) -> Iterator[Document]:
    """Yield what is found of each company; English labels weigh less for sites in other languages."""
    for company in companies:
        voice = Voice(atlas, company)
        labels = f"{atlas.industries[company.industry].label} {company.address.city}"
        labels += f" {atlas.countries[company.address.country].name_in('en')}"
        weight = _HOME_LABEL_WEIGHT if company.language == "en" else _FOREIGN_LABEL_WEIGHT
        if company.status is not Status.ACTIVE:
            page = dead_page(voice, "/")
            yield Document(
                company.url, page.title if page else company.domain, text_of(page.blocks) if page else ""
            )
        elif Quirk.ROBOTS_ALL in company.quirks:
            yield Document(company.url, company.name, "", labels, weight)
        else:
            writer = Writer(voice)
            home = writer.home()
            parts = (home, writer.offer(), writer.about())
            yield Document(
                company.url, home.title, "\n".join(text_of(p.blocks) for p in parts), labels, weight
            )


def other_documents(directories: Iterable[Directory], sellers: Iterable[Seller]) -> Iterator[Document]:
    """Yield the lists of directories and the pages of sellers."""
    for directory in directories:
        for path, title, text in directory.documents():
            yield Document(f"http://{directory.host}{path}", title, text, "directory list members companies")
    for seller in sellers:
        for page in seller.pages.values():
            yield Document(f"http://{seller.host}{page.path}", page.title, text_of(page.blocks))


def dated_documents(sites: Iterable[DatedSite], at: datetime) -> Iterator[Document]:
    """Yield the main pages of sites that change, as they opened, and the news told until the horizon of a moment."""
    until = horizon(max(at, OPENING))
    for site in sites:
        for link in site.menu():
            page = site.content(link.href, OPENING)
            if isinstance(page, Page):
                yield Document(
                    f"http://{site.host}{page.path}", page.title, text_of(page.blocks), since=OPENING
                )
        if isinstance(site, RivalSite):
            yield from _rival_news(site, until)
        elif isinstance(site, PressSite | RegulatorSite):
            yield from (story_document(site, story) for story in site.stories(until))


def _rival_news(site: RivalSite, until: datetime) -> Iterator[Document]:
    """Yield what a vendor's news page tells."""
    for step in site.posts(until):
        url = f"http://{site.host}{site.post_path(step)}"
        yield Document(url, f"{step.title} – {site.name}", step.body, since=step.move.told_at)


def story_document(site: DatedSite, story: Story) -> Document:
    """Return a story as something to be found."""
    return Document(f"http://{site.host}{story.path}", story.title, story.body, since=story.at)
