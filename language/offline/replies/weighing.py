"""From the lists each sentence meets to findings: machine or person, what counts, what a fuller reason replaces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.replies import Finding, ReplyKind
from language.offline.replies.lexicon_files import calendar_names
from language.offline.replies.people import referrals
from language.offline.replies.rules import Met
from language.offline.replies.words import Sentence
from language.port import ReplyContext

K = ReplyKind
_SURE, _LIKELY = 0.9, 0.75  # nine of ten such are right in cross-validation
_PRIMARY = (
    K.OUT_OF_OFFICE, K.AUTO_REPLY, K.COMPLAINT, K.UNSUBSCRIBE, K.BOT_QUESTION, K.MEETING_CANCEL, K.MEETING_COUNTER,
    K.MEETING_ACCEPT, K.REFERRAL, K.WRONG_PERSON, K.NOT_NOW, K.OBJECTION, K.NOT_INTERESTED, K.QUESTION, K.POSITIVE,
    K.NEUTRAL, K.UNSURE,
)  # fmt: skip
_SIMPLE = {
    "unsubscribe": K.UNSUBSCRIBE,
    "complaint": K.COMPLAINT,
    "bot_question": K.BOT_QUESTION,
    "positive": K.POSITIVE,
    "not_interested": K.NOT_INTERESTED,
    "not_now": K.NOT_NOW,
    "referral": K.REFERRAL,
    "wrong_person": K.WRONG_PERSON,
    "meeting_accept": K.MEETING_ACCEPT,
    "meeting_counter": K.MEETING_COUNTER,
    "meeting_cancel": K.MEETING_CANCEL,
    "neutral": K.NEUTRAL,
    "question": K.QUESTION,
}
_TALKS = frozenset(
    {
        K.UNSUBSCRIBE,
        K.COMPLAINT,
        K.POSITIVE,
        K.QUESTION,
        K.OBJECTION,
        K.NOT_INTERESTED,
        K.MEETING_ACCEPT,
        K.MEETING_COUNTER,
        K.MEETING_CANCEL,
        K.BOT_QUESTION,
    }
)
# A request is not a question about us, though it ends with a question mark.
_ASKED_FOR = frozenset(
    {
        K.UNSUBSCRIBE,
        K.BOT_QUESTION,
        K.MEETING_COUNTER,
        K.MEETING_CANCEL,
        K.NOT_NOW,
        K.REFERRAL,
        K.WRONG_PERSON,
    }
)
_INTENT = frozenset({K.POSITIVE, K.QUESTION, K.MEETING_ACCEPT, K.MEETING_COUNTER})
_INSTEAD = frozenset({K.WRONG_PERSON, K.NOT_NOW, K.POSITIVE, K.OBJECTION, K.NOT_INTERESTED})
_DOUBTS = frozenset({"objection_trust", "objection_haggle"})  # also where they are put as questions
Likely = Callable[[str], tuple[ReplyKind, float]]


@dataclass(frozen=True)
class Weighed:
    """Findings primary first, verbatim questions, and the sentences that point to somebody."""

    findings: tuple[Finding, ...]
    questions: tuple[str, ...] = ()
    pointing: tuple[Sentence, ...] = ()


def weighed(
    lists: Sequence[Met], vendors: dict[int, str], likely: Likely, *, automatic: bool, context: ReplyContext
) -> Weighed:
    """The findings of a mail. `likely` names the kind of a sentence no rule speaks for."""
    kinds = [_kinds(met, named=number in vendors, context=context) for number, met in enumerate(lists)]
    machine = _machine(lists, kinds, context, automatic=automatic)
    if machine:
        pointing = tuple(met.sentence for met in lists if "referral" in met.names)
        return Weighed(machine, pointing=pointing)
    if not any(met.asks for met in lists):
        kinds = [one - {K.BOT_QUESTION} for one in kinds]
    kinds = _let_in(lists, kinds)
    found = _by_kind(lists, kinds)
    if not set(found) - {K.NEUTRAL}:
        found |= _by_likeness(lists, likely, found)
    found = _settled(found, context)
    questions = tuple(met.sentence.text for met, one in zip(lists, kinds, strict=True) if K.QUESTION in one)
    pointing = tuple(
        met.sentence for met, one in zip(lists, kinds, strict=True) if {K.REFERRAL, K.WRONG_PERSON} & one
    )
    if K.REFERRAL in found and set(found) & _INTENT and not referrals(pointing):
        del found[K.REFERRAL]  # it was passed on to whoever writes, who wants to talk
    ordered = sorted(found.values(), key=lambda finding: _PRIMARY.index(finding.kind))
    return Weighed(tuple(ordered), questions, pointing if K.REFERRAL in found else ())


def _kinds(met: Met, *, named: bool, context: ReplyContext) -> set[ReplyKind]:
    kinds = {_SIMPLE[name] for name in met.names if name in _SIMPLE}
    if named or any(name.startswith("objection_") for name in met.names):
        kinds.add(K.OBJECTION)
    if "asks_times" in met.names:
        kinds.add(K.POSITIVE)  # who asks when we have time wants to talk
    if "pointing" in met.names and not met.asks and _names_somebody(met):
        kinds.add(K.REFERRAL)
    if _is_question(met, kinds):
        kinds.add(K.QUESTION)
    return _consistent(kinds, met, context)


def _let_in(lists: Sequence[Met], kinds: list[set[ReplyKind]]) -> list[set[ReplyKind]]:
    """A colleague in copy of a mail that talks to us is let in on it, and nobody is handed on."""
    if not any(one & _INTENT for one in kinds):
        return kinds
    return [
        one - {K.REFERRAL} if "copies" in met.names else one for met, one in zip(lists, kinds, strict=True)
    ]


def _names_somebody(met: Met) -> bool:
    return any(one.name for one in referrals((met.sentence,)))


def _is_question(met: Met, kinds: set[ReplyKind]) -> bool:
    """A question about us: not a request ("could you send …?"), not a statement that begins like one."""
    if not met.asks or kinds & _ASKED_FOR:
        return False
    if not met.sentence.asks and (kinds or {"auto_reply", "out_of_office"} & met.names):
        return False
    return not ("asks_times" in met.names or (K.POSITIVE in kinds and "request" in met.names))


def _consistent(kinds: set[ReplyKind], met: Met, context: ReplyContext) -> set[ReplyKind]:
    """What cannot both be meant by one sentence."""
    if K.UNSUBSCRIBE in kinds:
        kinds -= {K.NOT_NOW, K.NEUTRAL, K.REFERRAL, K.QUESTION, K.MEETING_CANCEL, K.WRONG_PERSON, K.POSITIVE}
    kinds = _about_meetings(kinds, met)
    if K.MEETING_ACCEPT in kinds:
        kinds -= {K.POSITIVE, K.OBJECTION, K.QUESTION}
    if met.sentence.asks and not _DOUBTS & met.names:
        kinds -= {K.OBJECTION}
    if "asks_times" in met.names and met.sentence.asks:
        kinds -= {K.NOT_NOW}  # "when are you free next week?"
    if K.NOT_INTERESTED in kinds or K.NOT_NOW in kinds:
        kinds -= {K.POSITIVE, K.NEUTRAL}
    if K.POSITIVE in kinds and "positive" in met.whole and len(context.offered) == 1:
        kinds = (kinds - {K.POSITIVE}) | {K.MEETING_ACCEPT}  # "yes" to the one slot we offered
    if K.REFERRAL in kinds and kinds & _INSTEAD and not referrals((met.sentence,)):
        kinds -= {K.REFERRAL}  # "I am not the right person" points to nobody
    return kinds


def _about_meetings(kinds: set[ReplyKind], met: Met) -> set[ReplyKind]:
    if K.NOT_INTERESTED in kinds:
        kinds -= {K.MEETING_COUNTER}
    if {K.MEETING_COUNTER, K.MEETING_CANCEL} <= kinds:
        moves = met.asks or any(":" in word or "." in word for word in met.sentence.words)
        kinds -= {K.MEETING_CANCEL} if moves else {K.MEETING_COUNTER}
    if K.MEETING_COUNTER in kinds:
        kinds -= {K.MEETING_ACCEPT, K.NOT_NOW, K.POSITIVE}
    return kinds


def _machine(
    lists: Sequence[Met], kinds: Sequence[set[ReplyKind]], context: ReplyContext, *, automatic: bool
) -> tuple[Finding, ...]:
    """What a machine says, and whether it says that the person is gone for good; nothing when a person wrote."""
    away = next((met.sentence.text for met in lists if "out_of_office" in met.names), "")
    robot = next(
        (met.sentence.text for met in lists if "auto_reply" in met.names and not met.sentence.asks), ""
    )
    left = _gone_for_good(lists)
    if automatic and left:
        return (Finding(kind=K.AUTO_REPLY, confidence=0.99, quote=robot or left), _wrong_person(left))
    if automatic:
        kind = K.OUT_OF_OFFICE if away or not robot else K.AUTO_REPLY
        return (Finding(kind=kind, confidence=0.99, quote=away or robot or lists[0].sentence.text),)
    talking = any(_talks(met, one, context) for met, one in zip(lists, kinds, strict=True))
    if away and (robot or not talking):
        return (Finding(kind=K.OUT_OF_OFFICE, confidence=0.95 if robot else _SURE, quote=away),)
    if robot and not talking:
        machine = Finding(kind=K.AUTO_REPLY, confidence=_SURE, quote=robot)
        return (machine, _wrong_person(left)) if left else (machine,)
    return ()


def _gone_for_good(lists: Sequence[Met]) -> str:
    """The sentence that says that somebody is no longer there; "" where the same mail speaks of days away."""
    away = any("out_of_office" in met.names and "left" not in met.names and _dated(met) for met in lists)
    return "" if away else next((met.sentence.text for met in lists if "left" in met.names), "")


def _dated(met: Met) -> bool:
    return any(word[0].isdigit() or word in calendar_names() for word in met.sentence.words)


def _wrong_person(quote: str) -> Finding:
    return Finding(kind=K.WRONG_PERSON, confidence=_SURE, quote=quote)


def _talks(met: Met, kinds: set[ReplyKind], context: ReplyContext) -> bool:
    """True for a sentence with which a person speaks to us, absent or not ("write me then")."""
    if "invites" in met.names or met.sentence.asks or kinds & {K.UNSUBSCRIBE, K.COMPLAINT}:
        return True
    if not context.offered and context.meeting_at is None:
        kinds = kinds - {K.MEETING_ACCEPT}  # days named in an absence accept nothing when nothing was offered
    return bool(kinds & _TALKS) and not {"out_of_office", "auto_reply"} & met.names


def _by_kind(lists: Sequence[Met], kinds: Sequence[set[ReplyKind]]) -> dict[ReplyKind, Finding]:
    found: dict[ReplyKind, Finding] = {}
    for met, one in zip(lists, kinds, strict=True):
        for kind in one:
            sure = met.chance if kind in (K.UNSUBSCRIBE, K.COMPLAINT) else _SURE
            found.setdefault(kind, Finding(kind=kind, confidence=sure, quote=met.sentence.text))
    return found


def _by_likeness(
    lists: Sequence[Met], likely: Likely, known: dict[ReplyKind, Finding]
) -> dict[ReplyKind, Finding]:
    """What the classifier makes of sentences no rule speaks for; unsure when it hesitates."""
    found: dict[ReplyKind, Finding] = {}
    for met in lists:
        kind, probability = likely(met.sentence.text)
        if kind is not K.UNSURE and probability >= _LIKELY:
            found.setdefault(
                kind, Finding(kind=kind, confidence=round(probability, 2), quote=met.sentence.text)
            )
    if found or known:
        return found
    return {K.UNSURE: Finding(kind=K.UNSURE, confidence=0.0, quote=lists[0].sentence.text)}


def _settled(found: dict[ReplyKind, Finding], context: ReplyContext) -> dict[ReplyKind, Finding]:
    """What a weightier finding makes void over the whole mail."""
    gone: set[ReplyKind] = set()
    if K.MEETING_COUNTER in found and (context.offered or context.meeting_at):
        gone |= {K.NOT_INTERESTED}  # it is our times that do not fit
    if set(found) - {K.NEUTRAL, K.UNSURE}:
        gone |= {K.NEUTRAL, K.UNSURE}
    if K.UNSUBSCRIBE in found or K.COMPLAINT in found:
        gone |= {K.POSITIVE} if K.NOT_INTERESTED in found else set()
    return {kind: finding for kind, finding in found.items() if kind not in gone}
