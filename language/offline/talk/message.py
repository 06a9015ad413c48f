"""Cuts a person's message into clean clauses: spelling, politeness, web addresses, slash commands.

Knows words, not intents.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from rapidfuzz.distance import OSA

from language.offline.talk.grammar import grammar

_URL = re.compile(r"(?<![\w@.])https?://[^\s<>\"')\]]+", re.I)
_BARE = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::\d{2,5})?(?:/[^\s<>\"']*)?",
    re.I,
)
_FILE_ENDINGS = {
    "csv",
    "xlsx",
    "pdf",
    "txt",
    "json",
    "docx",
    "doc",
    "png",
    "jpg",
    "html",
    "htm",
    "py",
    "md",
}
_WORD = re.compile(r"[a-z][a-z'-]*[a-z]|[a-z]", re.I)
_CONTRACTIONS = (
    (
        re.compile(r"\b(what|who|where|that|how|here|there|why|when|it|he|she|let)['’]s\b"),
        r"\1 is",
    ),
    (re.compile(r"\bwhats\b"), "what is"),
    (re.compile(r"\bwhos\b"), "who is"),
    (re.compile(r"\b(?:heres)\b"), "here is"),
    (re.compile(r"\bcan['’]?t\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon['’]t\b"), "will not"),
    (
        re.compile(r"\b(do|does|did|is|are|was|were|has|have|should|would|could|must)n['’]?t\b"),
        r"\1 not",
    ),
    (re.compile(r"['’]re\b"), " are"),
    (re.compile(r"['’]ve\b"), " have"),
    (re.compile(r"['’]ll\b"), " will"),
    (re.compile(r"['’]d\b"), " would"),
    (re.compile(r"['’]m\b"), " am"),
    (re.compile(r"\bwanna\b"), "want to"),
    (re.compile(r"\bgonna\b"), "going to"),
    (re.compile(r"\bgimme\b"), "give me"),
    (re.compile(r"\blemme\b"), "let me"),
    (re.compile(r"\bw/o\b"), "without"),
    (re.compile(r"\bw/\b"), "with"),
)
_POLITE = (
    re.compile(
        r"^(?:ok(?:ay)?|yes|yep|yeah|sure|alright|right|well|so|hm+|oh|ah|hey|hi|hello|now|then|and|"
        r"but|also|actually|"
        r"great|perfect|good|cool|nice|thanks|thank you|thx|sorry|no worries|uh+|um+|btw|by the way|please|pls|plz|"
        r"could you|can you|would you|will you|may i|can i|could i|can we|could we|shall we|let us|let is|"
        r"i would like you to|i want you to|i need you to|would you mind|i think|i guess|maybe|perhaps|kindly|"
        r"you should|you can|you could|go ahead and|feel free to|be so kind (?:as )?(?:to|and)|"
        r"we should|we want you to|i would love (?:you )?to|for now|in the meantime|next|finally|quickly|"
        r"let me know|do me a favou?r and|just|simply)\b[\s,:!.-]*"
    ),
    re.compile(
        r"[\s,]*\b(?:please|pls|plz|thanks|thank you|thx|if possible|if you can|if you like|for me|mate|ok)$"
    ),
    re.compile(r"\b(?:please|pls|plz|kindly)\b\s*"),
)
_KEEP_POLITE = re.compile(
    r"^(?:can|could) (?:you|i) (?:do|help)$|^can i (?:use|ask|do)|^(?:thanks|thank you|thx|great|"
    r"good|nice|cool|perfect|"
    r"hi|hey|hello|ok|okay|yes|no|now|right|sure)(?: (?:thanks|thank you|there|a lot|so much|job|work|one|morning|"
    r"afternoon|evening|night|very much|again|stuff|for .*))*$"
)
_BREAK = re.compile(r"(?:[;!?\n]+|(?<!\d)\.(?=\s|$)|\.(?=\s+[A-Z]|\s*$)|\s[–—-]\s)\s*")
_JOINT = re.compile(
    r"\s*(?:,\s*(?:and\s+|but\s+|or\s+)?(?:then\s+|also\s+)?|\s(?:and|but)\s+(?:then\s+|also\s+)?|\sthen\s+)",
    re.I,
)


_AUXILIARY = re.compile(r"(?:are|is|do|does|did|was|were|has|have|can|will|should|many|much)$")


@dataclass(frozen=True)
class Clause:
    """One thing said: `text` is cleaned and lower case, `raw` keeps the person's letters."""

    text: str
    raw: str
    also: bool = False  # said with "also", "as well", "too", "add"
    question: bool = False


@dataclass(frozen=True)
class Message:
    """What a person typed, taken apart."""

    clauses: tuple[Clause, ...]
    urls: tuple[str, ...]
    command: str = ""  # slash command without the slash
    rest: str = ""  # what followed the command


def take_apart(text: str, names: frozenset[str] = frozenset()) -> Message:
    """Clauses, addresses and slash command of a message; words in `names` are never "corrected"."""
    stripped = text.strip()
    command, rest = _command(stripped)
    if command:
        return Message((), (), command, rest)
    without, urls = _take_urls(stripped)
    clauses = [clause for piece in _pieces(without) if (clause := _clause(*piece, names))]
    return Message(tuple(clauses), urls)


