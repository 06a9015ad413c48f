"""Opting out in wordings no list holds: what was learned is asked where the rules are silent or only half sure.

Near the threshold nothing is decided: such a sentence is a doubt, and a person looks. No rule's phrase is overruled.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from language.offline.reading.injection import speaks_to_machines
from language.offline.replies.classifier import Judged, judged
from language.offline.replies.glossing import glossed
from language.offline.replies.rules import COMPOSED, PICKS, Met
from language.offline.replies.subjects import named

# Chosen by cross-validation over the training phrases, half of which are look-alikes (`train.py --check`).
_SILENT_HIT, _SILENT_DOUBT = 0.5, 0.1  # no rule says anything of the sentence
_KNOWN_HIT, _KNOWN_DOUBT = 0.95, 0.6  # a rule reads it as something else, or it asks
_BESIDE_HIT, _BESIDE_DOUBT = 0.9, 0.5  # no rule says anything of it, but one says that they want to go on
_REFERRED_DOUBT = 0.3  # no rule says anything of it, but one says whom to write to
_EXPLAINED_DOUBT = 0.8  # its own language's list says that it only looks like opting out: never a hit
_COMPOSED_STANDS = 0.05  # put together from parts by rule: below that it is only a doubt
_WORTH_ASKING = 0.15  # of the quick judgement, when a rule reads the sentence as something else
_FEW_WORDS = 2  # what a rule reads needs more words than these to be doubted
_MOST_ASKED = 8  # sentences of one mail the sentence model sees: keeps a long mail quick
_MACHINE = frozenset({"out_of_office", "auto_reply"})
_LEAVES = frozenset({"unsubscribe", "complaint"})
_SAYS_NOTHING = frozenset({"request", "invites"})
_MEETS = frozenset(
    {"asks_times", "meeting_accept", "meeting_counter", "meeting_cancel", PICKS}
)  # about when to meet
_GOES_ON = _MEETS | {"positive"}
_REFERS = frozenset({"referral", "pointing"})  # who names a colleague wants that mail to go on somewhere
_TELLING = 2  # subjects of an offer that make a question one about it
# Subjects somebody who leaves speaks of, too, and words they leave with.
_ALSO_LEAVING = frozenset(
    {
        "data",
        "privacy",
        "delete",
        "send",
        "cancel",
        "contract",
        "change",
        "phone",
        "own",
        "need",
        "second",
        "store",
    }
)
_TAKEN_OFF = frozenset(
    {
        "remove",
        "delete",
        "stop",
        "unsubscribe",
        "forget",
        "list",
        "database",
        "address",
        "spam",
        "advertising",
    }
    | {"complaint", "refrain", "withdraw", "annoying", "receive", "email", "message", "contact"}
)
_SIGNS_OFF = re.compile(
    r"(?:(?:best|kind|warm|many|viele|beste|liebe|schöne|freundliche|mit \w+|bien|un|hartelijke|"
    r"vriendelijke|cordiali)\s+)?"
    r"(?i:regards|wishes|thanks|cheers|gru(?:ß|ss)|gr(?:ü|ue)(?:ß|ss)en?|mfg|vg|lg|cordialement|à vous|salutations|"
    r"saludos?|groet(?:en)?|saluti|cumprimentos)[,.]?(?:\s+(?:[A-ZÀ-Þ&][\w.&'’-]*|und|and|et|y|e|en))*$"
)
_COURTESY = frozenset({"thanks", "you", "your", "the", "good", "my", "from", "this"})


@dataclass(frozen=True, slots=True)
class Checked:
    """The lists with opting out added or taken back, and the sentences that may opt out."""

    lists: tuple[Met, ...]
    doubts: tuple[str, ...] = ()


def checked(lists: Sequence[Met]) -> Checked:
    """What the sentences meet once the learned judgement is heard."""
    if any(_MACHINE & met.names for met in lists):
        return Checked(tuple(lists))  # a machine cannot opt out, and what it says of itself is not for us
    asked = _to_ask(lists)
    if any(_sure(met) for met in lists):
        asked = ()  # they leave already; nothing more is to be found out
    found = list(lists)
    doubts: list[str] = []
    goes_on = any(_GOES_ON & met.names for met in lists)
    doubt = _REFERRED_DOUBT if any(_REFERS & met.names for met in lists) else _SILENT_DOUBT
    silent = (_BESIDE_HIT, _BESIDE_DOUBT) if goes_on else (_SILENT_HIT, doubt)
    for number, judgement in zip(asked, judged(tuple(lists[n].sentence.text for n in asked)), strict=True):
        found[number], doubtful = _weighed(lists[number], judgement, silent)
        doubts += [lists[number].sentence.text] if doubtful else []
    return Checked(tuple(found), tuple(doubts))


def _sure(met: Met) -> bool:
    return bool(_LEAVES & met.names) and COMPOSED not in met.names


def _to_ask(lists: Sequence[Met]) -> tuple[int, ...]:
    """Numbers of the sentences worth the sentence model's time, the likeliest first when there are many."""
    quick = judged(tuple(met.sentence.text for met in lists), embedded=False)
    spoken = any(_says_something(met) for met in lists)  # then a greeting or a name beside it says nothing
    worth = [
        number
        for number, (met, first) in enumerate(zip(lists, quick, strict=True))
        if _worth(met, first) and (_says_something(met) or not spoken)
    ]
    return tuple(sorted(sorted(worth, key=lambda number: -quick[number].leaving)[:_MOST_ASKED]))


def _worth(met: Met, first: Judged) -> bool:
    if _sure(met) or speaks_to_machines(met.sentence.text):
        return False  # orders to software get a person anyway
    if met.asks and COMPOSED not in met.names and _about_the_offer(met.sentence.text):
        return False
    if _MEETS & met.names and COMPOSED not in met.names:
        return False  # who speaks about when to meet does not leave
    if not _known(met):
        return True
    short = len(met.sentence.words) <= _FEW_WORDS
    return not (met.whole or short or first.leaving < _WORTH_ASKING)


def _about_the_offer(text: str) -> bool:
    """True for words about what a vendor sells, and none about mail, lists or being taken off."""
    return len(named(text) - _ALSO_LEAVING) >= _TELLING and not _TAKEN_OFF & set(glossed(text).ideas)


def _says_something(met: Met) -> bool:
    """False for a greeting, good wishes or a name beside what is said."""
    if _SIGNS_OFF.match(met.sentence.text):
        return False
    return bool(met.names or set(glossed(met.sentence.text).ideas) - _COURTESY)


def _known(met: Met) -> bool:
    return COMPOSED not in met.names and bool(met.names - _SAYS_NOTHING)


def _weighed(met: Met, judgement: Judged, silent: tuple[float, float]) -> tuple[Met, bool]:
    if COMPOSED in met.names:
        stands = judgement.leaving >= _COMPOSED_STANDS
        return (met if stands else replace(met, names=met.names - {COMPOSED, "unsubscribe"})), not stands
    if "unsubscribe" in met.explained:
        wants = met.asks or "positive" in met.names  # "you are on our list already, let us talk"
        return met, judgement.leaving >= _EXPLAINED_DOUBT and not wants
    known = _known(met) or met.asks
    hit, doubt = (_KNOWN_HIT, _KNOWN_DOUBT) if known else silent
    if judgement.leaving >= hit:
        name = "complaint" if judgement.complains else "unsubscribe"
        return replace(met, names=met.names | {name}, chance=round(judgement.leaving, 2)), False
    return met, judgement.leaving >= doubt
