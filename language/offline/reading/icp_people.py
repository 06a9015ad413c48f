"""ICP lines about people: who uses or buys, and the problems they are said to have."""

import re
from collections import defaultdict
from collections.abc import Collection

from domain.icp import IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from language.offline.lexicon.canonical import role_hits, role_label, role_slugs
from language.offline.lexicon.matching import stem, tokens
from language.offline.reading.audience import about_rival, groups
from language.offline.reading.proof import credit
from language.offline.reading.ranking import Candidate, best
from language.offline.reading.sentences import MAX_QUOTE, clip, plain
from language.offline.reading.site import Line, PageKind, Site

_PEOPLE_PAGES = {
    PageKind.HOME: 3.0,
    PageKind.AUDIENCE: 2.5,
    PageKind.PRODUCT: 2.0,
    PageKind.PRICING: 1.5,
    PageKind.OTHER: 1.5,
    PageKind.ABOUT: 1.5,
    PageKind.COMPARE: 1.0,
    PageKind.UNFIT: 1.0,
}
_BUYERS = re.compile(
    r"\b(?:(?:person|people) who (?:buys?|uses?|decides?|calls?)|who (?:buys|calls us|uses|decides|"
    r"it'?s for)|typical (?:buyers?|users?|contacts?)|our (?:users|buyers|contacts) are|"
    r"(?:typische )?ansprechpartner (?:sind|ist)|unsere ansprechpartner|entscheider sind|nos "
    r"interlocuteurs|interlocutores|i nostri interlocutori|onze contactpersonen)\b",
    re.IGNORECASE,
)
_YOUR = re.compile(
    (
        r"\b(?:your|ihre?n?|votre|vos|tu|tus|su|sus|vuestr\w+|il (?:tuo|vostro)|la (?:tua|vostra)|uw|je|"
        r"sua?)\s(?:\w+,? (?:or |and |und |ou )?)?$|\byour [^.;]{3,60}(?:,|\bor|\band)\s$"
    ),
    re.IGNORECASE,
)
_PROBLEMS = re.compile(
    r"\b(?:problems?|challenges?|pains?|struggles?|herausforderung\w*|probleme|défis|problèmes|"
    r"retos|problemas|sfide|problemi|uitdagingen|"
    r"problemen|desafios)\b.*\b(?:customers?|clients?|you|your|before|we solve|kunden|sie|ihre?|"
    r"vorher|vous|vos|clientes|tus?|clienti|klanten|u)\b",
    re.IGNORECASE,
)
_NOT_BUYERS = {
    "practitioner",
    "lawyer",
    "consultant",
    "partner",
    "editor",
    "designer",
    "sales",
}  # often the product, not the buyer
_PAIN = re.compile(
    r"\b(?:overkill|complex\w*|complicated|frustrat\w+|slow\w*|expensive|manual(?:ly)?|"
    r"spreadsheets?|wast(?:e[sd]?|ing)|time-consuming|struggl\w+|"
    r"hard to|difficult\w*|paperwork|no-shows?|downtime|error-prone|costly|headaches?|tired of|"
    r"delays?|shortage|bureaucra\w+|chas(?:e|ing)|tedious|"
    r"bottlenecks?|guesswork|outdated|scattered|silos?|lose|losing|lost|missed|risk of|breach\w*|"
    r"burden|overload\w*|overwhelm\w+|turnover|churn|scrap|rework|"
    r"unreliable|inaccurate|incomplete|cumbersome|painful|problem with|breakdowns?|unplanned|"
    r"vacanc\w+|understaffed|phishing|ransomware|false positives|alert fatigue|"
    r"cookie (?:consent )?banners?|consent banners?|double bookings?|late payments?|last[- ]minute|"
    r"mühsam\w*|aufwendig\w*|aufwändig\w*|zeitfresser|papierkram|fachkräftemangel|ausfall\w*|"
    r"ausfälle|stillst[aä]nd\w*|kompliziert\w*|teuer\w*|fehleranfällig\w*|"
    r"zettelwirtschaft|engpass|engpässe|verzögerung\w*|excel-listen|personalmangel|"
    r"unübersichtlich\w*|zeitdruck|umständlich\w*|rüstzeiten|ausschuss|angst vor|schmerz\w*|"
    r"fastidieu\w+|perte de temps|complexe|coûteu\w+|pénurie|gaspillage|retards?|erreurs|ruptures? "
    r"de stock|contraintes?|paperasse|difficultés?|chronophage|pannes?|"
    r"complicad\w+|costos\w+|pérdida de tiempo|retrasos|averías|papeleo|escasez|errores|difícil\w*|"
    r"complicat\w+|perdita di tempo|ritardi|guasti|burocrazia|carenza|fermi macchina|"
    r"ingewikkeld\w*|tijdrovend|duur\w*|vertraging\w*|storing\w*|personeelstekort|papierwerk)\b",
    re.IGNORECASE,
)
_RELIEF = re.compile(
    r"\b(?:no more|without (?:the |any )?|say goodbye to|forget about|stop (?=\w+ing)|tired of|fed "
    r"up with|no need (?:for|to)|avoid(?:s|ing)?|eliminat\w+|get rid of|ditch(?:ing)?|"
    r"schluss mit|nie wieder|kein(?:e|en)? (?=\w+ mehr)|ohne|fini(?:es|s)? les?|plus de (?=\w+ )|"
    r"sans|olvídate de|sin|basta con|senza|nooit meer|zonder)\s*(?P<what>[^,.;:!?()–—]{4,60})",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    (
        r"\b(?:hard to beat|no credit card|without (?:obligation|commitment)|nothing is too complex|"
        r"sans engagement|sin compromiso|senza impegno|ohne verpflichtung|privacy|nicht (?:zu )?teuer)\b"
    ),
    re.IGNORECASE,
)
_EMPTY = re.compile(r"^(?:the )?(?:problems?|trouble|issue) with [^,.]{2,40}$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"\s(?:before|that|which|who|so|to|while|when|because|or having|and you|from|with|for|in|on)\s"
)
_PAIN_PAGES = {
    PageKind.HOME: 4.0,
    PageKind.AUDIENCE: 3.0,
    PageKind.PRODUCT: 2.5,
    PageKind.COMPARE: 2.0,
    PageKind.ABOUT: 1.5,
    PageKind.OTHER: 1.5,
    PageKind.UNFIT: 2.0,
}


