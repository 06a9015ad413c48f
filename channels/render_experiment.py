"""An experiment's reading as text of at most 100 columns: the answer first, then the numbers. Computes nothing."""

import textwrap
from collections import Counter

from learning.experiments.comparing import Comparison, Finding
from learning.experiments.reading import Reading, Verdict
from learning.experiments.sentences import about, amount, chance, duration, relative, span

_WIDTH = 96
_MOST_READINGS = 40
_MOST_PROBLEMS = 12
_FINDINGS = {
    Finding.BETTER: "better",
    Finding.WORSE: "worse",
    Finding.NOT_YET: "not yet",
    Finding.FUTILE: "too small to matter",
    Finding.UNREADABLE: "cannot be compared",
}
_ORDER = (Verdict.DECIDED, Verdict.BROKEN, Verdict.NOT_YET, Verdict.FUTILE, Verdict.TOO_LITTLE)


def text(reading: Reading) -> str:
    """The whole answer."""
    if reading.readings:
        return "\n".join(_several(reading))
    lines = [*_wrapped(reading.sentence), ""]
    if reading.arms:
        lines += _arms(reading)
    if reading.comparisons and reading.verdict is not Verdict.TOO_LITTLE:
        lines += ["", *(line for one in reading.comparisons for line in _comparison(one, reading))]
    lines += [*_split(reading), *_harms(reading), *_waiting(reading)]
    lines += _list("Taken for granted", reading.assumptions)
    lines += _list("Worth knowing", _problems(reading))
    return "\n".join(lines).rstrip()


def _arms(reading: Reading) -> list[str]:
    width = min(32, max(len(one.name) for one in reading.arms) + 2)
    rates = reading.outcome == "rate"
    head = (
        f"  {'arm':<{width}}{'units':>12}{'successes' if rates else '':>12}{'rate' if rates else 'mean':>12}"
    )
    lines = [f"{head}   {1 - reading.alpha:.0%} interval, at any look"]
    for one in reading.arms:
        hits = f"{one.successes:,.0f}" if one.successes is not None else ""
        value = "" if one.mean is None else amount(one.mean, reading.outcome)
        ends = [amount(end, reading.outcome, like=one.mean) for end in one.interval] if one.interval else []
        mark = " (baseline)" if one.name == reading.baseline and len(reading.arms) > 1 else ""
        shown = _short(one.name, width - 1)
        lines.append(f"  {shown:<{width}}{one.units:>12,}{hits:>12}{value:>12}   {' to '.join(ends)}{mark}")
    return lines


def _comparison(one: Comparison, reading: Reading) -> list[str]:
    found = _FINDINGS[one.finding]
    head = f"  {_short(one.arm, 30)} against {_short(one.baseline, 30)}: {found}"
    if one.finding is Finding.UNREADABLE:
        return [head]
    parts = [amount(one.effect, reading.outcome, True, max(abs(one.lower), abs(one.upper)))]
    parts += [relative(one.relative)] if one.relative is not None else []
    numbers = f"{' = '.join(parts)}; between {span(one.lower, one.upper, reading.outcome)}"
    return [head, f"      {numbers}; p {chance(one.p_value)}"]


def _split(reading: Reading) -> list[str]:
    if reading.srm is None or reading.verdict in (Verdict.BROKEN, Verdict.TOO_LITTLE):
        return []
    seen = " / ".join(f"{one * 100:.1f}" for one in reading.srm.seen)
    planned = " / ".join(f"{one * 100:.1f}" for one in reading.srm.expected)
    return ["", f"  Split: {seen} % seen, {planned} % planned: sound (p {chance(reading.srm.p_value)})."]


def _harms(reading: Reading) -> list[str]:
    return [
        f"  Guardrail {one.name}: {one.arm} {one.rate:.2%} against {one.baseline_rate:.2%}"
        f"{' – surely more: it must not win' if one.vetoed else ''}"
        for one in reading.harms
    ]


def _waiting(reading: Reading) -> list[str]:
    needed = reading.needed
    if needed is None or needed.units is None:
        return []
    time = f", {duration(needed.days)} at this pace" if needed.days is not None else ""
    found = amount(needed.detectable, reading.outcome, True).removeprefix("+")
    return [
        f"  What these units can find, four times in five: a difference of {found}.",
        f"  Until {amount(abs(needed.effect), reading.outcome, True).removeprefix('+')} can be found: "
        f"about {about(needed.units)} more units{time}.",
    ]


def _problems(reading: Reading) -> tuple[str, ...]:
    told = [one.message for one in reading.problems if one.message not in reading.sentence]
    more = len(told) - _MOST_PROBLEMS
    return tuple([*told[:_MOST_PROBLEMS], f"{more} more; --json lists all."] if more > 0 else told)


def _several(reading: Reading) -> list[str]:
    lines = [*_wrapped(reading.sentence), ""]
    ordered = sorted(reading.readings, key=lambda one: (_ORDER.index(one.verdict), one.name))
    for one in ordered[:_MOST_READINGS]:
        lines.append(f"  {_short(_title(one), 60):<61}{one.verdict.value.replace('_', ' ')}")
        if one.verdict is Verdict.DECIDED:
            lines.append(f"      {_short(one.sentence.removeprefix('Decided: '), _WIDTH - 6)}")
    if len(ordered) > _MOST_READINGS:
        lines.append(f"  … {len(ordered) - _MOST_READINGS} more; --json lists all.")
    kinds = Counter(problem.code for one in reading.readings for problem in one.problems)
    told = [
        f"{code.replace('_', ' ')}: in {count} of them" for code, count in kinds.most_common(_MOST_PROBLEMS)
    ]
    general = tuple(problem.message for problem in reading.problems)
    said = dict.fromkeys(one for each in reading.readings for one in each.assumptions)
    return (
        lines
        + _list("Taken for granted", tuple(said)[:_MOST_PROBLEMS])
        + _list("Worth knowing", (*general, *told))
    )


def _title(reading: Reading) -> str:
    return reading.name or reading.metric or "experiment"


def _list(title: str, entries: tuple[str, ...]) -> list[str]:
    if not entries:
        return []
    lines = ["", f"{title}:"]
    for one in entries:
        lines += textwrap.wrap(one, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return lines


def _wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, _WIDTH)


def _short(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}…"
