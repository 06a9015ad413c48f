"""Answers a reply from the brief's sources: acknowledges, answers, offers times. What is not known is not written."""

import hashlib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date, format_datetime

from domain.campaigns import Claim, WrittenMail
from domain.replies import ObjectionKind, ReplyKind
from language.offline.replies.compared import asks_difference, compared
from language.offline.replies.listed import listed
from language.offline.replies.marks import without_answer_marks
from language.offline.replies.sources import FOREIGN, answers
from language.offline.talk import greeting
from language.offline.talk.material import Sentence
from language.port import ReplyBrief, ReplyDraft

K = ReplyKind
MOST_SLOTS = 4
_SAME_YEAR = timedelta(days=330)  # beyond, a month without its year would mislead
_TIMES_FOR = frozenset({K.POSITIVE, K.QUESTION, K.MEETING_ACCEPT, K.MEETING_COUNTER, K.MEETING_CANCEL})
_DAYS = {"en": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
_PATTERNS = {"en": "EEEE d MMMM, HH:mm", "de": "EEEE, d. MMMM, HH:mm 'Uhr'"}
_REFUSED = (
    (K.UNSUBSCRIBE, "They asked for no more mail."),
    (K.OUT_OF_OFFICE, "A machine wrote this; automata are not answered."),
    (K.AUTO_REPLY, "A machine wrote this; automata are not answered."),
    (K.COMPLAINT, "They complain; a person should answer."),
    (K.UNSURE, "It is not clear what they want; a person should look."),
    (K.NOT_INTERESTED, "They said no; there is nothing to answer."),
)
# These objections live on facts: without a source there is nothing honest to say to them.
_NEEDS_FACTS = frozenset({ObjectionKind.PRICE, ObjectionKind.TRUST})


class Unanswerable(Exception):
    """The sources do not hold what an answer needs; the text says what."""


def write_reply(brief: ReplyBrief) -> ReplyDraft:
    """An answer, or none with the reason."""
    if not brief.after and (reason := refusal(brief)):
        return ReplyDraft(reason=reason)
    lang = answer_language(brief)
    try:
        paragraphs = _Writer(brief, lang).paragraphs()
    except Unanswerable as gap:
        return ReplyDraft(reason=str(gap))
    if all(one.text in " ".join(brief.said_before) for part in paragraphs for one in part):
        return ReplyDraft(reason="They were told just this before; a colleague should answer.")
    mail = _mail(brief, lang, paragraphs)
    words = len(mail.body.split())
    if words > brief.max_words:
        return ReplyDraft(reason=f"The answer would take {words} words; {brief.max_words} are allowed.")
    return ReplyDraft(mail=mail, language=lang)


def refusal(brief: ReplyBrief) -> str:
    """Why no answer may be written whatever is known, "" when one may."""
    kinds = brief.reading.kinds
    for kind, reason in _REFUSED:
        if kind in kinds:
            return reason
    return "They only say thanks; there is nothing to answer." if set(kinds) == {K.NEUTRAL} else ""


def answer_language(brief: ReplyBrief) -> str:
    """The language of the answer: theirs when there are templates for it (English, German), else English."""
    wanted = (brief.language or brief.reading.language)[:2].lower()
    return wanted if wanted in _PATTERNS else "en"


def slot_lines(brief: ReplyBrief, lang: str) -> tuple[str, ...]:
    """The offered times in the recipient's zone and the mail's language."""
    return tuple(_moment(slot, brief.zone, lang) for slot in brief.slots[:MOST_SLOTS])


def _moment(slot: datetime, zone: str, lang: str) -> str:
    return format_datetime(slot.astimezone(ZoneInfo(zone)), _PATTERNS[lang], locale=lang)


@cache
def _phrases() -> dict[str, Any]:
    return yaml.safe_load(files("language.offline.replies").joinpath("answers.yaml").read_text("utf-8"))


class _Writer:
    """Builds the paragraphs of one answer."""

    def __init__(self, brief: ReplyBrief, lang: str) -> None:
        self._brief = brief
        self._lang = lang
        self._kinds = frozenset(brief.reading.kinds)
        self._used: set[str] = set()

    def paragraphs(self) -> list[list[Sentence]]:
        """Acknowledgement and answers, then what happens next. Raises Unanswerable."""
        if self._brief.after:
            return self._after_meeting()
        first = [*self._bot(), *self._heard()]
        return [part for part in (first, *self._answers(), *self._next()) if part]

    def _pick(self, slot: str, **words: str) -> Sentence:
        options = _phrases()[self._lang][slot]
        options = [one for one in options if not self._was_said(one)] or options
        code = hashlib.sha256(f"{self._brief.seed}|{slot}".encode("utf-8", "surrogatepass")).digest()[0]
        return Sentence(options[code % len(options)].format(**words))

    def _was_said(self, line: str) -> bool:
        return any(line in text for text in self._brief.said_before)

    def _after_meeting(self) -> list[list[Sentence]]:
        """After a meeting that was held or that they missed: a word about it, and the question what comes next."""
        brief = self._brief
        assert brief.meeting_at is not None
        local = brief.meeting_at.astimezone(ZoneInfo(brief.zone))
        day = format_date(local.date(), _DAYS[self._lang], locale=self._lang)
        if brief.after == "held":
            return [[self._pick("held", day=day), self._pick("held_next")]]
        lines = [Sentence(f"- {line}") for line in slot_lines(brief, self._lang)]
        return [[self._pick("missed", day=day)], [self._offer()], lines, [self._pick("slots_after")]]

    def _offer(self) -> Sentence:
        return self._pick("slots", zone=self._zone())

    def _bot(self) -> list[Sentence]:
        return [self._pick("bot")] if K.BOT_QUESTION in self._kinds else []

    def _heard(self) -> list[Sentence]:
        """One sentence that shows they were understood."""
        reading = self._brief.reading
        if (taken := self._gone()) is not None:
            when = _moment(taken, self._brief.zone, self._lang)
            return [self._pick("gone", time=when, zone=self._zone())]
        if K.OBJECTION in self._kinds and reading.objections:
            one = reading.objections[0]
            return [self._pick(f"objection_{one.kind}")]
        if K.NOT_NOW in self._kinds:
            return [self._later()]
        for kind, slot in _HEARD:
            if kind in self._kinds:
                many = kind is K.QUESTION and len(reading.questions) > 1
                return [self._pick("questions" if many else slot)]
        return []

    def _gone(self) -> datetime | None:
        """A time we had offered that they take, and that is not among the free ones any more."""
        brief = self._brief
        if not brief.slots or K.MEETING_ACCEPT not in self._kinds:
            return None
        for one in brief.reading.times:
            line = _moment(one.start, brief.zone, self._lang)
            if one.exact and one.start not in brief.slots and self._was_said(line):
                return one.start
        return None

    def _later(self) -> Sentence:
        until = self._brief.reading.until
        if until is None or until.resume_on - self._brief.at.date() > _SAME_YEAR:
            return self._pick("not_now")
        return self._pick("not_now_until", day=format_date(until.resume_on, "MMMM", locale=self._lang))

    def _answers(self) -> list[list[Sentence]]:
        reading = self._brief.reading
        beside = compared(self._brief.facts, self._lang, self._pick("quoted", line="{line}").text)
        rivals = [one.competitor for one in reading.objections if one.competitor]
        said: list[list[Sentence]] = [*beside] if rivals else []
        for question in reading.questions:
            told = listed(question, self._brief.facts, self._lang)
            told += beside if asks_difference(question, rivals) else []
            said += [part for part in told if part not in said]
            if not told:
                said += [part for part in self._answer(question, required=True) if part not in said]
        for one in reading.objections:
            if one.competitor and beside:
                continue
            said += self._answer(_asked_by(one.kind, one.quote), required=one.kind in _NEEDS_FACTS)
        return [part for part in said if part]

    def _answer(self, question: str, *, required: bool) -> list[list[Sentence]]:
        brief = self._brief
        frame = self._pick("quoted", line="{line}").text
        found = answers(question, brief.sources, self._lang, brief.seller_name, frame)
        fresh = [sentence for sentence in found if sentence.text not in self._used]
        self._used |= {sentence.text for sentence in fresh}
        if required and not found:
            raise Unanswerable(f"Our sources do not answer “{question[:120]}”; a colleague should.")
        foreign = [sentence for sentence in fresh if sentence.kind == FOREIGN]
        own = [sentence for sentence in fresh if sentence.kind != FOREIGN]
        return [own, *([[self._pick("in_english")], foreign, [self._pick("more")]] if foreign else [])]

    def _next(self) -> list[list[Sentence]]:
        brief = self._brief
        if brief.meeting_at is not None:
            when = _moment(brief.meeting_at, brief.zone, self._lang)
            return [[self._pick("confirmed", time=when, zone=self._zone())]]
        if brief.slots and self._kinds & _TIMES_FOR and K.NOT_NOW not in self._kinds:
            lines = [Sentence(f"- {line}") for line in slot_lines(brief, self._lang)]
            return [[self._offer()], lines, [self._pick("slots_after")]]
        if brief.link and K.POSITIVE in self._kinds:
            return [[self._pick("link", link=brief.link)], [self._pick("ask_time")]]
        if self._kinds & {K.POSITIVE, K.MEETING_COUNTER}:
            return [[self._pick("ask_time")]]
        told = any(self._was_said(line) for line in _phrases()[self._lang]["leave_open"])
        return [[self._pick("leave_open")]] if self._kinds & {K.OBJECTION, K.NOT_NOW} and not told else []

    def _zone(self) -> str:
        return "UTC" if self._brief.zone in ("UTC", "Etc/UTC") else _phrases()[self._lang]["zone"]


_HEARD = (
    (K.MEETING_CANCEL, "canceled"),
    (K.MEETING_COUNTER, "counter"),
    (K.REFERRAL, "referral"),
    (K.WRONG_PERSON, "wrong_person"),
    (K.QUESTION, "question"),
    (K.POSITIVE, "positive"),
    (K.MEETING_ACCEPT, "positive"),
)
_TOPICS = {
    ObjectionKind.PRICE: "how much does it cost, price",
    ObjectionKind.TRUST: "security, privacy, data protection",
}


def _asked_by(kind: ObjectionKind, quote: str) -> str:
    """The question behind an objection."""
    return _TOPICS.get(kind, quote)


def _mail(brief: ReplyBrief, lang: str, paragraphs: list[list[Sentence]]) -> WrittenMail:
    number = int(hashlib.sha256(brief.seed.encode("utf-8", "surrogatepass")).hexdigest()[:4], 16)
    hello = greeting.salutation(brief.contact_name, brief.contact_title, lang, seed=number)
    # who asks whether a machine writes gets no person's name below the answer
    signed = "" if K.BOT_QUESTION in brief.reading.kinds else brief.sender_name
    end = greeting.signature(signed, brief.seller_name, lang, seed=number)
    parts = [("\n" if _listed(part) else " ").join(one.text for one in part) for part in paragraphs]
    body = "\n\n".join([hello, *parts, end])
    claims = tuple(
        Claim(text=sentence.text, evidence=source)
        for part in paragraphs
        for sentence in part
        for source in sentence.sources
    )
    return WrittenMail(subject=_subject(brief, lang), body=body, claims=claims, variant="reply")


def _listed(part: list[Sentence]) -> bool:
    return part[0].text.startswith("- ")


def _subject(brief: ReplyBrief, lang: str) -> str:
    """The thread's subject without marks: the sender puts "Re:" before it, a text must not."""
    bare = without_answer_marks(brief.subject)
    return bare or _phrases()[lang]["subject"].format(account=brief.account_name or brief.seller_name)
