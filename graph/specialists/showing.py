"""How profiles, prospects and drafts are written for people (Markdown) and programs (JSON)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.campaigns import Campaign, Draft
from domain.icp import CompanyProfile, Icp, IcpLine, LineKind
from domain.knowledge import Evidence
from domain.prospects import Reason

KIND_TITLES = {
    LineKind.HARD: "Must have",
    LineKind.SOFT: "Nice to have",
    LineKind.DISQUALIFIER: "Not for us",
    LineKind.ROLE: "Who to talk to",
    LineKind.PAIN: "Their problem",
}
FIELD_TITLES = {
    "name": "Name",
    "offer": "What it sells",
    "audience": "To whom",
    "pricing": "Pricing",
    "customer": "Customers",
    "proof": "Proof",
    "competitor": "Competitors it names",
    "region": "Regions",
    "language": "Languages",
}


def evidence_json(evidence: Iterable[Evidence]) -> list[dict[str, str]]:
    """Page and quote of each piece of evidence."""
    return [{"url": one.url, "quote": one.quote} for one in evidence]


def icp_json(icp: Icp) -> list[dict[str, Any]]:
    """The contract's ICP lines."""
    return [
        {
            "kind": str(line.kind),
            "field": str(line.field),
            "value": line.value,
            "match": list(line.match),
            "evidence": evidence_json(line.evidence),
        }
        for line in icp.lines
    ]


def quoted(text: str, limit: int = 140) -> str:
    """A quote, shortened for reading, safe inside Markdown."""
    clean = text.replace("*", "∗").replace("`", "'").replace("[", "(").replace("]", ")").replace("<", "‹")
    return f"“{clean[:limit].rstrip()}{'…' if len(clean) > limit else ''}”"


def source(evidence: Sequence[Evidence]) -> str:
    """Where it was read, as one short suffix."""
    if not evidence:
        return ""
    first = evidence[0]
    if first.url.startswith(("http://", "https://")):
        return f" – {quoted(first.quote)} ([source]({first.url}))"
    return (
        f" – you said {quoted(first.quote)}" if first.url.startswith("conversation:") else f" – {first.quote}"
    )


def profile_text(profile: CompanyProfile, pages: int) -> str:
    """A company profile for reading."""
    lines = [f"### {profile.name or profile.domain}", f"Read from {pages} pages of {profile.url}."]
    for field, title in FIELD_TITLES.items():
        facts = [fact for fact in profile.facts if fact.field == field and field != "name"]
        if facts:
            lines.append(f"\n**{title}**")
            lines += [f"- {fact.value}{source(fact.evidence)}" for fact in facts]
    if profile.not_found:
        missing = ", ".join(FIELD_TITLES[name].lower() for name in profile.not_found)
        lines.append(f"\nNot found on the site: {missing}.")
    return "\n".join(lines)


def icp_text(icp: Icp, before: Icp | None = None) -> str:
    """An ICP for reading; with `before`, what changed."""
    lines = [f"### Ideal customer profile, version {icp.version}"]
    for kind, title in KIND_TITLES.items():
        own = [line for line in icp.lines if line.kind is kind]
        if own:
            lines.append(f"\n**{title}**")
        for line in own:
            lines.append(f"- {icp.lines.index(line) + 1}. {line.value}{source(line.evidence)}")
    if not icp.lines:
        lines.append(
            "The site says nothing that decides who fits. Tell me, e.g. “companies in Germany with 50+ people”."
        )
    if before is not None:
        lines.append("\n" + _difference(before, icp))
    return "\n".join(lines)


def _difference(before: Icp, after: Icp) -> str:
    def named(lines: Iterable[IcpLine]) -> str:
        return ", ".join(f"{line.field}: {line.value}" for line in lines)

    added = [line for line in after.lines if line not in before.lines]
    gone = [line for line in before.lines if line not in after.lines]
    parts = [f"New: {named(added)}." if added else "", f"Gone: {named(gone)}." if gone else ""]
    return " ".join(part for part in parts if part) + " Every prospect is scored again."


