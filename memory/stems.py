"""Words cut to comparable stems. Light on purpose: it must not hurt languages it does not know."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+")
_ENDINGS = (
    ("ational", "at"),
    ("ization", "iz"),
    ("isation", "iz"),
    ("fulness", ""),
    ("ousness", ""),
    ("iveness", ""),
    ("ements", ""),
    ("ation", "at"),
    ("ement", ""),
    ("ments", ""),
    ("ities", ""),
    ("ings", ""),
    ("ions", ""),
    ("ment", ""),
    ("ness", ""),
    ("able", ""),
    ("ible", ""),
    ("ises", "iz"),
    ("izes", "iz"),
    ("ity", ""),
    ("ers", ""),
    ("ies", "i"),
    ("ied", "i"),
    ("ing", ""),
    ("ion", ""),
    ("ise", "iz"),
    ("ize", "iz"),
    ("ed", ""),
    ("er", ""),
    ("en", ""),
    ("ly", ""),
    ("es", ""),
    ("s", ""),
    ("e", ""),
    ("y", "i"),
)
_SHORTEST = 3  # letters that must remain

# Words that say nothing about the subject, in the languages company sites are most often written in.
_EMPTY_WORDS = """
a about after all also am an and any are as at be been before but by can could did do does for from
had has have he her here him his how i if in into is it its just let like many may me more most much
my no not now of on one or other our out over own please s she should show so some such t tell than
that the their them then there these they this those to too up us very was we were what when where
which while who whom whose why will with would you your
aber als am auf aus bei bin bis das dass dem den der des die durch ein eine einem einen einer es fur
hat ich ihr im in ist kein mit nach nicht noch nur oder sich sie sind uber um und uns unser von vor
wer wie wir zu zum zur au aux avec ce ces cette dans de des du elle en est et il ils je la le les
leur lui mais nous ou par pas pour que qui sa ses son sont sur un une vous al como con del el ella
es esta las lo los mas no o para pero por se sin su sus una y che chi da dei della di gli ha i non
per piu sono aan dat een het hij ik met niet of op te van voor ze zijn
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


def stems(text: str) -> list[str]:
    """The stems of a text in order, without empty words; unspaced scripts give letter pairs."""
    found: list[str] = []
    for word in _WORD.findall(_folded(text)):
        if word in _EMPTY:
            continue
        if _UNSPACED.search(word):
            found.extend(_pairs(word))
        else:
            found.append(_stem(word))
    return found


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c)))


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(max(1, len(word) - 1))]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    if any(letter.isdigit() for letter in word):
        return word
    for ending, kept in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            return _undoubled(word[: len(word) - len(ending)]) + kept
    return word


def _undoubled(stem: str) -> str:
    """`plann(ing)` and `plan` are one word."""
    if len(stem) > _SHORTEST and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    return stem
