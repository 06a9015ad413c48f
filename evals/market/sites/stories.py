"""News, open positions and references of a company. Content only, no layout."""

from dataclasses import dataclass

from evals.market.sites.page import Block
from evals.market.sites.voice import Voice
from evals.market.world.records import Company, Fact


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One piece of news."""

    title: str
    day: str
    body: str


@dataclass(frozen=True, slots=True)
class Lately:
    """What a site tells beside what it told when the world opened; the newest first."""

    news: tuple[NewsItem, ...] = ()
    jobs: tuple[tuple[str, str], ...] = ()


def news_items(voice: Voice) -> list[NewsItem]:
    """Return the two to four pieces of news of a company; the same each time."""
    items = []
    for index, template in enumerate(
        voice.some("newsitem", voice.phrases["news"], 2 + voice.number("newscount", 3))
    ):
        person = voice.company.people[-1]
        offer = voice.offers()[index % len(voice.trade.offers)][0]
        if "{person}" in template and not voice.shows(Fact.PEOPLE):
            continue
        text = voice.fill(
            template, person=person.name, role=person.role, offer=offer, date=voice.day(f"move{index}")
        )
        title, body = text.split(" | ", 1)
        items.append(NewsItem(title, voice.day(f"news{index}"), body))
    return items


def job_blocks(voice: Voice, lately: Lately) -> list[Block]:
    """Return the open positions; a technology slips out in the requirements."""
    stack = [name for _, name in voice.company.technologies]
    blocks = [b for title, text in lately.jobs for b in (Block("heading", title), Block("text", "", text))]
    for title in voice.some("jobs", voice.phrases["job_titles"], voice.number("jobcount", 4)):
        told = voice.some(f"jobtext{title}", voice.phrases["job_text"], 2)
        usable = [t for t in told if "{t}" not in t or (stack and voice.shows(Fact.TECHNOLOGY))]
        lead = voice.company.people[0].name if voice.shows(Fact.PEOPLE) else voice.company.name
        text = " ".join(
            voice.fill(t, lead=lead, t=voice.pick("jobtech", stack) if stack else "") for t in usable
        )
        blocks += [Block("heading", title), Block("text", "", text)]
    return blocks or [Block("text", "", voice.say("no_jobs"))]


def clients_blocks(voice: Voice, partners: tuple[Company, ...]) -> list[Block]:
    """Return references: names of other companies of the world with links to them."""
    links = tuple({"title": p.name, "href": p.url, "text": p.address.city} for p in partners)
    return [Block("text", "", voice.say("clients_intro")), Block("links", "", items=links)]
