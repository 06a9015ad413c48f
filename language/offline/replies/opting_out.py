"""Opting out put together from its parts, for wordings no list holds: denying and reaching, erasing and ours.

A sentence that asks about a thing, or whose look-alikes are masked by its lexicon, is not looked at again.
"""

import re
from functools import cache
from importlib.resources import files

import yaml

_NEAR = 9  # words between the two parts


def composed(language: str, text: str) -> bool:
    """True when a folded sentence denies being reached, or asks to be erased."""
    parts = _parts(language)
    if parts is None:
        return False
    return _meet(parts["deny"], parts["reach"], text) or _meet(parts["erase"], parts["ours"], text)


def _meet(one: re.Pattern[str], other: re.Pattern[str], text: str) -> bool:
    """True when both occur in one clause, apart or one inside the other, not farther than a few words."""
    for clause in text.split(" , "):
        firsts = [(match.start(), match.end()) for match in one.finditer(clause)]
        for match in other.finditer(clause) if firsts else ():
            if any(_apart(clause, first, (match.start(), match.end())) for first in firsts):
                return True
    return False


def _apart(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    if one == other:
        return False  # one word cannot be both parts
    left, right = min(one[1], other[1]), max(one[0], other[0])
    return len(text[left:right].split()) <= _NEAR if right > left else True


@cache
def _parts(language: str) -> dict[str, re.Pattern[str]] | None:
    row = _raw().get(language)
    if row is None:
        return None
    return {name: re.compile(rf"(?<!\S)(?:{body.replace(_ANY, _WORD)})(?!\S)") for name, body in row.items()}


_ANY, _WORD = r"( \S+){", r"(?: [^\s,]+){"


@cache
def _raw() -> dict[str, dict[str, str]]:
    return yaml.safe_load(files("language.offline.replies").joinpath("opting_out.yaml").read_text("utf-8"))
