"""Why prospects are wrong or missing: causes with counts, the worst confusions, and examples to look at."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evals.suites.prospecting.audiences import Audience, Truth
from evals.suites.prospecting.compare import Companies
from evals.suites.prospecting.search_run import SearchRun, Written

EXAMPLES = 3
_CONFUSIONS = 6
# How the product's reasons begin, and which fact they are about.
_SUBJECTS = {"industry": "industry", "country": "country", "geography": "country", "size": "size"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong or missing prospect with its cause."""

    cause: str
    confusion: str  # what was taken for what
    example: str


def explain(run: SearchRun, world: Companies, visits: Mapping[str, int]) -> str:
    """A text for whoever improves the reading.

    Args:
        visits: requests by host, from the sandbox, since before this run.
    """
    wrong = list(_wrong(run, world))
    missed = list(_missed(run, world, visits))
    head = f"== {run.audience.name}: {len(run.qualified)} qualified, {len(wrong)} wrong, {len(missed)} missed"
    return "\n".join([head, *_told("wrong", wrong), *_told("missed", missed)])


def _wrong(run: SearchRun, world: Companies) -> Iterator[Fault]:
    for one in run.qualified:
        truth = world.get(one.domain)
        if truth is None:
            yield Fault("no company of the world", _read(one, "industry"), _example(one, None))
        elif not run.audience.plausible(truth):
            cause, confusion = _why_wrong(run.audience, one, truth)
            yield Fault(cause, confusion, _example(one, truth))


def _why_wrong(audience: Audience, one: Written, truth: Truth) -> tuple[str, str]:
    if truth.status != "active":
        return f"domain is {truth.status}", f"{truth.status} taken for a company"
    if truth.industry not in audience.true_industries:
        return "wrong industry", f"{truth.industry} read as {_read(one, 'industry')}"
    if truth.country not in audience.true_countries:
        return "wrong country", f"{truth.country} read as {_read(one, 'country')}"
    return "wrong size", f"{truth.employees} people read as {_read(one, 'size')}"


def _missed(run: SearchRun, world: Companies, visits: Mapping[str, int]) -> Iterator[Fault]:
    by_company = {world[one.domain].domains: one for one in run.written if one.domain in world}
    found = {world[one.domain].domains for one in run.qualified if one.domain in world}
    for truth in set(world.values()):
        if truth.domains in found or not (run.audience.means(truth) and run.audience.decidable(truth)):
            continue
        one = by_company.get(truth.domains)
        if one is None:
            yield _not_written(truth, visits)
        else:
            cause, confusion = _why_missed(one, truth)
            yield Fault(cause, confusion, _example(one, truth))


def _not_written(truth: Truth, visits: Mapping[str, int]) -> Fault:
    seen = any(visits.get(host) for domain in truth.domains for host in (domain, f"www.{domain}"))
    cause = (
        "visited, not written (unreadable, a list, or dropped as a duplicate)" if seen else "never visited"
    )
    return Fault(cause, ", ".join(truth.quirks) or "no quirk", f"{truth.domains[0]} {_truly(truth)}")


def _why_missed(one: Written, truth: Truth) -> tuple[str, str]:
    if one.verdict.startswith("Disqualified"):
        return f"shut out: {one.verdict}", truth.industry
    for side, text in one.reasons:
        subject = text.lower()
        if side == "for" or not subject.startswith(tuple(_SUBJECTS)):
            continue
        kind = next(kind for word, kind in _SUBJECTS.items() if subject.startswith(word))
        true = {"industry": truth.industry, "country": truth.country, "size": str(truth.employees)}[kind]
        how = "not read" if side == "unknown" else "read wrong"
        return f"{kind} {how}", f"{true} read as {_read(one, kind)}"
    return f"other: {one.verdict}", ""


def _read(one: Written, what: str) -> str:
    """What the product read, with the quote behind it left to the example."""
    facts = one.facts
    if facts is None:
        return "nothing"
    if what == "industry":
        return "+".join(fact.value for fact in facts.industries) or "nothing"
    if what == "country":
        return facts.country.value if facts.country else "nothing"
    return f"{facts.staff_min}–{facts.staff_max}"


def _example(one: Written, truth: Truth | None) -> str:
    facts, quotes = one.facts, []
    if facts is not None:
        quotes = [("industry", fact.evidence.quote) for fact in facts.industries[:2]]
        quotes += [("country", facts.country.evidence.quote)] if facts.country else []
        quotes += [("staff", facts.staff_evidence.quote)] if facts.staff_evidence else []
    said = "; ".join(f"{name} from “{quote[:110]}”" for name, quote in quotes)
    return f"{one.domain} {_truly(truth)} – {said or one.verdict}"


def _truly(truth: Truth | None) -> str:
    if truth is None:
        return "(not a company)"
    quirks = f", {'+'.join(truth.quirks)}" if truth.quirks else ""
    return f"({truth.name}: {truth.industry}, {truth.country}, {truth.employees} people{quirks})"


def _told(title: str, faults: list[Fault]) -> list[str]:
    by_cause: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_cause[fault.cause].append(fault)
    lines: list[str] = []
    for cause, group in sorted(by_cause.items(), key=lambda item: -len(item[1])):
        confusions = Counter(fault.confusion for fault in group).most_common(_CONFUSIONS)
        lines.append(f"{title} {len(group)}: {cause}")
        lines.append("    " + "; ".join(f"{count}× {name}" for name, count in confusions if name))
        ranked = sorted(group, key=lambda fault: [name for name, _ in confusions].index(fault.confusion)
                        if fault.confusion in dict(confusions) else _CONFUSIONS)  # fmt: skip
        lines += [f"    e.g. {fault.example}" for fault in ranked[:EXAMPLES]]
    return lines
