"""Approvals, users and erasure as readable text for the terminal."""

from typing import Any


def approvals_text(rows: list[dict[str, Any]]) -> str:
    """Every ask with its exact texts; those put off to another day are counted at the end."""
    if not rows:
        return "Nothing waits for you."
    shown = [row for row in rows if row["state"] != "deferred"]
    lines = [line for row in shown for line in _approval(row)]
    later = [row for row in rows if row["state"] == "deferred"]
    if later:
        lines += ["", f"{len(later)} more of low risk wait for tomorrow; today's number of asks is used up:"]
        lines += [f"{row['id']}  {row['summary']}  (risk {row['risk']}/10)" for row in later]
    return "\n".join(lines)


def _approval(row: dict[str, Any]) -> list[str]:
    lines = [
        f"{row['id']}  {row['summary']}  (risk {row['risk']}/10, until {row['expires_at'][:16]})",
        f"  {row['why']}",
        f"  If ignored: {row['if_ignored']}",
        *([f"  Below every text: {' · '.join(row['below'].splitlines())}"] if row["below"] else []),
    ]
    if row["needs"] > 1:
        lines.append(f"  Needs {row['needs']} people. {row['agreed']}".rstrip())
    for item in row["items"]:
        lines += ["", *_item(item)]
    return lines


def _item(item: dict[str, Any]) -> list[str]:
    if "subject" not in item:
        return [f"  [{item['id']}] {item['state']} – {item.get('reason', '')}"]
    return [
        f"  [{item['id']}] {item['state']} – to {item['recipient']} ({item.get('name', '')})",
        f"  Subject: {item['subject']}",
        *("  | " + line for line in str(item["body"]).split("\n")),
    ]


def decided_text(result: dict[str, Any], word: str) -> str:
    """What one decision did."""
    if result.get("agreed"):
        return f"Noted; {result['id']} needs another person. {result['votes']}."
    return f"{result[word]} {word}; {result['id']} is {result['state']}."


def many_text(result: dict[str, Any], word: str) -> str:
    """What became of several, one a line."""
    return "\n".join(
        decided_text(one, word) if one["ok"] else f"{one['id']}: {one['error']['message']}"
        for one in result["results"]
    )


def users_text(rows: list[dict[str, Any]]) -> str:
    """Users, one a line."""
    return "\n".join(
        f"{row['name']:20} {row['role']:8}{' disabled' if row['disabled'] else ''}".rstrip() for row in rows
    )
