"""The plain sentences of a model card: what the answer is, why, and what to watch. No numbers are computed here."""

from collections.abc import Sequence

from learning.history.card import Judgement, Source
from learning.history.drift import Drift
from learning.history.leaks import Suspect
from learning.history.measures import Bin

FEWEST_ROWS = 60
FEWEST_EACH = 20
TOO_GOOD_IN_ALL = 0.98
_WEAK, _FAIR, _STRONG = 0.60, 0.70, 0.80


def not_enough(source: Source) -> str:
    """Why nothing can be learnt yet, and how much would be enough."""
    losses = source.rows - source.wins
    if source.rows and not min(source.wins, losses):
        side = "success" if losses == 0 else "failure"
        other = "failures" if losses == 0 else "successes"
        return (
            f"Not enough data: all {source.rows:,} rows ended in {side}, so there is nothing to compare. "
            f"{other.capitalize()} belong in the table, too."
        )
    rarer = "successes" if source.wins <= losses else "failures"
    needed = max(FEWEST_ROWS, _rows_for(source))
    return (
        f"Not enough data: {source.wins:,} successes and {losses:,} failures. A model would mostly repeat chance; "
        f"it takes about {needed:,} rows with at least {FEWEST_EACH} {rarer}.{base_rate_sentence(source)}"
    )


def _rows_for(source: Source) -> int:
    least = min(source.wins, source.rows - source.wins)
    return round(FEWEST_EACH * source.rows / least) if least else FEWEST_ROWS


def base_rate_sentence(source: Source) -> str:
    """What can be said without any model."""
    if source.base_rate is None:
        return ""
    low, high = source.base_rate_interval
    return f" What is known: {source.base_rate:.1%} succeed (95 % sure: {low:.1%} to {high:.1%})."


def no_columns(source: Source, refused: int) -> str:
    """Nothing is left to learn from."""
    why = f" after {refused} were refused as leaks" if refused else ""
    return f"No signal: no column is left to learn from{why}.{base_rate_sentence(source)}"


def no_signal(source: Source, found: Judgement) -> str:
    """The columns do not tell successes from failures."""
    seen = ""
    if found.auc is not None and found.auc_interval is not None:
        low, high = found.auc_interval
        seen = f" (AUC {found.auc:.2f}, 95 % sure: {low:.2f} to {high:.2f}; 0.50 is a coin)"
    return (
        f"No signal: on rows it had not seen, no model tells successes from failures better than chance{seen}. "
        f"Use the base rate.{base_rate_sentence(source)}"
    )


def signal(found: Judgement) -> str:
    """How strong it is, and what it is worth."""
    if found.auc is None or found.auc_interval is None:
        return "Signal."
    low, high = found.auc_interval
    strength = _strength(found.auc)
    lift = found.lift_top_tenth
    top = f" The best-scored tenth succeeds {lift:.1f} times as often as usual." if lift else ""
    return (
        f"{strength} signal: of one success and one failure it had not seen, the model ranks the success higher "
        f"{found.auc:.0%} of the time (95 % sure: {low:.0%} to {high:.0%}; a coin: 50 %).{top}"
    )


def _strength(auc: float) -> str:
    if auc < _WEAK:
        return "Weak"
    return "Fair" if auc < _FAIR else "Good" if auc < _STRONG else "Strong"


def warnings(found: Judgement, suspects: Sequence[Suspect], drift: Drift | None) -> list[str]:
    """What a careful reader should check before trusting the card."""
    said = []
    if found.auc is not None and found.auc >= TOO_GOOD_IN_ALL:
        said.append(
            f"AUC {found.auc:.2f} on unseen rows is too good to be true: some columns together probably "
            "know the outcome. Check every driver."
        )
    if suspects and suspects[0].auc_without is not None and found.auc is not None:
        first = suspects[0]
        said.append(
            f'Much rests on "{first.column}": without it the AUC is {first.auc_without:.2f}. If it is only '
            "known after the outcome, delete that column and learn again."
        )
    if drift and drift.changes and (found.frozen_log_loss or 0) > (found.log_loss or 0):
        said.append("The rate of success moves over time: retrain regularly, as was done here.")
    if (worst := worst_bin(found.calibration)) is not None:
        said.append(
            f"Where {worst.predicted:.0%} was predicted, {worst.seen:.0%} was seen ({worst.n:,} rows): "
            "read single predictions with care."
        )
    return said


def ordered_file(first: float, last: float, auc: float | None) -> str:
    """The rows seem to lie in time order, and shuffled fifths flatter then."""
    judged = f" Judged that way, the last third by the first two, the AUC is {auc:.2f}." if auc else ""
    return (
        f"The rate of success changes along the file, from {first:.0%} in the first fifth to {last:.0%} in the "
        f"last. If the rows are in time order, the figures here flatter: name the column that says when with "
        f"--time.{judged}"
    )


def worst_bin(bins: Sequence[Bin]) -> Bin | None:
    """The bin whose prediction is furthest outside what chance allows; None when all fit."""

    def beyond(one: Bin) -> float:
        spread = max((one.predicted * (1 - one.predicted) / one.n) ** 0.5, 1e-9)
        return abs(one.seen - one.predicted) / spread

    wrong = [one for one in bins if beyond(one) > 4 and abs(one.seen - one.predicted) > 0.05]
    return max(wrong, key=beyond, default=None)
