"""A model card as text for a terminal: answer first, then what to check, then the numbers. Decides nothing."""

import textwrap
from collections.abc import Iterator

from learning.history.card import Judgement, ModelCard, Source

_WIDE = 88
_COLUMNS_SHOWN = 12
_LINES_SHOWN = 8
_REASONS_SHOWN = 5


def text(card: ModelCard) -> str:
    """The whole card."""
    parts = (
        _wrapped(card.verdict),
        _warnings(card),
        _table("Rows", _rows(card.source)),
        _table("How it was judged", _judged(card.judgement)),
        _drivers(card),
        _calibration(card.judgement),
        _named("Refused: cannot have been known before the outcome", _refused(card)),
        _named("Look at these: strong, but perhaps honest", _suspects(card)),
        _named("Not learnt from", _ignored(card)),
        _named("Over time", _drift(card)),
    )
    return "\n\n".join(part for part in parts if part)


def _wrapped(sentence: str, first: str = "", then: str = "") -> str:
    return textwrap.fill(
        sentence, _WIDE, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    )


def _warnings(card: ModelCard) -> str:
    return "\n".join(_wrapped(one, "! ", "  ") for one in card.warnings)


def _table(title: str, rows: Iterator[tuple[str, str]]) -> str:
    lines = [_wrapped(said, f"  {name:<19} ", " " * 22) for name, said in rows]
    return "\n".join([title, *lines]) if lines else ""


def _named(title: str, sentences: Iterator[str]) -> str:
    lines = [_wrapped(one, "  - ", "    ") for one in sentences]
    return "\n".join([title, *lines]) if lines else ""


def _rows(source: Source) -> Iterator[tuple[str, str]]:
    yield "Table", f"{source.file} (SHA-256 {source.digest[:12]}…)"
    yield "Learnt from", f"{source.rows:,} rows, {source.wins:,} of them successes"
    if source.base_rate is not None:
        low, high = source.base_rate_interval
        yield "Base rate", f"{source.base_rate:.1%} (95 % sure: {low:.1%} to {high:.1%})"
    yield "Outcome", f'"{source.outcome}": {source.how}'
    for one in source.left_out:
        lines = ", ".join(str(line) for line in one.lines[:_LINES_SHOWN])
        more = ", …" if one.count > _LINES_SHOWN else ""
        yield "Left out", f"{one.count:,} rows: {one.why} (line {lines}{more})"
    for remark in source.remarks:
        yield "Note", remark


def _judged(found: Judgement) -> Iterator[tuple[str, str]]:
    if found.auc is None or found.log_loss is None or found.base_log_loss is None:
        return
    yield "Held-out rows", f"{found.held_out:,}: {found.validation}"
    yield "Best model", _MODELS[found.model]
    if found.auc_interval is not None:
        low, high = found.auc_interval
        yield "AUC", f"{found.auc:.3f} (95 % sure: {low:.3f} to {high:.3f}); 0.5 is a coin, 1 is perfect"
    better = "better" if found.log_loss < found.base_log_loss else "no better"
    yield (
        "Log-loss",
        f"{found.log_loss:.3f}, base rate alone {found.base_log_loss:.3f}: {better} (lower is better)",
    )
    if found.brier is not None and found.base_brier is not None:
        yield "Brier score", f"{found.brier:.3f}, base rate alone {found.base_brier:.3f} (lower is better)"
    if found.lift_top_tenth is not None:
        yield "Best-scored tenth", f"{found.lift_top_tenth:.2f} times the usual rate"
    if found.frozen_auc is not None and found.frozen_log_loss is not None:
        yield (
            "Never retrained",
            f"the first model would reach AUC {found.frozen_auc:.3f}, log-loss {found.frozen_log_loss:.3f}",
        )
    for challenger, champion, one in found.promotions:
        done = "replaces" if one.promoted else "does not replace"
        yield "Challenge", f"{challenger} {done} {champion}: {one.why}"


_MODELS = {
    "base rate": "none: the base rate is not beaten",
    "logistic": "logistic: every column adds to or takes from the chance",
    "boosting": "boosting: many small decision trees, which also see combinations of columns",
}


def _drivers(card: ModelCard) -> str:
    if not card.drivers:
        return ""
    lines = ["What drives it (share of all effects; chances as if the other columns stood still)"]
    lines += [
        _wrapped(one.sentence, f"  {one.size:>4.0%}  ", " " * 8) for one in card.drivers[:_COLUMNS_SHOWN]
    ]
    return "\n".join(lines)


def _calibration(found: Judgement) -> str:
    if not found.calibration or found.model == "base rate":
        return ""
    lines = ["Does it keep its word? (held-out rows)", "  predicted     seen      rows"]
    lines += [f"  {one.predicted:>9.1%}{one.seen:>9.1%}{one.n:>10,}" for one in found.calibration]
    return "\n".join(lines)


def _refused(card: ModelCard) -> Iterator[str]:
    for one in card.refused:
        yield f"{one.column}: {one.why}"


def _suspects(card: ModelCard) -> Iterator[str]:
    for one in card.suspects:
        without = f" (model without it: AUC {one.auc_without:.2f})" if one.auc_without is not None else ""
        yield f"{one.column}: {one.why}{without}"


def _ignored(card: ModelCard) -> Iterator[str]:
    for one in card.ignored[:_COLUMNS_SHOWN]:
        yield f"{one.column}: {one.why}"
    if len(card.ignored) > _COLUMNS_SHOWN:
        yield f"and {len(card.ignored) - _COLUMNS_SHOWN} more"


def _drift(card: ModelCard) -> Iterator[str]:
    if card.drift is None:
        return
    shown = ", ".join(f"{since}: {rate:.0%}" for since, rate, _ in card.drift.periods)
    yield f"Base rate since … {shown}."
    for one in card.drift.changes[-_REASONS_SHOWN:]:
        yield f"Around {one.since} it went from {one.before:.1%} to {one.after:.1%}."
    if card.drift.moved:
        names = ", ".join(name for name, _ in card.drift.moved[:_REASONS_SHOWN])
        yield f"Columns whose values moved between the first and the last third: {names}."
