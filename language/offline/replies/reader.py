"""Reads one reply without a model: rules first, a small classifier where no rule speaks, else unsure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.replies import (
    AUTOMATED,
    Finding,
    Objection,
    ObjectionKind,
    ProposedTime,
    ReplyKind,
    ReplyReading,
)
from language.offline.reading.injection import speaks_to_machines
from language.offline.replies import choices, classifier, rules
from language.offline.replies.dates import Today, month_first
from language.offline.replies.halves import apart
from language.offline.replies.leaving import Checked, checked
from language.offline.replies.marks import automatic_subject, subject_of_their_own
from language.offline.replies.people import competitor, referrals
from language.offline.replies.rules import Met
from language.offline.replies.times import proposed_times
from language.offline.replies.until import until
from language.offline.replies.weighing import Weighed, weighed
from language.offline.replies.words import Sentence, own_text, sentences
from language.port import ReplyContext

_OBJECTIONS = {
    "price": ObjectionKind.PRICE,
    "haggle": ObjectionKind.PRICE,  # wants it for less: a promise that only a person may make
    "timing": ObjectionKind.TIMING,
    "authority": ObjectionKind.AUTHORITY,
    "need": ObjectionKind.NEED,
    "already": ObjectionKind.ALREADY_HAVE,
    "trust": ObjectionKind.TRUST,
}
_TIMED = frozenset(
    {
        ReplyKind.POSITIVE,
        ReplyKind.MEETING_ACCEPT,
        ReplyKind.MEETING_COUNTER,
        ReplyKind.MEETING_CANCEL,
        ReplyKind.QUESTION,
    }
)
# Beside these kinds a time of ours is taken by naming it; these are what naming it replaces.
_CHOSEN_INSTEAD = frozenset(
    {
        ReplyKind.MEETING_ACCEPT,
        ReplyKind.MEETING_COUNTER,
        ReplyKind.POSITIVE,
        ReplyKind.NEUTRAL,
        ReplyKind.UNSURE,
    }
)
_CHOOSING = _CHOSEN_INSTEAD | {ReplyKind.QUESTION}
_MEETS = frozenset({ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER, ReplyKind.MEETING_CANCEL})
_CHOSEN = 0.9
_DATED = frozenset({ReplyKind.OUT_OF_OFFICE, ReplyKind.NOT_NOW, ReplyKind.AUTO_REPLY})


def read_reply(text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext) -> ReplyReading:
    """What a mail says. `at` is when it came in; `zone` is where its writer lives; nothing is guessed."""
    said = _sentences(text, subject)
    if not said:
        return _unsure(subject or text, context)
    automatic = context.auto_submitted or automatic_subject(subject)
    every = rules.lexicon_names()
    languages = rules.detect(said) or _told(context) or every
    lists, vendors, found, doubts = _understood(said, languages, context, automatic=automatic)
    if found.findings[0].kind is ReplyKind.UNSURE and set(languages) != set(every):
        lists, vendors, found, doubts = _understood(said, every, context, automatic=automatic)
    where = ZoneInfo(zone)
    today = Today(at.astimezone(where).date(), month_first(zone))
    reading = _reading(_with_doubt(found, said, doubts), lists, vendors, languages, today, where, context)
    return _with_choice(_with_time_asked(reading, context), lists, languages, today, where, context)


class Understood(NamedTuple):
    """What rules and learning make of a mail's sentences."""

    lists: Sequence[Met]
    vendors: dict[int, str]
    found: Weighed
    doubts: Sequence[str]


def _understood(
    said: Sequence[Sentence], languages: Sequence[str], context: ReplyContext, *, automatic: bool
) -> Understood:
    bare = [rules.met(sentence, languages) for sentence in apart(said, languages)]
    heard = Checked(tuple(bare)) if automatic else checked(bare)
    lists, doubts = heard.lists, heard.doubts
    vendors = _with_vendors(lists, languages)

    def likely(text: str) -> tuple[ReplyKind, float]:
        return (ReplyKind.UNSURE, 0.0) if text in doubts else classifier.likely(text)

    found = weighed(lists, vendors, likely, automatic=automatic, context=context)
    return Understood(lists, vendors, found, doubts)


def _with_doubt(found: Weighed, said: Sequence[Sentence], doubts: Sequence[str]) -> Weighed:
    """A mail that may opt out, or gives orders to software, is never taken at its word alone: a person looks, too."""
    kinds = {finding.kind for finding in found.findings}
    odd = next((sentence.text for sentence in said if speaks_to_machines(sentence.text)), "")
    if not kinds & {ReplyKind.UNSUBSCRIBE, ReplyKind.COMPLAINT, *AUTOMATED}:
        odd = odd or next(iter(doubts), "")
    if not odd or ReplyKind.UNSURE in kinds:
        return found
    doubt = Finding(kind=ReplyKind.UNSURE, confidence=0.0, quote=odd)
    return replace(found, findings=(*found.findings, doubt))


def opt_out_findings(text: str, subject: str = "") -> tuple[Finding, ...]:
    """Opting out and complaints without a model server; every brain adds these, and no brain takes them away."""
    said = _sentences(text, subject)
    languages = rules.detect(said) or rules.lexicon_names()
    kinds = {"unsubscribe": ReplyKind.UNSUBSCRIBE, "complaint": ReplyKind.COMPLAINT}
    lists = checked([rules.met(sentence, languages) for sentence in said]).lists
    first = {name: met for name in kinds for met in reversed(lists) if name in met.names}
    if any({"out_of_office", "auto_reply"} & met.names for met in lists):
        first = {}  # a machine cannot opt out, and what it says of itself is not for us
    return tuple(
        Finding(kind=kinds[name], confidence=met.chance, quote=met.sentence.text)
        for name, met in first.items()
    )


