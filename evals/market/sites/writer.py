"""Writes the pages of a company: which pages exist and which blocks each holds. No HTML, no requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evals.market.sites.page import Block, Link, Page
from evals.market.sites.stories import Lately, NewsItem, clients_blocks, job_blocks, news_items
from evals.market.sites.voice import Voice
from evals.market.world.naming import slugify
from evals.market.world.quirks import IMPRINT_COUNTRIES
from evals.market.world.records import Company, Fact

# Which technologies a privacy page names, and in whose phrases.
TOLD_TECHNOLOGY = {
    "shop": "technology",
    "cms": "technology",
    "analytics": "analytics",
    "newsletter": "newsletter",
}
_BUSINESS_GROUPS = frozenset(
    {"agency", "software", "manufacturing", "logistics", "professional services", "energy"}
)


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The pages of a site by path, and its menu."""

    pages: Mapping[str, Callable[[], Page]]
    menu: tuple[Link, ...]
    footer: tuple[Link, ...]


class Writer:
    """Writes one company's site in its own voice."""

    def __init__(
        self, voice: Voice, partners: tuple[Company, ...] = (), lately: Lately | None = None
    ) -> None:
        self.voice = voice
        self.company = voice.company
        self.partners = partners
        self.lately = lately or Lately()
        self._one_page = self.company.layout == "onepage"

    def site_map(self) -> SiteMap:
        """List the pages that exist; each is written when it is called."""
        makers = {
            "home": self.home,
            "offer": self.offer,
            "about": self.about,
            "team": self.team,
            "clients": self.clients,
            "news": self.news,
            "jobs": self.jobs,
            "contact": self.contact,
            "imprint": self.imprint,
            "privacy": self.privacy,
        }
        kinds = [kind for kind in makers if self._has(kind)]
        pages: dict[str, Callable[[], Page]] = {self.path(kind): makers[kind] for kind in kinds}
        for index in range(len(self._items()) if "news" in kinds else 0):
            pages[self._post_path(index)] = lambda index=index: self.post(index)
        if self.company.layout == "shop":
            for index, (title, _) in enumerate(self.voice.offers()):
                pages[self._product_path(title)] = lambda index=index: self.product(index)
        if "en" in self.company.languages and self.voice.language != "en":
            pages["/en/"] = lambda: Writer(Voice(self.voice.atlas, self.company, "en")).english()
        links = {kind: Link(self.label(kind), self.path(kind)) for kind in kinds}
        low = [links[k] for k in ("imprint", "privacy") if k in links]
        return SiteMap(
            pages, tuple(v for k, v in links.items() if k not in {"imprint", "privacy"}), tuple(low)
        )

    def path(self, kind: str) -> str:
        """Return where a kind of page lives on this site."""
        return str(self.voice.pick(f"path-{kind}", self.voice.phrases["pages"][kind]["path"]))

    def label(self, kind: str) -> str:
        """Return what the menu calls a kind of page."""
        return str(self.voice.pick(f"path-{kind}", self.voice.phrases["pages"][kind]["label"]))

    def home(self) -> Page:
        """Write the home page."""
        voice = self.voice
        blocks = [Block("lead", self.headline(), self._intro())]
        cards = tuple({"title": t, "text": s} for t, s in voice.offers(4))
        if self.company.layout == "shop":
            blocks.append(self._products(4))
        elif self.company.layout == "magazine":
            blocks += [self._articles(), Block("cards", voice.say("welcome"), items=cards)]
        else:
            blocks.append(Block("cards", voice.say("welcome"), items=cards))
        blocks.append(Block("text", "", self._who()))
        if voice.chance("quote", 0.4) and not voice.is_public:
            said, who = voice.say("quotes").split(" | ")
            blocks.append(Block("quote", who, said))
        if self._one_page:
            blocks += [*self._about_blocks(), *self._people_blocks(), *self._contact_blocks()]
        elif voice.chance("staff-home", 0.3):
            blocks.append(Block("text", "", voice.staff_sentence()))
        blocks.append(
            Block("cta", voice.say("cta"), self.path("contact") if self._has("contact") else "#contact")
        )
        return self._page("home", blocks, self.headline())

    def offer(self) -> Page:
        """Write what the company sells."""
        if self.company.layout == "shop":
            blocks = [self._products(6)]
        else:
            blocks = [b for t, s in self.voice.offers() for b in (Block("heading", t), Block("text", "", s))]
        return self._page("offer", [*blocks, Block("text", "", self._who())])

    def about(self) -> Page:
        """Write the page about the company."""
        people = [] if self._has("team") else self._people_blocks()
        return self._page("about", [*self._about_blocks(), *people])

    def team(self) -> Page:
        """Write the page about the people."""
        return self._page("team", self._people_blocks())

    def clients(self) -> Page:
        """Write whom the company works for, with links to them."""
        return self._page("clients", clients_blocks(self.voice, self.partners))

    def news(self) -> Page:
        """Write the list of news."""
        return self._page("news", [self._articles()])

    def post(self, index: int) -> Page:
        """Write one piece of news."""
        item = self._items()[index]
        return Page(
            self._post_path(index),
            item.title,
            (Block("heading", item.title), Block("text", item.day, item.body)),
        )

    def jobs(self) -> Page:
        """Write the open positions."""
        return self._page("jobs", job_blocks(self.voice, self.lately))

    def contact(self) -> Page:
        """Write how to reach the company."""
        return self._page("contact", self._contact_blocks())

    def imprint(self) -> Page:
        """Write the legal page: who is responsible, where, under which number."""
        voice, company = self.voice, self.company
        number = f"{'HRB ' if voice.language == 'de' else ''}{10000 + voice.number('reg', 880000)}"
        vat = f"{company.address.country}{100000000 + voice.number('vat', 899999999)}"
        rows = ((str(voice.pick("director", voice.phrases["director"])), company.people[0].name),)
        if voice.is_public:
            return self._page("imprint", [self._address(full=True), Block("facts", "", rows=rows)])
        legal = Block("text", "", voice.fill(voice.pick("legal", voice.phrases["legal"]), reg=number))
        facts = Block("facts", "", rows=(*rows, (str(voice.phrases["vat"]), vat)))
        return self._page("imprint", [self._address(full=True), legal, facts])

    def privacy(self) -> Page:
        """Write the privacy page, which names the tools the site uses."""
        stack = dict(self.company.technologies)
        told = [Block("text", "", text) for text in self.voice.phrases["privacy"]]
        if self.voice.shows(Fact.TECHNOLOGY):
            groups = [g for g in TOLD_TECHNOLOGY if g in stack]
            told += [Block("text", "", self.voice.say(TOLD_TECHNOLOGY[g], t=stack[g])) for g in groups]
        return self._page("privacy", told)

    def english(self) -> Page:
        """Write the short English page of a site in another language."""
        words = self.voice.phrases["english"]
        cards = tuple({"title": t, "text": s} for t, s in self.voice.offers(4))
        blocks = (
            Block("lead", self.voice.fill(words["intro"]), self._intro()),
            Block("cards", self.voice.say("welcome"), items=cards),
            Block("text", "", f"{self.voice.staff_sentence()} {words['note']}".strip()),
        )
        return Page("/en/", f"{self.company.name} (English)", blocks)

    def address_block(self) -> Block:
        """Return the address as the contact page shows it."""
        return self._address(full=False)

    def product(self, index: int) -> Page:
        """Write the page of one product."""
        title, text = self.voice.offers()[index]
        item = {
            "title": title,
            "text": text,
            "price": self.voice.price(title),
            "href": self._product_path(title),
        }
        item["button"] = str(self.voice.phrases["cart"])
        return Page(
            self._product_path(title),
            f"{title} – {self.company.name}",
            (Block("products", "", items=(item,)),),
        )

    def headline(self) -> str:
        """Return the promise on top of the home page; one in six sites says nothing much."""
        generic = self.voice.chance("generic", 0.17)
        options = self.voice.phrases["generic_head"] if generic else self.voice.trade.head
        options = [o for o in options if "{year}" not in o or self.voice.shows(Fact.FOUNDED)]
        return self.voice.fill(self.voice.pick("head", options))

    def _page(self, kind: str, blocks: list[Block], title: str = "") -> Page:
        """Put a page together; its title carries the company's name."""
        label = title or self.label(kind)
        head = [] if kind == "home" else [Block("heading", label)]
        filled = tuple(b for b in [*head, *blocks] if b.text or b.title or b.items or b.rows)
        return Page(self.path(kind), f"{label} – {self.company.name}", filled)

    def _intro(self) -> str:
        """Return the first paragraph: sometimes the trade, sometimes the place, always something they do."""
        voice = self.voice
        tag = voice.say("tag", tag=voice.tag())
        parts = [tag[0].upper() + tag[1:]] if voice.shows(Fact.TRADE) else []
        parts.append(voice.fill(voice.some("about", voice.trade.about, 1)[0]))
        if voice.chance("loc-home", 0.35) and voice.shows(Fact.CITY) and voice.shows(Fact.COUNTRY):
            parts.append(voice.say("located"))
        return " ".join(parts)

    def _who(self) -> str:
        """Say whom they work for."""
        return self.voice.say("who", who=self.voice.pick("whom", self.voice.trade.who))

    def _about_blocks(self) -> list[Block]:
        """Tell the story: prose, then facts as the layout shows them."""
        voice, company = self.voice, self.company
        story = [voice.fill(text) for text in voice.some("about", voice.trade.about, 3)[1:]]
        founded = voice.say("founded") if voice.shows(Fact.FOUNDED) else ""
        values = voice.some("values", voice.phrases["values"], 2)
        as_table = company.staff_style == "exact" and voice.chance("facts", 0.45)
        staff = "" if as_table else voice.staff_sentence()
        place = voice.say("located") if voice.shows(Fact.COUNTRY) and voice.shows(Fact.CITY) else ""
        offices = voice.say("offices") if company.offices > 1 and company.staff_style != "over" else ""
        blocks = [Block("text", "", " ".join(p for p in (founded, *story) if p))]
        blocks.append(
            Block("text", "", " ".join(p for p in (values[0], staff, place, offices, values[1]) if p))
        )
        return [*blocks, self._fact_table()] if as_table else blocks

    def _fact_table(self) -> Block:
        """Show founding year and head count as label and value."""
        words, rows = self.voice.phrases, []
        if self.voice.shows(Fact.FOUNDED):
            rows.append((str(self.voice.pick("fl", words["founded_label"])), str(self.company.founded)))
        rows.append((str(self.voice.pick("sl", words["staff_label"])), str(self.company.employees)))
        return Block("facts", "", rows=tuple(rows))

    def _people_blocks(self) -> list[Block]:
        """Show the people the site is willing to name."""
        if not self.voice.shows(Fact.PEOPLE):
            return []
        mails = self.voice.shows(Fact.PEOPLE_EMAILS)
        people = tuple(
            {"title": p.name, "text": p.role, "email": p.email if mails else ""} for p in self.company.people
        )
        return [Block("people", self.voice.say("team_intro"), items=people)]

    def _contact_blocks(self) -> list[Block]:
        """Show address, telephone and mail."""
        hours = str(self.voice.pick("hours", self.voice.phrases["hours"]))
        return [
            Block("text", "", self.voice.say("contact_intro")),
            self._address(full=False),
            Block("note", "", hours),
        ]

    def _address(self, full: bool) -> Block:
        """Show what the site tells about where it is; a legal page tells all the law asks for."""
        voice, where = self.voice, self.company.address
        legal = full and where.country in IMPRINT_COUNTRIES
        rows = [("", self.company.legal_name if full else self.company.name)]
        if voice.shows(Fact.CITY) or legal:
            rows += [("", where.street), ("", f"{where.postcode} {where.city}")]
            rows += [("", voice.country)] if voice.shows(Fact.COUNTRY) or legal else []
        if voice.shows(Fact.PHONE):
            rows.append((str(voice.pick("phone", voice.phrases["phone"])), self.company.phone))
        if voice.shows(Fact.EMAIL):
            rows.append((str(voice.pick("email", voice.phrases["email"])), self.company.email))
        return Block("address", str(voice.pick("address", voice.phrases["address"])), rows=tuple(rows))

    def _products(self, count: int) -> Block:
        """Show goods with prices."""
        cart = str(self.voice.phrases["cart"])
        items = [
            {
                "title": t,
                "text": s,
                "price": self.voice.price(t),
                "button": cart,
                "href": self._product_path(t),
            }
            for t, s in self.voice.offers(count)
        ]
        return Block("products", self.voice.say("welcome"), items=tuple(items))

    def _product_path(self, title: str) -> str:
        """Return where a product lives."""
        return f"/p/{slugify(title)}"

    def _articles(self) -> Block:
        """List the news with links."""
        items = [
            {"title": n.title, "text": n.body[:140], "day": n.day, "href": self._post_path(i)}
            for i, n in enumerate(self._items())
        ]
        return Block("articles", "", items=tuple(items))

    def _items(self) -> list[NewsItem]:
        """Return all news, what came lately first."""
        return [*self.lately.news, *news_items(self.voice)]

    def _post_path(self, index: int) -> str:
        """Return where one piece of news lives."""
        return f"{self.path('news')}/{slugify(self._items()[index].title)[:48] or index}"

    def _has(self, kind: str) -> bool:
        """Say whether this site has such a page."""
        voice, company = self.voice, self.company
        group = voice.atlas.industries[company.industry].group
        match kind:
            case "offer" | "about" | "contact":
                return not self._one_page
            case "team":
                return not self._one_page and voice.shows(Fact.PEOPLE) and voice.chance("team", 0.6)
            case "clients":
                return bool(self.partners) and group in _BUSINESS_GROUPS and voice.chance("clients", 0.5)
            case "news":
                return company.layout == "magazine" or bool(self.lately.news) or voice.chance("news", 0.55)
            case "jobs":
                return bool(self.lately.jobs) or (company.employees > 8 and voice.chance("jobs", 0.6))
            case "imprint":
                return company.address.country in IMPRINT_COUNTRIES or voice.chance("imprint", 0.3)
            case _:
                return True
