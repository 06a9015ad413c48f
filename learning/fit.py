"""Fit of a company and its people to an ICP: additive points with reasons, and a verdict.

Hard lines decide, disqualifiers exclude, soft lines and roles weigh. Unknown is said as unknown: a
missing fact neither meets nor fails a hard line, but a company with an unmet core is not qualified.
"""

import unicodedata
from collections.abc import Callable, Sequence

from babel import Locale

from domain.accounts import CompanyFacts, Fact, PersonFact, Standing
from domain.icp import Icp, IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from domain.prospects import Fit, Reason
from language.offline.lexicon.canonical import industry_ancestors, industry_label

WEIGHTS = {LineKind.HARD: 3.0, LineKind.SOFT: 1.0, LineKind.ROLE: 1.0}
CORE = (LineField.INDUSTRY, LineField.GEOGRAPHY)  # unknown here means we cannot say they fit
QUALIFIED_FROM = 0.5
COMPANY = "company:"  # a term that names a company

Outcome = tuple[bool | None, tuple[Evidence, ...], str]  # met?, quotes, what was seen


def score(icp: Icp, facts: CompanyFacts, people: Sequence[PersonFact] | None = None) -> Fit:
    """Fit of one company. Lines of the same kind and field are alternatives."""
    persons = facts.people if people is None else people
    exclusion = _exclusion(icp, facts, persons)
    if exclusion is not None:
        return Fit(value=0.0, qualified=False, verdict=exclusion.text, reasons=(exclusion,))
    reasons: list[Reason] = []
    total = got = 0.0
    failed: str = ""
    for lines in _groups(icp):
        weight = WEIGHTS[lines[0].kind]
        met, quotes, seen = _any_of(lines, facts, persons)
        total += weight
        got += weight if met else 0.0
        reasons.append(_reason(lines, (met, quotes, seen), weight if met else 0.0))
        if lines[0].kind is LineKind.HARD and (met is False or (met is None and lines[0].field in CORE)):
            failed = failed or reasons[-1].text
    value = round(got / total, 3) if total else 0.0
    scaled = tuple(
        reason.model_copy(update={"points": round(reason.points / total, 3)}) if total else reason
        for reason in reasons
    )
    return _verdict(value, failed, scaled, bool(total))


def _verdict(value: float, failed: str, reasons: tuple[Reason, ...], scored: bool) -> Fit:
    if not scored:
        return Fit(
            value=0.0, qualified=False, verdict="The profile has no line that can be scored.", reasons=()
        )
    if failed:
        return Fit(
            value=min(value, 0.49),
            qualified=False,
            verdict=f"Not qualified: {failed[0].lower()}{failed[1:]}",
            reasons=reasons,
        )
    if value < QUALIFIED_FROM:
        return Fit(value=value, qualified=False, verdict="Not qualified: too little fits.", reasons=reasons)
    best = [reason.text.rstrip(".") for reason in reasons if reason.side == "for"][:3]
    return Fit(value=value, qualified=True, verdict=f"Qualified: {'; '.join(best).lower()}.", reasons=reasons)


def _groups(icp: Icp) -> list[list[IcpLine]]:
    groups: dict[tuple[LineKind, LineField], list[IcpLine]] = {}
    for line in icp.lines:
        if line.kind in WEIGHTS and line.match:
            groups.setdefault((line.kind, line.field), []).append(line)
    order = {LineKind.HARD: 0, LineKind.ROLE: 1, LineKind.SOFT: 2}
    return [groups[key] for key in sorted(groups, key=lambda pair: (order[pair[0]], str(pair[1])))]


def _exclusion(icp: Icp, facts: CompanyFacts, people: Sequence[PersonFact]) -> Reason | None:
    if facts.standing in (Standing.CLOSED, Standing.PARKED, Standing.PERSONAL):
        words = {
            Standing.CLOSED: "the company has closed",
            Standing.PARKED: "the domain is parked",
            Standing.PERSONAL: "this is a private page, not a company",
        }
        text = f"Disqualified: {words[facts.standing]}."
        return Reason(text=text, side="against", points=0.0)
    for line in icp.of(LineKind.DISQUALIFIER):
        if not line.match:
            continue
        met, quotes, seen = _compare(line, facts, people)
        if met:
            text = f"Disqualified: {line.value} ({seen})." if seen else f"Disqualified: {line.value}."
            return Reason(text=text, side="against", points=0.0, evidence=quotes)
    return None


