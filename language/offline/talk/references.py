"""Resolves what a person points at ("the last two", "her", "Contoso") to what they were just shown.

Never picks between equals: then it says what is unclear.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from language.port import Shown, Situation

_COUNTS = {
    word: number
    for number, words in enumerate(
        (
            "one",
            "two couple pair",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ),
        1,
    )
    for word in words.split()
}
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th", "seventh 7th",
            "eighth 8th", "ninth 9th", "tenth 10th", "eleventh 11th", "twelfth 12th",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_ORD = "|".join(_ORDINALS) + r"|\d{1,3}(?:st|nd|rd|th)"
_NUM = "|".join(_COUNTS) + r"|\d{1,3}"
_THINGS = (
    r"(?:ones?|drafts?|mails?|emails?|e-mails?|messages?|prospects?|leads?|compan(?:y|ies)|contacts?|people|person|"
    r"entr(?:y|ies)|texts?|lines?|guys?|items?|cards?)"
)
_LINE = re.compile(
    r"\b(?:first|last|second|third|final|opening|closing) (?:line|sentence|paragraph|word|part|name|reply)\b"
)
_SPAN = re.compile(
    rf"\b(?:the )?(?P<end>first|last|top|bottom) (?P<count>{_NUM})\b(?! ?(?:st|nd|rd|th))(?: {_THINGS})?"
)
_RANGE = re.compile(
    r"\b(?:numbers? )?(?P<low>\d{1,3}) ?(?:-|–|to|through) ?(?P<high>\d{1,3})\b(?! ?(?:people|staff|emp|min))"
)
_BACK = re.compile(
    rf"\b(?:the )?(?:second|next) (?:to|from) (?:the )?last(?: {_THINGS})?\b|\bpenultimate(?: {_THINGS})?\b"
)
_ORDINAL = re.compile(rf"\b(?:the )?(?P<which>{_ORD})\b(?: {_THINGS})?")
_LAST = re.compile(rf"\b(?:the )?(?:very )?last(?: {_THINGS})?\b(?! (?:week|month|year|time))")
_NUMBERED = re.compile(
    rf"(?:\b(?:number|no\.?|nr\.?|draft|mail|email|prospect|lead|item)s? ?#?|#)(?P<which>\d{{1,3}}|{_NUM})\b"
)
_DIGITS = re.compile(r"\b(\d{1,2})\b(?! ?(?:%|\+|people|staff|employees|min|minute|-|word|day|week|o.clock))")
_ALL = re.compile(
    rf"\b(?:all (?:of )?(?:them|these|those|the (?:\w+ )?{_THINGS})|"
    rf"(?:every|each)(?: single)? (?:one|{_THINGS})|everyone|everybody|all {_THINGS}|all|"
    rf"both(?: of (?:them|these|those))?|the lot|everything|(?:these|those)(?: \w+)? {_THINGS})\b"
)
_BUT = re.compile(r"\b(?:except|but|apart from|besides|other than|excluding|save)(?: for)?\b (?P<rest>.+)")
_MANY = re.compile(r"\b(?:them|they|these|those)\b")
_ONE = re.compile(rf"\b(?:her|him|she|he|it|this(?: {_THINGS})?|that(?: {_THINGS})?|his|hers|their|its)\b")
_ID = re.compile(r"\b[a-z]{2,9}_[0-9a-z]{6,}\b")
_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_NOT_NAMES = frozenset(
    "the and for with from mail email draft list show drop make dr prof herr frau mr mrs ms inc "
    "ltd llc gmbh ag kg co "
    "company head chief manager director officer of marketing sales shop online first last second team one new group "
    "more less shorter why who what did you pick write this that campaign contact contacts prospect prospects "
    "please only about find all are not".split()
)


@dataclass(frozen=True)
class Reference:
    """What was pointed at. `rest` is the text with the pointing words replaced by "it"."""

    items: tuple[Shown, ...] = ()
    ids: tuple[str, ...] = ()  # ids typed out that are not on screen
    every: bool = False
    unclear: str = ""  # a question back; empty when clear
    rest: str = ""

    @property
    def found(self) -> bool:
        """True when at least one thing is meant and it is clear which."""
        return bool(self.items or self.ids) and not self.unclear

    @property
    def all_ids(self) -> tuple[str, ...]:
        """Ids of everything meant."""
        return tuple(dict.fromkeys([*(item.id for item in self.items), *self.ids]))


def resolve(
    text: str, situation: Situation, kinds: Sequence[str] = (), *, pronouns: bool = True
) -> Reference:
    """What the text points at among things of these kinds (any kind when empty)."""
    shown = tuple(item for item in situation.shown if not kinds or item.kind in kinds)
    focus = situation.focus if situation.focus and (not kinds or situation.focus.kind in kinds) else None
    known = (*shown, *([focus] if focus and focus.id not in {item.id for item in shown} else []))
    masked = _LINE.sub(lambda match: " " * len(match.group()), text)
    finders = [_by_id, _all_but, _by_name, _by_position, _by_all]
    for finder in finders:
        found = finder(masked, text, known if finder in (_by_id, _by_name) else shown)
        if found is not None:
            return found
    return _by_pronoun(masked, text, shown, focus) if pronouns else Reference(rest=text)


def named(text: str, situation: Situation) -> Reference:
    """Only what is called by its name or id."""
    known = (*situation.shown, *([situation.focus] if situation.focus else []))
    return _by_id(text, text, known) or _by_name(text, text, known) or Reference(rest=text)


def _by_id(masked: str, text: str, shown: tuple[Shown, ...]) -> Reference | None:
    on_screen = [
        item for item in shown if re.search(rf"(?<![\w]){re.escape(item.id.lower())}(?![\w])", masked)
    ]
    typed = [word for word in _ID.findall(masked) if word not in {item.id.lower() for item in on_screen}]
    if not on_screen and not typed:
        return None
    rest = text
    for word in [*(item.id.lower() for item in on_screen), *typed]:
        rest = rest.replace(word, "it")
    return Reference(items=_unique(on_screen), ids=tuple(typed), rest=rest)


def _all_but(masked: str, text: str, shown: tuple[Shown, ...]) -> Reference | None:
    match = _BUT.search(masked)
    if not match or not (
        _ALL.search(masked[: match.start()])
        or re.search(r"\b(?:any|drop|nothing)\b", masked[: match.start()])
    ):
        return None
    inner = match["rest"]
    out = _by_name(inner, inner, shown) or _by_position(inner, inner, shown)
    if out is None or not out.items:
        return None
    kept = tuple(item for item in shown if item not in out.items)
    return Reference(items=kept, unclear=out.unclear, rest=text[: match.start()])


def _by_name(masked: str, text: str, shown: tuple[Shown, ...]) -> Reference | None:
    spoken = [match for match in _WORD.finditer(masked) if _fold(match.group()) not in _NOT_NAMES]
    scores: dict[int, set[int]] = {}
    for index, item in enumerate(shown):
        words = _name_words(item.label)
        hits = {
            place
            for place, match in enumerate(spoken)
            if any(_same(_fold(match.group()), word) for word in words)
        }
        if hits:
            scores[index] = hits
    if not scores:
        return None
    best = max(len(hits) for hits in scores.values())
    winners = _strongest(scores)
    groups: dict[frozenset[int], list[Shown]] = {}
    for index in winners:
        groups.setdefault(frozenset(scores[index]), []).append(shown[index])
    double = next((items for items in groups.values() if len({item.id for item in items}) > 1), None)
    if double and best >= 1:
        names = " or ".join(item.label for item in double[:3])
        return Reference(items=tuple(double), unclear=f"Which one do you mean: {names}?", rest=text)
    places = {place for index in winners for place in scores[index]}
    return Reference(
        items=_unique([shown[index] for index in winners]),
        rest=_replaced(text, [spoken[p] for p in sorted(places)]),
    )


def _strongest(scores: dict[int, set[int]]) -> list[int]:
    """Items not outdone by another item that the same words (and more) name."""
    return [index for index, hits in scores.items() if not any(hits < other for other in scores.values())]


def _by_position(masked: str, text: str, shown: tuple[Shown, ...]) -> Reference | None:
    taken: list[tuple[int, int, list[int]]] = []
    size = max((item.position for item in shown), default=0)
    work = masked
    for pattern, reader in _POSITIONS:
        for match in pattern.finditer(work):
            taken.append((match.start(), match.end(), reader(match, size)))
        work = pattern.sub(lambda match: " " * len(match.group()), work)
    if not taken:
        return None
    if any(start < end for start, end, _ in taken):
        taken += [(m.start(), m.end(), [int(m.group(1))]) for m in _DIGITS.finditer(work)]
    positions = {number for _, _, numbers in taken for number in numbers}
    return _at_positions(positions, shown, _cut(text, taken))


def _at_positions(positions: set[int], shown: tuple[Shown, ...], rest: str) -> Reference:
    items = tuple(item for item in shown if item.position in positions)
    if not shown:
        return Reference(
            unclear="I have not shown you a list yet, so I do not know which one you mean.", rest=rest
        )
    if len({item.position for item in items}) < len(positions):
        count = max(item.position for item in shown)
        return Reference(unclear=f"The last list has {count} entries. Which one do you mean?", rest=rest)
    return Reference(items=_unique(items), rest=rest)


def _by_all(masked: str, text: str, shown: tuple[Shown, ...]) -> Reference | None:
    match = _ALL.search(masked)
    if not match:
        return None
    if match.group().startswith("both") and len(shown) != 2:
        return Reference(unclear="There are not exactly two on screen. Which ones do you mean?", rest=text)
    return Reference(items=_unique(shown), every=True, rest=_cut(text, [(match.start(), match.end(), [])]))


def _by_pronoun(masked: str, text: str, shown: tuple[Shown, ...], focus: Shown | None) -> Reference:
    if _MANY.search(masked):
        if focus and len(shown) < 2:
            return Reference(items=(focus,), rest=text)
        return Reference(items=_unique(shown), every=True, rest=text)
    if not _ONE.search(masked):
        return Reference(rest=text)
    if focus:
        return Reference(items=(focus,), rest=text)
    if len(shown) == 1:
        return Reference(items=shown, rest=text)
    return Reference(unclear=_which(shown), rest=text)


def _which(shown: tuple[Shown, ...]) -> str:
    if not shown:
        return "I am not sure who or what you mean; nothing is on screen yet."
    names = ", ".join(f"{item.position}. {item.label.split(',')[0]}" for item in shown[:3])
    return f"Which one do you mean ({names}{' …' if len(shown) > 3 else ''})?"


def _span(match: re.Match[str], size: int) -> list[int]:
    count = min(_count(match["count"]), size or 999)
    if match["end"] in {"first", "top"}:
        return list(range(1, count + 1))
    return list(range(size - count + 1, size + 1))


def _count(word: str) -> int:
    return _COUNTS.get(word) or int(word)


def _ordinal(match: re.Match[str], size: int) -> list[int]:
    word = match["which"]
    return [_ORDINALS.get(word) or int(re.sub(r"\D", "", word))]


_POSITIONS = (
    (_BACK, lambda match, size: [size - 1]),
    (_SPAN, _span),
    (_RANGE, lambda match, size: list(range(int(match["low"]), int(match["high"]) + 1))),
    (_NUMBERED, lambda match, size: [_count(match["which"])]),
    (_ORDINAL, _ordinal),
    (_LAST, lambda match, size: [size]),
)


def _name_words(label: str) -> set[str]:
    """Words of the name and the company in a label; the job title in between names nobody."""
    parts = [part for part in re.split(r"\s*[,|·–—]\s*|\s+@\s+|\s+at\s+|\s+-\s+", label) if part]
    chosen = parts if len(parts) < 3 else [parts[0], *parts[2:]]
    words = {_fold(match.group()) for part in chosen for match in _WORD.finditer(part)}
    return {word for word in words if len(word) > 2 and word not in _NOT_NAMES}


def _same(spoken: str, word: str) -> bool:
    if spoken == word or spoken.removesuffix("'s").removesuffix("’s") == word:
        return True
    return len(word) >= 6 and spoken[:1] == word[:1] and OSA.distance(spoken, word, score_cutoff=1) <= 1


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _replaced(text: str, matches: list[re.Match[str]]) -> str:
    return _cut(text, [(match.start(), match.end(), []) for match in matches])


def _cut(text: str, taken: Sequence[tuple[int, int, list[int]]]) -> str:
    """The text with the pointing spans replaced by one "it"."""
    pieces, position = [], 0
    for start, end, _ in sorted(taken, key=lambda span: span[:2]):
        if start >= position:
            pieces += [text[position:start], "\0"]
            position = end
    joined = "".join([*pieces, text[position:]])
    joined = re.sub(r"\0(?:[\s,]*(?:and|or|&)?[\s,]*\0)*", "\0", joined)
    first, _, others = joined.partition("\0")
    return re.sub(r"\s+", " ", first + "it" + others.replace("\0", "")).strip()


def _unique(items: Sequence[Shown]) -> tuple[Shown, ...]:
    return tuple({item.id: item for item in items}.values())
