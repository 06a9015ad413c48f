"""How tests, expectations and paces of campaigns are printed. Words only."""

from typing import Any


def experiment_lines(one: dict[str, Any]) -> list[str]:
    """A test with its arms."""
    lines = [f"Test of the {one['title']} [{one['id']}]: {one['sentence']}"]
    if one["arms"]:
        lines.append(
            "  arm             share   sent  matured   good  positive  meetings  opt-outs  complaints"
        )
    for arm in one["arms"]:
        name = f"{arm['arm']}{' (baseline)' if arm['arm'] == one['baseline'] else ''}"
        share = f"{arm['share']:.0%}" if arm["share"] else "closed"
        lines.append(
            f"  {name:14} {share:>6} {arm['sent']:6} {arm['matured']:8} {arm['good']:6} {arm['positive']:9} "
            f"{arm['meetings']:9} {arm['opt_outs']:9} {arm['complaints']:11}"
        )
    return lines


def course_lines(result: dict[str, Any]) -> list[str]:
    """What stands beside a campaign's mails."""
    lines: list[str] = []
    told = result.get("expectation")
    if told:
        lines.append(f"Said before it began: {told['sentence']}")
    pace = result.get("pace") or {}
    if pace.get("first_mails") is not None:
        held = "Held" if pace["first_mails"] == 0 else f"At most {pace['first_mails']} first mails a day"
        lines.append(f"{held}: {pace['reason']}")
    for one in result.get("experiments", []):
        lines += experiment_lines(one)
    return lines


def plan_lines(result: dict[str, Any]) -> list[str]:
    """What is told with a plan."""
    told = result.get("expectation")
    lines = [told["sentence"]] if told else []
    return lines + [one["sentence"] for one in result.get("experiments", [])] + list(result.get("notes", []))


def experiments_text(result: dict[str, Any]) -> str:
    """Every test, and what may be tuned."""
    lines = [line for one in result["experiments"] for line in (*experiment_lines(one), "")]
    if not lines:
        lines = ["No test has begun; the first campaign begins one.", ""]
    lines.append("What may be tuned, inside declared bounds:")
    for one in result["knobs"]:
        how = "settled" if one["settled"] else "usual"
        lines.append(f"  {one['name']:15} {one['value']:10} ({how})  {one['title']}: {one['bounds']}")
    return "\n".join(lines)


def experiment_text(one: dict[str, Any]) -> str:
    """One test with what was said in advance and every move of its shares."""
    lines = experiment_lines(one)
    if one["foretold"]:
        lines.append(f"Said in advance: {one['foretold']}")
    lines.append(f"Counts: {one['metric']} within {one['window_days']:.0f} days.")
    for row in one["versions"]:
        shares = (
            ", ".join(f"{share['arm']} {share['share']:.0%}" for share in row["shares"]) or "nobody any more"
        )
        why = f" – {row['reason']}" if row["reason"] else ""
        decision = f"  [{row['decision_id']}]" if row["decision_id"] else ""
        lines.append(f"  {row['since'][:10]}  {shares}{why}{decision}")
    return "\n".join(lines)
