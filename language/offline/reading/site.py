"""A site as a reader sees it: pages sorted by what they are for, with furniture and traps taken out.

Decides what may be read for facts; finds no facts itself.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from urllib.parse import unquote, urlsplit

from domain.knowledge import Block, Evidence, Page, quote_from
from domain.site_names import site_of
from language.offline.lexicon.matching import fold
from language.offline.reading.injection import is_cookie_notice, speaks_to_machines
from language.offline.reading.sentences import sentences


class PageKind(StrEnum):
    """What a page is for."""

    HOME = "home"
    ABOUT = "about"
    PRODUCT = "product"
    AUDIENCE = "audience"
    PRICING = "pricing"
    CUSTOMERS = "customers"
    COMPARE = "compare"
    UNFIT = "unfit"  # says whom the product does not suit
    CAREERS = "careers"
    CONTACT = "contact"
    IMPRINT = "imprint"
    LEGAL = "legal"
    BLOG = "blog"
    OTHER = "other"


READABLE = frozenset(set(PageKind) - {PageKind.LEGAL, PageKind.BLOG, PageKind.CAREERS})

_KINDS: tuple[tuple[PageKind, str], ...] = (
    (
        PageKind.BLOG,
        r"blog|news|press|presse|articles?|magazin|journal|aktuelles|actualites|noticias|nieuws|notizie|"
        r"glossary|glossar|guides?|docs?|documentation|help|hilfe|support|faq|changelog|whats-new|"
        r"podcast|webinars?|"
        r"events?|resources|tools|academy|wiki|status|\w+-calculator|\w+-builder|\w+-checker|kb|"
        r"ratgeber|learn|community",
    ),
    (
        PageKind.IMPRINT,
        (
            r"imprint|impressum|mentions-legales|legal-notice|aviso-legal|note-legali|colofon|"
            r"aviso-juridico|anbieterkennzeichnung"
        ),
    ),
    (
        PageKind.LEGAL,
        r"privacy(?:-\w+)?|datenschutz\w*|terms(?:-\w+)*|agb|tos|legal|cookies?(?:-policy)?|dpa|gdpr|"
        r"data-policy|dsgvo|"
        r"cgv|cgu|confidentialite|politique-\w+|privacidad|politica-\w+|condiciones\w*|condizioni\w*|"
        r"voorwaarden|"
        r"privacyverklaring|security|compliance|accessibility|barrierefreiheit|subprocessors|sla|"
        r"disclaimer|licen[cs]es?",
    ),
    (
        PageKind.CAREERS,
        r"jobs?|careers?|karriere|stellen\w*|join-us|hiring|vacancies|offres-emploi|recrutement|"
        r"carrieres?|empleo|"
        r"trabaja-\w+|lavora-con-noi|carriere|vacatures?|werken-bij|trabalhe-conosco|open-positions|"
        r"work-with-us|emplois?",
    ),
    (
        PageKind.UNFIT,
        (
            r"when-not-to-\S+|not-for(?:-\S+)?|who-(?:we-are|its|it-is)-not-for|is-\S+-right-for-you|"
            r"right-fit|bad-fit"
        ),
    ),
    (
        PageKind.COMPARE,
        r"vs-\S+|\S+-vs-\S+|\S+-vs|versus-\S+|(?:\S+-)?alternatives?(?:-\S+)?|compare|comparisons?|"
        r"vergleich\w*|migrate-from-\S+|"
        r"switch(?:ing)?-from-\S+|competitors|comparatif|comparacion|confronto|vergelijk\w*",
    ),
    (
        PageKind.AUDIENCE,
        r"for-\S+|fuer-\S+|für-\S+|pour-\S+|para-\S+|voor-\S+|per-\S+|solutions?|loesungen|lösungen|"
        r"industr(?:y|ies)|branchen|"
        r"secteurs|sectors?|soluciones|soluzioni|settori|oplossingen|branches|use-cases?|who-we-serve|"
        r"markets?|zielgruppen|"
        r"anwendungen|anwendungsbereiche|segmente?|sectores",
    ),
    (
        PageKind.PRICING,
        (
            r"pricing|prices|plans?|preise|tarife?|tarifs?|precios|prezzi|prijzen|precos|fees|kosten|"
            r"packages|rates"
        ),
    ),
    (
        PageKind.CUSTOMERS,
        r"customers?|clients?|case-stud(?:y|ies)|references?|referenzen|kunden|success-stories|"
        r"testimonials|reviews|"
        r"etudes-de-cas|nos-clients|casos\S*|clientes|clienti|klanten|portfolio|projekte|projects|"
        r"realisations|work|wall-of-love|"
        r"stories|erfolgsgeschichten|kundenstimmen|references-clients|avis",
    ),
    (
        PageKind.ABOUT,
        r"about(?:-us)?|ueber-uns|uber-uns|über-uns|company|unternehmen|firma|a-propos|qui-sommes-nous|"
        r"notre-histoire|sobre-\S+|"
        r"quienes-somos|empresa|chi-siamo|azienda|over-ons|sobre|quem-somos|who-we-are|our-story|team|"
        r"equipo|equipe|das-team|"
        r"story|mission|wir|people|unser-team|notre-equipe|our-team|praxis|kanzlei|bedrijf|entreprise|"
        r"la-maison|staff",
    ),
    (
        PageKind.CONTACT,
        (
            r"contact(?:-us)?|kontakt|contacto|contatti|contato|contacts?|anfahrt|find-us|locations?|"
            r"standorte?|nous-trouver"
        ),
    ),
    (
        PageKind.PRODUCT,
        r"products?|produkte?|produits?|productos?|prodotti|producten|produtos|features?|funktionen|"
        r"services?|leistungen|"
        r"servicios|servizi|diensten|servicos|prestations|platform|offer|angebot|offre|what-we-do|"
        r"behandlungen|sortiment|"
        r"integrations?|treatments?|catalog(?:ue)?|katalog|metier|fonctionnalites|werkzeuge|maschinen",
    ),
)
_KIND_RULES = tuple((kind, re.compile(rf"(?:{pattern})", re.IGNORECASE)) for kind, pattern in _KINDS)
_CELL = 40  # characters; a longer table cell is prose
_MADE_FOR = re.compile(r"(?:for|für|pour|para|per|voor|who .* (?:is|are) for)\b", re.IGNORECASE)
_TITLE_BREAK = re.compile(r"\s+[|–—·-]\s+")
_LOCALE = re.compile(r"[a-z]{2}(?:-[a-z]{2})?")
_HOME_PATHS = {"", "index", "home", "start", "startseite", "accueil", "inicio"}


@dataclass(frozen=True)
class Line:
    """One visible block a fact may come from."""

    page: Page
    kind: PageKind
    block: Block
    index: int
    order: int  # place among the lines that are the page's own
    text: str  # the block's text
    in_menu: bool  # navigation and footers
    repeated: bool  # stands on many pages of the site

    @property
    def furniture(self) -> bool:
        """True for what does not belong to this page alone."""
        return self.in_menu or self.repeated

    @property
    def tag(self) -> str:
        """The block's kind; a long table cell is a paragraph, for sites laid out in tables."""
        kind = self.block.kind
        return "p" if kind == "td" and len(self.block.text) > _CELL else kind

    @property
    def sentences(self) -> tuple[str, ...]:
        """The block's sentences."""
        return sentences(self.block.text)

    @property
    def is_heading(self) -> bool:
        """True for h1 to h6 and the term of a definition list."""
        return self.block.kind in {"h1", "h2", "h3", "h4", "h5", "h6", "dt"}

    def quote(self, text: str = "") -> Evidence:
        """Evidence for a part of this block (all of it when empty)."""
        return quote_from(self.page, text or self.block.text)


