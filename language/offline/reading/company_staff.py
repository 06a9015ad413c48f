"""Head count as a site states it, in digits or words; the size of its customers is not its own."""

import re

from domain.knowledge import Evidence
from language.offline.lexicon.sizes import PEOPLE, number
from language.offline.reading.sentences import MAX_QUOTE
from language.offline.reading.site import Line, PageKind, Site

_COUNT_WORD = (
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|"
    r"sixty|a dozen|zehn|zwanzig|fünfzig|dix|vingt|trente|cinquante|diez|veinte|cincuenta|"
    r"dieci|venti|cinquanta|tien|twintig|vijftig|drei|vier|fünf|sechs|sieben|acht|neun|elf|zwölf|"
    r"trois|quatre|cinq|sept|huit|neuf|tres|cuatro|cinco|seis|siete|ocho|nueve|tre|quattro|cinque|"
    r"sei|sette|otto|nove"
)
_N = rf"(?P<n>\d{{1,3}}(?:[.,' ]\d{{3}})+|\d{{1,6}}|{_COUNT_WORD})"
_MORE = (
    r"(?P<more>more than|over|above|at least|upwards of|some|über|mehr als|rund|etwa|ca\.?|plus de|"
    r"près de|environ|más de|unos|oltre|più di|circa|meer dan|ruim|mais de|cerca de|around|about|"
    r"approximately|nearly|almost|quelque|unos|alrededor de|zo'n|fast|knapp|presque|casi|quasi|"
    r"bijna)"
)
_NOUN = (
    rf"(?P<noun>{PEOPLE}|(?:\w+ )?(?:bakers|dentists|engineers|developers|lawyers|designers|"
    rf"consultants|craftsmen|drivers|technicians|artisans|boulangers|ingénieurs|fachkräfte\w*|"
    rf"handwerker|ingenieure|köpfe|ingenieros|ingegneri|spezialisten|minds|hands)\b)"
)
_TEAM = (
    r"(?:team has grown to|team is now|grown to|now number|team of|team from|staff of|crew of|"
    r"workforce of|we are|we're|we now are|there are|employ(?:s|ing)?|employer of|ein team (?:von|"
    r"aus)|team von|team aus|wir sind(?: inzwischen| mittlerweile)?|auf mittlerweile|gewachsen auf|"
    r"beschäftigen|beschäftigt|arbeiten|"
    r"équipe de|nous sommes(?: désormais)?|nous employons|compte|emploie|equipo de|somos(?: ya)?|"
    r"contamos con|empleamos|formado por|squadra di|team di|siamo(?: ormai)?(?: in)?|contiamo|"
    r"impieghiamo|team van|ons team telt|telt|wij zijn(?: met)?|we zijn met|equipa de|equipe de)"
)
_LABEL = (
    r"(?:employees|staff|team|team size|people|headcount|workforce|colleagues|team members|number "
    r"of employees|company size|"
    r"mitarbeiter\w*|mitarbeitende\w*|beschäftigte|belegschaft|teamgröße|köpfe|kolleginnen und kollegen|"
    r"effectifs?|salariés|collaborateurs|équipe|employés|empleados|plantilla|equipo|trabajadores|"
    r"personas en el equipo|"
    r"dipendenti|organico|squadra|addetti|collaboratori|persone|medewerkers|werknemers|collega's|"
    r"colaboradores|funcionários|equipa|equipe)"
)
_RULES = (
    (
        5.0,
        re.compile(
            rf"\b{_TEAM}\s+(?:{_MORE}\s+)?(?P<low>\d{{1,5}})\s*(?:-|–|to|bis|à|a|tot)\s*(?P<n>\d{{1,5}})\b",
            re.IGNORECASE,
        ),
    ),
    (
        4.0,
        re.compile(
            rf"(?<![\w.,])(?P<low>\d{{1,5}})\s*(?:-|–|to|bis|à|a|tot)\s*(?P<n>\d{{1,5}})\s+{_NOUN}",
            re.IGNORECASE,
        ),
    ),
    (
        5.0,
        re.compile(
            (
                rf"\b{_TEAM}\s+(?:heute |now |today |aujourd'hui |hoy |oggi "
                rf")?(?:{_MORE}\s+)?{_N}\b(?:\s?\+)?(?P<plus>\+)?(?:\s+{_NOUN})?"
            ),
            re.IGNORECASE,
        ),
    ),
    (
        4.0,
        re.compile(
            rf"(?:\b{_MORE}\s+)?(?<![\w.,]){_N}(?P<plus>\s?\+)?[\s-]+(?:\w+[\s-]+){{0,1}}{_NOUN}",
            re.IGNORECASE,
        ),
    ),
    (
        3.5,
        re.compile(
            (
                rf"\b{_LABEL}\s*[:=]\s*(?:{_MORE}\s+)?(?:(?P<low>\d{{1,5}})\s*(?:-|–|to|"
                rf"bis)\s*)?{_N}(?P<plus>\s?\+)?"
            ),
            re.IGNORECASE,
        ),
    ),
)
_THEIRS = re.compile(
    r"\b(?:compan(?:y|ies) with|businesses with|teams (?:of|with)|clients with|customers with|"
    r"organi[sz]ations with|firms with|employers with|plants with|for (?:teams|companies)|your "
    r"(?:team|employees|staff)|"
    r"unternehmen (?:mit|ab)|betriebe (?:mit|ab)|firmen (?:mit|ab)|ihre mitarbeiter|entreprises de|"
    r"vos (?:salariés|collaborateurs|équipes)|empresas (?:con|de)|aziende con|bedrijven met|trained|"
    r"geschult|placed|vermittelt|"
    r"per (?:user|employee|seat)|pro mitarbeiter|par (?:utilisateur|salarié)|up to \d+ (?:users|"
    r"employees)|plan|tarif|customers|kunden|clients|patients|patienten|hours|stunden|jahre|years|"
    r"years old|conference|participants|guests|gäste)\b",
    re.IGNORECASE,
)
_TILE = re.compile(
    (
        rf"^(?:{_LABEL}\s*[:=]?\s*(?P<n>\d{{1,6}})(?P<plus>\s?\+)?|"
        rf"(?P<n2>\d{{1,6}})(?P<plus2>\s?\+)?\s+{_LABEL})\.?$"
    ),
    re.IGNORECASE,
)
_BARE = re.compile(r"^(?P<n>\d{1,6})(?P<plus>\s?\+)?$")
_LABEL_ONLY = re.compile(rf"^(?:our |unsere? |notre |nuestro |nos )?{_LABEL}$", re.IGNORECASE)
_PERSONS = re.compile(
    (
        r"\b(?:people|persons?|personen|menschen|leute|personnes|personas|persone|mensen|pessoas|users|"
        r"experts|professionals|agents)\b"
    ),
    re.IGNORECASE,
)
_AT_WORK = re.compile(
    r"\b(?:work\w*|team|staff|employ\w*|offices?|we are|we're|our|of us|behind|arbeit\w*|"
    r"beschäftig\w*|wir sind|travail\w*|équipe|nous sommes|agences?|sites|"
    r"trabaj\w*|equipo|somos|oficinas|lavor\w*|siamo|sedi|werk\w*|vestigingen|trabalh\w*|locations|"
    r"standorte\w*|sedes|service)\b",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\b(?:read|reads|readers|visit\w*|attend\w*|came|come|follow\w*|subscri\w*|live in|inhabitants|"
    r"einwohner\w*|bürger\w*|habitants|abitanti|habitantes|inwoners|lesen|leser\w*|besuch\w*|lisent|"
    r"lecteurs|"
    r"leggono|lettori|leen|lectores|lezen|lezers|served|helped|trust|month|monat|mois|mes|mese|"
    r"maand|donors|members|mitglieder|adhérents|socios|soci|students|studierende|étudiants|"
    r"estudiantes|studenti|studenten|guests|seats|tables)\b",
    re.IGNORECASE,
)
_TEAM_OF = re.compile(
    r"(?:team|staff|crew|workforce|equipo|équipe|squadra|equipe|equipa) (?:of|von|aus|van|de|di)\b|siamo in\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?:%|percent|minutes?|hours?|days?|weeks?|months?|years?|minuten|jahre|ans|años|anni|jaar)",
    re.IGNORECASE,
)
_GOES_ON = frozenset("who and und et y e in aus mit with from of".split())
_UNDER = re.compile(
    (
        r"\b(?:fewer than|less than|under|up to|no more than|weniger als|unter|bis zu|moins de|menos de|"
        r"meno di|minder dan)\s*$"
    ),
    re.IGNORECASE,
)
_AT_LEAST = {
    "more than",
    "over",
    "above",
    "at least",
    "upwards of",
    "über",
    "mehr als",
    "plus de",
    "más de",
    "oltre",
    "più di",
    "meer dan",
    "ruim",
    "mais de",
}
_PAGES = {
    PageKind.ABOUT: 2.0,
    PageKind.HOME: 1.5,
    PageKind.CAREERS: 1.5,
    PageKind.CONTACT: 1.0,
    PageKind.IMPRINT: 1.0,
    PageKind.PRODUCT: 0.5,
    PageKind.OTHER: 0.5,
}
_DIGITS = re.compile(
    r"\d|\b(?:team|staff|employ|mitarb|équipe|equipo|squadra|people|wir sind|we are|nous sommes|somos|siamo)",
    re.IGNORECASE,
)


def staff_of(site: Site) -> tuple[int | None, int | None, Evidence | None]:
    """(least, most, quote) of the head count; all None when the site does not say."""
    found: list[tuple[float, int | None, int | None, Evidence]] = []
    for line in site.of(*_PAGES, furniture=True):
        found += _tile(line)
        if len(line.text) < 4 or not _DIGITS.search(line.text) or line.text[:1] in '"“„«':
            continue
        for sentence in line.sentences:
            if len(sentence) <= MAX_QUOTE:
                found += _counts(line, sentence)
    if not found:
        return None, None, None
    _, low, high, evidence = max(found, key=lambda entry: entry[0])
    return low, high, evidence


def _counts(line: Line, sentence: str) -> list[tuple[float, int | None, int | None, Evidence]]:
    found = []
    for worth, rule in _RULES:
        match = rule.search(sentence)
        if match is None:
            continue
        groups = match.groupdict()
        if not _is_head_count(sentence, match):
            continue
        low, high = _bounds(sentence, match, groups)
        if (low is not None and low > 0) or high:
            found.append((worth + _PAGES[line.kind], low, high, line.quote(sentence)))
            break
    return found


def _tile(line: Line) -> list[tuple[float, int | None, int | None, Evidence]]:
    """A number shown with its label: "25 employees", "Staff: 25", or the two in neighbouring blocks."""
    if len(line.text) > 40:
        return []
    match = _TILE.match(line.text)
    if match is not None:
        count, more = int(match["n"] or match["n2"]), match["plus"] or match["plus2"]
    else:
        match = _BARE.match(line.text)
        if match is None or not _labelled(line):
            return []
        count, more = int(match["n"]), match["plus"]
    if count == 0 or (1800 <= count <= 2100 and match.re is _BARE):
        return []
    return [(4.5 + _PAGES[line.kind], count, None if more else count, line.quote())]


def _labelled(line: Line) -> bool:
    """True when the block below (or above, for a list of terms) says what a bare number counts."""
    blocks = line.page.blocks
    below = blocks[line.index + 1].text if line.index + 1 < len(blocks) else ""
    above = blocks[line.index - 1].text if line.index else ""
    return bool(_LABEL_ONLY.match(below) or (_LABEL_ONLY.match(above) and not _BARE.match(below)))


def _is_head_count(sentence: str, match: re.Match[str]) -> bool:
    groups = match.groupdict()
    around = sentence[max(0, match.start() - 40) : match.end() + 12]
    if _THEIRS.search(around):
        return False
    cued = re.match(_TEAM, match.group(), re.IGNORECASE) is not None
    if (
        _PERSONS.search(match.group())
        and not cued
        and (_PUBLIC.search(sentence) or not _AT_WORK.search(sentence))
    ):
        return False
    count = _value(groups["n"])
    if 1800 <= count <= 2100 and (not groups.get("noun") or _PERSONS.search(match.group())):
        return False
    if groups.get("noun") or ":" in match.group():
        return True
    rest = sentence[match.end() :].lstrip()
    if _TEAM_OF.match(match.group()):
        return _UNIT.match(rest) is None
    return not rest or not rest[0].isalnum() or rest.split()[0].casefold() in _GOES_ON


def _bounds(
    sentence: str, match: re.Match[str], groups: dict[str, str | None]
) -> tuple[int | None, int | None]:
    count = _value(groups["n"] or "0")
    if groups.get("low"):
        return int(groups["low"]), count
    if _UNDER.search(sentence[: match.start("n")]):
        return None, count
    more = (groups.get("more") or "").casefold()
    open_end = (
        more in _AT_LEAST
        or groups.get("plus")
        or sentence[match.end("n") : match.end("n") + 2].strip().startswith("+")
    )
    return count, None if open_end else count


def _value(word: str | None) -> int:
    return number(word or "0")
