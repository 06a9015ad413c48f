"""How the generalist and each ablation did beside ours on the same seeds, as tables. No playing here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.suites.market.ablations import OURS
from evals.suites.market.ledger import Ledger
from evals.suites.market.scoring import compare
from evals.suites.sections import Cell, Section, Table

if TYPE_CHECKING:
    from evals.suites.market.run import Run, Varied

_HEADS = (
    "variation",
    "replaced or off",
    "margin a seed",
    "difference to ours",
    "from",
    "to",
    "mails",
    "asked",
    "wishes handled",
    "harms in games",
    "done alone in games",
    "harms in busy days",
    "done alone in busy days",
)
_NOTE = (
    "EUR expected of what was sent, the same seeds, list, days and owner. From and to: 95 % of the mean difference "
    "over seeds drawn again in pairs, from {few} seeds on. Harms: of mails and invitations. Busy days are played "
    "only by those who handle answers otherwise than ours; the others get ours' share of wishes handled."
)


def ablation_tables(run: "Run", few: int) -> tuple[Section, ...]:
    """One row a variation, and its margin on every seed; nothing when only ours was played.

    Args:
        few: seeds from which an interval says anything.
    """
    if len(run.varied) < 2:
        return ()
    rows = [_row(run, one, few) for one in run.varied]
    seeds = [
        (seed, *(round(_margin(one, seed), 2) for one in run.varied))
        for seed in sorted(one.score.seed for one in run.ours)
    ]
    names = [one.variation.name for one in run.varied]
    return (
        Table("Generalist and ablations", _HEADS, rows, _NOTE.format(few=few)),
        Table("Margin of each on each seed", ("seed", *names), seeds, "EUR"),
    )


def _row(run: "Run", one: "Varied", few: int) -> Sequence[Cell]:
    scores = [played.score for played in one.played]
    versus = compare(scores, [played.score for played in run.ours])
    low, high = versus.difference_interval
    own = one.variation.name == OURS
    enough = versus.seeds >= few and not own
    return (
        one.variation.name,
        _what(one),
        round(sum(score.margin for score in scores) / len(scores), 2),
        None if own else round(versus.difference, 2),
        round(low, 2) if enough else None,
        round(high, 2) if enough else None,
        sum(score.mails for score in scores),
        sum(len({yes.ask for yes in played.lived.decided}) for played in one.played),
        f"{one.handled.well}/{one.handled.wishes}",
        *_conduct(one.ledger),
        *(_conduct(one.drilled) if one.drilled else ("", "")),
    )


def _what(one: "Varied") -> str:
    off = [name for name, on in (("gate", one.variation.gate), ("memory", one.variation.memory)) if not on]
    return ", ".join([*sorted(one.variation.replaced), *off]) or "nothing"


def _conduct(ledger: Ledger) -> tuple[str, str]:
    """Harms of actions, and tasks closed without a person of those that are due."""
    alone = sum(judged.alone for judged in ledger.due)
    return f"{len(ledger.harms)}/{ledger.actions}", f"{alone}/{len(ledger.due)}"


def _margin(one: "Varied", seed: int) -> float:
    return sum(played.score.margin for played in one.played if played.score.seed == seed)
