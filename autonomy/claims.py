"""Does a text say only what its sources say? Named violations in plain sentences; pure code, no model.

Works on any prose, whoever wrote it. It never judges style and never repairs a text.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from autonomy.claim_cues import CUES, FRAMING, HARMLESS, HEDGED, LISTING, PLAIN_CAPITALS, SYNONYMS
from autonomy.prose import Sentence, language_of, sentences, squeeze_marks, word_set
from autonomy.text_problems import text_problems
from domain.campaigns import Claim

__all__ = ["check_claims", "text_problems"]

_OVERLAP = 0.6  # share of a clause's content words its quotes must hold
_NUMBER = re.compile(
    r"(?<![\w.])(?P<money>[€$£]\s?)?(?P<n>\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?|\d+)\s?(?P<unit>k\b|%|"
    r"percent\b|prozent\b|€|\$|£|eur\b|euros?\b|usd\b|gbp\b|"
    r"dollars?\b|pounds?\b|million\b|millionen\b|mio\b|m\b|billion\b|thousand\b|tausend\b|hundred\b|x\b)?",
    re.IGNORECASE,
)
_TIMEISH = re.compile(
    r"\b\d{1,3}[- ]?(?:minutes?|mins?|minuten|hours?|stunden?|days?|tagen?|weeks?|wochen?|lines?|"
    r"zeilen?|words?|seconds?|sekunden|sentences?|sätze|questions?|slides?)\b|"
    r"\b\d{1,2}(?::\d{2})(?:\s?[ap]\.?m\.?)?\b|\b\d{1,2}\s?(?:[ap]\.?m\.?|o['’]clock|uhr)\b|\b(?:at|"
    r"um|by|after|before) \d{1,2}(?::\d{2})?\b(?!\s?%)|"
    r"\b\d{1,2}(?:st|nd|rd|th)\b|\b\d{1,2}\.? (?:of )?(?:january|february|march|april|may|june|july|"
    r"august|september|october|november|"
    r"december|januar|februar|märz|mai|juni|juli|oktober|dezember)\b|"
    r"\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december) \d{1,2}\b",
    re.IGNORECASE,
)
_WORD_NUMBERS = re.compile(
    r"\b(?:hundreds?|thousands?|millions?|dozens?|half (?:of|the|your)|twice|double|triple|a third|"
    r"a quarter|two thirds|hunderte\w*|tausende\w*|"
    r"doppelt\w*|die hälfte|per ?cent|prozent)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?P<n>two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety) "
    r"(?:[\w-]+ )?(?:customers|clients|companies|businesses|practices|clinics|shops|stores|offices|"
    r"locations|branches|employees|people|staff|users|"
    r"countries|years|months|hours|days|times|teams|hotels|restaurants|warehouses|dentists|openings|"
    r"positions|roles|sites)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_NAME = re.compile(
    r"\b[A-ZÀ-ÖØ-Þ][\w'’&-]*(?:[ .](?:(?:of|de|von|van|der|the|and|&) )?[A-ZÀ-ÖØ-Þ][\w'’&-]*)*"
)
_VERB_AFTER = re.compile(
    r"\s+(?:is|are|was|were|has|have|had|uses?|used|saved|saves|cut|chose|switched|runs?|trusts?|"
    r"grew|helps?|offers?|makes?|lets?|provides?|builds?|"
    r"gives?|keeps?|replaces?|reduces?|reduced|works?|shows?|tracks?|measures?|connects?|automates?|"
    r"handles?|supports?|doubled|moved|opened|won|"
    r"raised|recently|already|also|now|and [A-Z]|ist|hat|hilft|bietet|nutzt|spart|misst|ersetzt|"
    r"entwickelt|liefert|betreibt|sucht|wurde|kann|"
    r"will|can|told|said|recommends?|loves?|became|joined|bought|sold|acquired|\w+ed|reported|sees|"
    r"saw|went|just|nutzen|vertrauen)\b"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|none|nobody|nothing|n['’]t|kein\w*|nicht|nie|ohne)\b|n['’]t\b", re.IGNORECASE
)
_CLAUSES = re.compile(r",\s+|\s+(?:and|but|while|und|aber|sowie)\s+|;\s*|\s[–—-]\s|:\s+")
_SUPERLATIVE = CUES[0]


def check_claims(
    subject: str,
    body: str,
    claims: Sequence[Claim],
    *,
    known_names: frozenset[str] = frozenset(),
    recipient_first_names: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Violations, one plain sentence each; empty when every checkable sentence has a source that says it.

    Args:
        subject: subject line.
        body: Markdown subset, greeting and signature included.
        claims: only those whose text stands in the body count.
        known_names: companies, products and people both sides know (account, seller, contact, sender).
        recipient_first_names: further names the greeting may use.
    """
    names = _name_words(known_names | recipient_first_names)
    used = [claim for claim in claims if squeeze_marks(claim.text) in squeeze_marks(body)]
    found = [problem for sentence in sentences(body) if (problem := _sentence_problem(sentence, used, names))]
    if problem := _subject_problem(subject, used, names):
        found.append(problem)
    return tuple(dict.fromkeys(found))


