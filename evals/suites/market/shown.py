"""What the market suite shows: figures, tables and charts out of what was played. No playing here."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evals.suites.figures import Figure, share, wilson
from evals.suites.market.ablations import WITHOUT_SKILL
from evals.suites.market.purse import (
    ANSWER_MINUTES,
    HUMAN_HANDLES,
    READ_DRAFT_MINUTES,
    SEQUENCE_MINUTES,
    YES_MINUTES,
    per_message,
)
from evals.suites.market.scoring import compare
from evals.suites.market.shown_ablations import ablation_tables
from evals.suites.sections import Bar, Bars, Section, Table

if TYPE_CHECKING:
    from evals.suites.market.run import Run

POLICIES = ("random", "fixed cadence", "best static", "generalist", "ours", "oracle")
_SHOWN = 40
_FEW = 3  # seeds from which an interval over seeds says anything
_GOALS = {"fixed cadence": "≥ 1.4", "generalist": "≥ 1"}


def figures(run: "Run") -> Mapping[str, Figure]:
    """The figures of FIGURES with goal, baseline and interval; none that needs a policy nobody played."""
    ours, cadence = run.of("ours"), run.of("fixed cadence")
    days = sum(one.plan.days for one in run.days)
    lived = sum(one.seconds - one.seconds_set_up for one in run.days)
    return {
        **run.ledger.figures(),
        **_ratios(run),
        **_share_of_oracle(run),
        "margin_per_message": Figure(
            per_message(ours),
            "EUR",
            "",
            per_message(cadence) if cadence else None,
            sum(one.mails for one in ours),
        ),
        "margin_per_hour": Figure(
            sum(one.margin for one in ours) / (24 * days),
            "EUR",
            "",
            sum(one.margin for one in cadence) / (24 * days) if cadence else None,
            len(run.seeds),
        ),
        "wishes_handled": _handled(run),
        "replies": share(sum(one.answers for one in ours), sum(one.people for one in ours)),
        "meetings": Figure(sum(len(one.truth.meetings) for one in run.days), "meetings", n=len(run.seeds)),
        "mails": Figure(sum(one.mails for one in ours), "mails", n=len(run.seeds)),
        "market_days_per_min": Figure(days / lived * 60, "days/min", "≥ 3", n=days),
        "set_up_s": Figure(sum(one.seconds_set_up for one in run.days) / len(run.days), "s", n=len(run.days)),
        "rss_mb": Figure(_peak(run), "MB", "≤ 1500", n=len(run.days)),
    }


def _ratios(run: "Run") -> Mapping[str, Figure]:
    """Our margin as a multiple of another policy's; of one that earns nothing there is no multiple."""
    found = {}
    for policy in ("fixed cadence", "best static", "generalist"):
        if not (theirs := run.of(policy)):
            continue
        versus = compare(run.of("ours"), theirs)
        earns = sum(one.margin for one in theirs) > 0
        found[f"margin_vs_{policy.replace(' ', '_')}"] = Figure(
            versus.ratio if earns else None,
            "×",
            _GOALS.get(policy, ""),
            1.0,
            len(run.seeds),
            versus.ratio_interval if earns and len(run.seeds) >= _FEW else None,
        )
    return found


def _share_of_oracle(run: "Run") -> Mapping[str, Figure]:
    all_seen, cadence = run.of("oracle"), run.of("fixed cadence")
    if not all_seen:
        return {}
    found = compare(run.of("ours"), all_seen)
    interval = found.ratio_interval if len(run.seeds) >= _FEW else None
    baseline = compare(cadence, all_seen).ratio if cadence else None
    return {"share_of_oracle": Figure(found.ratio, "fraction", "", baseline, len(run.seeds), interval)}


def _handled(run: "Run") -> Figure:
    well, wishes = run.handled.well, run.handled.wishes
    return Figure(
        run.handled.share, "fraction", "", HUMAN_HANDLES, wishes, wilson(well, wishes) if wishes else None
    )


def _peak(run: "Run") -> float:
    """Product and market together, at their largest."""
    return max(
        (max(one.rss_mb.get("product", (0.0,))) + max(one.rss_mb.get("market", (0.0,))) for one in run.days),
        default=0.0,
    )


def skipped(run: "Run") -> Mapping[str, str]:
    """What is not measured, and why."""
    missing = {
        f"margin_vs_{one.replace(' ', '_')}": f"run with --policies all (or {one.replace(' ', '-')})"
        for one in ("fixed cadence", "best static", "generalist")
        if not run.of(one)
    }
    if not run.of("oracle"):
        missing["share_of_oracle"] = "run with --policies all (or oracle)"
    if all(one.variation.name in POLICIES for one in run.varied):
        missing["ablations"] = "run with --ablations all"
    return {**missing, **_broken(run), "ablation_deal": WITHOUT_SKILL}


