"""Answers a question from recalled passages by quoting their best sentences, or says what is missing.

Nothing outside the passages is ever said.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from language.offline.lexicon.matching import fold, stem
from language.port import Answer, Passage

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_STOP = frozenset(
    "the a an and or of to for with in on at by from is are was were be been do does did has have "
    "had can could will would should may might you we i "
    "they he she it our your their his her its us them me my this that these those there here what "
    "which who whom whose when where why how many much "
    "any some all about tell know please find say says said us if so as than then also not no yes "
    "company they're what's it's who's "
    "der die das und oder von zu für mit in ist sind war hat haben was wer wie wo wann warum wir "
    "sie ihr ihre unser es ein eine einen im am auf".split()
)
_SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(stem(word) for word in words.split())
    for words in (
        "price pricing prices cost costs costing fee fees plan plans subscription charge paid "
        "expensive cheap preis preise kostet tarif tarife",
        "employee employees staff people team headcount workforce mitarbeiter colleagues size big large",
        "customer customers client clients user users reference references kunden",
        "located location based address office offices headquarters headquartered place city country sitz standort",
        "founder founders founded founding started start established since owner owners gegründet gründer",
        "ceo boss head director manager lead leads leader runs managing geschäftsführer chief inhaber owner",
        "sell sells offer offers product products service services provide provides make makes do business angebot",
        "hire hiring job jobs career careers vacancy vacancies position positions recruiting recruit stellen",
        "contact email mail phone telephone reach address kontakt telefon call",
        "use uses using used run runs running built powered work works tool tools technology stack "
        "integrate integrates integration integrations",
        "competitor competitors alternative alternatives versus compare compared rival rivals comparison",
        "trial free test demo kostenlos",
        "open opened opening hours office new expand expanded expansion",
        "privacy gdpr dsgvo data protection cookies",
        "certified certificate certification iso award",
        "funding funded raised investor investors investment",
    )
)
_MONEY = re.compile(
    r"[€$£]\s?\d|\d[\d.,]*\s?(?:€|\$|£|eur\b|euro|usd|gbp|dollars?|pounds?|per month|/\s?mo|a month|pro "
    r"monat)",
    re.I,
)
_CUES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\b(?:price|prices|pricing|cost|costs|how much|expensive|fee|fees|preis|kostet)\b", re.I),
        _MONEY,
    ),
    (
        re.compile(r"\b(?:how many|how big|how large|number of|headcount|size|wie viele)\b", re.I),
        re.compile(
            r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|fifty|"
            r"hundreds?|thousands?)\b",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:when|since when|what year|how long|how old|wann|seit wann)\b", re.I),
        re.compile(
            r"\b(?:19|20)\d{2}\b|\b\d+ (?:years|weeks|days|months|jahre)\b|\b(?:january|february|march|"
            r"april|may|june|july|august|september|october|november|december|monday|friday)\b",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:who|whose|wer)\b", re.I),
        re.compile(r"\b[A-ZÄÖÜ][a-zäöüß'-]+ (?:[a-z]{2,3} )?[A-ZÄÖÜ][a-zäöüß'-]+"),
    ),
    (re.compile(r"\b(?:e-?mail|mail address)\b", re.I), re.compile(r"\S+@\S+\.\w+")),
    (re.compile(r"\b(?:phone|telephone|call them|telefon)\b", re.I), re.compile(r"\+?\d[\d ()/-]{6,}")),
    (
        re.compile(r"\b(?:where|located|based|wo)\b", re.I),
        re.compile(
            r"\b(?:in|at|from) [A-ZÄÖÜ]|\b\d{4,5} [A-ZÄÖÜ]|\b(?:street|straße|str\.|road|avenue)\b", re.I
        ),
    ),
)
_GENERAL = re.compile(
    r"\b(?:know|tell me|learn|information|background|say|overview|summary)\b.*\b(?:about|on|of)\b|"
    r"\bwhat (?:do|does) (?:they|it|she|he|we|you|\w+) do\b|\bwho (?:are|is) (?:they|it)\b|\bwhat is "
    r"\w+\??$",
    re.I,
)
_YES_NO = re.compile(r"^(?:do|does|did|is|are|was|were|has|have|can|will)\b", re.I)
_NOISE = re.compile(
    r"\b(?:we use cookies|accept (?:all )?cookies|cookie settings|all rights reserved|ignore (?:all|any|"
    r"previous)|subscribe|javascript|log in|sign in|read more)\b|©",
    re.I,
)
_STALE_DAYS = 180
_ENOUGH = 0.55
_ENOUGH_WITH_CUE = 0.34
_MOST = 3


@dataclass(frozen=True)
class Scored:
    """A sentence of a passage and how well it answers."""

    passage: Passage
    text: str
    coverage: float
    cue: bool
    rank: float


def asks_something(question: str) -> bool:
    """False for a question without one telling word ("Yes or no?"), to which any line would seem to fit."""
    telling = any(word.casefold() not in _STOP for word in _WORD.findall(question))
    return telling or _GENERAL.search(question) is not None


def answer(question: str, passages: Sequence[Passage]) -> Answer:
    """The best sentences with their sources as [1], [2]; `known` false when support is weak."""
    if not passages:
        return Answer(text="I have nothing on that yet: no page or note about it has been read.", known=False)
    pieces = [(passage, text) for passage in passages for text in _sentences(passage.text)]
    weights = _rarity([text for _, text in pieces])
    wanted = _wanted(question, passages)
    if not wanted or (_GENERAL.search(question) and len(wanted) <= 2 and not _asks_kind(question)):
        return _overview(pieces)
    scored = [
        _score(question, wanted, weights, passage, text, order)
        for order, (passage, text) in enumerate(pieces)
    ]
    good = sorted((item for item in scored if _supports(item, question)), key=lambda item: -item.rank)
    if not good:
        return Answer(text=_missing(question, wanted, passages), known=False)
    return _composed(_distinct(good))


def _sentences(text: str) -> list[str]:
    pieces = [
        piece.strip()
        for line in text.splitlines()
        for piece in re.split(r"(?<=[a-zäöüß)\d][.!?])\s+(?=[A-ZÄÖÜ\d])", line)
    ]
    return [piece[:400] for piece in pieces if len(_WORD.findall(piece)) >= 2 and not _NOISE.search(piece)]


def _stems(text: str) -> list[str]:
    return [
        stem(word.strip("."))
        for word in _WORD.findall(text)
        if fold(word) not in _STOP and (len(word) > 1 or word.isdigit())
    ]


def _rarity(texts: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for text in texts for word in set(_stems(text)))
    return {word: math.log(1 + len(texts) / (1 + count)) + 0.2 for word, count in counts.items()}


def _wanted(question: str, passages: Sequence[Passage]) -> list[str]:
    """What an answer must speak of; the name of the company asked about does not count, its pages are known."""
    hosts = " ".join(
        re.sub(r"^https?://(?:www\.)?|/.*$", "", passage.url).replace(".", " ").replace("-", " ")
        for passage in passages
    ).lower()
    words = list(dict.fromkeys(_stems(question)))
    return [word for word in words if not (len(word) > 3 and word in {stem(part) for part in hosts.split()})]


def _asks_kind(question: str) -> bool:
    return any(asks.search(question) for asks, _ in _CUES[:3])


def _score(
    question: str, wanted: Sequence[str], weights: dict[str, float], passage: Passage, text: str, order: int
) -> Scored:
    have = set(_stems(text))
    rare = max(weights.values(), default=1.0)
    total = sum(weights.get(word, rare) for word in wanted)
    got = sum(weights.get(word, rare) * _present(word, have) for word in wanted)
    coverage = got / total if total else 0.0
    cues = [shows.search(text) is not None for asks, shows in _CUES if asks.search(question)]
    cue = bool(cues) and any(cues)
    length = len(_WORD.findall(text))
    fresh = 0.05 if passage.age_days <= _STALE_DAYS else 0.0
    rank = (
        coverage
        + (0.35 if cue else 0.0)
        + fresh
        + (0.05 if passage.trusted else 0.0)
        - 0.002 * max(0, length - 25)
        - 0.0005 * order
    )
    return Scored(passage, text, coverage, cue, rank)


def _present(word: str, have: set[str]) -> float:
    if word in have:
        return 1.0
    return 0.8 if any(word in group and group & have for group in _SAME) else 0.0


def _supports(item: Scored, question: str) -> bool:
    asked_for_kind = any(asks.search(question) for asks, _ in _CUES)
    if asked_for_kind:
        return item.cue and item.coverage >= _ENOUGH_WITH_CUE
    if _YES_NO.match(question.strip()):
        return item.coverage >= _ENOUGH and _names_present(question, item.text)
    return item.coverage >= _ENOUGH


def _names_present(question: str, text: str) -> bool:
    """A yes/no question about a named thing needs that name in the answer ("do they use Shopify?")."""
    named = [fold(word) for word in re.findall(r"(?<!^)\b[A-Z][\w.-]+", question)]
    lowered = fold(text)
    return not named or any(name in lowered for name in named)


def _distinct(good: Sequence[Scored]) -> list[Scored]:
    chosen: list[Scored] = []
    for item in good:
        words = set(_stems(item.text))
        same = any(
            len(words & set(_stems(other.text)))
            >= 0.7 * max(1, min(len(words), len(set(_stems(other.text)))))
            for other in chosen
        )
        if not same and item.rank >= good[0].rank - 0.25:
            chosen.append(item)
        if len(chosen) == _MOST:
            break
    return chosen


def _composed(chosen: Sequence[Scored]) -> Answer:
    ids = list(dict.fromkeys(item.passage.id for item in chosen))
    said = [f"{_closed(item.text)} [{ids.index(item.passage.id) + 1}]" for item in chosen]
    oldest = max(item.passage.age_days for item in chosen)
    note = f" (Read {oldest:.0f} days ago; it may have changed.)" if oldest > _STALE_DAYS else ""
    return Answer(text=" ".join(said) + note, cited=tuple(ids))


def _closed(text: str) -> str:
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if flat.endswith((".", "!", "?", "…", ":")) else f"{flat}."


def _overview(pieces: Sequence[tuple[Passage, str]]) -> Answer:
    """For "what do you know about …": the sentences that describe the company, early ones first."""
    telling = [
        Scored(passage, text, 1.0, False, _telling(text) - 0.01 * order)
        for order, (passage, text) in enumerate(pieces)
        if 5 <= len(_WORD.findall(text)) <= 45
    ]
    ranked = sorted(telling, key=lambda item: -item.rank)
    if not ranked:
        return Answer(text="I have pages on that, but no sentence that says anything about it.", known=False)
    chosen: list[Scored] = []
    for item in ranked:
        if all(
            len(set(_stems(item.text)) & set(_stems(other.text))) < 0.6 * len(set(_stems(item.text)))
            for other in chosen
        ):
            chosen.append(item)
        if len(chosen) == _MOST:
            break
    return _composed(chosen)


def _telling(text: str) -> float:
    score = 0.5 if re.match(r"(?:we|our|wir|unsere?)\b", text, re.I) else 0.0
    score += (
        0.4
        if re.search(
            r"\b(?:is|are|was|offers?|provides?|makes?|helps?|sells?|builds?|founded|since|ist|sind|bietet|"
            r"team|customers?)\b",
            text,
            re.I,
        )
        else 0.0
    )
    score += (
        0.5
        if re.search(r"\b(?:is|are) an? \w+|^we (?:help|make|build|sell|offer|provide)", text, re.I)
        else 0.0
    )
    return score + (0.2 if re.search(r"\d", text) else 0.0) + (0.1 if text.endswith(".") else 0.0)


def _missing(question: str, wanted: Sequence[str], passages: Sequence[Passage]) -> str:
    words = [word for word in _WORD.findall(question) if stem(word) in set(wanted)]
    topic = " ".join(dict.fromkeys(words)) or question.strip(" ?")
    count = len({passage.url for passage in passages})
    return (
        f"I don't know: the {count} page{'s' if count != 1 else ''} I looked at say nothing about “{topic}”."
    )
