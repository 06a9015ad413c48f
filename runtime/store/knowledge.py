"""Pages, evidence, company profiles and ICP versions."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, cast, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.icp import CompanyProfile, Icp, IcpLine, in_order
from domain.ids import derived
from domain.knowledge import Evidence, Page, text_hash
from domain.labels import Label
from runtime.store import versions
from runtime.store.rows import insert_many, label_columns, label_of
from runtime.store.tables import active_versions, evidence, icp_versions, pages, profiles

SELLER = "seller"  # the subject of our own site


async def keep_pages(tx: AsyncConnection, subject: str, found: Sequence[Page]) -> None:
    """Store a subject's pages, replacing what was read before."""
    await tx.execute(delete(pages).where(pages.c.subject == subject))
    rows = {}
    for page in found:
        page_id = derived("pag", subject, page.url)
        rows[page_id] = {
            "id": page_id,
            "subject": subject,
            "url": page.url,
            "title": page.title,
            "text": readable(page),
            "sha256": text_hash(readable(page)),
            "fetched_at": page.fetched_at,
            **label_columns(page.label),
        }
    await insert_many(tx, pages, list(rows.values()))


def readable(page: Page) -> str:
    """What a page says, without its menus."""
    return "\n".join(block.text for block in page.blocks if block.zone != "nav")


async def keep_evidence(tx: AsyncConnection, subject: str, found: Sequence[Evidence]) -> None:
    """Store quotes about a subject; the same quote of the same page is kept once."""
    rows = {}
    for item in found:
        item_id = evidence_id(subject, item)
        rows[item_id] = {
            "id": item_id,
            "subject": subject,
            "url": item.url,
            "quote": item.quote,
            "sha256": item.sha256,
            "seen_at": item.seen_at,
            **label_columns(item.label),
        }
    known: set[str] = set()
    ids = list(rows)
    for start in range(0, len(ids), 400):
        query = select(evidence.c.id).where(evidence.c.id.in_(ids[start : start + 400]))
        known.update((await tx.execute(query)).scalars())
    await insert_many(tx, evidence, [row for key, row in rows.items() if key not in known])


def evidence_id(subject: str, item: Evidence) -> str:
    """Derived id of a quote about a subject."""
    return derived("evi", subject, item.url, item.sha256)


async def stored_evidence(tx: AsyncConnection, subjects: Sequence[str]) -> set[tuple[str, str]]:
    """(url, quote hash) of every stored quote about these subjects."""
    return {(row.url, row.sha256) for row in await tx.execute(_QUOTES, {"subjects": list(subjects)})}


_QUOTES = select(evidence.c.url, evidence.c.sha256).where(
    evidence.c.subject.in_(bindparam("subjects", expanding=True))
)


async def page_texts(tx: AsyncConnection, subjects: Sequence[str] | None = None) -> list[dict[str, object]]:
    """Stored pages of these subjects (all when None): subject, url, title, text, fetched_at, label."""
    query = select(pages).order_by(pages.c.id)
    if subjects is not None:
        query = query.where(pages.c.subject.in_(list(subjects)))
    rows = (await tx.execute(query)).mappings()
    return [{**{str(key): row[key] for key in row}, "label": label_of(row)} for row in rows]


async def keep_profile(
    tx: AsyncConnection, profile_id: str, profile: CompanyProfile, label: Label, at: datetime
) -> None:
    """Store a profile version and put it in force."""
    body = profile.model_dump(mode="json")
    await tx.execute(
        insert(profiles).values(id=profile_id, url=profile.url, body=body, made_at=at, **label_columns(label))
    )
    await versions.activate_version(tx, "profile", profile_id, at)


async def active_profile(tx: AsyncConnection) -> CompanyProfile | None:
    """Our own company's profile in force."""
    body = (await tx.execute(_PROFILE)).scalar_one_or_none()
    return _profile(body) if body else None


@lru_cache(maxsize=4)
def _profile(body: str) -> CompanyProfile:
    """Read once for each content: every judgement on a mail asks for it."""
    return CompanyProfile.model_validate(json.loads(body))


_PROFILE = (
    select(cast(profiles.c.body, Text))
    .join(active_versions, active_versions.c.version_id == profiles.c.id)
    .where(active_versions.c.kind == "profile")
)


def _icp_of(values: Mapping[Any, Any]) -> Icp:
    return Icp(
        id=values["id"],
        version=values["number"],
        lines=tuple(IcpLine.model_validate(line) for line in values["lines"]),
        made_at=values["made_at"],
        made_by=values["made_by"],
        reason=values["reason"],
    )


async def icp(tx: AsyncConnection, icp_id: str) -> Icp | None:
    """One ICP version."""
    row = (await tx.execute(select(icp_versions).where(icp_versions.c.id == icp_id))).mappings().one_or_none()
    return _icp_of(row) if row else None


async def active_icp(tx: AsyncConnection) -> Icp | None:
    """The ICP version in force."""
    icp_id = await versions.active_version(tx, "icp")
    return await icp(tx, icp_id) if icp_id else None


async def keep_icp(
    tx: AsyncConnection,
    icp_id: str,
    lines: Sequence[IcpLine],
    *,
    label: Label,
    by: str,
    reason: str,
    at: datetime,
) -> Icp:
    """Store a new ICP version (not yet in force)."""
    last = (await tx.execute(select(func.max(icp_versions.c.number)))).scalar_one_or_none() or 0
    values = {
        "id": icp_id,
        "number": last + 1,
        "lines": [line.model_dump(mode="json") for line in in_order(lines)],
        "made_at": at,
        "made_by": by,
        "reason": reason,
    }
    await tx.execute(insert(icp_versions).values(**values, **label_columns(label)))
    return _icp_of(values)


async def page_subjects(tx: AsyncConnection) -> list[str]:
    """Everything pages are stored about."""
    return list((await tx.execute(select(pages.c.subject).distinct().order_by(pages.c.subject))).scalars())