@dataclass(frozen=True)
class Site:
    """Pages of one company with their kinds."""

    url: str
    domain: str  # registrable domain
    pages: tuple[Page, ...]
    lines: tuple[Line, ...]

    @property
    def label(self) -> str:
        """The domain without its suffix, e.g. "acme" of acme.example."""
        return self.domain.split(".")[0]

    def of(self, *kinds: PageKind, furniture: bool = False) -> tuple[Line, ...]:
        """Lines of some kinds of pages, in the order of the kinds, without furniture unless asked."""
        return tuple(
            line for kind in kinds for line in self._by_kind.get(kind, ()) if furniture or not line.furniture
        )

    @cached_property
    def _by_kind(self) -> dict[PageKind, list[Line]]:
        found: dict[PageKind, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.kind, []).append(line)
        return found

    @cached_property
    def readable(self) -> tuple[Line, ...]:
        """Lines of all pages that may state facts about the company, home first."""
        order = [kind for kind in PageKind if kind in READABLE]
        return self.of(*order)


def read_site(url: str, pages: Sequence[Page]) -> Site:
    """Sort the pages of a site and take out what must not be read."""
    repeated = _repeated(pages)
    kinds = [page_kind(page) for page in pages]
    if PageKind.HOME not in kinds and pages:
        kinds[_shortest(pages)] = PageKind.HOME
    lines = [line for page, kind in zip(pages, kinds, strict=True) for line in _lines(page, kind, repeated)]
    first = pages[0].url if pages else url
    return Site(
        url=url,
        domain=site_of(first if url not in {page.url for page in pages} else url),
        pages=tuple(pages),
        lines=tuple(lines),
    )


