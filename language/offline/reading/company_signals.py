"""Tools a company's pages name and events that make a good moment: hiring, funding, new places, new sites, launches."""

import re

from domain.accounts import Fact
from language.offline.lexicon.canonical import technology_hits
from language.offline.lexicon.matching import tokens
from language.offline.reading.name import same_company
from language.offline.reading.sentences import MAX_QUOTE, sentence_around
from language.offline.reading.site import Line, PageKind, Site

_DENIED = re.compile(
    (
        r"\b(?:no|not|don't|doesn't|never|without|instead of|kein\w*|nicht|ohne|statt|pas|sans|sin|"
        r"senza|non|geen|zonder|keinerlei|aucun\w*|ningun\w*|currently no)\b"
    ),
    re.IGNORECASE,
)
_EVENTS = (
    (
        "hiring",
        r"\b(?:we(?:'re| are) (?:currently |always |now )?(?:hiring|recruiting|looking for|growing and "
        r"looking)|now hiring|join our (?:growing )?team|open (?:positions?|roles?|vacanc\w+)|current "
        r"(?:vacancies|openings)|job openings|apply now|"
        r"wir suchen|wir stellen ein|offene stellen|stellenangebote?|werde teil|verstärkung gesucht|"
        r"jetzt bewerben|\((?:m/w/d|w/m/d|f/m/x|m/f/d|h/f|m/w/x|f/m/d|x/f/m|m/v)\)|"
        r"nous recrutons|on recrute|offres? d'emploi|rejoignez(?:-nous| notre équipe)|postes? à "
        r"pourvoir|buscamos|ofertas? de (?:empleo|trabajo)|únete a nuestro equipo|vacantes|"
        r"cerchiamo|posizioni aperte|lavora con noi|stiamo assumendo|wij zoeken|we zoeken|vacatures?|"
        r"kom (?:jij )?(?:bij )?ons (?:team )?(?:versterken|werken)|estamos a contratar|estamos "
        r"contratando|vagas (?:abertas|de emprego))",
    ),
    (
        "funding",
        (
            r"\b(?:(?:has |have |we )?(?:raised|closed|secured) (?:a |an |our )?(?:€|\$|£|eur|usd|"
            r"\d)[^.]{0,40}|(?:seed|series [a-e]|funding) round|series [a-e]\b|finanzierungsrunde|levée de "
            r"fonds|levé \d|ronda de (?:financiación|inversión)|round di (?:finanziamento|investimento)|"
            r"investeringsronde|financieringsronde)"
        ),
    ),
    (
        "expansion",
        r"\b(?:(?:opened|opening|opens|open) (?:a |an |our |its )?(?:new|second|third|another|fourth) "
        r"(?:\w+ )?(?:office|location|store|branch|site|plant|factory|warehouse|practice|clinic|"
        r"showroom|hub|workshop)|new (?:office|location|branch|store|site|plant|warehouse) in|"
        r"expand(?:ed|ing|s) (?:to|into)|moved to (?:larger|bigger|new)|"
        r"neue[rn]? (?:standort|filiale|niederlassung|werk|halle|büro|praxis)|(?:zweiter|weiterer|"
        r"dritter) standort|eröffn\w+ (?:\w+ ){0,4}(?:standort|filiale|niederlassung|büro)|umzug in "
        r"größere|nouve(?:l|lle|au) (?:agence|magasin|site|usine|bureau|atelier|boutique|établissement)|"
        r"ouvert (?:un|une|notre) (?:deuxième|second\w*|nouve\w+)|nuev[oa] (?:sede|oficina|tienda|"
        r"delegación|planta|local)|nuov[oa] (?:sede|filiale|negozio|stabilimento|ufficio)|nieuw\w* "
        r"(?:vestiging|locatie|winkel|kantoor|pand)|nov[oa] (?:loja|escritório|unidade|sede))",
    ),
    (
        "new_site",
        (
            r"\b(?:our new (?:web)?site|new website|website relaunch|(?:relaunched|redesigned) (?:our "
            r")?(?:web)?site|neue (?:website|webseite|homepage|internetseite)|relaunch unserer|neuer "
            r"(?:webauftritt|internetauftritt|onlineshop)|notre nouveau site|nouveau site (?:web|internet)|"
            r"nuestra nueva web|nueva página web|il nostro nuovo sito|nuovo sito|onze nieuwe website|nieuwe "
            r"website|nosso novo site|novo site)"
        ),
    ),
    (
        "launch",
        (
            r"\b(?:we(?:'ve| have)? (?:just )?launch(?:ed|ing)|launch of (?:our|the)|newly launched|"
            r"announc\w+ (?:the )?(?:launch|release)|now available:|markteinführung|neu im (?:sortiment|"
            r"programm|angebot)|lancement de (?:notre|la|nos)|nous lançons|lanzamos|lanzamiento de|lanciamo|"
            r"lancio d\w+|wij lanceren|lançamos)"
        ),
    ),
)
_EVENT_RULES = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _EVENTS)
_JOBS = re.compile(r"\((?:m/w/d|w/m/d|f/m/x|m/f/d|h/f|m/w/x|f/m/d|m/v|x/f/m|d/m/w|m/f/x)\)", re.IGNORECASE)
_TOOL_PAGES = tuple(kind for kind in PageKind if kind not in {PageKind.BLOG, PageKind.COMPARE})


