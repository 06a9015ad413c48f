"""Reads how each row ended: a success, a failure, or nothing yet. Guesses nothing it does not say."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import Correctable

OPEN, LOST, WON = -1, 0, 1
_SUCCESS = frozenset(
    "yes y true t 1 won win wins success successful converted signed bought accepted paid closedwon "
    "ja j wahr gewonnen erfolg erfolgreich abgeschlossen oui vrai gagne gagnee si s verdadero ganado ganada "
    "vero vinto vinta sim verdadeiro ganho waar gewonnen tak prawda wygrana wygrany ano vyhrano evet kazanildi "
    "sann vunnet vundet kylla igen nyert".split()
)
_FAILURE = frozenset(
    "no n false f 0 -1 lost loss fail failed failure rejected declined disqualified closedlost unsuccessful "
    "nein falsch verloren abgelehnt abgesagt non faux perdu perdue falso perdido perdida perso persa "
    "nao nee onwaar nie falsz przegrana przegrany ne prohrano hayir kaybedildi nej nei falsk tapt tabt ei nem".split()
)
_NEGATION = frozenset("not non nicht kein keine never no pas ne".split())
_BLANKS = frozenset("na n/a null none nan #n/a - -- ? (blank) (empty) nil undefined #value! #ref!".split())
_OPEN_WORDS = frozenset(
    "open offen pending ongoing progress pipeline new abierto ouvert aperto aberto".split()
)
_WORDS = re.compile(r"[^\W_]+")
_SHOWN = 6
_MOST_STAGES = 20  # open stages a process may have


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`ended` holds 1, 0 or -1 (no outcome yet) for every row; the rest says how the column was read."""

    ended: NDArray[np.int8]
    success: tuple[str, ...]
    failure: tuple[str, ...]
    still_open: tuple[tuple[str, int], ...]  # value and how many rows
    how: str  # one sentence


def is_blank(text: str) -> bool:
    """True for an empty cell and what exports write for one."""
    plain = text.strip()
    return not plain or plain.casefold() in _BLANKS


def read_outcomes(cells: Sequence[str], column: str) -> Outcomes:
    """Which value means success, which failure; everything else is not decided yet.

    Raises:
        Correctable: the column is empty, or its values are no outcomes.
    """
    counts = Counter("" if is_blank(cell) else _plain(cell) for cell in cells)
    blank = counts.pop("", 0)
    if not counts:
        raise Correctable(
            f'The outcome column "{column}" is empty in every row.',
            code="no_outcomes",
            where=column,
            hint="Name the column that says how it ended, with --outcome.",
        )
    roles, how = _roles(counts, column)
    codes = {value: roles.get(value, OPEN) for value in counts}
    ended = np.array([codes.get(_plain(cell), OPEN) for cell in cells], dtype=np.int8)
    still = [(value, counts[value]) for value in counts if codes[value] == OPEN]
    still = sorted(still, key=lambda pair: (-pair[1], pair[0])) + ([("empty", blank)] if blank else [])
    return Outcomes(ended, _with(roles, WON), _with(roles, LOST), tuple(still), how)


def _plain(cell: str) -> str:
    text = " ".join(cell.split())
    return re.sub(r"(?<=\d)\.0+$", "", text)  # 1.0 is a spreadsheet's 1


def _with(roles: Mapping[str, int], role: int) -> tuple[str, ...]:
    return tuple(sorted(value for value, one in roles.items() if one == role))


def _roles(counts: Counter[str], column: str) -> tuple[dict[str, int], str]:
    known = {value: role for value in counts if (role := _role(value)) != OPEN}
    if _is_no_outcome(counts, known):
        raise _no_outcomes(counts, column)
    if set(known.values()) == {WON, LOST}:
        return (
            known,
            f"{_quoted(_with(known, WON))} counts as success, {_quoted(_with(known, LOST))} as failure.",
        )
    undecided = [value for value in counts if value not in known and not _says_open(value)]
    if known and not undecided:
        only = next(iter(known.values()))
        return known, f"Every decided row is a {'success' if only == WON else 'failure'}."
    if len(known) == 1 and len(undecided) == 1:
        return _completed(known, undecided[0])
    if not known and len(undecided) == 2:
        return _rarer(counts, undecided)
    if not known and len(undecided) == 1:
        return {undecided[0]: WON}, f'"{undecided[0]}" is the only value; it counts as success.'
    raise _no_outcomes(counts, column) if undecided else _nothing_decided(counts, column)


def _is_no_outcome(counts: Counter[str], known: Mapping[str, int]) -> bool:
    """Amounts, ratings and notes hold a 1 or a "yes" here and there, but do not say how a row ended."""
    others = [value for value in counts if value not in known]
    if any(value.replace(".", "").replace(",", "").lstrip("-").isdigit() for value in others):
        return len(counts) > 2
    undecided = sum(counts[value] for value in others)
    return len(others) > _MOST_STAGES and undecided > sum(counts[value] for value in known)


def _role(value: str) -> int:
    """What a value says by itself."""
    folded = value.casefold()
    if folded in _SUCCESS or folded in _FAILURE:
        return WON if folded in _SUCCESS else LOST
    words = _WORDS.findall(_without_accents(folded))
    single = len(words) == 1
    won = any(word in _SUCCESS and (single or len(word) > 2) for word in words)
    lost = any(word in _FAILURE and (single or len(word) > 2) for word in words)
    if won and not lost and any(word in _NEGATION for word in words):
        return LOST
    return OPEN if won == lost else WON if won else LOST


def _without_accents(text: str) -> str:
    import unicodedata

    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def _says_open(value: str) -> bool:
    return any(word in _OPEN_WORDS for word in _WORDS.findall(value.casefold()))


def _completed(known: Mapping[str, int], other: str) -> tuple[dict[str, int], str]:
    """Two values, one of them clear: the other is its opposite."""
    value, role = next(iter(known.items()))
    roles = {value: role, other: LOST if role == WON else WON}
    return (
        roles,
        f'"{value}" counts as {"success" if role == WON else "failure"}, so "{other}" as the opposite.',
    )


def _rarer(counts: Counter[str], values: Sequence[str]) -> tuple[dict[str, int], str]:
    """Two values without a known meaning: what one looks for is mostly the rarer one."""
    success, failure = sorted(values, key=lambda value: (counts[value], value))
    how = f'"{success}" counts as success because it is the rarer of the two values; "{failure}" as failure.'
    return {success: WON, failure: LOST}, how


def _quoted(values: Sequence[str]) -> str:
    shown = ", ".join(f'"{value[:40]}"' for value in values[:_SHOWN])
    return f"{shown} and {len(values) - _SHOWN} more" if len(values) > _SHOWN else shown


def _nothing_decided(counts: Counter[str], column: str) -> Correctable:
    return Correctable(
        f'No row has ended yet: the column "{column}" only says {_quoted(list(counts))}.',
        code="no_outcomes",
        where=column,
        hint="Export rows that are decided, or name the column that says how they ended.",
    )


def _no_outcomes(counts: Counter[str], column: str) -> Correctable:
    shown = _quoted([value for value, _ in counts.most_common(_SHOWN)])
    return Correctable(
        f'The column "{column}" has {len(counts):,} different values ({shown}, …), '
        "and which of them mean success and failure is not clear.",
        code="no_two_outcomes",
        where=column,
        hint="Name a column with two outcomes, such as won/lost or yes/no.",
    )
