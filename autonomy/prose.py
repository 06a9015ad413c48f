"""Cuts a mail into sentences, greeting left out, signature marked; tells its language. Judges nothing."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|day)|guten (?:tag|morgen)|hallo|liebe[rs]?|"
    r"sehr geehrte[rs]?|moin|grüß gott|servus|bonjour|"
    r"buenos días|hola|ciao|buongiorno|beste|geachte)\b(?:\b(?:Dr|Prof|Mr|Mrs|Ms|[A-Z])\.|[^.!?:;\d]){0,60}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:best|kind|warm|many|with kind|with best)(?: regards| wishes)?|regards|cheers|sincerely|"
    r"yours(?: sincerely| truly)?|thanks|thank you|all the best|"
    r"viele grüße|freundliche grüße|mit freundlichen grüßen|beste grüße|herzliche grüße|schöne "
    r"grüße|liebe grüße|cordialement|saludos|cordiali saluti)[,.!]?$",
    re.IGNORECASE,
)
_URL = re.compile(r"\[([^\]]*)\]\([^)]*\)|https?://\S+|www\.\S+|\S+@\S+\.\w+")
# When to meet is no claim: the zone a time is told in, and how many times are offered.
_ZONE = re.compile(
    r"\b(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[\w+-]+(?:/[\w+-]+)*"
    r"(?: time| Ortszeit| Zeit)?|\b(?:UTC|GMT)(?:\s?[+−-]\s?\d{1,2}(?::\d{2})?)?(?!\w)|"
    r"\b(?:CES?T|MES?Z|EES?T|WES?T|BST|IST|[ECMP][SD]T|JST|AE[SD]T)\b|"
    r"\b(?:Central|Eastern|Western|Mountain|Pacific|Atlantic|Greenwich|Coordinated|British|Indian)"
    r"(?: European| Universal| Mean)?(?: Summer| Standard| Daylight)? Time\b|"
    r"\b(?:Mitteleuropäische|Osteuropäische|Westeuropäische)(?: Sommerzeit| Zeit)"
)
_OFFERS = re.compile(
    r"(?P<before>\b(?:here are|these|those|one of(?: the)?|either of(?: the)?|any of(?: the)?|between|following|"
    r"offer(?:ing)?(?: you)?|suggest(?:ing)?|propos(?:e|ing)|hier sind|diese[nr]?|einer(?: der)?|folgende[nr]?|"
    r"biete(?: ich)?(?: ihnen)?|schlage(?: ich)?(?: ihnen)?)) "
    r"(?:two|three|four|five|six|zwei|drei|vier|fünf|sechs|[2-6]) "
    r"(?P<what>(?:[a-zäöü]+ )?(?:times|slots|dates|days|openings|appointments|zeiten|termine[n]?|zeitfenster|"
    r"tage[n]?))\b",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|dr|prof|mr|mrs|ms|no|nr|approx|ca|inc|ltd|co|etc|vs|z\.b|bzw|st|jr|sr|usw|u\.a|"
    r"d\.h|evtl|ggf|\d{1,2})\.$",
    re.IGNORECASE,
)
_STOPS = {
    "en": word_set(
        "the a an and of to for with in on at is are we you our your that this from it has have not can "
        "be as who will they their by was"
    ),
    "de": word_set(
        "an in frage noch punkt einem eines meine mein kurz satz uns der die das und oder von zu "
            "für mit im am ist sind wir sie unser unsere "
        "ihr ihre ihnen dass es hat haben nicht ein eine einen einer ich auf bei wie wäre das auch als "
        "nach uns zum zur mir den dem des wird gerade über seit"
    ),
    "other": word_set(
        "le la les des du et ou pour avec dans est sont nous vous notre votre une que qui sur el los "
        "las y con por es son nosotros su una del het een van voor met zijn wij onze uw dat niet il gli "
        "di per che siamo nostro della nel o os uma não com nosso são je tu vi og er til på och att är"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """One sentence without links; a signature line is what follows the closing."""

    text: str
    question: bool
    signature: bool


def sentences(body: str) -> list[Sentence]:
    """Sentences of a mail in order; the greeting line is left out."""
    found: list[Sentence] = []
    signing = False
    for number, line in enumerate(line for line in body.splitlines() if line.strip()):
        text = squeeze_marks(_without_times(_URL.sub(lambda match: match.group(1) or " ", line)))
        if number == 0 and _GREETING.match(text.rstrip(",!")):
            continue
        if _CLOSING.match(text):
            signing = True
            continue
        found += [Sentence(piece, piece.endswith("?"), signing) for piece in _split(text)]
    return found


def _without_times(line: str) -> str:
    return _OFFERS.sub(r"\g<before> \g<what>", _ZONE.sub(" ", line))


def _split(line: str) -> list[str]:
    pieces, start = [], 0
    for match in re.finditer(r"[.!?]+[\"”’)]*(?=\s+\S|$)", line):
        if _ABBREVIATION.search(line[start : match.end()]):
            continue
        pieces.append(line[start : match.end()].strip())
        start = match.end()
    pieces.append(line[start:].strip())
    return [piece for piece in pieces if re.search(r"\w", piece)]


@lru_cache(maxsize=4_096)  # the lines of a campaign's mails repeat
def squeeze_marks(text: str) -> str:
    """The text in one spelling: NFKC, single spaces, no emphasis marks, list bullets or invisible characters."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if unicodedata.category(char) not in ("Cf", "Cc") or char in "\n\t"
    )
    plain = re.sub(
        r"^\s*(?:[-*•>]|\d+[.)])\s+", "", re.sub(r"[*_`#]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", plain)
    )
    return re.sub(r"\s+", " ", plain).strip()


@lru_cache(maxsize=4_096)
def language_of(text: str) -> str:
    """ "en", "de", "other" or "" when there is too little to tell."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {lang: sum(word in stops for word in words) for lang, stops in _STOPS.items()}
    if re.search(r"[\u0370-\u1fff\u3040-\u9fff\uac00-\ud7af]", text):
        return "other"
    best = max(scores, key=lambda lang: scores[lang])
    if not scores[best]:
        return "de" if re.search(r"[äöüß]", text.lower()) else ""
    tied = [lang for lang, score in scores.items() if score == scores[best]]
    return (
        best if len(tied) == 1 else ("de" if "de" in tied and re.search(r"[äöüß]", text.lower()) else tied[0])
    )
