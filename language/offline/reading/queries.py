"""Web queries from an ICP: what a salesperson would type to find such companies and lists of them."""

from itertools import product
from math import lcm

from domain.icp import Icp, IcpLine, LineField, LineKind
from language.offline.lexicon.canonical import country_label, industry_label

_TONGUES = {
    "DE": "de",
    "AT": "de",
    "CH": "de",
    "LI": "de",
    "FR": "fr",
    "BE": "fr",
    "LU": "fr",
    "ES": "es",
    "MX": "es",
    "AR": "es",
    "CL": "es",
    "CO": "es",
    "IT": "it",
    "NL": "nl",
    "PT": "pt",
    "BR": "pt",
}
_IN = {"en": "in", "de": "in", "fr": "en", "es": "en", "it": "in", "nl": "in", "pt": "em"}
_LISTS = {
    "en": "{0} directory {1}",
    "de": "{0} Verzeichnis {1}",
    "fr": "annuaire {0} {1}",
    "es": "directorio {0} {1}",
    "it": "elenco {0} {1}",
    "nl": "{0} bedrijvengids {1}",
    "pt": "diretório {0} {1}",
}
_MANY_COUNTRIES = 6  # a wider market is asked for without country first


def search_queries(icp: Icp, limit: int) -> tuple[str, ...]:
    """At most `limit` distinct queries, the most specific first, spread over industries and countries."""
    lines = [line for line in icp.lines if line.kind in {LineKind.HARD, LineKind.SOFT}]
    subjects = _subjects(lines)
    countries = _countries(lines)
    if not subjects:
        return ()
    found: list[str] = []
    for subject, country in _pairs(subjects, countries or [""]):
        found += _ask(subject, country)
    tools = [line.match[0] for line in lines if line.field == LineField.TECHNOLOGY and line.match]
    found += [f"{_word(subject, 'en')} {tool}" for tool, subject in product(tools[:3], subjects[:3])]
    return tuple(_interleaved(found, len(subjects) * max(1, len(countries))))[:limit]


def _pairs(subjects: list[str], countries: list[str]) -> list[tuple[str, str]]:
    """Every industry with every country, ordered so that the first ones already touch all of both.

    The market without a country comes first; then industries and countries move on together.
    """
    named = [country for country in countries if country]
    anywhere = [(subject, "") for subject in subjects if "" in countries]
    if not named:
        return anywhere
    lap = lcm(len(subjects), len(named))  # after a lap the same pairs would come again: shift by one
    return anywhere + [
        (subjects[turn % len(subjects)], named[(turn + turn // lap) % len(named)])
        for turn in range(len(subjects) * len(named))
    ]


def _subjects(lines: list[IcpLine]) -> list[str]:
    """Industry slugs, hard before soft; free words of lines without slugs; keywords when there are no industries."""
    found: list[str] = []
    for kind in (LineKind.HARD, LineKind.SOFT):
        for line in lines:
            if line.kind == kind and line.field == LineField.INDUSTRY:
                found += line.match or (line.value,)
    if not found:
        found = [
            term for line in lines if line.field == LineField.KEYWORD for term in line.match or (line.value,)
        ]
    return list(dict.fromkeys(found))


def _countries(lines: list[IcpLine]) -> list[str]:
    codes = [
        code for line in lines if line.field == LineField.GEOGRAPHY for code in line.match if len(code) == 2
    ]
    unique = list(dict.fromkeys(codes))
    return ["", *unique] if len(unique) > _MANY_COUNTRIES else unique


def _ask(subject: str, country: str) -> list[str]:
    """Queries for one industry in one country: in its language, as a list, and in English."""
    tongue = _TONGUES.get(country, "en")
    if not country:
        return [f"{_word(subject, 'en')} companies", _LISTS["en"].format(_word(subject, "en"), "").strip()]
    place = country_label(country, tongue)
    queries = [
        f"{_word(subject, tongue)} {_IN[tongue]} {place}",
        _LISTS[tongue].format(_word(subject, tongue), place),
    ]
    if tongue != "en":
        queries.append(f"{_word(subject, 'en')} in {country_label(country)}")
    return queries


def _word(subject: str, tongue: str) -> str:
    return industry_label(subject, tongue)


def _interleaved(queries: list[str], groups: int) -> list[str]:
    """First queries of every group before second ones, so that a small limit still covers all."""
    size = max(1, len(queries) // max(1, groups))
    ordered = [queries[index] for start in range(size) for index in range(start, len(queries), size)]
    return list(dict.fromkeys(ordered))
