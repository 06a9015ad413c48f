"""Gives a price its words: the cells of a price table that name a plan, as evidence of their own. Invents nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.icp import ProfileFact
from domain.knowledge import Evidence, squeeze
from domain.labels import web_label
from runtime.store import knowledge


async def quotable(tx: AsyncConnection, facts: Sequence[ProfileFact]) -> tuple[ProfileFact, ...]:
    """The facts, prices with a quote for each part of what they say, as far as our stored pages show it."""
    if not any(fact.field == "pricing" for fact in facts):
        return tuple(facts)
    pages = await knowledge.page_texts(tx, [knowledge.SELLER])
    lines = {str(page["url"]): _lines(page) for page in pages}
    seen_at = {str(page["url"]): page["fetched_at"] for page in pages}
    made = tuple(_with_parts(fact, lines, seen_at) if fact.field == "pricing" else fact for fact in facts)
    fresh = [one for fact in made if fact.field == "pricing" for one in fact.evidence]
    await knowledge.keep_evidence(tx, knowledge.SELLER, fresh)
    return made


def _lines(page: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(squeeze(line) for line in str(page["text"]).splitlines())


def _with_parts(
    fact: ProfileFact, lines: Mapping[str, frozenset[str]], seen_at: Mapping[str, Any]
) -> ProfileFact:
    url, quote = fact.evidence[0].url, fact.evidence[0].quote
    label = fact.value.rpartition(": ")[0]
    parts = [label] if label in lines.get(url, ()) else list(label.rpartition(", ")[::2])
    shown = [part for part in parts if part and part in lines.get(url, ()) and part not in quote]
    at = seen_at.get(url)
    if not shown or not isinstance(at, datetime):
        return fact
    more = tuple(Evidence(url=url, quote=part, seen_at=at, label=web_label(url)) for part in shown)
    return fact.model_copy(update={"evidence": (*fact.evidence, *more)})