def _subject_problem(subject: str, claims: Sequence[Claim], names: frozenset[str]) -> str | None:
    line = Sentence(squeeze_marks(subject), question=True, signature=False)
    if not line.text:
        return None
    reasons = [reason for reason in _reasons(line, names, subject=True)]
    if not reasons:
        return None
    why = _unsupported(line.text, [claim.evidence.quote for claim in claims], names)
    return (
        f"The subject “{_short(line.text)}” has no source: {why or reasons[0]}."
        if why or not claims
        else None
    )


def _sentence_problem(sentence: Sentence, claims: Sequence[Claim], names: frozenset[str]) -> str | None:
    reasons = _reasons(sentence, names)
    if not reasons:
        return None
    covering = [claim for claim in claims if _covers(claim.text, sentence.text)]
    if not covering:
        return f"No source for “{_short(sentence.text)}”: {reasons[0]}."
    covered, rest = _parts(sentence.text, covering)
    left_over = _reasons(Sentence(rest, sentence.question, False), names) if rest else []
    if left_over:
        return f"No source for “{_short(rest)}”: {left_over[0]}."
    why = _unsupported(covered, [claim.evidence.quote for claim in covering], names)
    return f"The source does not support “{_short(sentence.text)}”: {why}." if why else None


def _covers(claimed: str, sentence: str) -> bool:
    left, right = squeeze_marks(claimed).rstrip(".!? "), squeeze_marks(sentence).rstrip(".!? ")
    return bool(left) and (left in right or right in left)


def _parts(sentence: str, covering: Sequence[Claim]) -> tuple[str, str]:
    """What the claims cover, and the rest of the sentence."""
    rest = squeeze_marks(sentence)
    texts = [squeeze_marks(claim.text).rstrip(".!? ") for claim in covering]
    if any(rest.rstrip(".!? ") in text for text in texts):
        return rest, ""
    for text in texts:
        rest = rest.replace(text, " ; ")
    rest = _FRAME.sub(" ; ", rest)
    return " ; ".join(dict.fromkeys(texts)), re.sub(
        r"^[\s;:,.–-]+|[\s;:,.–-]+$", "", re.sub(r"\s+", " ", rest)
    )


_FRAME = re.compile(
    r"(?:\b(?:on|in|from) your (?:web)?(?:site|page|website|homepage)s?,? )?\b(?:i|we) (?:have "
    r")?(?:just |also )?(?:saw|seen|read|noticed|learned|found|understand|see)"
    r"(?: on your (?:web)?(?:site|page|website))? that\s*(?=;)|\byour (?:web)?(?:site|page|website) "
    r"(?:says|shows|mentions) that\s*(?=;)",
    re.IGNORECASE,
)


def _reasons(sentence: Sentence, names: frozenset[str], *, subject: bool = False) -> list[str]:
    """Why a sentence needs a source; empty when it asserts nothing checkable."""
    text = sentence.text
    reasons = [*_figures(text, sentence.question), *_strangers(sentence, names)]
    if sentence.signature:
        return reasons if re.search(r"\d", text) or len(text.split()) > 6 else []
    if HARMLESS.match(text.rstrip(".!")):
        return [*reasons, *([_SUPERLATIVE.reason] if _SUPERLATIVE.pattern.search(text) else [])]
    reasons += [cue.reason for cue in CUES if cue.always and cue.pattern.search(text)]
    if not sentence.question:
        for clause in _firm_clauses(text):
            reasons += [cue.reason for cue in CUES if not cue.always and cue.pattern.search(clause)]
            reasons += [] if subject else _about_known(clause, names)
        reasons += [] if subject else _foreign(text)
    return list(dict.fromkeys(reasons))


