"""What an owner should know about a matrix before it holds: cells nobody speaks about, rows that never decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from autonomy.circumstances import EVIDENCE, RELATIONSHIPS, Circumstances
from autonomy.policy import LEVELS, PARTIES, Policy, Row
from domain.actions import ACTION_KINDS
from domain.decisions import STRICTNESS


@dataclass(frozen=True)
class Checked:
    """`open_cells` fall to `otherwise`; `silent_rows` are always overruled by a stricter row."""

    rows: int
    cells: int
    open_cells: tuple[str, ...]
    silent_rows: tuple[str, ...]


def check_policy(policy: Policy) -> Checked:
    """Walk every party × action × relationship × evidence × amount class."""
    opened = tuple(_open_cells(policy))
    cells = len(PARTIES) * len(ACTION_KINDS)
    return Checked(len(policy.rows), cells, opened, tuple(_silent_rows(policy)))


def _open_cells(policy: Policy) -> Iterator[str]:
    """Party and action where at least one class of circumstances has no row."""
    amounts = _amounts(policy)
    for party, action in product(PARTIES, ACTION_KINDS):
        rows = [row for row in policy.rows if row.concerns(party, action)]
        if any(_unconditional(row) for row in rows):
            continue
        classes = (
            Circumstances(amount=amount, relationship=relationship, evidence=evidence)
            for amount, relationship, evidence in product(amounts, RELATIONSHIPS, EVIDENCE)
        )
        if not rows or any(not any(row.fits(seen) for row in rows) for seen in classes):
            yield f"{party} × {action}"


def _amounts(policy: Policy) -> list:  # type: ignore[type-arg]
    bounds = {bound for row in policy.rows for bound in (row.min_amount, row.max_amount) if bound is not None}
    edges = sorted(bounds)
    return [None, *edges, *(edge + 1 for edge in edges)] if edges else [None]


def _unconditional(row: Row) -> bool:
    return (
        row.min_amount is None
        and row.max_amount is None
        and not row.relationship
        and not row.evidence
        and not row.when
    )


def _silent_rows(policy: Policy) -> Iterator[str]:
    for row in policy.rows:
        if row.level == "earned":
            continue
        stricter = next((one for one in policy.rows if _overrules(one, row)), None)
        if stricter is not None:
            yield f"{row.id} never decides: {stricter.id} is stricter ({stricter.level}) and covers it"


def _overrules(one: Row, row: Row) -> bool:
    strict = STRICTNESS[LEVELS[one.level]] if one.level != "earned" else 0
    covers = ("*" in one.agents or set(row.agents) <= set(one.agents)) and one.action in ("*", row.action)
    return one is not row and _unconditional(one) and covers and strict > STRICTNESS[LEVELS[row.level]]