def _command(text: str) -> tuple[str, str]:
    match = re.match(r"/([a-z-]+)\b\s*(.*)", text, re.I | re.S)
    return (match.group(1).lower(), match.group(2).strip()) if match else ("", "")


def _take_urls(text: str) -> tuple[str, tuple[str, ...]]:
    urls: list[str] = []

    def keep(match: re.Match[str]) -> str:
        found = match.group().rstrip(".,;:!?")
        host = re.sub(r"^https?://", "", found, flags=re.I)
        if host.split("/")[0].split(":")[0].rsplit(".", 1)[-1].lower() in _FILE_ENDINGS:
            return match.group()
        urls.append(found)
        return " " + match.group()[len(found) :]

    return _BARE.sub(keep, _URL.sub(keep, text)), tuple(dict.fromkeys(urls))


def _pieces(text: str) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    position = 0
    for match in [*_BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        asked = bool(match and "?" in match.group())
        pieces.extend((piece, asked) for piece in _split_joints(text[position:end]))
        position = match.end() if match else end
    return pieces


def _split_joints(sentence: str) -> list[str]:
    """Cut at commas and "and/but/then" where the next words start a new request."""
    pieces, start = [], 0
    for match in _JOINT.finditer(sentence):
        if _starts_anew(sentence[match.end() :], match.group(), sentence[start : match.start()]):
            pieces.append(sentence[start : match.start()])
            start = match.start() if re.search(r"\balso\b", match.group(), re.I) else match.end()
    return [*pieces, sentence[start:]]


def _starts_anew(after: str, joint: str, before: str) -> bool:
    words = _plain(after)
    for pattern in _POLITE[:1]:
        words = pattern.sub("", words)
    first, second = ([*words.split(), "", ""])[:2]
    first = corrected(first)
    if first not in grammar().starters or not before.strip():
        return False
    if first in {"who", "which", "where", "what", "how", "when"} and _AUXILIARY.match(second):
        return True
    if first in {"not", "no", "without", "never", "only", "who", "which", "where", "that"}:
        # "companies in Germany, not in Austria" stays whole unless a comma or "but" sets it apart
        return ("," in joint or "but" in joint.lower()) and first in {"no", "only"}
    return first != "mail" and (first not in {"do", "have"} or second == "not")


def _plain(text: str) -> str:
    lowered = text.strip().lower()
    for pattern, replacement in _CONTRACTIONS:
        lowered = pattern.sub(replacement, lowered)
    return re.sub(r"\s+", " ", lowered).strip(" ,.:;!?\"'“”()")


def _clause(piece: str, asked: bool, names: frozenset[str]) -> Clause | None:
    raw = piece.strip(" ,.:;!\n\t")
    text = _spelled(_plain(piece), piece, names)
    also = bool(re.search(r"\b(?:also|as well|too|additionally|plus|in addition|furthermore)\b", text))
    text = without_politeness(text)
    return Clause(text, raw, also, asked) if text else None


def without_politeness(text: str) -> str:
    """The text without fillers and courtesies at its ends."""
    while not _KEEP_POLITE.match(text):
        before = text
        for pattern in _POLITE:
            text = pattern.sub("", text).strip(" ,")
        if text == before:
            break
        if not text:
            return before
    return text


def _spelled(text: str, original: str, names: frozenset[str]) -> str:
    proper = _proper_words(original) | names

    def fix(match: re.Match[str]) -> str:
        word = match.group()
        return _place(word) if word in proper and word not in names else corrected(word)

    return _WORD.sub(fix, text)


def _proper_words(original: str) -> frozenset[str]:
    # a capital inside a sentence is probably a name; at its start it says nothing
    if original.isupper():
        return frozenset()
    inner = [match for match in _WORD.finditer(original) if match.start() > 0 and match.group()[0].isupper()]
    return frozenset(match.group().lower() for match in inner)


@lru_cache(maxsize=4096)
def corrected(word: str) -> str:
    """The word people meant when a grammar word is one slip away (two in long words)."""
    known = grammar()
    if len(word) < 4 or word in known.words or word in known.real_words or word in known.starters:
        return word
    allowed = 2 if len(word) >= 8 else 1
    best, distance = word, allowed + 1
    for target in known.words:
        if target[0] != word[0] and sorted(target) != sorted(word):
            continue
        slips = OSA.distance(word, target, score_cutoff=allowed)
        if slips < distance and _is_slip(word, target):
            best, distance = target, slips
    return best


@lru_cache(maxsize=1024)
def _place(word: str) -> str:
    """A capitalised word is a name and stays, unless it is a country misspelt by one letter."""
    if len(word) < 5 or word in _countries() or word.endswith("n"):  # "German" and "Indian" are no slips
        return word
    return next(
        (
            name
            for name in _countries()
            if name[0] == word[0] and OSA.distance(word, name, score_cutoff=1) <= 1
        ),
        word,
    )


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    names = Locale("en").territories
    return frozenset(
        name.lower() for code, name in names.items() if len(code) == 2 and name.isalpha() and len(name) > 4
    )


def _is_slip(word: str, target: str) -> bool:
    if len(word) == len("lsit") or len(target) == len("list"):
        return sorted(word) == sorted(target)  # short words: swapped letters only
    plural = word.rstrip("s") == target.rstrip("s") or word + "s" == target
    tense = target + "ed" == word or target + "d" == word or target + "r" == word or target + "er" == word
    return not plural and not tense