def _any_of(lines: list[IcpLine], facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    outcomes = [_compare(line, facts, people) for line in lines]
    for outcome in outcomes:
        if outcome[0]:
            return outcome
    known = [outcome for outcome in outcomes if outcome[0] is False]
    return known[0] if known else outcomes[0]


_NAMES = {
    LineField.INDUSTRY: "Industry",
    LineField.GEOGRAPHY: "Country",
    LineField.SIZE: "Size",
    LineField.TECHNOLOGY: "Technology",
    LineField.ROLE: "Person",
    LineField.PAIN: "Problem",
    LineField.LANGUAGE: "Language",
    LineField.SIGNAL: "Timing",
    LineField.KEYWORD: "Topic",
}


def _reason(lines: list[IcpLine], outcome: Outcome, points: float) -> Reason:
    met, quotes, seen = outcome
    wanted = " or ".join(line.value for line in lines[:3]) + (" …" if len(lines) > 3 else "")
    name = _NAMES[lines[0].field]
    if met is None:
        return Reason(text=f"{name} unknown (wanted: {wanted}).", side="unknown", points=0.0)
    if met:
        return Reason(text=f"{name} fits: {seen or wanted}.", side="for", points=points, evidence=quotes)
    shown = f": {seen}" if seen else ""
    return Reason(
        text=f"{name} does not fit{shown} (wanted: {wanted}).", side="against", points=0.0, evidence=quotes
    )


def _compare(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    return _COMPARE[line.field](line, facts, people)


def _values(line: IcpLine, found: Sequence[Fact]) -> Outcome:
    hits = [fact for fact in found if fact.value in line.match]
    if hits:
        return True, tuple(fact.evidence for fact in hits[:2]), ", ".join(fact.value for fact in hits[:2])
    if not found:
        return None, (), ""
    return False, tuple(fact.evidence for fact in found[:1]), ", ".join(fact.value for fact in found[:2])


def _industry(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    """A company of a narrower industry fits the wider one: an online shop is retail."""
    for fact in facts.industries:
        if {fact.value, *industry_ancestors(fact.value)} & set(line.match):
            return True, (fact.evidence,), industry_label(fact.value)
    return _values(line, facts.industries)


def _geography(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    met, quotes, seen = _values(line, (facts.country,) if facts.country else ())
    return met, quotes, Locale("en").territories.get(seen.upper(), seen)


def _size(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    if facts.staff_min is None and facts.staff_max is None:
        return None, (), ""
    low = facts.staff_min if facts.staff_min is not None else 0
    high = facts.staff_max if facts.staff_max is not None else max(low, 1_000_000)
    seen = (
        f"{low} people" if low == high else f"{low}–{high} people" if high < 1_000_000 else f"{low}+ people"
    )
    quotes = (facts.staff_evidence,) if facts.staff_evidence else ()
    for term in line.match:
        kind, _, number = term.partition(":")
        if not number.isdigit():
            continue
        if (kind == "min" and high < int(number)) or (kind == "max" and low > int(number)):
            return False, quotes, seen
    return True, quotes, seen


def _technology(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    return _absent_is_unknown(_values(line, facts.technologies))


def _signal(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    return _absent_is_unknown(_values(line, facts.signals))


def _absent_is_unknown(outcome: Outcome) -> Outcome:
    """A site that names one tool may still use another: only a hit says something."""
    return outcome if outcome[0] else (None, (), "")


def _role(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    hits = [person for person in people if person.role and person.role in line.match]
    if hits:
        return True, (hits[0].evidence,), hits[0].title or hits[0].role
    return (
        (False, (), "nobody in that role shown") if any(person.role for person in people) else (None, (), "")
    )


def _language(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    if not facts.languages:
        return None, (), ""
    hit = any(language in line.match for language in facts.languages)
    return hit, (), ", ".join(facts.languages)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in plain if char.isalnum())


def _keyword(line: IcpLine, facts: CompanyFacts, people: Sequence[PersonFact]) -> Outcome:
    own = {_folded(facts.name), _folded(facts.domain.split(".")[0])}
    companies = [term.removeprefix(COMPANY) for term in line.match if term.startswith(COMPANY)]
    if companies:  # a rival or customer is recognised by its own name, never by being mentioned
        return (True, (), facts.name) if own & set(companies) else (None, (), "")
    texts = [fact.evidence for fact in (facts.summary, *facts.industries, *facts.technologies) if fact]
    for quote in texts:
        if any(term.casefold() in quote.quote.casefold() for term in line.match):
            return True, (quote,), ""
    return None, (), ""


_COMPARE: dict[LineField, Callable[[IcpLine, CompanyFacts, Sequence[PersonFact]], Outcome]] = {
    LineField.INDUSTRY: _industry,
    LineField.GEOGRAPHY: _geography,
    LineField.SIZE: _size,
    LineField.TECHNOLOGY: _technology,
    LineField.ROLE: _role,
    LineField.PAIN: _keyword,
    LineField.LANGUAGE: _language,
    LineField.SIGNAL: _signal,
    LineField.KEYWORD: _keyword,
}
