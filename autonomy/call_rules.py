"""Hard rules for a call of a tool the owner connected: plan, destinations, links, content, money. Pure.

A call that only reads is no effect and no rule here is against it. Missing facts are the worst case.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from autonomy.facts import CallFacts
from autonomy.links import link_problem, links_in
from autonomy.outbound_scan import LONGEST, Found, normal, scan
from autonomy.text_problems import has_unsafe
from domain.actions import ConnectedCall
from domain.decisions import RuleHit, Verdict

CallRule = Callable[[ConnectedCall, CallFacts], RuleHit | None]
_PART_OF_A_NAME = r"[\w@+\-]"
SHORTEST_NAME = 2  # a destination of one letter stands in every text


def call_hits(action: ConnectedCall, facts: CallFacts | None) -> list[RuleHit]:
    """Every hard rule that is against this call."""
    if action.reach == "read":
        return []
    seen = facts or CallFacts()
    hits = (rule(action, seen) for rule in CALL_RULES.values())
    return [hit for hit in hits if hit is not None]


def g1_destination(action: ConnectedCall, facts: CallFacts) -> RuleHit | None:
    """Every destination was named by the owner or is one the workspace knows."""
    known = {normal(one).strip() for one in facts.known} - {""}
    said = normal(facts.owner_words)
    for destination in action.destinations:
        name = normal(destination).strip()
        if name not in known and not named(name, said):
            return _ask("G1", f"Nobody named or approved “{destination[:80]}” as a destination.")
    return None


def named(name: str, said: str) -> bool:
    """True when a whole name stands in what somebody said; both normalised, never as part of a longer one."""
    if len(name) < SHORTEST_NAME:
        return False
    before = rf"(?<!{_PART_OF_A_NAME})(?<![\w][.])"
    after = rf"(?!{_PART_OF_A_NAME})(?![.]\w)"
    return re.search(before + re.escape(name) + after, said) is not None


def g3_content(action: ConnectedCall, facts: CallFacts) -> RuleHit | None:
    """What leaves holds no control, invisible or line-breaking characters."""
    names = "".join((action.tool, *action.destinations, *action.links))
    if has_unsafe(action.content, allowed="\n\t") or has_unsafe(names, allowed=""):
        return _refuse("G3", "The call holds control or invisible characters.")
    return None


def g4_links(action: ConnectedCall, facts: CallFacts) -> RuleHit | None:
    """Every link was written by the owner or is allow-listed; one that hides its target never goes."""
    if len(action.content) > LONGEST:
        return _refuse("G4", f"The content is longer than {LONGEST:,} characters.")
    links = [*action.links, *links_in(action.content)]
    if not links:
        return None
    said = frozenset(_bare(link) for link in links_in(facts.owner_words[:LONGEST]))
    for link in links:
        problem = link_problem(link, facts.allowed_links)
        unlisted = problem is not None and problem.endswith("is not on the allow-list")
        if problem and not (unlisted and _bare(link) in said):
            return _refuse("G4", problem[0].upper() + problem[1:] + ".")
    return None


def _bare(link: str) -> str:
    """A link without what may be left out when it is typed."""
    return re.sub(r"^https?://(?:www\.)?|^www\.", "", normal(link)).rstrip("/.,;:!?")


def g5_content(action: ConnectedCall, facts: CallFacts) -> RuleHit | None:
    """No secret leaves, and other people's addresses only when a person agrees."""
    allowed = (*facts.known, *action.destinations)
    found = scan(action.content, secrets=facts.secrets, allowed_addresses=allowed)
    said = normal(facts.owner_words)
    foreign = [one for one in found if one.kind == "address" and not named(normal(one.text), said)]
    if Found("secret") in found or Found("secret") in _in_names(action, facts):
        return _refuse("G5", "The call would carry a secret out.")
    if Found("too_long") in found:
        return _refuse("G5", f"The content is longer than {LONGEST:,} characters.")
    if foreign:
        return _ask("G5", f"The content holds somebody's e-mail address ({foreign[0].text}).")
    return None


def _in_names(action: ConnectedCall, facts: CallFacts) -> tuple[Found, ...]:
    """A secret may hide in a link or a destination as well."""
    return (
        scan("\n".join((*action.destinations, *action.links)), secrets=facts.secrets) if facts.secrets else ()
    )


def g13_plan(action: ConnectedCall, facts: CallFacts) -> RuleHit | None:
    """The tool is in the plan that was frozen before untrusted text was read."""
    if facts.in_plan:
        return None
    return _refuse(
        "G13", f"{action.tool[:60]} is not in the plan that was made before foreign text was read."
    )


def g15_money(action: ConnectedCall, facts: CallFacts) -> RuleHit | None:
    """What a call costs is known and inside the budget, or a person decides."""
    amounts = (action.amount, facts.spent, facts.budget)
    if any(one is not None and not _is_money(one) for one in amounts):
        return _refuse("G15", "An amount or budget is negative or no number.")
    if action.amount is None:
        return _ask("G15", "What this call costs is unknown.")
    if action.amount == 0:
        return None
    if facts.budget is None:
        return _ask("G15", "No budget is set for such calls.")
    if facts.spent + action.amount > facts.budget:
        return _ask("G15", f"{action.amount} would go over the budget of {facts.budget}.")
    return None


def _is_money(amount: Decimal) -> bool:
    return amount.is_finite() and amount >= 0


CALL_RULES: dict[str, CallRule] = {
    "G1": g1_destination,
    "G3": g3_content,
    "G4": g4_links,
    "G5": g5_content,
    "G13": g13_plan,
    "G15": g15_money,
}


def _refuse(rule: str, message: str) -> RuleHit:
    return RuleHit(rule=rule, verdict=Verdict.REFUSE, message=message)


def _ask(rule: str, message: str) -> RuleHit:
    return RuleHit(rule=rule, verdict=Verdict.ASK, message=message)