def _firm_clauses(text: str) -> list[str]:
    """Clauses said without a guess or a condition: "if you like, our users save time" keeps its second half."""
    if re.match(r"(?:if|falls|wenn|in case|should you|perhaps|vielleicht|maybe)\b", text, re.IGNORECASE):
        clauses = re.split(r"[,;]\s+", text)
    elif HEDGED.search(text):
        clauses = re.split(r";\s+|,\s+(?:and|but|und|aber)\s+|\s[–—-]\s|:\s+", text)
    else:
        clauses = [text]
    return [
        clause for clause in clauses if not HEDGED.search(clause) and not HARMLESS.match(clause.rstrip(".!"))
    ]


_MEASURES = re.compile(r"\b(?:sav|reduc|cut|spar|halv|lower)\w*", re.IGNORECASE)
_TAKES = re.compile(r"\b(?:tak|dauer|within|in)\w*\b", re.IGNORECASE)


def _figures(text: str, question: bool) -> list[str]:
    timed = not _MEASURES.search(text) and (question or HEDGED.search(text) or not _TAKES.search(text))
    plain = _TIMEISH.sub(" ", text) if timed else text
    match = _NUMBER.search(plain) or _WORD_NUMBERS.search(plain) or _COUNTED.search(plain)
    return [f"the figure “{match.group().strip()}” must be in a source"] if match else []


def _strangers(sentence: Sentence, names: frozenset[str]) -> list[str]:
    unknown = [name for name in _names_in(sentence.text) if not _is_known(name, names)]
    if sentence.signature:
        return []
    return [f"“{unknown[0]}” is named"] if unknown else []


@lru_cache(maxsize=4_096)
def _names_in(text: str) -> tuple[str, ...]:
    """Names of somebody or something. In German every noun is capitalised, so only clear cases count there."""
    german = language_of(text) == "de"
    found = []
    for match in _NAME.finditer(text):
        start = text[: match.start()].rstrip(" “\"'(*")
        at_start = not start or start.endswith((".", "!", "?", ":", ";", "•", "-"))
        name = match.group()
        if at_start:
            name = _after_start(name, text[match.end() :], german)
        if name and (not german or _clear_in_german(name, at_start)):
            found.append(name)
    return tuple(found)


def _after_start(name: str, following: str, german: bool) -> str:
    """The first word of a sentence is capital anyway: a name only when more capitals or a verb follow."""
    first, _, rest = name.partition(" ")
    if first.lower() in _STARTERS or first.lower() in PLAIN_CAPITALS:
        return rest if rest and not re.match(r"(?:of|and|the|&)\b", rest) else ""
    if rest or any(char.isupper() or char.isdigit() for char in first[1:]):
        return name
    return name if _VERB_AFTER.match(following) and not german else ""


def _clear_in_german(name: str, at_start: bool) -> bool:
    words = [
        word
        for word in name.split()
        if word not in {"Sie", "Ihr", "Ihre", "Ihren", "Ihrer", "Ihrem", "Ihnen", "Ihres"}
    ]
    words = words[1:] if words and words[0] in _GERMAN_LEADS else words
    inner = any(
        any(char.isupper() for char in part[1:]) and not part.isupper()
        for word in words
        for part in word.split("-")
    )
    return inner or len(words) >= (3 if at_start else 2)


def _is_known(name: str, names: frozenset[str]) -> bool:
    words = [
        word.casefold().removesuffix("'s").removesuffix("’s").strip("'’.-&")
        for word in re.split(r"[\s&]+", name)
    ]
    words = [re.sub(r"^i['’](?:d|m|ll|ve)$", "i", word) for word in words]
    words = [word for word in words if word and word not in {"of", "de", "von", "van", "der", "the", "and"}]
    return all(word in names or word in PLAIN_CAPITALS or _compound_known(word, names) for word in words)