def page_kind(page: Page) -> PageKind:
    """What a page is for, from its path; home when the path is empty or a language only."""
    segments = [part.lower() for part in unquote(urlsplit(page.url).path).split("/") if part]
    segments = [re.sub(r"\.(?:html?|php|aspx?)$", "", part).replace("_", "-") for part in segments]
    if segments and _LOCALE.fullmatch(segments[0]):
        segments = segments[1:]
    if not segments or (len(segments) == 1 and segments[0] in _HOME_PATHS):
        return PageKind.HOME
    for kind, rule in _KIND_RULES:
        if any(rule.fullmatch(part) for part in segments):
            return kind
    return _kind_by_heading(page)


def _kind_by_heading(page: Page) -> PageKind:
    """What the first heading or the title says about a page whose address says nothing."""
    heads = [block.text for block in page.blocks if block.kind in {"h1", "h2"}][:1]
    for text in (*heads, _TITLE_BREAK.split(page.title)[0]):
        if _MADE_FOR.match(text):
            return PageKind.AUDIENCE
        slug = re.sub(r"[^\w]+", "-", fold(text)).strip("-")
        for kind, rule in _KIND_RULES:
            if kind not in {PageKind.BLOG, PageKind.LEGAL} and rule.fullmatch(slug):
                return kind
    return PageKind.OTHER


def key(text: str) -> str:
    """Letters and digits only, folded: for comparing names and values."""
    return re.sub(r"[\W_]+", "", fold(text))


def _shortest(pages: Sequence[Page]) -> int:
    return min(range(len(pages)), key=lambda index: len(urlsplit(pages[index].url).path))


def _repeated(pages: Sequence[Page]) -> frozenset[str]:
    """Texts that stand on so many pages that they are furniture."""
    if len(pages) < 4:
        return frozenset()
    counts = Counter(text for page in pages for text in {block.text for block in page.blocks})
    limit = max(3, len(pages) * 0.4)
    return frozenset(text for text, count in counts.items() if count >= limit)


def _lines(page: Page, kind: PageKind, repeated: frozenset[str]) -> list[Line]:
    lines: list[Line] = []
    trapped = False
    order = -1
    for index, block in enumerate(page.blocks):
        if speaks_to_machines(block.text):
            trapped = len(block.text) < 80 and block.text.rstrip().endswith((":", "!"))
            continue
        if trapped or is_cookie_notice(block.text):
            trapped = False
            continue
        zone = block.zone in {"nav", "footer"}
        order += not (zone or block.href or block.text in repeated)
        lines.append(
            Line(page, kind, block, index, order, block.text, in_menu=zone, repeated=block.text in repeated)
        )
    return lines