def technologies(site: Site, brand: str) -> tuple[Fact, ...]:
    """Tools named on the pages, privacy notice and job ads included; denied ones are left out."""
    found: dict[str, Fact] = {}
    for line in site.of(*_TOOL_PAGES, furniture=True):
        if line.block.zone == "nav" or line.text[:1] in '"“„«':
            continue
        for hit in technology_hits(tokens(line.text)):
            sentence = sentence_around(line.text, hit.start)
            place = sentence.find(line.text[hit.start : hit.end])
            if (
                hit.value in found
                or len(sentence) > MAX_QUOTE
                or _DENIED.search(sentence[max(0, place - 40) : max(place, 0)])
            ):
                continue
            if not same_company(hit.value, brand):
                found[hit.value] = Fact(value=hit.value, evidence=line.quote(sentence), confidence=0.9)
    return tuple(found.values())[:12]


def signals(site: Site) -> tuple[Fact, ...]:
    """Events with the sentence that tells of them; a navigation label alone is no event."""
    found: dict[str, Fact] = {}
    jobs = _job_listing(site)
    if jobs is not None:
        found["hiring"] = jobs
    for line in site.lines:
        if (
            line.in_menu
            or line.repeated
            or line.kind in {PageKind.LEGAL, PageKind.COMPARE}
            or line.text[:1] in '"“„«'
        ):
            continue
        for name, rule in _EVENT_RULES:
            if name not in found and (match := rule.search(line.text)):
                fact = _event(name, line, match)
                if fact is not None:
                    found[name] = fact
    return tuple(found.values())


def _event(name: str, line: Line, match: re.Match[str]) -> Fact | None:
    sentence = sentence_around(line.text, match.start())
    if len(sentence) > MAX_QUOTE or _DENIED.search(sentence[:60]):
        return None
    if len(sentence.split()) < 3 and not (name == "hiring" and line.kind == PageKind.CAREERS):
        return None
    if name == "hiring" and line.block.href and line.kind != PageKind.CAREERS:
        return None
    return Fact(value=name, evidence=line.quote(sentence), confidence=0.8)


def _job_listing(site: Site) -> Fact | None:
    """A job title with its "(m/f/d)", or an entry of a careers page that links to a posting."""
    for line in site.lines:
        if not line.in_menu and len(line.text) <= 120 and _JOBS.search(line.text):
            return Fact(value="hiring", evidence=line.quote(), confidence=0.95)
    return None