def _compound_known(word: str, names: frozenset[str]) -> bool:
    parts = [part for part in re.split(r"[-'’]", word) if part]
    return len(parts) > 1 and all(
        part in names or part in PLAIN_CAPITALS or part in _STARTERS for part in parts
    )


def _about_known(text: str, names: frozenset[str]) -> list[str]:
    """ "Acme is …": a known name as the subject of a statement."""
    match = _NAME.match(text)
    if not match or not _is_known(match.group(), names) or match.group().casefold() in PLAIN_CAPITALS:
        return []
    first = match.group().split()[0].lower()
    if first in _STARTERS or re.match(r"i['’]", first) or not _PREDICATE.match(text[match.end() :]):
        return []
    return [f"it says something about {match.group()}"]


_PREDICATE = re.compile(
    r"(?:, [^,]{3,60},)? (?!(?:and|or|at|in|for|with|of|to|from|on|by|as|today|too|und|oder|bei|zu|"
    r"mit|für|an|am|heute)\b)[a-zäöüß]+\b"
)


def _foreign(text: str) -> list[str]:
    """In a language whose statements we cannot tell from courtesies, every longer statement needs a source."""
    if language_of(text) == "other" and len(text.split()) > 4:
        return ["it states something"]
    return []


def _unsupported(text: str, quotes: Sequence[str], names: frozenset[str]) -> str | None:
    """Why the quotes do not say what the text says; None when they do."""
    if not quotes:
        return None
    joined = " \n ".join(quotes)
    if missing := _figures_of(text) - _figures_of(joined):
        return f"the figure {sorted(missing)[0]} is not in the quote"
    folded = joined.casefold()
    for name in _names_in(text):
        absent = [
            w for w in _known_words(name) if w not in names and w not in PLAIN_CAPITALS and w not in folded
        ]
        if absent:
            return f"“{name}” is not in the quote"
    if (match := _SUPERLATIVE.pattern.search(text)) and match.group().casefold() not in folded:
        return f"“{match.group()}” is not in the quote"
    return _not_said(text, joined, names)


def _known_words(name: str) -> list[str]:
    return [
        word.casefold().strip("'’.-&") for word in re.split(r"[\s&]+", name) if word and word[0].isupper()
    ]


_QUOTED = re.compile(r"[“„\"«]([^“”\"«»]{3,200})[”“\"»]")  # their own words, marked as such


def _not_said(text: str, quotes: str, names: frozenset[str]) -> str | None:
    mine, theirs = language_of(text), language_of(quotes)
    if mine and theirs and mine != theirs:
        return None  # across languages only figures and names can be compared
    unnamed = " ".join(word for word in text.split() if word.casefold().strip(".,;:") not in names)
    if _NEGATION.search(unnamed) and not _NEGATION.search(quotes):
        return "the quote does not deny it"
    text = _QUOTED.sub(
        lambda match: " " if squeeze_marks(match.group(1)) in squeeze_marks(quotes) else match.group(), text
    )
    said = [word.casefold().strip("'’-") for word in _WORD.findall(quotes)]
    if missing := [verb for verb in _predicates(text, names) if not _is_said(verb, said)]:
        return f"the quote says nothing of “{missing[0]}”"
    for clause in _CLAUSES.split(LISTING.sub("", text)):
        words = _content(clause, names)
        hits = sum(_is_said(word, said) for word in words)
        if words and hits < _OVERLAP * len(words) and (len(words) > 1 or (hits == 0 and len(words[0]) > 3)):
            return f"the quote says nothing of “{_short(clause.strip())}”"
    return None


def _predicates(text: str, names: frozenset[str]) -> list[str]:
    """What "you" or "we" are said to be or do."""
    pattern = (
        r"\b(?:you|we|your team|our team|your company)(?: (?:are|have|were|had|also|is|has|currently|"
        r"now|recently|already))* ([a-z]{3,})"
    )
    return [
        word
        for match in re.finditer(pattern, text, re.IGNORECASE)
        for word in _content(match.group(1), names)
    ]


def _content(text: str, names: frozenset[str]) -> list[str]:
    words = [
        word.casefold().strip("'’-").removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text)
    ]
    return [w for w in words if len(w) > 2 and w not in FRAMING and w not in names]


