"""What a generalist writes and how it reads replies: one text for everybody, a few plain words, and else the owner.

It knows names, our first sentences and the times that are free; nothing of trades, sizes, tools or objections.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from autonomy.prose import language_of
from domain.campaigns import Claim, WrittenMail
from domain.errors import Correctable
from domain.knowledge import Evidence
from domain.replies import Finding, ProposedTime, ReplyKind, ReplyReading
from language.offline.replies.reader import opt_out_findings
from language.port import MailBrief, ReplyBrief, ReplyContext, ReplyDraft

K = ReplyKind
_SURE = 0.8
_TOUCHES = {
    "en": (
        "I am writing to you from {seller}. {offer}\n\nWould a short call make sense for {account}?",
        "I wanted to come back to my last mail. {offer}\n\nWould you like to hear more?",
        "This is my last mail about this. If somebody else at {account} should read it, who would that be?",
    ),
    "de": (
        "es geht um {seller}. {offer}\n\nWäre ein kurzes Gespräch für {account} interessant?",
        "ich wollte auf meine letzte Mail zurückkommen. {offer}\n\nMöchten Sie mehr hören?",
        "das ist meine letzte Mail dazu. Wer bei {account} sollte sie sonst lesen?",
    ),
}
_SUBJECTS = {"en": "{seller} for {account}", "de": "{seller} für {account}"}
_HELLO = {"en": ("Hello {name},", "Hello,"), "de": ("Guten Tag {name},", "Guten Tag,")}
_END = {"en": "Best regards,", "de": "Viele Grüße"}
_SAID = {
    "en": {
        "thanks": "Thank you for your reply.",
        "machine": "These mails are written by a software assistant.",
        "offer": "These times would suit us ({zone}):",
        "ask": "Which time would suit you?",
        "confirmed": "I will see you on {time} ({zone}).",
        "held": "Thank you for the talk. What should be the next step?",
        "missed": "I am sorry that we did not meet.",
    },
    "de": {
        "thanks": "vielen Dank für Ihre Antwort.",
        "machine": "Diese Mails schreibt ein Programm.",
        "offer": "Diese Zeiten würden uns passen ({zone}):",
        "ask": "Welche Zeit würde Ihnen passen?",
        "confirmed": "Wir sprechen uns am {time} ({zone}).",
        "held": "vielen Dank für das Gespräch. Was sollte der nächste Schritt sein?",
        "missed": "schade, dass wir uns nicht getroffen haben.",
    },
}
_TIME = {"en": "EEEE d MMMM, HH:mm", "de": "EEEE, d. MMMM, HH:mm 'Uhr'"}
_ANSWERED = frozenset(
    {K.POSITIVE, K.QUESTION, K.BOT_QUESTION, K.MEETING_ACCEPT, K.MEETING_COUNTER, K.MEETING_CANCEL}
)
# The first words that are met decide. Whatever else is said is the owner's to read.
_WORDS: tuple[tuple[ReplyKind, str], ...] = (
    (K.BOT_QUESTION, r"are you (?:a )?(?:bot|robot|human|real)|a machine\?|automated\?|sind sie ein (?:bot|mensch)"),
    (K.NOT_INTERESTED, r"not interested|no interest|no,? thank|no need|kein(?:en)? (?:interesse|bedarf)|nein,? danke"),
    (K.NOT_NOW, r"not (?:right )?now|next (?:quarter|year)|later this year|another time|nicht jetzt|nächstes jahr"),
    (K.UNSURE, r"colleague|in charge of|right person|reach out to|kolleg\w+|zuständig|wenden sie sich"),
    (K.MEETING_CANCEL, r"have to cancel|need to cancel|cancel (?:our|the)|absagen"),
    (K.MEETING_COUNTER, r"resched\w+|another (?:day|slot)|different time|does ?n[o'’]t (?:suit|work)|"
                        r"verschieben|andere[rn]? termin"),
    (K.MEETING_ACCEPT, r"works for (?:me|us)|suits (?:me|us)|see you (?:then|on)|let['’]?s do|i(?:['’]ll| will) take|"
                       r"passt (?:mir|uns|gut)"),
    (K.POSITIVE, r"interested|sounds (?:good|great|interesting)|tell me more|more information|happy to (?:talk|hear)|"
                 r"let['’]?s (?:talk|speak)|a (?:call|demo)|interessant|interessiert|gerne|mehr erfahren"),
    (K.QUESTION, r"\?"),
    (K.NEUTRAL, r"^(?:thanks|thank you|danke)\b"),
)  # fmt: skip
_RULES = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _WORDS)
_MARKS = re.compile(r"^(?:\s*(?:re|aw|antw|fwd?|wg|sv|vs|rif|tr)\s*:\s*)+", re.IGNORECASE)


def write_mail(brief: MailBrief) -> WrittenMail:
    """The same mail for everybody, with our own first sentence as it stands on our site.

    Raises:
        Correctable: not_enough_facts.
    """
    offers = [(text, one) for field, text, one in brief.seller if field == "offer"]
    german = [one for one in offers if language_of(one[0]) == "de"]
    lang = "de" if german and brief.language.lower().startswith("de") else "en"
    said = german if lang == "de" else [one for one in offers if one not in german] or offers
    if not said:
        raise Correctable("Nothing says what we sell.", code="not_enough_facts", where="seller.offer")
    step = min(brief.step, len(_TOUCHES[lang]))
    offer, evidence = said[min(step, len(said)) - 1]
    words = {"seller": brief.seller_name, "account": brief.account_name}
    text = _TOUCHES[lang][step - 1].format(offer=offer, **words)
    claims = (Claim(text=offer, evidence=evidence),) if offer in text else ()
    body = _letter(text, brief.contact_name, brief.sender_name, brief.seller_name, lang)
    subject = _SUBJECTS[lang].format(**words)[:60]
    return WrittenMail(subject=subject, body=body, claims=claims, variant=brief.variant)


def _letter(text: str, name: str, sender: str, seller: str, lang: str) -> str:
    named, unnamed = _HELLO[lang]
    hello = named.format(name=name) if name else unnamed
    return "\n\n".join([hello, text, "\n".join(filter(None, (_END[lang], sender, seller)))])


def read_reply(text: str, *, subject: str, at: datetime, zone: str, context: ReplyContext) -> ReplyReading:
    """The first plain word that is met; machines by their headers, opting out by the rule all brains share."""
    said = " ".join(text.split()) or subject
    language = language_of(said)
    lang = language if language in _TIME else context.language[:2]
    if context.auto_submitted:
        return _read([_found(K.OUT_OF_OFFICE, said[:200])], lang)
    leaving = opt_out_findings(text, subject)
    if leaving:
        return _read(leaving, lang)
    kind, quote = _first(said)
    times = tuple(_taken(said, context.offered, zone, lang))
    if times and kind in {K.UNSURE, K.POSITIVE, K.NEUTRAL}:
        kind, quote = K.MEETING_ACCEPT, times[0].quote
    questions = tuple(one for one in _pieces(said) if one.endswith("?"))
    asked = [_found(K.QUESTION, questions[0])] if questions and kind in {K.POSITIVE, K.MEETING_ACCEPT} else []
    reading = _read([_found(kind, quote), *asked], lang)
    return reading.model_copy(update={"times": times, "questions": questions if kind in _ANSWERED else ()})


def _read(findings: Sequence[Finding], language: str) -> ReplyReading:
    return ReplyReading(findings=tuple(findings), language=language)


def _found(kind: ReplyKind, quote: str) -> Finding:
    return Finding(kind=kind, confidence=0.0 if kind is K.UNSURE else _SURE, quote=quote)


def _first(said: str) -> tuple[ReplyKind, str]:
    for kind, rule in _RULES:
        for piece in _pieces(said):
            if rule.search(piece):
                return kind, piece
    return K.UNSURE, said[:200]


def _pieces(said: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?])\s+", said) if one]


def _taken(said: str, offered: Sequence[datetime], zone: str, lang: str) -> Iterator[ProposedTime]:
    """The offered times whose weekday and hour, or whose date, they write."""
    for slot in offered:
        local = slot.astimezone(ZoneInfo(zone))
        days = [format_datetime(local, "EEEE", locale=one) for one in _TIME]
        clock = rf"\b{local:%H}[:.h]?{local:%M}\b|\b{local.hour}[:.]{local:%M}\b|\b{local.hour % 12 or 12} ?[ap]m\b"
        for day in days:
            met = re.search(rf"\b{day}\b", said, re.IGNORECASE)
            if met and (re.search(clock, said, re.IGNORECASE) or len(_on(offered, local, zone)) == 1):
                yield ProposedTime(quote=met.group(), start=slot)
                break


def _on(offered: Sequence[datetime], local: datetime, zone: str) -> list[datetime]:
    """The offered times of a day of the week."""
    return [one for one in offered if one.astimezone(ZoneInfo(zone)).weekday() == local.weekday()]


def write_reply(brief: ReplyBrief) -> ReplyDraft:
    """Thanks, the sentence of ours that shares most words with what they ask, and free times."""
    kinds = set(brief.reading.kinds)
    if not brief.after and (not kinds & _ANSWERED or kinds & {K.UNSUBSCRIBE, K.COMPLAINT, K.UNSURE}):
        return ReplyDraft(reason="This is the owner's to answer.")
    lang = "de" if (brief.language or brief.reading.language)[:2] == "de" else "en"
    said = _SAID[lang]
    claims = []
    for question in () if brief.after else brief.reading.questions:
        source = _nearest(question, brief.sources)
        if source is None and not brief.slots and K.BOT_QUESTION not in kinds:
            return ReplyDraft(reason=f"Our pages do not answer “{question[:100]}”.")
        if source is not None:
            claims.append(Claim(text=source.quote, evidence=source))
    parts = [_opening(brief, said), *dict.fromkeys(one.text for one in claims), *_times(brief, said, lang)]
    text = "\n\n".join(filter(None, parts))
    if any(text in one for one in brief.said_before):
        return ReplyDraft(reason="They were told just this before.")
    body = _letter(text, brief.contact_name, brief.sender_name, brief.seller_name, lang)
    if len(body.split()) > brief.max_words:
        return ReplyDraft(reason="The answer would be too long.")
    subject = _MARKS.sub("", brief.subject).strip() or brief.seller_name
    mail = WrittenMail(subject=subject, body=body, claims=tuple(claims), variant="reply")
    return ReplyDraft(mail=mail, language=lang)


def _opening(brief: ReplyBrief, said: dict[str, str]) -> str:
    if brief.after:
        return said["held" if brief.after == "held" else "missed"]
    machine = said["machine"] if K.BOT_QUESTION in brief.reading.kinds else ""
    return " ".join(filter(None, (said["thanks"], machine)))


def _times(brief: ReplyBrief, said: dict[str, str], lang: str) -> list[str]:
    if brief.meeting_at is not None and not brief.after:
        return [said["confirmed"].format(time=_moment(brief.meeting_at, brief.zone, lang), zone=brief.zone)]
    if brief.slots:
        lines = "\n".join(f"- {_moment(slot, brief.zone, lang)}" for slot in brief.slots)
        return [said["offer"].format(zone=brief.zone), lines, said["ask"]]
    return [said["ask"]] if {K.POSITIVE, K.MEETING_COUNTER} & set(brief.reading.kinds) else []


def _moment(slot: datetime, zone: str, lang: str) -> str:
    return format_datetime(slot.astimezone(ZoneInfo(zone)), _TIME[lang], locale=lang)


def _nearest(question: str, sources: Sequence[Evidence]) -> Evidence | None:
    """The shortish source with most of the question's longer words; none when it has none of them."""
    asked = {word for word in re.findall(r"[^\W\d_]{4,}", question.casefold())}
    short = [one for one in sources if len(one.quote.split()) <= 40]
    best = max(short, key=lambda one: sum(word in one.quote.casefold() for word in asked), default=None)
    return best if best and any(word in best.quote.casefold() for word in asked) else None
