"""The day on which an absence or a "not now" ends, from the sentence that says so best."""

from collections.abc import Sequence

from domain.replies import Until
from language.offline.replies.dates import Named, Today, named_days
from language.offline.replies.lexicon_files import lexicons
from language.offline.replies.words import Sentence

_NEAR = 4  # words between the cue and the day
_LASTS = ("inclus", "einschliess", "inkl")


def until(sentences: Sequence[Sentence], languages: Sequence[str], today: Today) -> Until | None:
    """The stated day, None when no sentence names one that lies ahead."""
    best: tuple[int, Until] | None = None
    for sentence in sentences:
        text = " ".join(sentence.words)
        days = [day for day in named_days(text, languages, today) if day.day >= today.day]
        for day in days:
            score, returns = _weight(text, day, languages)
            # of two days in one sentence the later ends the absence ("from the 8th to the 12th")
            if best is None or score > best[0] or (score == best[0] and day.day > best[1].day):
                best = score, Until(day=day.day, returns=returns, quote=sentence.text)
    return best[1] if best is not None else None


def _weight(text: str, day: Named, languages: Sequence[str]) -> tuple[int, bool]:
    before = text[: day.start].split()[-_NEAR:]
    behind = text[day.end :].split()[:_NEAR]
    away = returning = False
    for name in languages:
        lexicon = lexicons()[name]
        near = [word for word in reversed(before)] + behind[:2]
        cue = next((word for word in near if word in lexicon.away or word in lexicon.returning), "")
        away = away or cue in lexicon.away - lexicon.returning
        returning = (
            returning
            or cue in lexicon.returning - lexicon.away
            or _both(cue, lexicon.away, lexicon.returning)
        )
    if any(word.startswith(_LASTS) for word in (*before, *behind)):
        return 3, False
    if away and not returning:
        return 3 if day.exact else 2, False
    return (3 if day.exact else 2, True) if returning else (1, True)


def _both(cue: str, away: frozenset[str], returning: frozenset[str]) -> bool:
    return cue in away and cue in returning
