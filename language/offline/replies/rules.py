"""Which word lists a sentence meets: names of kinds and objections, by rule. Weighs nothing against anything."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from language.offline.replies.choices import picks
from language.offline.replies.lexicon_files import Lexicon, lexicons, stop_weights, vocabulary
from language.offline.replies.marks import OURS
from language.offline.replies.opting_out import composed
from language.offline.replies.words import Sentence

EVERYWHERE = ("unsubscribe",)  # looked for in every language, whatever the mail's own
COMPOSED = "unsubscribe_composed"  # beside "unsubscribe" when no phrase says so, only parts put together
PICKS = "picks"  # names one of several by its number: says something, and not that they want to leave
_TOO_FEW = 3  # words that say little about their language
_TYPO_FROM = 5  # letters; shorter words have too many neighbours
_KINDS = (
    "complaint",
    "bot_question",
    "out_of_office",
    "auto_reply",
    "left",
    "positive",
    "not_interested",
    "not_now",
    "referral",
    "wrong_person",
    "meeting_accept",
    "meeting_counter",
    "meeting_cancel",
    "neutral",
    "question",
    "invites",
    "request",
    "asks_times",
    "pointing",
    "copies",
)
OBJECTIONS = ("price", "haggle", "timing", "authority", "need", "already", "trust")
_ALL = (*EVERYWHERE, *_KINDS, *(f"objection_{name}" for name in OBJECTIONS))


@dataclass(frozen=True)
class Met:
    """What one sentence meets: names of lists, and whether it reads as a question."""

    sentence: Sentence
    names: frozenset[str]
    asks: bool
    whole: frozenset[str]  # lists of which the sentence is nothing but a phrase
    explained: frozenset[str] = frozenset()  # lists it only looks like, as its own language says
    chance: float = OURS  # that it opts out or complains, where it does


def lexicon_names() -> tuple[str, ...]:
    """The languages with word lists."""
    return tuple(lexicons())


def detect(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """Languages the words may be in, likeliest first; empty when there is too little to tell."""
    words = [word for sentence in sentences for word in sentence.words]
    scores = {name: sum(known.get(word, 0.0) for word in words) for name, known in stop_weights().items()}
    best = max(scores.values(), default=0)
    if not best:
        return ()
    if len(words) <= _TOO_FEW or best < 1.0:
        return tuple(sorted(scores, key=lambda name: (-scores[name], name)))
    likely = [name for name, score in scores.items() if score >= 0.4 * best]
    return tuple(sorted(likely, key=lambda name: (-scores[name], name)))


def met(sentence: Sentence, languages: Sequence[str]) -> Met:
    """The lists a sentence meets in these languages; opting out and complaints in every language."""
    spoken = [_in_language(sentence, lexicons()[name], _ALL) for name in languages]
    names = frozenset().union(*(found for found, _, _ in spoken))
    whole = frozenset().union(*(entire for _, entire, _ in spoken))
    masked = frozenset().union(*(masks for _, _, masks in spoken))
    # what the mail's own language explains away is not brought back by a foreign list
    wanted = tuple(name for name in EVERYWHERE if name not in names and name not in masked)
    for name, lexicon in lexicons().items() if wanted else ():
        if name not in languages:
            found, entire, _ = _in_language(sentence, lexicon, wanted)
            names, whole = names | found, whole | entire
    names |= {PICKS} if picks(sentence.words, languages) else set()
    asks = sentence.asks or _begins_asking(sentence, languages)
    return Met(sentence, names, asks, whole, masked - names)


def _begins_asking(sentence: Sentence, languages: Sequence[str]) -> bool:
    return any(
        lexicons()[name].asks(" ".join(lexicons()[name].folded(sentence.words)).removeprefix("and "))
        for name in languages
    )


Lists = tuple[frozenset[str], frozenset[str], frozenset[str]]  # met, met as a whole, explained away


def _in_language(sentence: Sentence, lexicon: Lexicon, wanted: Iterable[str]) -> Lists:
    words = corrected(lexicon.folded(sentence.words), lexicon)
    text, alone = " ".join(words), lexicon.trimmed(words)
    plain = " ".join(word for word in words if word not in (",", "?"))
    found: set[str] = set()
    entire: set[str] = set()
    masked: set[str] = set()
    for name in wanted:
        if _is_whole(lexicon, name, alone) or _is_whole(lexicon, name, plain):
            entire.add(name)
            continue
        bare = _unmasked(lexicon, name, text)
        if _listed(lexicon, name, bare):
            found.add(name)
        elif name == "unsubscribe" and not sentence.asks and composed(lexicon.language, bare):
            found |= {name, COMPOSED}
        elif bare != text:
            masked.add(name)
    found |= entire
    return frozenset(found), frozenset(entire), frozenset(masked)


def _is_whole(lexicon: Lexicon, name: str, text: str) -> bool:
    """True when a sentence is nothing but a phrase of a list ("stop", "yes please")."""
    pattern = lexicon.pattern(f"{name}_whole")
    return bool(text) and pattern is not None and pattern.fullmatch(text) is not None


def _listed(lexicon: Lexicon, name: str, text: str) -> bool:
    pattern = lexicon.pattern(name)
    return pattern is not None and pattern.search(text) is not None


def _unmasked(lexicon: Lexicon, name: str, text: str) -> str:
    """The text without what only looks like the thing ("stop by", "do not unsubscribe me")."""
    mask = lexicon.pattern(f"{name}_not")
    return re.sub(r"\s+", " ", mask.sub(" , ", text)).strip() if mask is not None else text


def corrected(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """The words with slips of the key in the words that matter put right."""
    return tuple(_right(word, lexicon.language) for word in words)


@lru_cache(maxsize=8_192)
def _right(word: str, language: str) -> str:
    if len(word) < _TYPO_FROM or not word.isalpha() or word in vocabulary():
        return word
    slips = 1 if len(word) < 8 else 2
    for known in lexicons()[language].fuzzy:
        # the first and the last letter are seldom mistyped, and a different ending is another word
        if (
            known[0] == word[0]
            and known[-1] == word[-1]
            and OSA.distance(word, known, score_cutoff=slips) <= slips
        ):
            return known
    return word
