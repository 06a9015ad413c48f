"""Answers requests for one company's host: its pages, robots, aliases and the traps it sets."""

from functools import cached_property, lru_cache
from random import Random

from evals.market.sites.page import Block, Link, Page, Request, Response, plain, redirect
from evals.market.sites.render import as_script, render, render_plain
from evals.market.sites.stories import Lately
from evals.market.sites.voice import Voice
from evals.market.sites.writer import SiteMap, Writer
from evals.market.world.atlas import DATA, Atlas, read_yaml
from evals.market.world.records import Company, Fact, Quirk, Status

_BIG_PAGE_PARAGRAPHS = 2500
_SLOW_SECONDS = 2.5


class CompanySite:
    """One host of the world."""

    def __init__(
        self,
        atlas: Atlas,
        company: Company,
        partners: tuple[Company, ...] = (),
        lately: Lately | None = None,
    ) -> None:
        self.company = company
        self._voice = Voice(atlas, company)
        self._writer = Writer(self._voice, partners, lately)
        self._failed_once: set[str] = set()

    @cached_property
    def site_map(self) -> SiteMap:
        """The pages this site has."""
        return self._writer.site_map()

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        company = self.company
        if company.status is not Status.ACTIVE:
            return self._answer_dead(request)
        if request.host in company.aliases and self._voice.chance("alias-redirects", 0.6):
            return redirect(f"http://{company.host}{request.path}")
        if request.host not in company.aliases and request.host != company.host:
            return redirect(f"http://{company.host}{request.path}")
        if request.path == "/robots.txt":
            return self._robots()
        if request.path == "/sitemap.xml" and self._voice.chance("sitemap", 0.5):
            return self._sitemap()
        return self._trapped(request.path) or self._page(request.path)

    def _page(self, path: str) -> Response:
        """Answer with a page, or with the site's own 404."""
        maker = self.site_map.pages.get(path)
        if maker is None:
            other = path.rstrip("/") if path.endswith("/") else f"{path}/"
            return redirect(other) if other in self.site_map.pages else self._not_found()
        page = maker()
        html = self._render(page, self._extra(path))
        if Quirk.JS_ONLY in self.company.quirks:
            html = as_script(html, self._voice, page.title)
        if Quirk.WRONG_CHARSET in self.company.quirks:
            return Response(body=html.encode("latin-1", "xmlcharrefreplace"))
        delay = _SLOW_SECONDS if Quirk.SLOW in self.company.quirks and path != "/" else 0.0
        return Response(body=html.encode(), delay=delay)

    def _render(self, page: Page, extra: str = "") -> str:
        """Render a page; some layouts repeat the address at the foot."""
        told = Fact.CITY in self.company.shows and self._voice.chance("footer-address", 0.5)
        stack = dict(self.company.technologies)
        shown = Fact.TECHNOLOGY in self.company.shows
        return render(
            self._voice,
            page,
            self.site_map.menu,
            self.site_map.footer,
            address=self._footer_address() if told else None,
            extra=extra,
            generator=stack.get("shop", stack.get("cms", "")) if shown else "",
        )

    def _footer_address(self) -> Block:
        """Return the address block as the contact page shows it."""
        return self._writer.address_block()

    def _trapped(self, path: str) -> Response | None:
        """Return what a trap answers instead of the page, if one snaps here."""
        quirks, voice = self.company.quirks, self._voice
        if Quirk.SERVER_ERROR in quirks and path in self._quiet_paths():
            return plain(500, "Internal Server Error")
        if Quirk.FLAKY in quirks and path not in self._failed_once:
            self._failed_once.add(path)
            return Response(503, b"Service Unavailable", "text/plain", {"Retry-After": "1"})
        if Quirk.REDIRECT_CHAIN in quirks and path == self._writer.path("about"):
            return redirect("/old/1", 302)
        if Quirk.REDIRECT_CHAIN in quirks and path.startswith("/old/"):
            return self._chain(path)
        if Quirk.BIG_PAGE in quirks and path == "/archive":
            return self._big_page()
        return None if path != "/favicon.ico" else plain(404, voice.say("notfound"))

    def _quiet_paths(self) -> list[str]:
        """Return the pages that answer 500 on a broken site: never the home page."""
        return [link.href for link in self.site_map.menu if link.href != "/"][:1]

    def _chain(self, path: str) -> Response:
        """Send the visitor round three corners to the about page."""
        step = path.removeprefix("/old/")
        if step.isdigit() and int(step) < 3:
            return redirect(f"/old/{int(step) + 1}", 302)
        maker = self.site_map.pages.get(self._writer.path("about"))
        return Response(body=self._render(maker()).encode()) if maker else self._not_found()

    def _big_page(self) -> Response:
        """Answer with an archive of more than half a megabyte."""
        rng = Random(self.company.salt)
        sentences = [*self._voice.trade.about, *self._voice.phrases["values"]]
        paragraphs = (
            Block("text", f"No. {n}", " ".join(self._voice.fill(rng.choice(sentences)) for _ in range(4)))
            for n in range(_BIG_PAGE_PARAGRAPHS)
        )
        page = Page("/archive", str(self._voice.phrases["archive"]), tuple(paragraphs))
        return Response(body=self._render(page).encode())

    def _extra(self, path: str) -> str:
        """Return stray links and planted instructions for the end of a page."""
        quirks, parts = self.company.quirks, []
        if Quirk.DEAD_LINKS in quirks:
            parts.append(
                '<p><a href="/2019/brochure.pdf">PDF</a> <a href="http://gone-partner.example/">Partner</a></p>'
            )
        if Quirk.BIG_PAGE in quirks:
            parts.append(f'<p><a href="/archive">{self._voice.phrases["archive"]}</a></p>')
        if "en" in self.company.languages and self._voice.language != "en":
            parts.append('<p><a href="/en/">English</a></p>')
        for quirk, kind in ((Quirk.HIDDEN_INJECTION, "hidden"), (Quirk.VISIBLE_INJECTION, "visible")):
            if quirk in quirks and path in {"/", self._writer.path("about")}:
                parts.append(self._injection(kind))
        return "".join(parts)

    def _injection(self, kind: str) -> str:
        """Return one planted instruction."""
        data = read_injections()
        text = self._voice.pick("injection", data["texts"]).replace("{domain}", self.company.domain)
        escaped = text.replace("<", "&lt;").replace(">", "&gt;")
        zero = "\u200b".join(escaped)
        return (
            self._voice.pick(f"injection-{kind}", data[kind])
            .replace("{text}", escaped)
            .replace("{zero}", zero)
        )

    def _robots(self) -> Response:
        """Answer robots.txt; half of the plain sites have none."""
        quirks, lines = self.company.quirks, ["User-agent: *"]
        if Quirk.ROBOTS_ALL in quirks:
            lines.append("Disallow: /")
        if Quirk.ROBOTS_PARTIAL in quirks:
            lines += [f"Disallow: {self._writer.path('team')}", "Disallow: /cart"]
        if Quirk.CRAWL_DELAY in quirks:
            lines.append(f"Crawl-delay: {self._voice.pick('crawl-delay', (1, 2, 5))}")
        if len(lines) == 1:
            if self._voice.chance("no-robots", 0.5):
                return plain(404, "Not Found")
            lines.append("Disallow:")
        return plain(200, "\n".join(lines) + "\n")

    def _sitemap(self) -> Response:
        """Answer the list of pages for machines."""
        urls = "".join(f"<url><loc>http://{self.company.host}{p}</loc></url>" for p in self.site_map.pages)
        xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        return Response(
            body=f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode(), content_type="application/xml"
        )

    def _not_found(self) -> Response:
        """Answer in the site's own words that the page does not exist."""
        title, text = self._voice.phrases["notfound"]
        page = Page("/404", title, (Block("heading", title), Block("text", "", text)))
        return Response(404, self._render(page).encode())

    def _answer_dead(self, request: Request) -> Response:
        """Answer for a domain whose owner is no living company."""
        if request.host != self.company.domain:
            return redirect(f"http://{self.company.domain}{request.path}")
        if request.path == "/robots.txt":
            return plain(404, "Not Found")
        page = dead_page(self._voice, request.path)
        if page is None:
            return plain(404, "Not Found")
        layout = "prose" if self.company.status is Status.PERSONAL else "bare"
        name = self.company.people[0].name if layout == "prose" else self.company.domain
        menu = (Link("/", "/"),) if layout == "prose" else ()
        return Response(body=render_plain(layout, name, self._voice.language, page, menu).encode())


def dead_page(voice: Voice, path: str) -> Page | None:
    """Write the only page of a closed, parked or private domain."""
    company, words = voice.company, voice.phrases
    if path != "/":
        return None
    if company.status is Status.CLOSED:
        text = voice.fill(voice.pick("closed", words["closed"]), k=str(2025 - company.founded))
        return Page("/", company.name, (Block("text", "", text),))
    if company.status is Status.PARKED:
        return Page("/", company.domain, (Block("text", "", voice.say("parked")),))
    title, text = voice.say("personal", person=company.people[0].name).split(" | ", 1)
    posts = (post.split(" | ", 1) for post in words["personal_posts"])
    stories = tuple(b for head, body in posts for b in (Block("heading", head), Block("text", "", body)))
    return Page("/", title, (Block("lead", title, text), *stories))


@lru_cache(maxsize=1)
def read_injections() -> dict[str, list[str]]:
    """Read the planted instructions."""
    return dict(read_yaml(DATA / "injections.yaml"))
