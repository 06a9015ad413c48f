"""What a company sells: its own definition of itself, the promise on its home page, its products and features."""

import re

from language.offline.lexicon.canonical import industry_slugs
from language.offline.lexicon.sizes import PEOPLE
from language.offline.reading.ranking import Candidate
from language.offline.reading.regions import states_market
from language.offline.reading.sentences import MAX_QUOTE, clip, plain
from language.offline.reading.site import Line, PageKind, Site

_WE = (
    r"(?:we|at [\w' ]{2,30},? we|wir|nous|on|nosotros|noi|wij|nós|our (?:team|company|agency|studio|"
    r"firm|platform|software|product|clinic|practice))"
)
_ARTICLE = (
    r"(?:an?|the|one of|your|ein(?:e|er)?|der|die|das|ihr(?:e|er)?|une?|le|la|l'|votre|los|las|el|"
    r"un[ao]?|su|il|lo|uno|een|de|het|uw|um[a]?|o|a|os|as)"
)
_BE = r"(?:is|are|'re|ist|sind|est|sommes|es|somos|è|siamo|zijn|é)"
_DO = (
    r"(?:helps?|builds?|makes?|provides?|offers?|designs?|develops?|manufactures?|delivers?|"
    r"suppl(?:y|ies)|produces?|sells?|"
    r"automates?|creates?|specialis\w+|specializ\w+|gives?|lets?|turns?|connects?|protects?|"
    r"monitors?|manages?|places?|staffs?|"
    r"recruits?|brews?|bakes?|installs?|maintains?|repairs?|advis\w+|treats?|enables?|detects?|"
    r"serves?|distributes?|prints?|"
    r"bieten|bietet|entwickeln|entwickelt|fertigen|fertigt|liefern|liefert|produzieren|produziert|"
    r"beraten|berät|unterstützen|"
    r"unterstützt|planen|plant|bauen|baut|helfen|hilft|gestalten|gestaltet|betreuen|betreut|"
    r"vermitteln|vermittelt|behandeln|"
    r"behandelt|konstruieren|konstruiert|verkaufen|vertreiben|stellen|reinigen|digitalisieren|"
    r"automatisieren|realisieren|versorgen|"
    r"proposons|propose|fabriquons|fabrique|accompagnons|accompagne|aidons|aide|livrons|livre|"
    r"concevons|conçoit|développons|développe|"
    r"fournissons|fournit|créons|crée|réalisons|réalise|distribuons|distribue|vendons|produisons|"
    r"produit|assurons|installons|"
    r"ofrecemos|ofrece|fabricamos|fabrica|diseñamos|diseña|desarrollamos|desarrolla|ayudamos|ayuda|"
    r"distribuimos|suministramos|creamos|"
    r"acompañamos|instalamos|producimos|asesoramos|gestionamos|"
    r"offriamo|offre|progettiamo|progetta|produciamo|produce|realizziamo|realizza|aiutiamo|aiuta|"
    r"forniamo|fornisce|sviluppiamo|"
    r"sviluppa|distribuiamo|creiamo|installiamo|vendiamo|"
    r"biedt|leveren|levert|maken|maakt|ontwikkelen|ontwikkelt|helpen|helpt|ontwerpen|ontwerpt|"
    r"produceren|produceert|verzorgen|"
    r"oferecemos|oferece|desenvolvemos|desenvolve|criamos|ajudamos|ajuda|produzimos|fornecemos|"
    r"fornece|instalamos)"
)
_NO_PRONOUN = (
    r"(?:Ofrecemos|Fabricamos|Diseñamos|Desarrollamos|Ayudamos|Somos|Distribuimos|Suministramos|"
    r"Creamos|Instalamos|Producimos|"
    r"Offriamo|Progettiamo|Produciamo|Realizziamo|Siamo|Aiutiamo|Forniamo|Sviluppiamo|Distribuiamo|"
    r"Creiamo|Vendiamo|"
    r"Oferecemos|Desenvolvemos|Criamos|Ajudamos|Produzimos|Fornecemos)"
)
_HEADS = re.compile(rf"\b\d+ {PEOPLE}\b", re.IGNORECASE)  # "a co-operative of 19 people"
_LEAD = 90  # characters before the subject of a definition
_LEADS_IN = re.compile(r"(?:[^.,]{0,60}, )?(?:the |die |das |der |la |le |el |il )?", re.IGNORECASE)
_WE_SAY = re.compile(
    rf"(?:[^.,]{{0,60}}, )?{_WE}\W?\s?(?:{_BE} (?:{_ARTICLE}\s)?(?=\w)|(?:\w+ )?{_DO}\b)|{_NO_PRONOUN}\b",
    re.IGNORECASE,
)
_SAYS = re.compile(rf"(?: [A-Z]\w+)?\W?\s?(?:{_BE} (?:{_ARTICLE}\s)?(?=\w)|(?:\w+ )?{_DO}\b)", re.IGNORECASE)
_ABOUT_SELF = re.compile(
    r"\b(?:hiring|proud|ne|nicht|kein\w*|committed|passionate|happy|excited|sorry|currently|always|"
    r"not|no longer|trusted|used by|loved|open to|"
    r"funded|bootstrapped|founded|gegründet|stolz|founded in|looking for|suchen|recrutons|cookies?|"
    r"newsletter|terms|offline|"
    r"a team of|ein team von|right tool|right fit|best fit|good fit|wrong|difficult|hard|"
    r"frustrating|available|located|"
    r"closed|geschlossen|certified|zertifiziert|certifiée?s?|certificad[oa]s?|no answer|reserves?|"
    r"liable|responsible for)\b",
    re.IGNORECASE,
)
_GENERIC_HEADING = re.compile(
    r"^(?:built|made|designed|perfect|for|für|pour|para|per|voor|fini|no more|weniger|less|fewer|"
    r"schluss mit|nie wieder|tired of|say goodbye|stop|forget|moins de|basta|olvida|never again|"
    r"keine?)\b|"
    r"\b(?:about|contact|kontakt|faq|questions?|pricing|preise|plans?|testimonials?|customers?|"
    r"kunden|clients?|team|blog|news|careers?|"
    r"jobs|get started|sign up|ready to|try|start|subscribe|newsletter|follow|our story|welcome|"
    r"willkommen|bienvenue|why|warum|"
    r"pourquoi|how it works|so funktioniert|what our|was unsere|was kunden|trusted|love|meet|join|"
    r"book|request|demo|download|imprint|"
    r"impressum|opening hours|öffnungszeiten|horaires|standorte?|locations?|address|read more|learn "
    r"more|mehr erfahren|resources|"
    r"company|explore|menu|über uns|à propos|nos clients|references?|referenzen|partners?|partner|"
    r"numbers|zahlen|facts|fakten|"
    r"call us|contactez|contacto|contatt\w+|sobre|chi siamo|over ons|history|mission|values|vision|"
    r"werte|geschichte|termin|anfahrt|"
    r"latest|recent|related|case stud\w+|awards?|cookies?|privacy policy|see also|next steps?|"
    r"conclusion|summary|overview|ask|call)\b|\?|!$|…|^\W*\d",
    re.IGNORECASE,
)
_LIST_HEADING = re.compile(
    r"^(?:our |unsere |nos |nuestros |nuestras |i nostri |le nostre |onze |os nossos |as nossas "
    r")?(?:services?|products?|features?|solutions?|leistungen|produkte|"
    r"angebot|leistungsspektrum|sortiment|maschinen|treatments?|behandlungen|prestations|produits|"
    r"gammes?|savoir-faire|servicios|"
    r"productos|servizi|prodotti|diensten|producten|serviços|produtos|capabilities|expertise|what "
    r"we (?:do|offer|make)|"
    r"was wir (?:tun|bieten|machen)|ce que nous faisons|qué hacemos|cosa facciamo|wat wij doen|"
    r"everything you need)\W*$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"^(?:get|start|sign|book|try|request|contact|call|learn|read|see|view|watch|discover|download|"
    r"jetzt|mehr|termin|en savoir|"
    r"découvrir|nous contacter|demander|solicit\w+|pide|contact\w+|scopri|richiedi|vraag|neem|lees|"
    r"bekijk|more|weiter|zum|zur|home|menu|"
    r"skip|log ?in|anmelden|search|suche|share|next|back|zurück)\b",
    re.IGNORECASE,
)
_HERO = 3  # blocks after the first heading that still belong to the promise


def offers(site: Site, brand: str) -> list[Candidate]:
    """Sentences and headings that say what is sold."""
    found = [*_definitions(site, brand), *_hero(site), *_products(site, brand)]
    return [candidate for candidate in found if candidate.value]


def is_call(text: str) -> bool:
    """True for a button or link label ("Start free trial")."""
    return len(text.split()) <= 6 and _CALL.match(text) is not None


def definition_end(sentence: str, brand: str) -> int:
    """Where the words "Acme is a …" or "We help …" end at the start of a sentence; 0 when it says no such thing."""
    match = _WE_SAY.match(sentence)
    if match is not None:
        return match.end()
    for name in dict.fromkeys((brand, brand.split()[0])) if brand else ():
        place = sentence[:_LEAD].casefold().find(name.casefold())
        if place >= 0 and _LEADS_IN.fullmatch(sentence[:place]):
            start = place + len(name)
            if said := _SAYS.match(sentence, start):
                return said.end()
    return 0


def _definitions(site: Site, brand: str) -> list[Candidate]:
    worth = {
        PageKind.HOME: 10.0,
        PageKind.ABOUT: 8.0,
        PageKind.PRODUCT: 6.0,
        PageKind.OTHER: 4.0,
        PageKind.PRICING: 3.0,
    }
    found = []
    for line in site.of(*worth):
        if line.is_heading or line.tag in {"td", "button", "quote"}:
            continue
        for place, sentence in enumerate(line.sentences[:3]):
            if _defines(sentence, brand):
                depth = min(line.order, 60) / 20 + place
                found.append(
                    Candidate(clip(plain(sentence), 180), line.quote(sentence), worth[line.kind] - depth)
                )
    return sorted(found, key=lambda one: -one.score)[:2]


def _defines(sentence: str, brand: str) -> bool:
    words = sentence.split()
    if not 4 <= len(words) <= 40 or len(sentence) > MAX_QUOTE or sentence.endswith("?"):
        return False
    if re.search(r"\b(?:trusted|used|loved) by\b|\s[,.](?:\s|$)", sentence):
        return False
    if _HEADS.search(sentence) or (len(sentence.split()) < 7 and _WE_SAY.match(sentence)):
        return False
    if states_market(sentence) and not industry_slugs(sentence):
        return False
    end = definition_end(sentence, brand)
    return end > 0 and not _ABOUT_SELF.search(sentence[: end + 45])


def _hero(site: Site) -> list[Candidate]:
    """The first heading of the home page and the sentence below it."""
    lines = [line for line in site.of(PageKind.HOME) if not line.block.href and line.tag != "button"]
    start = next((place for place, line in enumerate(lines) if line.tag in {"h1", "h2"}), None)
    if start is None:
        return []
    found = []
    heading = lines[start]
    if 3 <= len(heading.text.split()) <= 20 and not _GENERIC_HEADING.search(heading.text.rstrip("!")):
        found.append(Candidate(plain(heading.text), heading.quote(), 8.5))
    for line in lines[start + 1 : start + _HERO]:
        first = line.sentences[0] if line.sentences else ""
        if line.is_heading or is_call(line.text):
            continue
        if 5 <= len(first.split()) <= 40 and not first.endswith("?") and len(first) <= MAX_QUOTE:
            found.append(Candidate(clip(plain(first), 180), line.quote(first), 7.5))
            break
    return found


def _products(site: Site, brand: str) -> list[Candidate]:
    """Headings that head a description on the home and product pages, and lists of services."""
    found = []
    for kind, worth in ((PageKind.HOME, 5.0), (PageKind.PRODUCT, 4.0)):
        lines = site.of(kind)
        for place, line in enumerate(lines):
            after = lines[place + 1] if place + 1 < len(lines) else None
            if _is_product(line, after, brand):
                found.append(Candidate(plain(line.text), line.quote(), worth - min(place, 100) / 100))
    return found


def _is_product(line: Line, after: Line | None, brand: str) -> bool:
    text = line.text
    if not 1 <= len(text.split()) <= 9 or _GENERIC_HEADING.search(text) or is_call(text) or len(text) < 4:
        return False
    if text.casefold() == brand.casefold() or _LIST_HEADING.match(text):
        return False
    listed = line.tag in {"li", "h3", "h4", "dt", "a"} and _LIST_HEADING.match(line.block.heading) is not None
    described = (
        line.tag in {"h2", "h3", "h4", "dt"}
        and after is not None
        and after.page is line.page
        and not after.is_heading
        and len(after.text.split()) >= 6
    )
    return listed or described
