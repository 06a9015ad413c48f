"""What people ask about, put into one word a subject whatever the language, so that a question meets pages in another.

A word without a subject stays as it is: what is not understood is not dropped, so it counts against an answer.
"""

import re
from functools import cache
from importlib.resources import files

import yaml

from language.offline.replies.glossing import Table, look_up, table_of
from language.offline.replies.lexicon_files import lexicons, stop_weights
from language.offline.replies.words import folded

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_HIT = 0.3  # what a word of a list says for its language, beside the frequent words
_TELLING = 0.8  # of the score of the likeliest language: more than that for a second one tells nothing
# Words of every question that say nothing of its subject, beside the frequent words of each language.
_EMPTY = {
    "de": "kann konnen konnte man damit dafur dabei dazu daran darin darauf gleich auch schon noch etwa denn mal es "
    "oder lassen lasst gibt geht haben hatten wurde wurden werden wird mochten mochte sollte soll will wollen muss "
    "mussen bei beim bieten bietet macht machen wie was wer wann wo welche welcher welches uns euch ihr ihnen hier "
    "dann wenn ob sich bitte eigentlich direkt irgendwie uberhaupt einfach euer eure eurem ihrer ihrem ihre unsere "
    "unser sie als an furs ins",
    "en": "do does can could would will is are it one also then there any with you your we our us have has be get",
    "fr": "est ce que qu il elle on peut peuvent possible avec vous votre vos nous notre chez y a t aussi faire avez "
    "avoir comment quel quelle quels quelles dans pour par au aux bonjour l d s c n",
    "es": "se puede pueden poder es esta con ustedes su sus nosotros nuestro tiene tienen tambien hay como que cual "
    "para por al hola buenos dias",
    "it": "si puo possibile e con voi vostro vostra noi nostro avete anche c come che quale per da dove sono i "
    "buongiorno",
    "nl": "kan kunnen kun je u uw jullie wij we ons onze is er ook met hoe wat welke voor bij het dat dit heeft "
    "hebben worden wordt",
}


def plain(text: str) -> str:
    """The words of a text as subjects; frequent words left out, unknown words and figures kept."""
    language = language_of(text)
    table, empty = _tables().get(language, {}), _empty(language)
    found: list[str] = []
    for word in _WORD.findall(text):
        for part in folded(word):
            subject = look_up(table, part)
            if subject or part not in empty:
                found.append(subject or part)
    return " ".join(dict.fromkeys(found))


def named(text: str) -> frozenset[str]:
    """The subjects a text speaks of."""
    table = _tables().get(language_of(text), {})
    return frozenset(subject for word in folded(text) if (subject := look_up(table, word)))


def language_of(text: str) -> str:
    """The likeliest language of a text among those with subjects; "" when nothing tells."""
    words = folded(text)
    known = stop_weights()
    scores = {
        name: sum(
            known.get(name, {}).get(word, 0.0)
            + _HIT * (word in _empty(name))
            + _HIT * bool(look_up(table, word))
            for word in words
        )
        for name, table in _tables().items()
    }
    best, second, *_ = sorted(scores.values(), reverse=True)
    if not best or second > _TELLING * best:
        return ""
    return next(name for name, score in scores.items() if score == best)


@cache
def _empty(language: str) -> frozenset[str]:
    stops = lexicons()[language].stops if language in lexicons() else frozenset()
    return frozenset(_EMPTY.get(language, "").split()) | stops


@cache
def _tables() -> dict[str, Table]:
    folder = files("language.offline.replies").joinpath("subjects")
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml"))
    return {name[:2]: table_of(yaml.safe_load(folder.joinpath(name).read_text("utf-8"))) for name in names}
