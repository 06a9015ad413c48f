"""Loads grammar.yaml: compiled patterns per intent, clause starters and the words typo correction knows."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

_CLASS = re.compile(r"<(\w+)>")
_WORD = re.compile(r"[a-z]{4,}")


@dataclass(frozen=True)
class Pattern:
    """One way to say an intent; `score` is 0–100."""

    score: float
    regex: re.Pattern[str]


@dataclass(frozen=True)
class Intent:
    """Something a person may ask for."""

    name: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Hit:
    """The best pattern of an intent on one clause."""

    intent: str
    score: float
    matched: str


@dataclass(frozen=True)
class Grammar:
    """Everything grammar.yaml says, compiled."""

    intents: tuple[Intent, ...]
    starters: frozenset[str]
    words: frozenset[str]  # spelling targets
    real_words: frozenset[str]  # never corrected

    def hits(self, clause: str) -> list[Hit]:
        """Intents that fit a clause, best first; a longer match wins a tie."""
        found = []
        for intent in self.intents:
            matches = [(p.score, m.group()) for p in intent.patterns if (m := p.regex.search(clause))]
            if matches:
                score, text = max(matches, key=lambda pair: (pair[0], len(pair[1])))
                found.append(Hit(intent.name, score, text))
        return sorted(found, key=lambda hit: (-hit.score, -len(hit.matched)))


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The compiled grammar, read once."""
    raw = yaml.safe_load(files("language.offline.talk").joinpath("grammar.yaml").read_text("utf-8"))
    classes = {name: f"(?:{text})" for name, text in raw["words"].items()}
    intents = []
    for entry in raw["intents"]:
        patterns = tuple(Pattern(score, _compiled(text, classes)) for score, text in entry["patterns"])
        intents.append(Intent(entry["name"], patterns))
    real = frozenset(raw["real_words"].split())
    literal = " ".join([*raw["words"].values(), raw["starters"], raw["spelling_targets"]])
    real |= set(_WORD.findall(" ".join(text for entry in raw["intents"] for _, text in entry["patterns"])))
    return Grammar(
        intents=tuple(intents),
        starters=frozenset(raw["starters"].split()),
        words=frozenset(_WORD.findall(literal)),
        real_words=real,
    )


def _compiled(text: str, classes: dict[str, str]) -> re.Pattern[str]:
    # a class or literal must not match inside a longer word: "run" in "running"
    expanded = _CLASS.sub(lambda match: classes[match.group(1)], text)
    return re.compile(rf"(?<![\w-])(?:{expanded})(?![\w])")
