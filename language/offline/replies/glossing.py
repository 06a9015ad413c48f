"""Words of many languages put into plain English ideas, so that what is learned in one is known in all.

A rough gloss, word by word; it is material for the classifier and never shown to anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from language.offline.replies.lexicon_files import stop_weights
from language.offline.replies.words import folded

Table = Mapping[str, str]
_SHORTEST_STEM, _LONGEST_STEM = 2, 20
_HIT = 0.35  # what a word with a gloss says for its language, beside the frequent words


@dataclass(frozen=True, slots=True)
class Glossed:
    """A sentence as English ideas: `text` for the sentence model, `ideas` in the order they are said."""

    text: str
    ideas: tuple[str, ...]
    language: str


@lru_cache(maxsize=1_024)  # one sentence is asked about several times
def glossed(text: str) -> Glossed:
    """The sentence in its likeliest language, its known words put into English."""
    words = folded(text)
    language = _language(words)
    pairs = [(word, idea_of(word, language)) for word in words]
    ideas = tuple(idea for _, idea in pairs if idea)
    if language == "en":
        return Glossed(text, ideas, language)
    return Glossed(" ".join(_once(idea or word for word, idea in pairs)), ideas, language)


def _once(words: Iterable[str]) -> Iterable[str]:
    """Words without immediate repetition ("ne … pas" is one "not")."""
    before = ""
    for word in words:
        if word != before:
            yield word
        before = word


def _language(words: tuple[str, ...]) -> str:
    known = stop_weights()
    scores = {
        name: sum(
            known.get(name, {}).get(word, 0.0) + (_HIT if idea_of(word, name) else 0.0) for word in words
        )
        for name in _tables()
    }
    best = max(scores.values(), default=0.0)
    return next((name for name, score in scores.items() if score == best), "en")


@lru_cache(maxsize=65_536)  # every word is tried in every language
def idea_of(word: str, language: str) -> str:
    """The English idea of a folded word; \"\" when its language's list does not hold it."""
    return look_up(_tables().get(language, {}), word)


def look_up(table: Table, word: str) -> str:
    """What a table says of a folded word: the word itself, else its longest stem; \"\" when it says nothing."""
    if word in table:
        return table[word]
    for length in range(min(len(word), _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
        found = table.get(word[:length] + "*")
        if found:
            return found
    return ""


@cache
def _tables() -> dict[str, Table]:
    """Word or stem* → English idea, by language; English first, as it wins a tie."""
    folder = files("language.offline.replies").joinpath("glosses")
    names = sorted(
        (one.name for one in folder.iterdir() if one.name.endswith(".yaml")),
        key=lambda name: name != "en.yaml",
    )
    return {name[:2]: table_of(yaml.safe_load(folder.joinpath(name).read_text("utf-8"))) for name in names}


def table_of(raw: dict[str, str]) -> Table:
    """Word or stem* → idea, from ideas with the words that mean them."""
    table: dict[str, str] = {}
    for idea, words in raw.items():
        for word in words.split():
            table.setdefault(word, idea)
    return table
