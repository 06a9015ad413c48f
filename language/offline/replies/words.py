"""A mail's own words: quoted parts left out, sentences cut, each also in a folded form patterns can meet.

Knows no vocabulary; that is in the lexicon folder.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from domain.knowledge import squeeze

MAX_CHARS = 8_000  # what a person writes; the rest of a longer mail is not read
MAX_SENTENCES = 60
_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.I)
_QUOTED_FROM = re.compile(
    r"^\s*(?:-{2,}\s*(?:original|urspr|message d|mensaje orig|messaggio orig|oorspronk|mensagem orig|weiterg|forwarded)"
    r"|_{10,}\s*$"
    r"|(?:on|am|le|el|il|op|em|dnia|w dniu|den|pa)\b.{4,120}\b(?:wrote|schrieb|écrit|escribió|scritto|schreef|escreveu"
    r"|napisał\w*|skrev|kirjoitti)\b.{0,80}:?\s*$"
    r"|(?:from|von|de|da|van|od|från|fra)\s*:.{1,120}$"
    r"|[^\n]{0,80}<[^\s@<>]+@[^\s<>]+>\s*(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev)\s*:?\s*$)",
    re.I,
)
_SIGNATURE = re.compile(
    r"^\s*(?:--\s*$|(?:sent|gesendet|envoyé|enviado|inviato|verzonden|skickat|sendt) (?:from|von|de|depuis|da|vanaf|"
    r"från|fra) (?:my|meine[mr]|mon|mi|mio|meu|min|mijn)\b.{0,60}$)",
    re.I,
)
_SPLIT = re.compile(r"(?<=[.!?…。])[\"”’)\]]*\s+(?=\S)|\n\s*\n|\n(?=\s*[-*•])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:dr|prof|mr|mrs|ms|hr|fr|st|no|nr|art|inc|ltd|e\.g|i\.e|z\.b|ca|approx|tel|sra?|ing|mme|d|jan|feb|mar|apr|"
    r"jun|jul|aug|sept?|oct|okt|nov|dec|dez)|(?<![\w.])\d{1,2}(?:\.\d{1,2})?)\.$",
    re.I,
)
_EXTRA = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "æ": "ae", "Æ": "ae", "đ": "d", "œ": "oe", "ı": "i",
     "‘": "'", "’": "'", "´": "'", "`": "'", "ʼ": "'"}
)  # fmt: skip
_SHORT_FORMS = (
    (re.compile(r"\bcan't\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"(?<=\w)'d\b"), " would"),
    (re.compile(r"\b(it|that|what|there|here|who|where|how|she|he)'s\b"), r"\1 is"),
    (re.compile(r"'s\b"), ""),
    (re.compile(r"\be-(?=mail)"), "e"),
)
_TOKEN = re.compile(
    r"@mail|@link|\d+(?:[.:/-]\d+)+|\d+[a-z]+\d*|\d+|(?<![^\W_])[a-z]{1,2}\d{1,2}(?![^\W_])|[^\W\d_]+|[?,]|[\u2600-\u27bf\U0001f300-\U0001faff]"
)


class Sentence(NamedTuple):
    """One sentence: as it stands in the mail (whitespace squeezed), and its folded words."""

    text: str
    words: tuple[str, ...]

    @property
    def asks(self) -> bool:
        """True when it ends as a question."""
        return self.text.rstrip("\"'”’)] ").endswith("?")


def own_text(text: str) -> str:
    """The mail without quoted lines, what stands below a quoting header, and phone signatures."""
    kept: list[str] = []
    for line in text[:MAX_CHARS].replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.lstrip().startswith((">", "|>")):
            continue
        if _QUOTED_FROM.match(line) and (kept or len(line) > 20):
            if any(one.strip() for one in kept) or line.lstrip().startswith("-"):
                break
            continue
        if _SIGNATURE.match(line):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text in order, each contiguous in it."""
    pieces: list[str] = []
    start = 0
    for match in _SPLIT.finditer(text):
        piece = text[start : match.end()].strip()
        if "\n" not in match.group() and _ABBREVIATED.search(text[start : match.start()]):
            continue
        pieces.append(piece)
        start = match.end()
    pieces.append(text[start:].strip())
    found = [Sentence(squeeze(piece), folded(piece)) for piece in pieces if piece]
    return tuple(one for one in found if one.words)[:MAX_SENTENCES]


@lru_cache(maxsize=4_096)
def folded(text: str) -> tuple[str, ...]:
    """The words in lower case without accents; e-mail addresses become @mail, stops and brackets a comma."""
    plain = _LINK.sub(" @link ", _ADDRESS.sub(" @mail ", text)).translate(_EXTRA).lower()
    for pattern, written in _SHORT_FORMS:
        plain = pattern.sub(written, plain)
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = re.sub(r"[;:()\[\]–—\"“”„]|\s-\s|\.{2,}", " , ", re.sub(r"(?<=\d):(?=\d)", "§", plain)).replace(
        "§", ":"
    )
    words = _TOKEN.findall(plain)
    return tuple(
        w for n, w in enumerate(words) if w != "," or (0 < n < len(words) - 1 and words[n - 1] != ",")
    )


def addresses(text: str) -> tuple[str, ...]:
    """E-mail addresses in a text, as written."""
    return tuple(dict.fromkeys(match.group().rstrip(".'-") for match in _ADDRESS.finditer(text)))