def prospect_json(row: dict[str, Any]) -> dict[str, Any]:
    """The contract's prospect row."""
    reasons = [Reason.model_validate(reason) for reason in row["reasons"]]
    return {
        "id": row["id"],
        "account": row["account_name"],
        "domain": row["account_domain"],
        "country": row["account_country"],
        "industry": row["account_industry"],
        "contact": row["contact_name"] or "",
        "title": row["contact_title"] or "",
        "email": row["contact_email"] or "",
        "fit": row["fit"],
        "qualified": row["qualified"],
        "verdict": row["verdict"],
        "reasons": [reason.text for reason in reasons],
        "evidence": [one for reason in reasons for one in evidence_json(reason.evidence)],
        "chance": row["chance"],
        "chance_reasons": row["chance_reasons"] or [],
        "chance_model": row["chance_model"],
    }


def chance_lines(row: dict[str, Any]) -> list[str]:
    """The chance of an answer with its parts, when a model is in force."""
    if row["chance"] is None:
        return []
    head = f"Chance of a clear yes or a meeting after one mail: {row['chance']:.1%} (model {row['chance_model']})."
    return [head, *(f"- {one['text']}" for one in row["chance_reasons"])]


def prospect_label(row: dict[str, Any]) -> str:
    """How a prospect is named in a list."""
    person = ", ".join(part for part in (row["contact_name"], row["contact_title"]) if part)
    return f"{person + ', ' if person else ''}{row['account_name']}"


def prospects_text(rows: Sequence[dict[str, Any]], total: int) -> str:
    """A table of prospects for reading."""
    if not rows:
        return "No prospect fits that."
    order = "best fit" if all(row["chance"] is None for row in rows) else "most likely to answer"
    lines = [
        f"{len(rows)} of {total} prospects, {order} first.",
        "",
        "| # | Company | Country | Person | Fit | Verdict |",
        "|--:|---|---|---|--:|---|",
    ]
    for number, row in enumerate(rows, 1):
        person = ", ".join(part for part in (row["contact_name"], row["contact_title"]) if part) or "–"
        cells = [row["account_name"], row["account_country"] or "?", person]
        shown = " | ".join(cell.replace("|", "/") for cell in cells)
        lines.append(f"| {number} | {shown} | {row['fit']:.2f} | {row['verdict'].replace('|', '/')[:90]} |")
    return "\n".join(lines)


def draft_json(draft: Draft, contact: str) -> dict[str, Any]:
    """The contract's draft."""
    return {
        "id": draft.id,
        "contact": contact,
        "subject": draft.mail.subject,
        "body": draft.mail.body,
        "claims": [
            {"text": claim.text, "url": claim.evidence.url, "quote": claim.evidence.quote}
            for claim in draft.mail.claims
        ],
        "blocked": list(draft.blocked),
        "variant": draft.mail.variant,
    }


def draft_text(draft: Draft, contact: str) -> str:
    """One draft for reading."""
    lines = [
        f"**To {contact}** – {draft.mail.subject}",
        "",
        *(f"> {line}" for line in draft.mail.body.split("\n")),
    ]
    for claim in draft.mail.claims:
        lines.append(f"- {quoted(claim.text, 90)}{source((claim.evidence,))}")
    lines += [f"- **Blocked:** {reason}" for reason in draft.blocked]
    return "\n".join(lines)


def campaign_text(campaign: Campaign, drafts: Sequence[Draft], names: dict[str, str]) -> str:
    """A campaign plan with its first drafts for reading."""
    live = [draft for draft in drafts if not draft.dropped]
    blocked = [draft for draft in live if draft.blocked]
    lines = [
        f"### {campaign.name}",
        f"**For whom:** {campaign.audience}  \n**Offer:** {campaign.offer}  \n**Goal:** {campaign.goal}",
        "",
        "| Step | After | Channel | Purpose | When |",
        "|--:|---|---|---|---|",
    ]
    for touch in campaign.touches:
        after = f"{touch.delay_days} days" if touch.delay_days else "launch"
        lines.append(f"| {touch.step} | {after} | {touch.channel} | {touch.purpose} | {touch.window} |")
    lines.append(
        f"\n{len(live)} drafts in {len(campaign.variants)} variants; {len(blocked)} blocked. "
        "Nothing leaves before you approve it."
    )
    lines += ["", *(draft_text(draft, names.get(draft.contact_id, "?")) + "\n" for draft in live[:3])]
    if len(live) > 3:
        lines.append(f"… and {len(live) - 3} more.")
    return "\n".join(lines)


def when(at: datetime, zone: str) -> str:
    """A moment as people read it where they live, e.g. "Tuesday 3 November, 10:00 (Europe/Berlin)"."""
    return f"{at.astimezone(ZoneInfo(zone)):%A %-d %B, %H:%M} ({zone})"