def _broken(run: "Run") -> Mapping[str, str]:
    """Games that ended early, each with its reason; what else was played of them counts nowhere."""
    return {f"{one.who}, seed {one.seed}": f"the game broke: {one.why[:200]}" for one in run.broken}


def sections(run: "Run") -> tuple[Section, ...]:
    """Tables and charts of the report."""
    return (
        _margins(run),
        _policies(run),
        *ablation_tables(run, _FEW),
        _tasks(run),
        _not_handled(run),
        _failed(run),
        _harms(run),
        _assumed(),
    )


def _played(run: "Run") -> list[str]:
    return [policy for policy in POLICIES if run.of(policy)]


def _margins(run: "Run") -> Bars:
    bars = []
    for policy in _played(run):
        margins = sorted(one.margin for one in run.of(policy))
        mean = sum(margins) / len(margins)
        bars.append(Bar(policy, mean, margins[0], margins[-1]))
    return Bars(
        "Margin expected of what each policy sent",
        "EUR a seed",
        bars,
        note="By hidden state, not by how the dice fell. The line shows the least and the most of the seeds.",
    )


def _policies(run: "Run") -> Table:
    rows = []
    for policy in _played(run):
        found = run.of(policy)
        rows.append(
            (
                policy,
                sum(one.people for one in found),
                sum(one.mails for one in found),
                sum(one.answers for one in found),
                sum(one.positive for one in found),
                round(sum(one.expected for one in found), 1),
                round(sum(one.harm for one in found), 1),
                round(sum(one.cost for one in found), 1),
                round(sum(one.margin for one in found), 1),
                round(per_message(found), 3),
            )
        )
    heads = (
        "policy",
        "people",
        "mails",
        "answers",
        "positive",
        "expected",
        "harm",
        "cost",
        "margin",
        "per mail",
    )
    return Table(
        "Policies on the same seeds", heads, rows, "EUR; all had the same list and the same number of people."
    )


def _tasks(run: "Run") -> Table:
    rows = [
        (row.kind, " + ".join(row.needs), row.alone, row.with_human, row.failed, row.open)
        for row in run.ledger.by_kind()
        if row.claimed
    ]
    heads = ("task", "takes", "closed alone", "closed with a person", "failed", "not due yet")
    return Table("Tasks the market opened", heads, rows)


def _not_handled(run: "Run") -> Table:
    rows = [
        (one.kind, one.company, str(one.opened.date()), one.state.value)
        for one in run.ledger.not_handled[:_SHOWN]
    ]
    return Table(
        "Not handled yet",
        ("what happened", "where", "on", "state"),
        rows,
        "No part of the product claims these.",
    )


def _failed(run: "Run") -> Table:
    rows = [
        (one.task.kind, one.task.person, f"{one.task.due:%a %d %b %H:%M}", one.task.because, one.noted)
        for one in run.ledger.failed[:_SHOWN]
    ]
    heads = ("task", "whom", "due (UTC)", "why, by the market", "what the product noted")
    return Table("Failed tasks and why", heads, rows)


def _harms(run: "Run") -> Table:
    rows = [
        (one.rule, one.person, f"{one.at:%a %d %b %H:%M}", one.because) for one in run.ledger.harms[:_SHOWN]
    ]
    return Table("Harms seen by the market", ("rule", "whom", "when (UTC)", "why"), rows)


def _assumed() -> Table:
    rows = (
        (
            "share of wishes to talk a person brings to a meeting, of what can be reached",
            round(HUMAN_HANDLES, 2),
        ),
        ("minutes to answer a reply by hand", ANSWER_MINUTES),
        ("minutes to set a fixed sequence up", SEQUENCE_MINUTES),
        ("minutes to read a draft of ours", READ_DRAFT_MINUTES),
        ("minutes for a later question of ours", YES_MINUTES),
    )
    return Table(
        "Assumptions", ("what", "value"), rows, "Change them in evals/suites/market/purse.py and run again."
    )


def explained(run: "Run") -> str:
    """What failed, in lines."""
    lines = [
        f"{one.task.kind} {one.task.person} due {one.task.due:%d %b %H:%M}: {one.task.because} ({one.noted})"
        for one in run.ledger.failed
    ]
    lines += [f"harm {one.rule} {one.person} {one.at:%d %b %H:%M}: {one.because}" for one in run.ledger.harms]
    lines += [f"problem: {problem}" for one in run.days for problem in one.problems]
    return "\n".join(lines)
