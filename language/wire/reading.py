"""Reads our own site with a model: profile facts and ICP lines. Code verifies every quote and every term.

A fact whose quote is on no page, or whose quote does not speak of it, is dropped.
"""

import logging
from collections.abc import Sequence
from typing import Any, get_args

from domain.icp import CompanyProfile, IcpLine, LineField, LineKind, ProfileFact, ProfileFieldName
from domain.knowledge import Evidence, Page
from language.prompt_files import Prompt, load_prompt
from language.wire import guard, terms
from language.wire.client import ModelClient, Reply
from language.wire.pages import page_data
from language.wire.quotes import evidence_for
from language.wire.retry import ContextTooLong
from language.wire.strict import clean_text, quoted

log = logging.getLogger(__name__)
MAX_VALUE_CHARS = 200
MAX_ITEMS = 60
_NAMED = ("name", "customer", "competitor")
_KIND_OF_FIELD = {LineField.ROLE: LineKind.ROLE, LineField.PAIN: LineKind.PAIN}


def _list_schema(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {
            **properties,
            "value": {"type": "string"},
            "page": {"type": "integer"},
            "quote": {"type": "string"},
        },
        "required": [*properties, "value", "page", "quote"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": item}},
        "required": [name],
        "additionalProperties": False,
    }


FACTS = _list_schema("facts", {"field": {"type": "string", "enum": list(get_args(ProfileFieldName))}})
LINES = _list_schema(
    "lines",
    {
        "kind": {"type": "string", "enum": [kind.value for kind in LineKind]},
        "field": {"type": "string", "enum": [field.value for field in LineField]},
    },
)


async def read_facts(client: ModelClient, pages: Sequence[Page], max_tokens: int) -> tuple[ProfileFact, ...]:
    """What a company says about itself; one entry per fact."""
    answer = await _asked(client, load_prompt("profile"), FACTS, pages, max_tokens, {})
    facts: dict[tuple[str, str], ProfileFact] = {}
    for item in answer["facts"][:MAX_ITEMS]:
        fact = _fact(item, pages)
        if fact is not None:
            facts.setdefault((fact.field, fact.value.casefold()), fact)
    log.info("profile_read", extra={"kept": len(facts), "answered": len(answer["facts"])})
    return tuple(facts.values())


def _fact(item: dict[str, Any], pages: Sequence[Page]) -> ProfileFact | None:
    evidence = evidence_for(item["quote"], item["page"], pages)
    if evidence is None:
        return None
    value = _supported_value(item["field"], clean_text(item["value"], MAX_VALUE_CHARS), evidence.quote)
    return ProfileFact(field=item["field"], value=value, evidence=(evidence,)) if value else None


def _supported_value(field: str, value: str, quote: str) -> str:
    """The value when its quote bears it, the quote itself when it is a paraphrase, "" when it is a guess."""
    if field in _NAMED:
        return value if terms.literally_in(value, quote) else ""
    if field == "language":
        return (
            value.lower() if len(value) == 2 else next(iter(terms.terms_for(LineField.LANGUAGE, value)), "")
        )
    if field == "region":
        asked = set(terms.terms_for(LineField.GEOGRAPHY, value))
        shown = set(terms.terms_for(LineField.GEOGRAPHY, quote))
        return value if terms.literally_in(value, quote) or (asked and asked <= shown) else ""
    return value if terms.speaks_of(value, quote) else quote[:MAX_VALUE_CHARS]


async def read_icp(
    client: ModelClient, profile: CompanyProfile, pages: Sequence[Page], max_tokens: int
) -> tuple[IcpLine, ...]:
    """Who the company's ideal customers are, as far as its pages show it."""
    facts = "\n".join(f"{fact.field}: {quoted(fact.value, MAX_VALUE_CHARS)}" for fact in profile.facts[:40])
    answer = await _asked(
        client, load_prompt("icp"), LINES, pages, max_tokens, {"profile": facts or "nothing"}
    )
    lines = {line.key: line for line in (_line(item, pages) for item in answer["lines"][:MAX_ITEMS]) if line}
    return tuple(lines.values())


def _line(item: dict[str, Any], pages: Sequence[Page]) -> IcpLine | None:
    evidence = evidence_for(item["quote"], item["page"], pages)
    if evidence is None:
        return None
    field = LineField(item["field"])
    value = clean_text(item["value"], MAX_VALUE_CHARS)
    match = terms.terms_for(field, value)
    if not value or not _is_shown(field, value, match, evidence):
        return None
    return IcpLine(
        kind=_kind(item["kind"], field), field=field, value=value, match=match, evidence=(evidence,)
    )


def _is_shown(field: LineField, value: str, match: tuple[str, ...], evidence: Evidence) -> bool:
    if field is LineField.LANGUAGE:
        return bool(match)  # any sentence in the language shows it
    shared = set(match) & set(terms.terms_for(field, evidence.quote))
    return bool(shared) or terms.speaks_of(value, evidence.quote)


def _kind(said: str, field: LineField) -> LineKind:
    kind = LineKind(said)
    if field in _KIND_OF_FIELD and kind is not LineKind.DISQUALIFIER:
        return _KIND_OF_FIELD[field]
    if kind in (LineKind.ROLE, LineKind.PAIN) and field not in _KIND_OF_FIELD:
        return LineKind.SOFT  # a role line must speak of roles; weigh it, do not filter by it
    return kind


async def _asked(
    client: ModelClient,
    prompt: Prompt,
    schema: dict[str, Any],
    pages: Sequence[Page],
    max_tokens: int,
    inputs: dict[str, str],
) -> dict[str, Any]:
    async def ask(user: str) -> Reply:
        return await client.ask(prompt.system, user, schema=schema)

    def read(reply: Reply) -> dict[str, Any]:
        return guard.checked_object(reply, schema)

    try:
        return await guard.usable(ask, prompt.fill(pages=page_data(pages, max_tokens), **inputs), read)
    except ContextTooLong:
        smaller = page_data(pages, max_tokens // 4)
        return await guard.usable(ask, prompt.fill(pages=smaller, **inputs), read)
