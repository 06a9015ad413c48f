"""The verdict in a sentence or two that a person in sales can act on. Words only, no arithmetic that decides."""

import math

from learning.experiments.comparing import Comparison, Finding
from learning.experiments.design import Outcome
from learning.experiments.reading import Reading, Verdict
from learning.experiments.trial import Trial


def sentence(reading: Reading, trial: Trial) -> str:
    """What to do and why."""
    say = {
        Verdict.TOO_LITTLE: _too_little,
        Verdict.BROKEN: _broken,
        Verdict.DECIDED: _decided,
        Verdict.FUTILE: _futile,
        Verdict.NOT_YET: _not_yet,
    }[reading.verdict]
    return say(reading, trial)


def amount(value: float, outcome: str, signed: bool = False, like: float | None = None) -> str:
    """A rate as per cent, a mean as it is; differences of rates are points. `like` sets the decimals."""
    if outcome == Outcome.RATE:
        value, like = value * 100, None if like is None else like * 100
    places = max(0, min(6, 2 - _magnitude(value if like is None else like)))
    if outcome == Outcome.RATE:
        places = max(1, min(2, places)) if places < 3 else places - 1
    text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    if outcome != Outcome.RATE:
        return text
    return f"{text} points" if signed else f"{text} %"


def span(lower: float, upper: float, outcome: str) -> str:
    """An interval of a difference, both ends with the same decimals."""
    widest = max(abs(lower), abs(upper))
    first = amount(lower, outcome, True, widest).removesuffix(" points")
    return f"{first} and {amount(upper, outcome, True, widest)}"


def relative(value: float | None) -> str:
    """A difference as part of the baseline."""
    if value is None:
        return ""
    return f"{value * 100:+.{1 if abs(value) < 0.1 else 0}f} % of the baseline"


def duration(days: float) -> str:
    """Days as a person counts them."""
    if days < 1.5:
        return "a day"
    if days < 60:
        return f"{math.ceil(days)} days"
    if days < 700:
        return f"{round(days / 30.4)} months"
    return f"{days / 365.25:,.0f} years"


def about(count: int) -> str:
    """A large number without false precision."""
    digits = max(0, _magnitude(count) - 2)
    return f"{math.ceil(count / 10**digits) * 10**digits:,}"


def _magnitude(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _too_little(reading: Reading, trial: Trial) -> str:
    why = reading.problems[-1].message if reading.problems else "The numbers are too few to be compared."
    return f"Not enough data. {why}"


def _broken(reading: Reading, trial: Trial) -> str:
    srm = reading.srm
    assert srm is not None
    planned = " / ".join(f"{one * 100:.1f}" for one in srm.expected)
    seen = " / ".join(f"{one * 100:.1f}" for one in srm.seen)
    when = " At an earlier look the split was further off than now." if srm.recovered else ""
    guess = (
        " No planned shares were given, so equal ones were taken; if the split was meant, add a column `share`."
        if trial.planned is None
        else ""
    )
    return (
        f"Randomisation is broken: {seen} % of the units are in {' / '.join(trial.arms)}, planned were {planned} % "
        f"(chance of that {chance(srm.p_value)}). No result is read: the groups differ in more than the variant. "
        f"Look for lost events, redirects, filters or bots in one arm.{when}{guess}"
    )


def chance(p_value: float) -> str:
    """A probability without false precision."""
    return "under 1 in 100,000" if p_value < 1e-5 else f"{p_value:.2g}"


def _decided(reading: Reading, trial: Trial) -> str:
    if reading.winner != reading.baseline:
        return _won(reading, trial)
    one = max(reading.comparisons, key=lambda each: each.p_value)
    if any(each.finding is Finding.BETTER for each in reading.comparisons):
        return f"Decided: keep {reading.baseline}. What won does too much harm (see the guardrails)."
    others = "every other arm is worse" if len(reading.comparisons) > 1 else f"{one.arm} is worse"
    return f"Decided: keep {reading.baseline}; {others}. {_today(one, reading, trial)}"


def _won(reading: Reading, trial: Trial) -> str:
    won = next(one for one in reading.comparisons if one.arm == reading.winner)
    others = [one for one in reading.comparisons if one.finding is Finding.BETTER and one is not won]
    also = ", ".join(one.arm for one in others)
    rest = f" Also better than {won.baseline}: {also}; which of them is best is open." if also else ""
    return f"Decided: {won.arm} beats {won.baseline}. {_today(won, reading, trial)}{rest}"


def _today(one: Comparison, reading: Reading, trial: Trial) -> str:
    """The difference; one that was decided and has faded is said to have."""
    text = _difference(one, reading)
    if not one.faded or one.decided_at is None:
        return text
    return f"That was plain at {trial.looks[one.decided_at]} and has faded since: today {text}"


def _difference(one: Comparison, reading: Reading) -> str:
    values = {arm.name: arm.mean for arm in reading.arms}
    base, arm = values[one.baseline], values[one.arm]
    assert base is not None and arm is not None
    said = relative(one.relative)
    widest = max(abs(one.lower), abs(one.upper))
    return (
        f"{amount(arm, reading.outcome)} against {amount(base, reading.outcome)}: "
        f"{amount(one.effect, reading.outcome, True, widest)}{f', {said}' if said else ''}; "
        f"at any look between {span(one.lower, one.upper, reading.outcome)}."
    )


def _futile(reading: Reading, trial: Trial) -> str:
    one = max(reading.comparisons, key=lambda each: max(abs(each.lower), abs(each.upper)))
    return (
        "Stop waiting: whatever difference there is, it is too small to matter "
        f"(between {span(one.lower, one.upper, reading.outcome)}). Choose by cost or taste."
    )


def _not_yet(reading: Reading, trial: Trial) -> str:
    text = "Not yet decided."
    undecided = [each for each in reading.comparisons if each.finding is Finding.NOT_YET]
    one = min(undecided or reading.comparisons, key=lambda each: each.p_value)
    if math.isfinite(one.effect):
        text += f" {one.arm}: {_difference(one, reading)}"
    worse = [each.arm for each in reading.comparisons if each.finding is Finding.WORSE]
    if worse:
        text += f" {', '.join(worse)} can be closed: worse than {reading.baseline}."
    return f"{text} {_wait(reading)}".rstrip()


def _wait(reading: Reading) -> str:
    needed = reading.needed
    if needed is None or needed.units is None:
        return ""
    time = f", {duration(needed.days)} at this pace" if needed.days is not None else ""
    return (
        f"A true difference of {amount(abs(needed.effect), reading.outcome, True).removeprefix('+')} "
        f"takes about {about(needed.units)} more units{time}."
    )