def _sentences(text: str, subject: str) -> tuple[Sentence, ...]:
    """The mail's own sentences; of an empty mail its subject, when that is theirs and not ours."""
    return sentences(own_text(text)) or sentences(subject_of_their_own(subject))


def _told(context: ReplyContext) -> tuple[str, ...]:
    return tuple(name for name in (context.language[:2].lower(),) if name in rules.lexicon_names())


def _unsure(text: str, context: ReplyContext) -> ReplyReading:
    quote = " ".join(text.split())[:200]
    finding = Finding(kind=ReplyKind.UNSURE, confidence=0.0, quote=quote)
    return ReplyReading(findings=(finding,), language=context.language[:2].lower())


def _with_vendors(lists: Sequence[Met], languages: Sequence[str]) -> dict[int, str]:
    """The vendor named in each sentence, by its number."""
    found = {}
    for number, met in enumerate(lists):
        if not met.asks and not {"unsubscribe", "complaint", "referral", "out_of_office"} & met.names:
            name = competitor(met.sentence, languages)
            if name:
                found[number] = name
    return found


def _reading(
    found: Weighed,
    lists: Sequence[Met],
    vendors: dict[int, str],
    languages: Sequence[str],
    today: Today,
    zone: ZoneInfo,
    context: ReplyContext,
) -> ReplyReading:
    kinds = {finding.kind for finding in found.findings}
    spoken = [met.sentence for met in lists]
    timed = (
        proposed_times(spoken, languages, today, zone, day=_spoken_of(context, zone))
        if kinds & _TIMED
        else ()
    )
    return ReplyReading(
        findings=found.findings,
        objections=_objections(lists, vendors) if ReplyKind.OBJECTION in kinds else (),
        until=until(spoken, languages, today) if kinds & _DATED else None,
        referrals=referrals(found.pointing),
        questions=found.questions,
        times=timed,
        language=languages[0] if rules.detect(spoken) or _told(context) else "",
    )


def _with_time_asked(reading: ReplyReading, context: ReplyContext) -> ReplyReading:
    """Where a meeting is spoken of, a question that names a time wants that time; it asks nothing about us."""
    spoken_of = bool(context.offered or context.meeting_at) or bool(_MEETS & set(reading.kinds))
    named = {one.quote for one in reading.times if one.exact} & set(reading.questions)
    if not spoken_of or not named:
        return reading
    questions = tuple(one for one in reading.questions if one not in named)
    findings = [
        one for one in reading.findings if one.kind is not ReplyKind.QUESTION or one.quote not in named
    ]
    if not _MEETS & {one.kind for one in findings}:
        wanted = next(one for one in reading.questions if one in named)
        findings.insert(0, Finding(kind=ReplyKind.MEETING_COUNTER, confidence=_CHOSEN, quote=wanted))
    return reading.model_copy(update={"findings": tuple(findings), "questions": questions})


def _with_choice(
    reading: ReplyReading,
    lists: Sequence[Met],
    languages: Sequence[str],
    today: Today,
    zone: ZoneInfo,
    context: ReplyContext,
) -> ReplyReading:
    """The reading of a mail that takes one of the times we offered, in whatever words; nothing else may be said."""
    if not context.offered or not set(reading.kinds) <= _CHOOSING:
        return reading
    spoken = [met.sentence for met in lists]
    languages = tuple(dict.fromkeys((*_told(context), *languages)))  # few words say little of their language
    times = reading.times or proposed_times(spoken, languages, today, zone, day=_spoken_of(context, zone))
    picked = [(one, slot) for one in spoken if (slot := choices.chosen(one, languages, context.offered))]
    slot = choices.named(times, context.offered)
    if slot is not None:
        quote = next(one.quote for one in times if one.start == slot)
    elif len(picked) == 1 and not any(one.exact for one in times):
        quote, slot = picked[0][0].text, picked[0][1]
    else:
        return reading
    accepts = Finding(kind=ReplyKind.MEETING_ACCEPT, confidence=_CHOSEN, quote=quote)
    rest = [one for one in reading.findings if one.kind not in _CHOSEN_INSTEAD and one.quote != quote]
    return reading.model_copy(
        update={
            "findings": (accepts, *rest),
            "times": (ProposedTime(start=slot, quote=quote),),
            "questions": tuple(one for one in reading.questions if one != quote),
        }
    )


def _spoken_of(context: ReplyContext, zone: ZoneInfo) -> date | None:
    moment = context.meeting_at or (context.offered[0] if context.offered else None)
    return moment.astimezone(zone).date() if moment is not None else None


def _objections(lists: Sequence[Met], vendors: dict[int, str]) -> tuple[Objection, ...]:
    found: dict[tuple[ObjectionKind, str], Objection] = {}
    for number, met in enumerate(lists):
        name = vendors.get(number, "")
        if name:
            one = Objection(kind=ObjectionKind.COMPETITOR, competitor=name, quote=met.sentence.text)
            found.setdefault((one.kind, name), one)
        for kind in _kinds_of(met.names, named=bool(name)):
            found.setdefault((kind, ""), Objection(kind=kind, quote=met.sentence.text))
    return tuple(found.values())


def _kinds_of(names: Iterable[str], *, named: bool) -> list[ObjectionKind]:
    kinds = [
        _OBJECTIONS[name.removeprefix("objection_")]
        for name in sorted(names)
        if name.startswith("objection_")
    ]
    return [kind for kind in kinds if not (named and kind is ObjectionKind.ALREADY_HAVE)]