def role_lines(site: Site, rivals: Collection[str]) -> list[IcpLine]:
    """Roles that use or buy, by how plainly the site says so."""
    scores: dict[str, float] = defaultdict(float)
    quotes: dict[str, list[tuple[float, Evidence, str]]] = defaultdict(list)
    for line in site.of(*_PEOPLE_PAGES, PageKind.CUSTOMERS, furniture=True):
        for slug, evidence, worth, words in [*_users(line, rivals), *_speakers(line)]:
            if worth >= 1.0 or scores[slug] < 1.0:  # passing mentions do not add up
                scores[slug] += worth
            quotes[slug].append((worth, evidence, words))
    ranked = sorted(scores, key=lambda slug: -scores[slug])
    return [_role_line(slug, quotes[slug]) for slug in ranked if scores[slug] >= 1.5][:6]


def pain_lines(site: Site) -> list[IcpLine]:
    """Problems the site says its customers have."""
    found = []
    for line in site.of(*_PAIN_PAGES):
        if line.text[:1] in '"“„«' or line.tag in {"quote", "td", "button"} or line.block.href:
            continue
        for place, sentence in enumerate(line.sentences[:5]):
            if 4 <= len(sentence.split()) <= 34 and len(sentence) <= MAX_QUOTE:
                found += _pain(line, sentence, place)
    kept = best(_one_per_topic(found), 6, same=70.0)
    return [
        IcpLine(kind=LineKind.PAIN, field=LineField.PAIN, value=value, match=(), evidence=quotes)
        for value, quotes in kept
    ]


