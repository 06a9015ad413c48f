"""Writes and revises mails with a model from numbered facts. A claim counts only with a fact we gave.

Whether a sentence without a fact may leave is the gate's business; here no evidence is ever made up.
"""

import re
from collections.abc import Sequence
from typing import Any

from domain.campaigns import MAX_WORDS, Claim, WrittenMail
from domain.errors import Correctable
from domain.knowledge import Evidence, squeeze
from language.port import MailBrief
from language.prompt_files import load_prompt
from language.wire import guard
from language.wire.client import ModelClient, Reply
from language.wire.strict import Unusable, clean_text, quoted

MAX_SUBJECT_CHARS = 150
MAX_BODY_CHARS = 8_000
_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\[(?:your|first|last|name|company|insert|sender|title)\b[^\]\n]*\]|<(?:name|company)>", re.I
)
_LINK = re.compile(r"https?://[^\s<>()\[\]\"']+", re.I)
_NO_PROBLEM = {"", "none", "no", "n/a", "null"}
_STRING = {"type": "string"}
CLAIMS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"text": _STRING, "fact": {"type": "integer"}},
        "required": ["text", "fact"],
        "additionalProperties": False,
    },
}


def text_schema(*parts: str) -> dict[str, Any]:
    """What the model must send: these texts, and the claims they make, each with the number of its fact."""
    properties = {**dict.fromkeys(parts, _STRING), "claims": CLAIMS}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


MAIL = text_schema("problem", "subject", "body")


async def write(client: ModelClient, brief: MailBrief) -> WrittenMail:
    """A mail from the brief's facts."""
    facts = _facts(brief)
    prompt = load_prompt("write_mail")
    request = prompt.fill(brief=_brief(brief), facts=_numbered(facts), max_words=str(_limit(brief)))
    return await _mail(client, prompt.system, request, brief, facts)


async def revise(client: ModelClient, mail: WrittenMail, instruction: str, brief: MailBrief) -> WrittenMail:
    """The mail changed as asked.

    Raises:
        Correctable: instruction_not_understood, or model_answer_unusable.
    """
    facts = _facts(brief)
    prompt = load_prompt("revise_mail")
    request = prompt.fill(
        brief=_brief(brief),
        facts=_numbered(facts),
        max_words=str(_limit(brief)),
        subject=quoted(mail.subject, MAX_SUBJECT_CHARS),
        body=quoted(mail.body, MAX_BODY_CHARS),
        instruction=quoted(instruction, 2_000),
    )
    return await _mail(client, prompt.system, request, brief, facts, earlier=mail)


async def _mail(
    client: ModelClient,
    system: str,
    request: str,
    brief: MailBrief,
    facts: Sequence[tuple[str, Evidence]],
    earlier: WrittenMail | None = None,
) -> WrittenMail:
    allowed = set(_LINK.findall(earlier.body)) if earlier else set()

    async def ask(user: str) -> Reply:
        return await client.ask(system, user, schema=MAIL)

    def read(reply: Reply) -> WrittenMail:
        answer = guard.checked_object(reply, MAIL)
        problem = clean_text(answer["problem"], 300)
        if earlier is not None and problem.lower().strip(".- ") not in _NO_PROBLEM:
            raise Correctable(
                problem, code="instruction_not_understood", hint="Say the change in other words."
            )
        subject = clean_text(" ".join(answer["subject"].split()), MAX_SUBJECT_CHARS)
        body = clean_text(answer["body"], MAX_BODY_CHARS)
        _check_text(subject, body, brief, allowed)
        return WrittenMail(
            subject=subject, body=body, claims=claims_in(answer["claims"], body, facts), variant=brief.variant
        )

    return await guard.usable(ask, request, read)


def _check_text(subject: str, body: str, brief: MailBrief, allowed: set[str]) -> None:
    if not subject or not body:
        raise Unusable("subject or body is empty")
    check_words(body, _limit(brief), subject=subject, link=brief.link, allowed=frozenset(allowed))


def check_words(
    body: str, limit: int, *, subject: str = "", link: str = "", allowed: frozenset[str] = frozenset()
) -> None:
    """Hold a text against its length, left-over placeholders and links nobody gave.

    Raises:
        Unusable: naming the first of them.
    """
    words = len(body.split())
    if words > limit:
        raise Unusable(f"the body has {words} words; at most {limit} are allowed")
    hole = _PLACEHOLDER.search(f"{subject}\n{body}")
    if hole:
        raise Unusable(f"it holds the placeholder {hole[0]!r}; write the mail ready to send")
    for found in _LINK.findall(body):
        bare = found.rstrip(".,;:!?")
        if bare != link.rstrip("/") and bare != link and found not in allowed:
            raise Unusable(f"the link {bare[:80]} was not given")


def claims_in(
    items: Sequence[dict[str, Any]], body: str, facts: Sequence[tuple[str, Evidence]]
) -> tuple[Claim, ...]:
    """The claims whose text stands in the body and whose number is one of the facts."""
    claims: dict[tuple[str, int], Claim] = {}
    for item in items:
        number, text = item["fact"], _in_body(item["text"], body)
        if text and 1 <= number <= len(facts):
            claims[text, number] = Claim(text=text, evidence=facts[number - 1][1])
    return tuple(claims.values())


def _in_body(text: str, body: str) -> str:
    wanted = squeeze(clean_text(text, MAX_BODY_CHARS)).strip('"“”')
    return wanted if wanted and wanted in squeeze(body) else ""


def _limit(brief: MailBrief) -> int:
    return min(brief.max_words, MAX_WORDS)


def _facts(brief: MailBrief) -> tuple[tuple[str, Evidence], ...]:
    """Every fact a mail may use, in a stable order; its number is its place counted from 1."""
    ours = [(f"we, {field}: {value}", evidence) for field, value, evidence in brief.seller]
    pains = [(f"a problem we solve: {value}", evidence) for value, evidence in brief.pains]
    theirs = [(f"they, {kind}: {value}", evidence) for kind, value, evidence in brief.account]
    return (*ours, *pains, *theirs)


def _numbered(facts: Sequence[tuple[str, Evidence]]) -> str:
    lines = [
        f"{number} {quoted(text, 240)} source {quoted(evidence.quote, 240)}"
        for number, (text, evidence) in enumerate(facts, start=1)
    ]
    return "\n".join(lines) or "none"


def _brief(brief: MailBrief) -> str:
    rows = {
        "our company": brief.seller_name,
        "sender": brief.sender_name,
        "recipient": brief.contact_name,
        "their title": brief.contact_title,
        "their company": brief.account_name,
        "why them": "; ".join(brief.why_them[:4]),
        "language": brief.language,
        "goal": brief.goal,
        "link": brief.link,
        "variant": brief.variant,
        "mail number in the sequence": str(brief.step),
    }
    return "\n".join(f"{name}: {quoted(value, 300)}" for name, value in rows.items() if value)
