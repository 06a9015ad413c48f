"""Named customers and proof: who is said to use it, testimonials, counts, awards, certificates, ratings."""

import re

from language.offline.lexicon.canonical import industry_hits, role_slugs
from language.offline.lexicon.matching import tokens
from language.offline.reading.audience import WITH_US
from language.offline.reading.name import same_company
from language.offline.reading.names import NAME, PERSON, is_common_noun, is_name, split_names
from language.offline.reading.ranking import Candidate
from language.offline.reading.sentences import MAX_QUOTE, clip, plain
from language.offline.reading.site import Line, PageKind, Site

_AT = r"(?:at|bei|chez|en|presso|bij|na|of|von|de|from|der)"
_CREDIT = re.compile(
    rf"^[–—-]?\s*(?P<who>{PERSON})\s*(?:,|\||–|—|-|·|\()\s*(?P<role>[^,|"
    rf"–—()]{{2,60}}?)(?:\s+{_AT}\s+|\s*[,|–—·@]\s*)(?P<firm>{NAME})\)?$"
)
_CREDIT_SHORT = re.compile(rf"^[–—-]?\s*(?P<who>{PERSON})\s*(?:,|\||–|—|·|\s-\s)\s*(?P<firm>{NAME})$")
_TRUSTED = re.compile(
    r"\b(?:trusted by|used by|loved by|chosen by|powers?|relied on by|(?:our |other |more "
    r")?(?:customers|clients|users)(?: we serve)?(?: include| are|:)|"
    r"(?:customers|clients|companies|brands|organi[sz]ations|names|teams|businesses) (?:like|such "
    r"as|including)|we(?: have|'ve)? work(?:ed)? with|"
    r"unsere kunden(?: sind)?:?|zu unseren kunden (?:gehören|zählen)|kunden wie|referenzen:?|"
    r"vertrauen(?: auf)? (?:uns )?|"
    r"ils nous font confiance\s*:?|nos clients\s*:|parmi nos clients\s*:?|des (?:clients|marques|"
    r"entreprises) comme|"
    r"nuestros clientes(?: son|:)|clientes como|empresas como|confían en nosotros:?|"
    r"i nostri clienti:?|clienti come|tra i nostri clienti|onze klanten:?|klanten als|vertrouwd "
    r"door|nossos clientes:?)\s*(?P<rest>[^.!?]{3,300})",
    re.IGNORECASE,
)
_USE_IT = re.compile(
    r"^(?P<rest>[^.!?]{3,240}?)\s+(?:(?:all|already|and (?:thousands|hundreds|many) (?:of "
    r")?(?:others?|more))\s+)?(?:use|trust|rely on|choose|run on|are among|vertrauen|setzen auf|"
    r"nutzen|utilisent|confían|usano)\b"
)
_CASE = re.compile(
    rf"^(?:case study|success story|customer story|kundenreferenz|fallstudie|étude de cas|caso de "
    rf"éxito|caso di successo|klantverhaal|referenz)\s*[:–—-]\s*(?P<firm>{NAME})"
    rf"|^how (?P<firm2>{NAME}) (?:\w+ed|uses?|grew|built|cut|runs?|got|saves?|gets?|doubles?|"
    rf"reduces?|increases?|found|made)\b"
    rf"|^(?:wie|comment|cómo|come|hoe) (?P<firm3>{NAME}) "
)
_LOGO_HEADING = re.compile(
    r"\b(?:trusted by|our (?:clients|customers|references)|selected (?:clients|customers|"
    r"references)|who (?:trusts|uses) us|unsere kunden|kunden|referenzen|"
    r"auswahl unserer kunden|ils nous font confiance|nos (?:clients|références)|nuestros clientes|"
    r"clientes|i nostri clienti|clienti|referenze|onze klanten|klanten|"
    r"clients|customers|references|used by|in good company|nossos clientes|they trust us)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:\b(?:more than|over|almost|nearly|around|about|trusted by|über|mehr als|rund|plus de|près "
    r"de|más de|oltre|più di|meer dan|ruim|mais de)\s+)?"
    r"\b\d[\d.,' ]*(?:k|m)?\+?\s+(?:\w+\s+){0,2}(?:paying )?(?:customers|clients|subscribers|users|"
    r"companies|businesses|brands|teams|websites|sites|projects|installations|machines|"
    r"placements|patients|hotels|restaurants|practices|schools|stores|shops|organi[sz]ations|"
    r"reviews|countries|bakeries|partners|experts|deliveries|orders|downloads|"
    r"kunden|unternehmen|betriebe|projekte|anlagen|maschinen|patienten|praxen|installationen|"
    r"bewertungen|standorte|länder|referenzen|"
    r"entreprises|clients|boulangeries|artisans|projets|références|avis|pays|clientes|empresas|"
    r"proyectos|países|instalaciones|"
    r"clienti|aziende|progetti|paesi|impianti|klanten|bedrijven|projecten|landen|projetos)\b"
    r"|\b(?:thousands|hundreds|tens of thousands|tausende|hunderte|des milliers|des centaines|miles|"
    r"cientos|migliaia|centinaia|duizenden|honderden|milhares)\s+(?:of |de |von |di |d'|van )?"
    r"(?:\w+ )?(?:companies|customers|clients|businesses|teams|brands|users|others|kunden|"
    r"unternehmen|entreprises|clients|clientes|empresas|aziende|clienti|klanten|bedrijven)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"\b(?:awards?|award-winning|winner|ausgezeichnet|auszeichnung|preisträger|prix|primé|premio|"
    r"premiad\w+|prijs|certified|certification|zertifizier\w+|zertifikat|"
    r"certifiée?s?|certificad\w+|certificat\w+|gecertificeerd|ISO[ -]?\d{4,5}|SOC ?2|TISAX|"
    r"accredited|akkreditiert|B Corp|innungsmitglied|meisterbetrieb|"
    r"trustpilot|google reviews|g2 crowd|capterra|google-bewertungen|label rouge|ecovadis|"
    r"bio-zertifiziert|DIN EN|"
    r"since (?:18|19|20)\d\d|seit (?:über \d+ jahren|(?:18|19|20)\d\d)|depuis (?:18|19|20)\d\d|"
    r"desde (?:18|19|20)\d\d|dal (?:18|19|20)\d\d|sinds (?:18|19|20)\d\d|"
    r"\d+\+? (?:years of experience|jahre erfahrung|ans d'expérience|años de experiencia|anni di "
    r"esperienza|jaar ervaring|years in business)|"
    r"family[- ](?:owned|run) (?:business )?(?:since|in the)|in \d(?:st|nd|rd|th) generation|in "
    r"(?:dritter|vierter|zweiter|fünfter) generation)\b"
    r"|\b[45][.,]\d\s*(?:/|out of|von|sur|su|van|de)\s*5\b|\b[45][.,]\d\s*(?:stars?|sterne|étoiles|★)",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\d[^.!?]*\b(?:instead of|rather than|up from|down from|compared (?:with|to)|"
    r"(?:less|more|fewer|faster|cheaper|sooner) than before|statt|anstatt|anstelle|gegenüber|"
    r"(?:weniger|mehr|schneller) als (?:vorher|zuvor)|"
    r"au lieu de|contre|en (?:lugar|vez) de|invece di|anziché|in plaats van|em vez de)\b",
    re.IGNORECASE,
)
_WHOSE = re.compile(
    r"\b(?:our|unsere\w?|nos|nuestros|i nostri|onze|nossos) "
    r"(?:customers|clients|users|kunden|kundinnen|anwender|clientes|clienti|klanten)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:they|sie|ils|elles|ellos|loro|zij|eles)\b", re.IGNORECASE)
_MOST_TOGETHER = 150  # characters of a result and the sentence that goes on about the same customers
_NOT_THEIRS = re.compile(
    r"\b(?:creator|author|former\w*|ex-?|autor\w*|ehemalig\w*|contributor|maintainer|host)\b", re.IGNORECASE
)
_HYPE = re.compile(
    (
        r"\b(?:will|could|should|would|may|might|if|your|imagine|for example|e\.g\.|some sites|up to "
        r"\d+ (?:users|sites|team))\b"
    ),
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:we|our|us|uns|trusted|used by|customers|clients|subscribers|use|rely|wir|uns\w*|kunden|"
    r"vertrauen|nous|notre|nos|"
    r"confiance|nuestr\w+|confían|clientes|nostr\w+|clienti|onze|klanten|noss\w+)\b",
    re.IGNORECASE,
)
_OURSELVES = re.compile(r"(?:we|wir|nous|hemos|abbiamo|wij|nós)\b", re.IGNORECASE)
_HOLE = re.compile(
    r"\s[,.;](?:\s|$)|\b(?:over|than|around|by) (?:paying|happy)\b"
)  # a number a script would fill in
_OPEN_QUOTE = re.compile(r"^[\"“„«‘»]\s*(?P<said>.{20,}?)\s*[\"”“»«’]?\s*$")
_PAGES = (
    PageKind.HOME,
    PageKind.CUSTOMERS,
    PageKind.ABOUT,
    PageKind.AUDIENCE,
    PageKind.PRODUCT,
    PageKind.PRICING,
    PageKind.COMPARE,
    PageKind.UNFIT,
    PageKind.OTHER,
)


def customers(site: Site, brand: str, rivals: set[str]) -> list[Candidate]:
    """Companies named as customers: in credits of testimonials, in lists, logos and case studies."""
    found: list[Candidate] = []
    for line in _lines(site):
        found += _credited(line)
        found += _enumerated(line)
        found += _shown(line)
    return [
        one
        for one in _longest_forms(found)
        if not same_company(one.value, brand)
        and not is_common_noun(one.value)
        and not any(same_company(one.value, rival) for rival in rivals)
    ]


def _longest_forms(found: list[Candidate]) -> list[Candidate]:
    """Spell one company one way: "Harvard" is "Harvard University" when both are named."""
    forms: list[str] = []
    for name in sorted({one.value for one in found}, key=len, reverse=True):
        if not any(same_company(form, name) for form in forms):
            forms.append(name)
    spelled = {
        one.value: next(form for form in forms if same_company(form, one.value) or form == one.value)
        for one in found
    }
    return [Candidate(spelled[one.value], one.evidence, one.score) for one in found]


def proofs(site: Site, brand: str) -> list[Candidate]:
    """Numbers, marks and testimonials that show others trust the company."""
    found: list[Candidate] = []
    lines = _lines(site)
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) and lines[place + 1].page is line.page else None
        found += _testimonial(line, after)
        if line.tag == "quote" or line.text[:1] in '"“„«':
            continue
        found += _result(line)
        for sentence in line.sentences:
            found += _claim(line, sentence, brand)
    return found


def credit(text: str) -> tuple[str, str, str] | None:
    """(person, role, company) of a testimonial's credit line, or None."""
    if len(text) > 110:
        return None
    if match := _CREDIT.match(text):
        return match["who"], match["role"].strip(), plain(match["firm"])
    if (match := _CREDIT_SHORT.match(text)) and not role_slugs(match["firm"]):
        return match["who"], "", plain(match["firm"])
    return None


def is_customer_heading(text: str) -> bool:
    """True for a heading such as "Our customers" or "Referenzen"."""
    return len(text.split()) <= 7 and _LOGO_HEADING.search(text) is not None


def _lines(site: Site) -> list[Line]:
    return [line for line in site.of(*_PAGES, furniture=True) if not line.in_menu]


def _credited(line: Line) -> list[Candidate]:
    named = credit(line.text)
    if (
        named is None
        or _NOT_THEIRS.search(named[1])
        or (not role_slugs(named[1] or "x") and line.tag != "quote" and not _near_quote(line))
    ):
        return []
    firm = re.sub(r"^(?:the|der|die|das|la|le)\s+", "", named[2], flags=re.IGNORECASE)
    return [Candidate(firm, line.quote(), 8.0)] if is_name(firm) else []


def _near_quote(line: Line) -> bool:
    blocks: tuple = line.page.blocks
    before = blocks[line.index - 1].text if line.index else ""
    after = blocks[line.index + 1].text if line.index + 1 < len(blocks) else ""
    return before[:1] in '"“„«»‘' or after[:1] in '"“„«»‘' if before or after else False


def _enumerated(line: Line) -> list[Candidate]:
    if line.kind == PageKind.COMPARE and line.is_heading:
        return []
    found = []
    for sentence in line.sentences:
        if len(sentence) > MAX_QUOTE:
            continue
        for match in (_TRUSTED.search(sentence), _USE_IT.match(sentence)):
            if match is None:
                continue
            names = split_names(match["rest"])
            if len(names) >= 2 or (names and match.re is _TRUSTED and line.kind == PageKind.CUSTOMERS):
                found += [
                    Candidate(name, line.quote(sentence), 9.0 - place / 10)
                    for place, name in enumerate(names)
                ]
    return found


def _shown(line: Line) -> list[Candidate]:
    """Logo texts under a heading about customers, and case study titles."""
    text = plain(line.text)
    if match := _CASE.match(text):
        firm = match["firm"] or match["firm2"] or match["firm3"]
        return [Candidate(firm, line.quote(), 7.5)] if is_name(firm) else []
    if (
        line.kind == PageKind.CUSTOMERS
        and line.tag in {"h2", "h3", "h4"}
        and is_name(text)
        and len(text.split()) <= 5
    ):
        return (
            [Candidate(text, line.quote(), 6.5)]
            if not is_customer_heading(text) and not role_slugs(text)
            else []
        )
    listed = line.tag in {"li", "a", "h3", "h4", "td", "other", "p"} and len(text.split()) <= 5
    if (
        listed
        and _LOGO_HEADING.search(line.block.heading)
        and len(line.block.heading.split()) <= 7
        and is_name(text)
    ):
        return [Candidate(text, line.quote(), 6.0)] if not role_slugs(text) else []
    return []


def _testimonial(line: Line, after: Line | None) -> list[Candidate]:
    match = _OPEN_QUOTE.match(line.text)
    if match is None and line.tag != "quote":
        return []
    said = line.sentences[0] if len(line.text) > MAX_QUOTE else line.text
    named = credit(after.text) if after is not None else None
    if named is None or not 20 <= len(said) <= MAX_QUOTE:
        return []
    who = ", ".join(part for part in (named[0], named[1], named[2]) if part)
    return [Candidate(f"Testimonial by {who}: {clip(plain(said), 90)}", line.quote(said), 4.0)]


def _claim(line: Line, sentence: str, brand: str) -> list[Candidate]:
    words = sentence.split()
    if (
        not 3 <= len(words) <= 40
        or len(sentence) > MAX_QUOTE
        or sentence.endswith("?")
        or _HYPE.search(sentence)
        or _HOLE.search(sentence)
    ):
        return []
    own = brand and brand.casefold() in sentence.casefold()
    home = 1.5 if line.kind in {PageKind.HOME, PageKind.ABOUT, PageKind.CUSTOMERS} else 0.0
    if (_COUNT.search(sentence) or _counts_firms(sentence)) and _is_boast(sentence, own or home > 0):
        return [
            Candidate(clip(plain(sentence), 150), line.quote(sentence), 6.0 + home + (1.0 if own else 0.0))
        ]
    if _MARK.search(sentence) and (home or own or line.kind == PageKind.PRODUCT):
        return [
            Candidate(clip(plain(sentence), 150), line.quote(sentence), 5.0 + home + (0.5 if own else 0.0))
        ]
    return []


def _result(line: Line) -> list[Candidate]:
    """What customers reach, before and after in one sentence, with the next one where it goes on about them."""
    found = []
    for place, sentence in enumerate(line.sentences):
        if not _RESULT.search(sentence) or not _WHOSE.search(sentence) or _HYPE.search(sentence):
            continue
        after = line.sentences[place + 1] if place + 1 < len(line.sentences) else ""
        both = f"{sentence} {after}"
        whole = (
            both if _GOES_ON.match(after) and both in line.text and len(both) <= _MOST_TOGETHER else sentence
        )
        if len(whole) <= MAX_QUOTE:
            found.append(Candidate(clip(plain(whole), _MOST_TOGETHER), line.quote(whole), 7.0))
    return found


def _counts_firms(sentence: str) -> bool:
    """True for "74 breweries … with us": a number right before an industry's word."""
    return any(
        re.search(r"\d[\d.,]*\+? (?:\w+ )?$", sentence[: hit.start]) is not None
        for hit in industry_hits(tokens(sentence), sentence)
    )


def _is_boast(sentence: str, about_us: bool) -> bool:
    """True when the count speaks of customers, and of ours."""
    count = _COUNT.search(sentence)
    if count is None:
        return WITH_US.search(sentence) is not None
    about_us = about_us or _OURSELVES.match(sentence) is not None
    return about_us and (count.start() == 0 or _SUBJECT.search(sentence) is not None)
