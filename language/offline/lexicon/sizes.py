"""Company sizes in words and numbers, as `min:N` and `max:N` terms."""

import re

_NUMBERS = {
    1: "one",
    2: "two",
    3: "three|drei|trois|tres|tre",
    4: "four|vier|quatre|cuatro|quattro",
    5: "five|fünf|cinq|cinco|cinque",
    6: "six|sechs|seis|sei",
    7: "seven|sieben|sept|siete|sette",
    8: "eight|acht|huit|ocho|otto",
    9: "nine|neun|neuf|nueve|nove",
    10: "ten|zehn|dix|diez|dieci|tien",
    11: "eleven|elf",
    12: "twelve|a dozen|dozen|zwölf",
    15: "fifteen",
    20: "twenty|zwanzig|vingt|veinte|venti|twintig",
    30: "thirty|dreißig|trente",
    40: "forty",
    50: "fifty|fünfzig|cinquante|cincuenta|cinquanta|vijftig",
    60: "sixty",
    70: "seventy",
    80: "eighty",
    90: "ninety",
    100: "hundred|a hundred|one hundred|hundert|cent|cien|cento|honderd",
    200: "two hundred",
    500: "five hundred",
    1000: "a thousand|thousand|tausend|mille|mil",
}
_WORDS = {word: value for value, words in _NUMBERS.items() for word in words.split("|")}
_NUMBER = (
    r"(?P<{0}>\d{{1,3}}(?:[.,' ]\d{{3}})+|\d+(?:\s?k\b)?|"
    + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
    + r")"
)
PEOPLE = (
    r"(?:full[- ]time\s+)?(?:people|persons?|employees?|staff(?:\s+members?)?|workers?|headcount|"
    r"team\s?members?|"
    r"heads|ftes?|colleagues|specialists|experts|professionals|men and women|strong|"
    r"mitarbeiter(?::innen|innen|\*innen|\/-?innen|_innen)?n?|mitarbeitenden?|beschäftigten?|"
    r"angestellten?|köpfe|leute|kolleg(?:en|innen)|personen|"
    r"salariée?s?|employée?s|collaborateurs?|collaboratrices|personnes|"
    r"empleados|trabajadores|personas|colaboradores|profesionales|"
    r"medewerkers|werknemers|mensen|menschen|agents|bedienden|collega's|"
    r"dipendenti|collaboratori|addetti|persone|"
    r"funcionários|trabalhadores|pessoas|"
    r"anställda|medarbetare|medarbejdere|ansatte)"
)
_TAIL = rf"(?:\s*(?:-|–)?\s*{PEOPLE})"
_MIN_LEAD = (
    r"(?:at least|minimum(?: of)?|min\.?|(?<!no )(?<!not )more than|over|above|from|bigger than|"
    r"larger than|greater than|upwards of|"
    r"no fewer than|no less than|starting (?:at|from)|mindestens|mehr als|über|ab|plus de|au moins|"
    r"más de|al menos|"
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
    rf"(?<![\w.,]){_NUMBER.format('low')}(?:{_TAIL})?\s*(?:\+|plus\b|or more|oder mehr|ou plus|o más|"
    rf"of meer|o più|ou mais)"
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
            r"small (?:and|to|&) (?:medium|mid)(?:[- ]sized?)?(?:[- ](?:business(?:es)?|compan(?:y|ies)|"
            r"enterprises))?|"
            r"smbs?|smes?|kmu|pme|pymes?|mkb|pmi|pmes|kleine und (?:mittlere|mittelständische)(?: "
            r"unternehmen)?"
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
            r"(?:large|big)(?:r|ger)? (?:compan(?:y|ies)|enterprises?|organi[sz]ations?|corporations?|"
            r"business(?:es)?)|"
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