def _one_per_topic(found: list[Candidate]) -> list[Candidate]:
    """The best candidate for each problem word, so that one complaint does not fill the list."""
    topics: dict[str, Candidate] = {}
    for one in sorted(found, key=lambda candidate: -candidate.score):
        word = _PAIN.search(one.evidence.quote)
        topics.setdefault(stem(word.group().split()[-1]) if word else one.value, one)
    return list(topics.values())


def _role_line(slug: str, quotes: list[tuple[float, Evidence, str]]) -> IcpLine:
    ordered = sorted(quotes, key=lambda entry: -entry[0])
    evidence = tuple(dict.fromkeys(entry[1] for entry in ordered))[:3]
    label = role_label(slug)
    value = label[:1].upper() + label[1:]
    return IcpLine(kind=LineKind.ROLE, field=LineField.ROLE, value=value, match=(slug,), evidence=evidence)


def _users(line: Line, rivals: Collection[str]) -> list[tuple[str, Evidence, float, str]]:
    if line.in_menu or line.kind not in _PEOPLE_PAGES or line.text[:1] in '"“„«' or line.repeated:
        return []
    found = []
    for sentence in line.sentences[:6]:
        if len(sentence) > MAX_QUOTE or about_rival(sentence, rivals):
            continue
        found += _named_buyers(line, sentence)
        for phrase, explicit in groups(sentence):
            worth = _PEOPLE_PAGES[line.kind] * (1.0 if explicit else 0.6)
            found += [
                (slug, line.quote(sentence), worth, phrase)
                for slug in role_slugs(phrase)
                if slug not in _NOT_BUYERS or explicit
            ]
    return found


def _named_buyers(line: Line, sentence: str) -> list[tuple[str, Evidence, float, str]]:
    """Every role of "The person who buys is …", and the one of "your operations lead"."""
    told = _BUYERS.search(sentence)
    found = []
    for hit in role_hits(tokens(sentence)):
        yours = _YOUR.search(sentence[: hit.start]) is not None
        if (told and hit.start >= told.start()) or yours:
            found.append(
                (
                    hit.value,
                    line.quote(sentence),
                    3.0 if told else _yours(line),
                    sentence[hit.start : hit.end],
                )
            )
    return found


def _yours(line: Line) -> float:
    """ "your operations lead" tells more on a page made for an audience."""
    return 1.5 if line.kind == PageKind.AUDIENCE else 0.5


def _speakers(line: Line) -> list[tuple[str, Evidence, float, str]]:
    """Titles of customers who speak in testimonials."""
    if line.in_menu:
        return []
    if line.block.kind == "quote" and len(line.text) <= 90 and line.text[:1] not in '"“„«':
        return [(slug, line.quote(), 1.5, line.text) for slug in role_slugs(line.text)[:1]]
    named = credit(line.text)
    if named is None or not named[1]:
        return []
    return [
        (slug, line.quote(), 2.0, named[1])
        for slug in role_slugs(named[1])[:1]
        if slug not in {"designer", "editor"}
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pain(line: Line, sentence: str, place: int) -> list[Candidate]:
    if _PRAISE.search(sentence) or sentence.endswith((":", "?")) or _EMPTY.match(sentence):
        return []
    worth = _PAIN_PAGES[line.kind] - min(line.order, 80) / 40 - place / 10
    relief = _RELIEF.search(sentence)
    if relief is not None and (line.is_heading or _PAIN.search(relief["what"])):
        value = plain(
            _CLAUSE.split(re.sub(r"^(?:an?|the|any|die|der|das|les?|la) ", "", relief["what"].strip()))[0]
        )
        if 2 <= len(value.split()) <= 9 and _PAIN.search(sentence):
            return [Candidate(value[:1].upper() + value[1:], line.quote(sentence), worth + 1.0)]
    troubles = _PROBLEMS.search(line.block.heading) is not None and not line.is_heading
    if not troubles and (line.kind == PageKind.UNFIT or _PAIN.search(sentence) is None):
        return []
    short = 1.0 if len(sentence.split()) <= 16 else 0.0
    return [
        Candidate(
            _capital(clip(plain(sentence), 110)),
            line.quote(sentence),
            worth + short + (2.0 if troubles else 0.0),
        )
    ]
