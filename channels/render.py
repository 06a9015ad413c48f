"""Results as readable text for the terminal."""

from typing import Any

from channels.render_campaign import course_lines, plan_lines

KINDS = {
    "hard": "must have",
    "soft": "nice to have",
    "disqualifier": "not for us",
    "role": "talk to",
    "pain": "their problem",
}


def _quote(evidence: list[dict[str, str]]) -> str:
    if not evidence:
        return ""
    return f"\n      “{evidence[0]['quote'][:150]}”  {evidence[0]['url']}"


def onboard_text(result: dict[str, Any]) -> str:
    """Profile and ICP with sources."""
    lines = [f"{result['profile']['name']} – read from {result['pages']} pages", ""]
    lines += [
        f"  {fact['field']}: {fact['value']}{_quote(fact['evidence'])}"
        for fact in result["profile"]["fields"]
    ]
    lines += ["", f"Ideal customer profile, version {result['icp']['version']}", ""]
    lines += [
        f"  {KINDS[line['kind']]} – {line['field']}: {line['value']}{_quote(line['evidence'])}"
        for line in result["icp"]["lines"]
    ]
    if result["not_found"]:
        lines += ["", "Not found on the site: " + ", ".join(result["not_found"])]
    return "\n".join(lines)


def import_text(result: dict[str, Any]) -> str:
    """What an import did or would do."""
    head = "Would do" if result.get("dry_run") else f"Batch {result['batch_id']}"
    lines = [
        f"{head}: {result['rows']} rows, {result['created']} new, {result['updated']} changed, "
        f"{result['duplicates']} duplicates, {len(result['errors'])} problems."
    ]
    mapping = result.get("mapping", [])
    lines += [f"  column {one['column']!r} → {one['field'] or 'kept as a note'}" for one in mapping]
    lines += [f"  row {one['row']}, {one['field']}: {one['message']}" for one in result["errors"][:20]]
    if len(result["errors"]) > 20:
        lines.append(f"  … {len(result['errors']) - 20} more; --json lists all.")
    return "\n".join(lines)


def prospects_text(rows: list[dict[str, Any]]) -> str:
    """Prospects, one a line with the verdict."""
    if not rows:
        return "No prospects. Run `rainmaker prospects find`, or import a file."
    lines = []
    for row in rows[:100]:
        person = f"  {row['contact']} {row['title']}".rstrip()
        lines.append(f"{row['fit']:.2f}  {row['account']} ({row['country'] or '?'}, {row['domain']}){person}")
        lines.append(f"      {row['verdict']}  [{row['id']}]")
        if row["chance"] is not None:
            parts = " ".join(one["text"] for one in row["chance_reasons"][1:4])
            lines.append(f"      chance of a yes or a meeting: {row['chance']:.1%}. {parts}")
    if rows[0]["chance_said"]:
        lines.append(rows[0]["chance_said"])
    if len(rows) > 100:
        lines.append(f"… {len(rows) - 100} more; --json lists all.")
    return "\n".join(lines)


def campaign_plan_text(result: dict[str, Any]) -> str:
    """A plan and every draft: exactly what would leave."""
    lines = [
        result["name"],
        f"For: {result['audience']}. Offer: {result['offer']}. Goal: {result['goal']}.",
        "",
    ]
    for touch in result["touches"]:
        lines.append(
            f"  step {touch['step']} after {touch['delay_days']} days by {touch['channel']}: {touch['purpose']}"
        )
    for draft in result["drafts"]:
        lines += [
            "",
            f"--- to {draft['contact']}  [{draft['id']}]",
            f"Subject: {draft['subject']}",
            "",
            draft["body"],
        ]
        lines += [f"    source: “{one['quote'][:100]}” {one['url']}" for one in draft["claims"]]
        lines += [f"    BLOCKED: {reason}" for reason in draft["blocked"]]
    blocked = sum(bool(draft["blocked"]) for draft in result["drafts"])
    lines += ["", *plan_lines(result)]
    lines += ["", f"{len(result['drafts'])} drafts, {blocked} blocked. Next: rainmaker campaign launch"]
    return "\n".join(lines)


def report_text(result: dict[str, Any]) -> str:
    """How a campaign stands."""
    mails = ", ".join(f"{count} {state}" for state, count in result["mails"].items()) or "no mails yet"
    lines = [f"{result['name']} is {result['state']}: {mails}.", *course_lines(result)]
    for mail in result["list"]:
        when = mail["sent_at"] or mail["due_at"]
        note = f" ({mail['detail'] or mail['code']})" if mail["state"] not in ("sent", "queued") else ""
        lines.append(
            f"  {mail['state']:9} {when[:16]}  {mail['contact']}: {mail['subject']}{note}  [{mail['id']}]"
        )
    return "\n".join(lines)


def tick_text(result: dict[str, Any]) -> str:
    """What a turn did."""
    text = (
        f"{result['sent']} sent, {result['failed']} failed, {result['in_doubt']} in doubt, "
        f"{result['held']} held, {result['asked']} waiting for you."
    )
    if result.get("deferred"):
        text += f" {result['deferred']} more of low risk wait for tomorrow."
    if result["next_due"]:
        text += f" Next due {result['next_due'][:16]}."
    return "\n".join([text, *result["problems"]])


def chain_text(result: dict[str, Any]) -> str:
    """A why-chain."""
    return "\n".join(
        f"{link['kind']:9} {link['text']}" + (f"  {link['url']}" if link["url"] else "")
        for link in result["chain"]
    )
