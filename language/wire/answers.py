"""Answers a reply with a model from numbered sources. No source, no sentence: then a person answers.

What must not be answered never reaches the model; times are rendered by code and must be left as they are.
"""

import re
from collections.abc import Sequence
from typing import Any

from domain.campaigns import Claim, WrittenMail
from domain.knowledge import Evidence, squeeze
from domain.replies import ReplyKind
from language.offline.replies.marks import without_answer_marks
from language.offline.replies.writer import answer_language, refusal, slot_lines
from language.port import ReplyBrief, ReplyDraft
from language.prompt_files import load_prompt
from language.wire import guard
from language.wire.client import ModelClient, Reply
from language.wire.strict import Unusable, clean_text, quoted
from language.wire.writing import check_words, claims_in, text_schema

MAX_BODY_CHARS = 4_000
_HUMAN = re.compile(
    r"\b(?:i am|i'm|i’m) (?:a |an )?(?:real |actual |not a )?(?:person|human|human being|bot|robot|machine)\b|"
    r"\bich bin (?:ein |eine )?(?:echter? |kein |keine )?(?:mensch|person|bot|maschine|roboter)\b",
    re.I,
)
_SOFTWARE = re.compile(
    r"\b(?:software|machine|automat\w+|AI|KI|assistant|bot|maschine|logiciel|programma?)\b", re.I
)
_TIMES = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
ANSWER = text_schema("problem", "body")


async def write(client: ModelClient, brief: ReplyBrief) -> ReplyDraft:
    """An answer, or none with the reason.

    Raises:
        Correctable: model_answer_unusable – twice no text that may be used.
    """
    if reason := refusal(brief):
        return ReplyDraft(reason=reason)
    open_points = _open_points(brief)
    if open_points and not brief.sources:
        return ReplyDraft(reason=f"Our sources do not answer “{open_points[0][:120]}”; a colleague should.")
    prompt = load_prompt("write_reply")
    lang = answer_language(brief) if not brief.language else brief.language[:2].lower()
    request = prompt.fill(
        brief=_brief(brief, lang),
        facts=_numbered(brief.sources),
        times="\n".join(f"- {line}" for line in slot_lines(brief, answer_language(brief))) or "none",
        mail=quoted(brief.said, 4_000),
        open="\n".join(f"- {quoted(point, 300)}" for point in open_points) or "nothing",
        max_words=str(brief.max_words),
    )

    async def ask(user: str) -> Reply:
        return await client.ask(prompt.system, user, schema=ANSWER)

    def understood(reply: Reply) -> ReplyDraft:
        return _draft(guard.checked_object(reply, ANSWER), brief, lang, open_points)

    return await guard.usable(ask, request, understood)


def _open_points(brief: ReplyBrief) -> tuple[str, ...]:
    reading = brief.reading
    return (*reading.questions, *(one.quote for one in reading.objections if one.kind in ("price", "trust")))


def _draft(answer: dict[str, Any], brief: ReplyBrief, lang: str, open_points: Sequence[str]) -> ReplyDraft:
    body, problem = clean_text(answer["body"], MAX_BODY_CHARS), clean_text(answer["problem"], 300)
    if not body:
        return ReplyDraft(
            reason=problem or "The model found no answer in our sources; a colleague should answer."
        )
    check_words(body, brief.max_words, link=brief.link)
    _check_honest(body, brief)
    _check_times(body, brief)
    facts = [(source.quote, source) for source in brief.sources]
    claims: tuple[Claim, ...] = claims_in(answer["claims"], body, facts)
    if open_points and not claims:
        raise Unusable("no sentence rests on a numbered fact; cite the facts or leave body empty")
    subject = without_answer_marks(brief.subject) or brief.account_name or brief.seller_name
    return ReplyDraft(
        mail=WrittenMail(subject=subject, body=body, claims=claims, variant="reply"), language=lang
    )


def _check_honest(body: str, brief: ReplyBrief) -> None:
    if match := _HUMAN.search(body):
        raise Unusable(f"it says {match[0]!r}; say plainly that software writes this mail")
    if ReplyKind.BOT_QUESTION in brief.reading.kinds and not _SOFTWARE.search(body):
        raise Unusable("they ask whether a machine writes; say that software writes this mail")


def _check_times(body: str, brief: ReplyBrief) -> None:
    """Clock times only as they were given, or as a source has them."""
    given = " ".join(
        (
            *slot_lines(brief, answer_language(brief)),
            *(source.quote for source in brief.sources),
            _meeting(brief),
        )
    )
    for match in _TIMES.finditer(body):
        if match[0] not in given:
            raise Unusable(f"the time {match[0]} was not given")


def _meeting(brief: ReplyBrief) -> str:
    if brief.meeting_at is None:
        return ""
    (line,) = slot_lines(brief.model_copy(update={"slots": (brief.meeting_at,)}), answer_language(brief))
    return line


def _numbered(sources: Sequence[Evidence]) -> str:
    lines = [
        f"{number} {quoted(squeeze(source.quote), 600)}" for number, source in enumerate(sources, start=1)
    ]
    return "\n".join(lines) or "none"


def _brief(brief: ReplyBrief, lang: str) -> str:
    rows = {
        "our company": brief.seller_name,
        "sender": "" if ReplyKind.BOT_QUESTION in brief.reading.kinds else brief.sender_name,
        "recipient": brief.contact_name,
        "their title": brief.contact_title,
        "their company": brief.account_name,
        "they": ", ".join(brief.reading.kinds),
        "language": lang,
        "meeting just booked": _meeting(brief),
        "link": brief.link,
    }
    return "\n".join(f"{name}: {quoted(value, 300)}" for name, value in rows.items() if value)
