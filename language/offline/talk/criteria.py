"""Reads customer criteria in a request: which field, which values, and whether wanted, unwanted or dropped.

The vocabulary (industries, countries, roles, sizes, technologies) comes from the lexicon room.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.icp import LineField
from language.offline.lexicon import canonical
from language.offline.lexicon.matching import tokens
from language.offline.lexicon.places import country_hits

_CITY_WORDS = re.compile(r"\b(?:in|from|around|near|of)\b")


class Mode(StrEnum):
    """What is to happen with a criterion."""

    PLAIN = "plain"
    ONLY = "only"
    ADD = "add"
    NOT = "not"
    PREFER = "prefer"
    FORGET = "forget"  # drop the criterion itself
    ALLOW = "allow"  # no longer exclude


@dataclass(frozen=True)
class Criterion:
    """One value of one field, with the words it was said in."""

    field: LineField
    value: str
    match: tuple[str, ...]
    mode: Mode


_MARKERS: tuple[tuple[Mode, str], ...] = (
    (Mode.ADD, r"not (?:only|just|merely)|also|as well as|in addition(?: to)?|additionally|plus|add|include|"
        r"including|even"),
    (
        Mode.FORGET,
        r"rather than|instead of|(?:do|does) not (?:care|mind|matter)(?: about)?|no longer (?:need|"
            r"require|filter|look for)|"
        r"forget(?: about)?|regardless of|(?:drop|remove|lift|delete|ignore|clear|relax) the(?= "
            r".*\b(?:filter|limit|requirement|"
        r"restriction|criterion|criteria|condition|rule)\b)|no more restrictions? on|stop requiring",
    ),
    (
        Mode.ALLOW,
        r"no longer (?:exclude|skip)|stop (?:excluding|skipping)|allow|permit|(?:drop|remove|lift|"
            r"delete) the(?= .*\b(?:exclusion|ban|"
        r"block)\b)|do not (?:exclude|skip|avoid)|un-?exclude",
    ),
    (
        Mode.NOT,
        r"no|nobody|not|without|except(?: for)?|excluding|excludes?|skip|skips|avoid|never|other than|but "
            r"not|neither|nor|leave out|"
        r"stay away from|rule out|drop|remove|none|nothing|disqualify|ignore|do not want|stop "
            r"(?:looking for|targeting)|steer clear of|ban|block|"
        r"keep out|filter out|throw out|kick out|weed out|apart from|anyone but|anything but",
    ),
    (
        Mode.ONLY,
        r"only|just|exclusively|restrict(?:ed)?(?: it| this| the list| the search)? to|"
            r"limit(?:ed)?(?: it| this| the list| the search| yourself)? to|"
        r"narrow(?: it| this| the list| the search)?(?: down)? to|focus(?: more| instead)?(?: on)?|"
            r"concentrate on|nothing but|"
        r"stick (?:to|with)|switch(?: over)? to|keep (?:it )?to|must be|must have|has to be|have to "
            r"be|need to be|should be",
    ),
    (
        Mode.PREFER,
        r"prefer(?:ably|red|ring)?|ideally|nice to have|bonus(?: points)? (?:for|if)|favou?r|would "
            r"be (?:nice|great|good|a plus)|lean towards?|"
        r"rather|best if|prioriti[sz]e|give (?:priority|preference) to",
    ),
)  # fmt: skip
_MARKER = re.compile(
    "|".join(rf"(?P<{mode}_{i}>(?<![\w-])(?:{text})(?![\w-]))" for i, (mode, text) in enumerate(_MARKERS))
)
_ALLOWED = re.compile(
    r"\b(?:are|is|would be) (?:also |totally |perfectly |now |actually )?(?:fine|ok|okay|allowed|"
    r"welcome|good|in)\b(?: again| too| now| as well)*"
)
_TRAILING_ONLY = re.compile(r"\b(?:only|exclusively)\s*$")
_TRAILING_ADD = re.compile(r"\b(?:too|as well|also)\s*$")
_ANY = (
    (LineField.GEOGRAPHY, r"worldwide|anywhere|any (?:country|region|place|location)|all countries|wherever|globally"),
    (LineField.SIZE, r"any size|no (?:size|headcount|staff) (?:limits?|restrictions?|filter)|size (?:is not "
        r"important|does not matter)|"
                     r"whatever (?:the )?size|all sizes"),
    (LineField.INDUSTRY, r"any (?:industry|sector|branch)|all industries|(?:industry|sector) does not matter"),
)  # fmt: skip
_FIELD_WORDS = (
    (LineField.SIZE, r"sizes?|head ?counts?|staff|number of (?:people|employees)"),
    (LineField.GEOGRAPHY, r"country|countries|regions?|geograph(?:y|ies)|locations?"),
    (LineField.INDUSTRY, r"industr(?:y|ies)|sectors?"),
    (LineField.ROLE, r"roles?|job titles?"),
    (LineField.TECHNOLOGY, r"technolog(?:y|ies)|tech stack|tools?"),
    (LineField.LANGUAGE, r"languages?"),
)
_SIGNALS = (
    ("hiring", r"hir(?:e|es|ing)|recruit(?:s|ing)?|open positions?|job ads?|growing team"),
    ("funding", r"funded|funding|raised (?:money|capital|a round)|series [a-d]|venture[- ]backed|investment"),
    ("expansion", r"expand(?:s|ing|ed)?|expansion|new (?:office|offices|branch|branches|location|locations|site|"
        r"sites)|opened? (?:a|an|another) (?:new )?\w+"),
    ("new_site", r"new websites?|relaunch(?:ed)?|redesign(?:ed)?"),
)  # fmt: skip
_SPEAKING = re.compile(
    r"\b([a-z]{4,})[- ](?:speaking|language|speakers)\b|\b(?:web)?(?:site|pages?|website) in "
    r"([a-z]{4,})\b|\bspeak(?:s|ing)? ([a-z]{4,})\b"
)
_STRICT = re.compile(
    r"(?<!no )(?<!not )\b(under|below|less than|fewer than|smaller than|over|above|more than|"
    r"greater than|bigger than|larger than) (\d[\d.,]*|[a-z]+)\b"
)
_LESS = frozenset({"under", "below", "less than", "fewer than", "smaller than"})
_BETWEEN = re.compile(
    r"\b(?:between|more than|over|at least|from) (\d[\d.,]*)(?: (?:people|staff|employees))? (?:and|"
    r"but|to)(?: (?:under|below|less than|fewer than|at most|up to|no more than))? (\d[\d.,]*)\b"
)
_GENERIC = re.compile(
    r"\b(?:companies|company|businesses|business|firms?|organi[sz]ations?|anything|anyone|anybody|"
        r"any|prospects?|leads?|people|customers?|"
    r"clients?|please|more|other|others|that|which|who|whose|with|in|from|of|the|a|an|are|is|be|"
        r"have|has|to|on|at|for|me|us|we|want|need|"
    r"it|them|they|those|these|ones?|now|again|too|as|well|our|my|list|search|there|should|must|"
        r"also|additional|based|located|look|looking|"
    r"find|target|targeting|get|show|and|or|but|related|some|all|about|mention|mentions|mentioning|"
        r"talk|say|sell|sells|selling|offer|offers|"
    r"offering|do|doing|work|works|working|use|uses|using|criteria|criterion|icp|profile|filter|"
        r"filters|requirement|limit|rule|like|kind|type|"
    r"interested|only|just|not|no|if|possible|keyword|keywords|out|them|exclusion|way|things?|staff|"
        r"employees|size|country|countries|industry|"
    r"role|roles|anymore|either|really|definitely|ones)\b"
)  # fmt: skip
_SIZE_WORDS = re.compile(
    r"\b(?:between|over|under|above|below|at least|at most|min(?:imum)?|max(?:imum)?|than|fewer|less|"
    r"larger|smaller|bigger|up to|employees|heads|headcount|small|mid|sized?|medium|large|big)\b"
)
_AROUND = frozenset(
    "find search look looking hunt source get give go us also please them new some now up run "
    "running based built going after while still yes let "
    "by into really mainly mostly especially want would like should want switch start change set "
    "make keep focus head heads of same speaking "
    "country countries region regions decision makers maker deciders people's other types kinds "
    "sort sector sectors space area fine ok allowed".split()
)
_NO_KEYWORD = re.compile(
    r"\b(?:problem|worries|worry|else|right|qualified|thanks|idea|way|rush|hurry|yet|one|longer|"
    r"more|need|matter|clue|"
    r"doubt|time|reason|deal|offence|offense|"
    r"good|bad|sure|yes|hold|am|was|did|does|you|your|i|can|could|would|will|he|she|his|her|what|"
    r"when|where|why|how|send|mail|email|campaign|"
    r"my|me|today|tomorrow|draft|drafts|first|second|third|last|fourth|fifth|part|step|this|that|"
    r"bit|much|many|very|so|than|then|if|because|wait)\b"
)


def read_criteria(text: str, default: Mode = Mode.PLAIN, *, keywords: bool = False) -> tuple[Criterion, ...]:
    """Criteria in a request, in order. `keywords` also takes unknown nouns after "only", "no", "add" …"""
    flat = _tidy(text)
    found: list[Criterion] = list(_anything(flat))
    for mode, segment in _segments(flat, default):
        found += _in_segment(segment, mode, keywords=keywords)
    return tuple(dict.fromkeys(found))


def filters(text: str) -> dict[str, str]:
    """Country, industry and role a list is to be narrowed to (first of each)."""
    found: dict[str, str] = {}
    for item in read_criteria(text):
        slot = {LineField.GEOGRAPHY: "country", LineField.INDUSTRY: "industry", LineField.ROLE: "role"}.get(
            item.field
        )
        if slot and item.match and item.mode is not Mode.NOT:
            found.setdefault(slot, item.match[0])
    return found


def unexplained(text: str) -> list[str]:
    """Words of a request that are neither criteria nor the usual words around them."""
    flat = _tidy(text)
    words = tokens(flat)
    loud = _capitalised(flat)
    hits = [
        *canonical.industry_hits(words, flat),
        *canonical.role_hits(words),
        *canonical.technology_hits(tokens(flat.title())),
        *country_hits(tokens(loud), loud),
    ]
    taken = {index for hit in hits for index in range(hit.first, hit.last)}
    rest = " ".join(word.text for index, word in enumerate(words) if index not in taken)
    for pattern in (
        _SIZE_WORDS,
        _SPEAKING,
        *(re.compile(rf"\b(?:{w})\b") for _, w in (*_SIGNALS, *_ANY)),
        _MARKER,
        _GENERIC,
    ):
        rest = pattern.sub(" ", rest)
    return [word for word in re.findall(r"[^\W\d_]{2,}", rest) if word not in _AROUND]


def mixed_exclusion(text: str) -> tuple[str, str] | None:
    """("agencies", "France") for "no agencies in France": two fields, one "no" – the profile cannot say that."""
    for mode, segment in _segments(_tidy(text), Mode.PLAIN):
        if mode is Mode.NOT and re.search(r"\w (?:in|from) ", segment):
            values = {item.field: item.value for item in _in_segment(segment, mode, keywords=False)}
            if LineField.INDUSTRY in values and LineField.GEOGRAPHY in values:
                return values[LineField.INDUSTRY], values[LineField.GEOGRAPHY]
    return None


def _tidy(text: str) -> str:
    flat = re.sub(r"\b(c[a-z]{1,2}o|vp|md)s\b", r"\1", text, flags=re.I)
    flat = re.sub(
        r"\b(marketing|sales|it|hr|finance|operations|product|engineering) heads\b",
        r"heads of \1",
        flat,
        flags=re.I,
    )
    flat = re.sub(r"\brather (.+?) than\b", r"only \1 rather than", flat)
    return _BETWEEN.sub(r"\1 to \2", flat)


def _anything(text: str) -> Iterable[Criterion]:
    for field, words in _ANY:
        if re.search(rf"\b(?:{words})\b", text):
            yield Criterion(field, "", (), Mode.FORGET)
    match = _MARKER.search(text)
    if match and _mode_of(match) in (Mode.FORGET,):
        after = text[match.end() :]
        if not any(
            reader(after)
            for reader in (
                canonical.industry_slugs,
                canonical.country_codes,
                canonical.size_terms,
                canonical.role_slugs,
            )
        ):
            for field, words in _FIELD_WORDS:
                if re.search(rf"\b(?:{words})\b", after):
                    yield Criterion(field, "", (), Mode.FORGET)
                    return


def _mode_of(match: re.Match[str]) -> Mode:
    name = next(name for name, value in match.groupdict().items() if value is not None)
    return Mode(name.rsplit("_", 1)[0])


def _segments(text: str, default: Mode) -> list[tuple[Mode, str]]:
    if allowed := _ALLOWED.search(text):
        also = bool(re.search(r"\b(?:too|as well|also)\b", text))
        return [(Mode.ADD if also else Mode.ALLOW, text[: allowed.start()])]
    if _TRAILING_ONLY.search(text):
        return [(Mode.ONLY, _TRAILING_ONLY.sub("", text))]
    if _TRAILING_ADD.search(text) and default is Mode.PLAIN:
        default, text = Mode.ADD, _TRAILING_ADD.sub("", text)
    pieces: list[tuple[Mode, str]] = []
    mode, position = default, 0
    for match in _MARKER.finditer(text):
        if re.match(r"\s*(?:more|less|fewer|later) than", text[match.end() :]) or _is_size_no(match, text):
            continue
        pieces += _chunks(mode, default, text[position : match.start()])
        mode, position = _mode_of(match), match.end()
    return [(m, s) for m, s in [*pieces, *_chunks(mode, default, text[position:])] if s.strip()]


def _is_size_no(match: re.Match[str], text: str) -> bool:
    """ "no more than 50" and "no fewer than 50" are limits, not exclusions."""
    return bool(re.match(r"(?:no|not) (?:more|fewer|less|smaller|bigger|larger) than", text[match.start() :]))


def _chunks(mode: Mode, default: Mode, segment: str) -> list[tuple[Mode, str]]:
    """An exclusion ends at a comma when a limit of another kind follows ("no agencies, at least 50 people")."""
    if mode is not Mode.NOT:
        return [(mode, segment)]
    head, comma, tail = segment.partition(",")
    if comma and re.match(
        r"\s*(?:and |but )?(?:in|with|at least|from|between|over|under|minimum|max|\d+ ?\+)", tail
    ):
        return [(mode, head), (default, tail)]
    if match := re.search(r"\b(?:but|and) (?=(?:with|at least|in|from|over|under)\b)", segment):
        return [(mode, segment[: match.start()]), (default, segment[match.end() :])]
    return [(mode, segment)]


def _in_segment(segment: str, mode: Mode, *, keywords: bool) -> list[Criterion]:
    found = [
        *_places(segment, mode),
        *_trades(segment, mode),
        *_sizes(segment, mode),
        *_others(segment, mode),
    ]
    if not found and keywords and mode is not Mode.PLAIN:
        return _keyword(segment, mode)
    return found


def _places(segment: str, mode: Mode) -> list[Criterion]:
    raw = _spoken_languages(segment)[1]
    hits = country_hits(tokens(_capitalised(raw)), _capitalised(raw))
    items = [(_place_name(raw, hit.value, hit.start, hit.end), tuple(hit.value.split())) for hit in hits]
    return _merged(LineField.GEOGRAPHY, items, mode)


def _capitalised(text: str) -> str:
    """Give "the us", "uk" and the like their capitals where they name a place, not "us" the pronoun."""
    alone = re.fullmatch(r"\W*(?:the )?(?:usa?|uk|uae|eu|dach)\W*", text)
    if not alone and not re.search(
        r"\b(?:in|from|the|only|and|or|to) (?:the )?(?:usa?|uk|uae|eu|dach)\b", text
    ):
        return text
    at_end = r"\b(usa?|uk|uae|eu|dach)\b(?=\W*$|\W+(?:and|or|with|but|only)\b)"
    return re.sub(at_end, lambda match: match.group().upper(), text)


def _place_name(text: str, codes: str, start: int, end: int) -> str:
    return canonical.country_label(codes) if " " not in codes else text[start:end].strip().title()


def _trades(segment: str, mode: Mode) -> list[Criterion]:
    industries = canonical.industry_slugs(segment)
    roles = _roles(segment, bool(industries))
    found = _merged(
        LineField.INDUSTRY, [(canonical.industry_label(slug), (slug,)) for slug in industries], mode
    )
    return found + _merged(LineField.ROLE, [(canonical.role_label(slug), (slug,)) for slug in roles], mode)


def _roles(segment: str, has_industry: bool) -> tuple[str, ...]:
    """Roles, without those that are only another reading of an industry word ("dentists")."""
    words = tokens(segment)
    taken = {index for hit in canonical.industry_hits(words, segment) for index in range(hit.first, hit.last)}
    # French "employé" must not read "employees" as a role
    hits = [hit for hit in canonical.role_hits(words) if not hit.weak and hit.lang in ("en", "de")]
    free = [hit.value for hit in hits if not taken & set(range(hit.first, hit.last))]
    return tuple(dict.fromkeys(free if has_industry else [hit.value for hit in hits]))


def _sizes(segment: str, mode: Mode) -> list[Criterion]:
    terms = _exact(segment, canonical.size_terms(segment))
    if not terms:
        return []
    return [Criterion(LineField.SIZE, size_words(terms), terms, mode)]


def _exact(segment: str, terms: tuple[str, ...]) -> tuple[str, ...]:
    """ "under 10" is at most 9 and "over 10" at least 11."""
    match = _STRICT.search(segment)
    if not match or len(terms) != 1:
        return terms
    kind, _, number = terms[0].partition(":")
    step = -1 if match.group(1) in _LESS else 1
    return (f"{kind}:{int(number) + step}",)


def size_words(terms: tuple[str, ...]) -> str:
    """Size terms for people: "at least 50 people", "10 to 50 people"."""
    limits = {kind: number for kind, _, number in (term.partition(":") for term in terms)}
    if "min" in limits and "max" in limits:
        return f"{limits['min']} to {limits['max']} people"
    return f"at least {limits['min']} people" if "min" in limits else f"at most {limits['max']} people"


def _others(segment: str, mode: Mode) -> list[Criterion]:
    names = canonical.technology_names(segment) or (
        canonical.technology_names(segment.title())
        if re.search(r"\b(?:us(?:e|es|ing)|runs?|running|on|built|based)\b", segment)
        else ()
    )
    found = [Criterion(LineField.TECHNOLOGY, name.title(), (name,), mode) for name in names]
    found += [
        Criterion(LineField.LANGUAGE, name.title(), (code,), mode)
        for name, code in _spoken_languages(segment)[0]
    ]
    for signal, words in _SIGNALS:
        if match := re.search(rf"\b(?:{words})\b", segment):
            found.append(Criterion(LineField.SIGNAL, match.group(), (signal,), mode))
    return found


def _spoken_languages(segment: str) -> tuple[list[tuple[str, str]], str]:
    """Languages asked for, and the segment without them (so "German-speaking" is no country)."""
    found = []
    for match in _SPEAKING.finditer(segment):
        name = next(group for group in match.groups() if group)
        found += [(name, code) for code in canonical.language_codes(name.title())[:1]]
    return found, _SPEAKING.sub(lambda match: " " * len(match.group()), segment) if found else segment


def _merged(field: LineField, items: list[tuple[str, tuple[str, ...]]], mode: Mode) -> list[Criterion]:
    """Wanted values of one field are one line ("any of"); unwanted ones stay apart, to be lifted one by one."""
    if not items:
        return []
    if mode in (Mode.NOT, Mode.ALLOW, Mode.FORGET):
        return [Criterion(field, value, match, mode) for value, match in items]
    names = [value for value, _ in items]
    value = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
    return [Criterion(field, value, tuple(dict.fromkeys(term for _, match in items for term in match)), mode)]


def _keyword(segment: str, mode: Mode) -> list[Criterion]:
    if _NO_KEYWORD.search(segment):
        return []
    words = re.sub(r"\s+", " ", re.sub(r"[^\w\s-]", " ", _GENERIC.sub(" ", segment))).strip()
    if not words or len(words.split()) > 3 or len(words) < 3:
        return []
    return [Criterion(LineField.KEYWORD, words, (words,), mode)]
