"""Finds phrases of a word list in text: tokens, folding, light plural stems, longest match first.

Holds no vocabulary of its own.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W_]+")
_MIN_STEM = 4  # shorter stems would merge unrelated words
_ANY = "_"  # the key of a word that may be anything
_BLANK = "anyword"
_MIN_COMPOUND = 8  # a compound is at least this long before its parts are looked up


class Token(NamedTuple):
    """One word with its place in the text; `fold` drops case and accents, `stem` also drops plurals."""

    text: str
    start: int
    end: int
    fold: str
    stem: str


class Hit(NamedTuple):
    """A phrase found: its value, the language it was listed under, its place, and whether it is vague."""

    value: str
    lang: str
    start: int
    end: int
    weak: bool
    first: int  # index of the first token
    last: int  # index after the last token


class _Entry(NamedTuple):
    keys: tuple[str, ...]
    value: str
    lang: str
    weak: bool
    cased: str


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """The word without case and accents."""
    lowered = word.casefold()
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A key shared by singular and plural in the languages we read; not a word itself."""
    folded = fold(word)
    if len(folded) <= _MIN_STEM or not folded.isalpha():
        return folded
    return _drop_vowels(_drop_plural(folded))


def _drop_plural(word: str) -> str:
    if word.endswith("ies") and len(word) > _MIN_STEM + 1:
        return word[:-3] + "y"
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("s"):
        return word[:-1]
    if word.endswith("ern"):
        return word[:-1]
    if word.endswith(("innen", "erin")):
        return word.removesuffix("nen").removesuffix("in")
    return word[:-2] if word.endswith("en") and len(word) > _MIN_STEM + 2 else word


def _drop_vowels(word: str) -> str:
    while len(word) > _MIN_STEM and word[-1] in "aeio":
        word = word[:-1]
    return word


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text in order; hyphens and apostrophes separate."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        found.append(Token(word, match.start(), match.end(), fold(word), stem(word)))
    return tuple(found)


class PhraseIndex:
    """A word list compiled for look-up.

    Phrases may end or begin with `*` (the rest of a compound), hold `_` (any one word, not the first)
    and begin with `~` (vague) or `=` (the exact spelling counts, capitals included).
    """

    def __init__(self, phrases: Iterable[tuple[str, str, str]], *, stems: bool = True) -> None:
        """Compile (phrase, value, language) rows; `stems` makes the look-up tolerate plurals."""
        self._stems = stems
        self._by_first: dict[str, list[_Entry]] = {}
        self._prefixes: dict[str, _Entry] = {}
        self._suffixes: dict[str, _Entry] = {}
        for phrase, value, lang in phrases:
            self._add(phrase.strip(), value, lang)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: (-len(entry.keys), not entry.cased, entry.weak))
        self._prefix_sizes = sorted({len(key) for key in self._prefixes}, reverse=True)
        self._suffix_sizes = sorted({len(key) for key in self._suffixes}, reverse=True)

    def find(self, words: Sequence[Token]) -> list[Hit]:
        """Hits in order, none overlapping, the longest phrase winning."""
        hits: list[Hit] = []
        position = 0
        while position < len(words):
            hit = self._at(words, position)
            if hit is None:
                position += 1
            else:
                hits.append(hit)
                position = hit.last
        return hits

    def search(self, text: str) -> list[Hit]:
        """Hits in a text."""
        return self.find(tokens(text))

    def _add(self, phrase: str, value: str, lang: str) -> None:
        weak, cased = phrase.startswith("~"), phrase.startswith("=")
        bare = phrase.lstrip("~=")
        before, after = bare.startswith("*"), bare.endswith("*")
        bare = bare.strip("*")
        parts = tokens(re.sub(r"(?<!\S)_(?!\S)", _BLANK, bare))
        if not parts:
            return
        keys = tuple(
            _ANY if part.text == _BLANK else part.stem if self._stems else part.fold for part in parts
        )
        entry = _Entry(keys, value, lang, weak, bare if cased else "")
        if before:
            self._suffixes.setdefault(parts[0].fold, entry)
        if after:
            self._prefixes.setdefault(parts[0].fold, entry)
        if not (before or after):
            self._by_first.setdefault(keys[0], []).append(entry)

    def _at(self, words: Sequence[Token], position: int) -> Hit | None:
        word = words[position]
        key = word.stem if self._stems else word.fold
        for entry in self._by_first.get(key, ()):
            last = position + len(entry.keys)
            if self._matches(entry, words, position, last):
                return _hit(entry, words, position, last)
        if len(word.fold) >= _MIN_COMPOUND and (entry := self._compound(word.fold)):
            return _hit(entry, words, position, position + 1)
        return None

    def _matches(self, entry: _Entry, words: Sequence[Token], first: int, last: int) -> bool:
        if last > len(words):
            return False
        for key, word in zip(entry.keys, words[first:last], strict=True):
            if key != _ANY and key != (word.stem if self._stems else word.fold):
                return False
        if not entry.cased:
            return True
        return " ".join(word.text for word in words[first:last]) == " ".join(_TOKEN.findall(entry.cased))

    def _compound(self, word: str) -> _Entry | None:
        for size in self._suffix_sizes:
            if size < len(word) and (entry := self._suffixes.get(word[-size:])):
                return entry
        for size in self._prefix_sizes:
            if size < len(word) and (entry := self._prefixes.get(word[:size])):
                return entry
        return None


def _hit(entry: _Entry, words: Sequence[Token], first: int, last: int) -> Hit:
    return Hit(
        entry.value,
        entry.lang,
        words[first].start,
        words[last - 1].end,
        entry.weak,
        first,
        last,
    )
