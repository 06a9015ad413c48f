"""Company sizes in words and numbers, as `min:N` and `max:N` terms."""

import re

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "a hundred": 100, "one hundred": 100,
    "two hundred": 200, "five hundred": 500, "a thousand": 1000, "thousand": 1000, "a dozen": 12, "dozen": 12,
    "zehn": 10, "zwanzig": 20, "dreißig": 30, "fünfzig": 50, "hundert": 100, "tausend": 1000,
    "dix": 10, "vingt": 20, "trente": 30, "cinquante": 50, "cent": 100, "mille": 1000,
    "diez": 10, "veinte": 20, "cincuenta": 50, "cien": 100, "mil": 1000,
    "dieci": 10, "venti": 20, "cinquanta": 50, "cento": 100,
    "tien": 10, "twintig": 20, "vijftig": 50, "honderd": 100,
}  # fmt: skip
_NUMBER = (
    r"(?P<{0}>\d{{1,3}}(?:[.,' ]\d{{3}})+|\d+(?:\s?k\b)?|"
    + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
    + r")"
)
PEOPLE = (
    r"(?:full[- ]time\s+)?(?:people|persons?|employees?|staff(?:\s+members?)?|workers?|headcount|team\s?members?|"
    r"heads|ftes?|colleagues|specialists|experts|professionals|men and women|strong|"
    r"mitarbeiter(?::innen|innen|\*innen|\/-?innen|_innen)?n?|mitarbeitenden?|beschäftigten?|angestellten?|köpfe|leute|kolleg(?:en|innen)|personen|"
    r"salariée?s?|employée?s|collaborateurs?|collaboratrices|personnes|"
    r"empleados|trabajadores|personas|colaboradores|profesionales|"
    r"medewerkers|werknemers|mensen|menschen|agents|bedienden|collega's|"
    r"dipendenti|collaboratori|addetti|persone|"
    r"funcionários|trabalhadores|pessoas|"
    r"anställda|medarbetare|medarbejdere|ansatte)"
)
_TAIL = rf"(?:\s*(?:-|–)?\s*{PEOPLE})"
_MIN_LEAD = (
    r"(?:at least|minimum(?: of)?|min\.?|(?<!no )(?<!not )more than|over|above|from|bigger than|larger than|greater than|upwards of|"
    r"no fewer than|no less than|starting (?:at|from)|mindestens|mehr als|über|ab|plus de|au moins|más de|al menos|"
    r"meer dan|minstens|più di|oltre|almeno|mais de|pelo menos|>=?|≥)"
)
_MAX_LEAD = (
    r"(?:at most|maximum(?: of)?|max\.?|less than|fewer than|under|below|up to|smaller than|no more than|"
    r"höchstens|weniger als|unter|bis zu|maximal|moins de|au plus|jusqu'à|menos de|hasta|como máximo|"
    r"minder dan|maximaal|tot|meno di|fino a|al massimo|até|no máximo|<=?|≤)"
)
_RANGE = re.compile(
    rf"(?:between\s+|zwischen\s+|entre\s+|tra\s+|tussen\s+|from\s+|de\s+|von\s+)?{_NUMBER.format('low')}\s*"
    rf"(?:-|–|—|to|and|bis|und|à|et|a|y|e|tot|en)\s*{_NUMBER.format('high')}{_TAIL}",
    re.IGNORECASE,
)
_END = r"(?!\w|[.,]\d|\s*(?:%|€|\$|£))"
_LEAD_MIN = re.compile(
    rf"(?<!\w){_MIN_LEAD}\s*{_NUMBER.format('low')}(?P<people>{_TAIL})?{_END}",
    re.IGNORECASE,
)
_LEAD_MAX = re.compile(
    rf"(?<!\w){_MAX_LEAD}\s*{_NUMBER.format('high')}(?P<people>{_TAIL})?{_END}",
    re.IGNORECASE,
)
_PLUS = re.compile(
    rf"(?<![\w.,]){_NUMBER.format('low')}(?:{_TAIL})?\s*(?:\+|plus\b|or more|oder mehr|ou plus|o más|of meer|o più|ou mais)"
    rf"(?P<people>{_TAIL})?",
    re.IGNORECASE,
)
_OR_LESS = re.compile(
    rf"(?<![\w.,]){_NUMBER.format('high')}\s*(?:or (?:less|fewer)|oder weniger){_TAIL}?",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w.,]){_NUMBER.format('low')}{_TAIL}", re.IGNORECASE)