def _is_said(word: str, said: Iterable[str]) -> bool:
    stem = word[: max(4, len(word) - 3)]
    groups = [group for group in SYNONYMS if word in group]
    return any(
        other == word
        or other.startswith(stem)
        or (len(other) > 4 and word.startswith(other[: max(5, len(other) - 3)]))
        for other in said
    ) or any(other in group for group in groups for other in said)


def _figures_of(text: str) -> set[str]:
    """Figures in one spelling: "18,000+" and "18k" are 18000, "40 percent" is 40%."""
    found = {_figure(match) for match in _NUMBER.finditer(text)}
    found |= {str(_SMALL[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in _SMALL}
    return found | {
        match.group().lower() for match in _WORD_NUMBERS.finditer(text) if "cent" not in match.group().lower()
    }


def _figure(match: re.Match[str]) -> str:
    digits = match["n"].replace("'", "").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    value = float(digits.replace(",", "."))
    unit = (match["unit"] or "").lower()
    value *= {
        "k": 1e3,
        "thousand": 1e3,
        "tausend": 1e3,
        "hundred": 1e2,
        "million": 1e6,
        "millionen": 1e6,
        "mio": 1e6,
        "m": 1e6,
        "billion": 1e9,
    }.get(unit, 1)
    mark = "%" if unit in {"%", "percent", "prozent"} else ""
    money = bool(match["money"]) or unit in {
        "€",
        "$",
        "£",
        "eur",
        "euro",
        "euros",
        "usd",
        "gbp",
        "dollar",
        "dollars",
        "pound",
        "pounds",
    }
    return f"{'¤' if money else ''}{value:g}{mark}"


def _name_words(names: Iterable[str]) -> frozenset[str]:
    words = {
        word.casefold().strip("'’.-&,()")
        for name in names
        for whole in (name, name.replace("-", " "))
        for word in re.split(r"[\s&/]+", whole)
    }
    return frozenset(words | {word.removesuffix("'s").removesuffix("’s") for word in words}) - {""}


def _short(text: str) -> str:
    flat = squeeze_marks(text)
    return flat if len(flat) <= 120 else flat[:117].rsplit(" ", 1)[0] + " …"


_GERMAN_LEADS = word_set(
    "Bereich Thema Frage Punkt Herr Frau Herrn Montag Dienstag Mittwoch Donnerstag Freitag Ende Anfang Mitte"
)
_SMALL = {
    word: number
    for word, number in zip(
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "twenty",
            "thirty",
            "forty",
            "fifty",
            "sixty",
            "seventy",
            "eighty",
            "ninety",
        ],
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 30, 40, 50, 60, 70, 80, 90),
        strict=True,
    )
}
_STARTERS = word_set(
    "a about after all also although an and another any are as at based because before between both but "
    "by can congratulations could despite did do does during each either every everyone few finally "
    "first for from further given happy hello her here hi his hope how however i if in instead is it "
    "its just kind last lately let like looking many may maybe meanwhile more most much my nearly no "
    "nobody none not nothing now of often on once one only or other our over perhaps please put quick "
    "quite rather recently regards same shall she short should since so some someone something soon "
    "still such sure thank thanks that the their them then there therefore these they this those though "
    "three through thus to today together tomorrow too two under unless until up us usually very was we "
    "well were what whatever when whenever where whether which while who whoever whose why will with "
    "within without would yes yesterday yet you your plus best warm studies research imagine people "
    "companies several teams businesses customers clients patients nice great good simply "
    "everything anything reply feel details wish question der die das ein eine einen einem einer und "
    "oder aber wir sie ihr ihre ihren ich es auf bei in im mit ohne für von zu zum zur über unter seit "
    "nach vor wenn falls ob weil da dass wie was wer wo wann warum welche welcher danach deshalb daher "
    "kurz viele freundliche guten vielleicht darf ist sind haben hat wäre würde möchten können meine "
    "mein unsere unser zurzeit derzeit gerade heute morgen dann auch nur noch kennen beschäftigt hallo "
    "liebe lieber sehr das diese dieser dieses worum laut studien einige mehr"
)