_NAMED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"solo(?:preneurs?|\s+founders?)?|one[- ]person|freelancers?|einzelunternehmer",
        ("max:1",),
    ),
    (
        r"micro[- ](?:business(?:es)?|enterprises?|companies)|kleinstunternehmen|tpe|microempresas?",
        ("max:10",),
    ),
    (
        (
            r"small (?:and|to|&) (?:medium|mid)(?:[- ]sized?)?(?:[- ](?:business(?:es)?|compan(?:y|ies)|enterprises))?|"
            r"smbs?|smes?|kmu|pme|pymes?|mkb|pmi|pmes|kleine und (?:mittlere|mittelständische)(?: unternehmen)?"
        ),
        ("max:250",),
    ),
    (
        (
            r"small(?:er)? (?:business(?:es)?|compan(?:y|ies)|teams?|firms?|shops?)|kleinunternehmen|"
            r"kleine (?:unternehmen|betriebe|firmen)|petites entreprises|pequeñas empresas|kleine bedrijven|"
            r"piccole imprese|pequenas empresas|early[- ]stage|start-?ups?"
        ),
        ("max:50",),
    ),
    (
        (
            r"mid[- ]?(?:sized?|market)|medium[- ]sized?(?: compan(?:y|ies)| business(?:es)?)?|mittelstand|"
            r"mittelständisch\w*|mittelgroße\w*|entreprises de taille intermédiaire|eti|medianas empresas|"
            r"middelgrote|medie imprese|médias empresas|scale[- ]?ups?"
        ),
        ("min:50", "max:500"),
    ),
    (
        (
            r"(?:large|big)(?:r|ger)? (?:compan(?:y|ies)|enterprises?|organi[sz]ations?|corporations?|business(?:es)?)|"
            r"enterprises?(?! software)|corporates?|corporations?|großunternehmen|konzerne?|grands? groupes?|"
            r"grandes entreprises|grandes empresas|grote bedrijven|grandi imprese"
        ),
        ("min:1000",),
    ),
)
_NAMED_RULES = tuple(
    (re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), terms) for pattern, terms in _NAMED
)


_POLITE = re.compile(r"[\s.,!]|\b(?:please|only|ok|bitte)\b", re.IGNORECASE)


def size_terms(text: str) -> tuple[str, ...]:
    """Size limits a request names: "50+ people" → ("min:50",), "10-50 staff" → ("min:10", "max:50").

    Numbers need a word for people, a plus sign or a limiting word ("over", "under") beside them;
    named sizes ("SMBs", "mid-sized", "enterprise") stand for usual head counts.
    """
    if match := _RANGE.search(text):
        low, high = number(match["low"]), number(match["high"])
        return (f"min:{min(low, high)}", f"max:{max(low, high)}")
    terms = [*_limits(text)]
    if terms:
        return tuple(dict.fromkeys(terms))
    if match := _BARE.search(text):
        return (f"min:{number(match['low'])}",) if _open_ended(text) else _around(number(match["low"]))
    return next((terms for rule, terms in _NAMED_RULES if rule.search(text)), ())


def number(word: str) -> int:
    """An integer from digits with separators, "2k" or a number word."""
    lowered = word.casefold().strip()
    if lowered in _WORDS:
        return _WORDS[lowered]
    digits = re.sub(r"[.,' ]", "", lowered)
    return int(digits[:-1].strip()) * 1000 if digits.endswith("k") else int(digits)


def _limits(text: str) -> list[str]:
    found: list[str] = []
    for rule, kind, group in (
        (_LEAD_MIN, "min", "low"),
        (_PLUS, "min", "low"),
        (_LEAD_MAX, "max", "high"),
        (_OR_LESS, "max", "high"),
    ):
        for match in rule.finditer(text):
            if re.search(PEOPLE, match.group(), re.IGNORECASE) or _is_bare_answer(text, match):
                found.append(f"{kind}:{number(match[group])}")
    return found


def _is_bare_answer(text: str, match: re.Match[str]) -> bool:
    """True for "over 50" or "50+" said alone: an answer about size, unless the number is a year."""
    rest = _POLITE.sub("", text[match.end() :])
    count = int(re.sub(r"\D", "", match.group()) or 0)
    return len(text.split()) <= 6 and not rest and not 1900 <= count <= 2100


def _open_ended(text: str) -> bool:
    return re.search(r"\b(?:bigger|larger|more|plus|mehr|größer)\b", text, re.IGNORECASE) is not None


def _around(count: int) -> tuple[str, ...]:
    return (f"min:{count}", f"max:{count}")
