"""Which of the usual shapes a table has, found by headings and content. Reads no values into numbers of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Correctable
from learning.experiments.headings import Role, arm_and_role, baseline_of, role_of
from tools.read.table_file import Table, numbers

UNDERSTOOD = (
    "One row per arm or per arm and day: arm, [date], users (or visitors, sent, n), conversions (or replies, "
    "successes; or mean and variance), [share]. One row per day: date, control_n, control_conversions, "
    "treatment_n, treatment_conversions. One row per unit: unit, arm, outcome (0/1 or a number)."
)
_MOST_ARMS = 20
_SAMPLE = 2000


class Shape(StrEnum):
    """How a table tells about arms."""

    ROWS = "rows"  # an arm a line, with counts
    WIDE = "wide"  # all arms in one line
    UNITS = "units"  # a unit a line


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a table. `wide` holds arm → role → column; `roles` the other columns."""

    shape: Shape
    roles: dict[Role, tuple[str, ...]]
    wide: dict[str, dict[Role, str]]
    others: tuple[str, ...]

    def first(self, *roles: Role) -> str | None:
        """The first column with one of these roles, earlier roles first."""
        return next((self.roles[role][0] for role in roles if self.roles.get(role)), None)


def layout_of(table: Table) -> Layout:
    """Recognise a table.

    Raises:
        Correctable: `experiment_shape`, naming what is missing and which headings are understood.
    """
    wide = _wide(table.columns)
    taken = {column for columns in wide.values() for column in columns.values()}
    roles: dict[Role, tuple[str, ...]] = {}
    others: list[str] = []
    for column in table.columns:
        role = role_of(column) if column not in taken else None
        if role is not None:
            roles[role] = (*roles.get(role, ()), column)
        elif column not in taken:
            others.append(column)
    if wide:
        return Layout(Shape.WIDE, roles, wide, tuple(others))
    _find_arms(table, roles, others)
    shape = _narrow_shape(table, roles, others)
    return Layout(shape, roles, {}, tuple(others))


def _wide(columns: Sequence[str]) -> dict[str, dict[Role, str]]:
    """Arms that stand beside each other: at least two with a count and an outcome each."""
    found: dict[str, dict[Role, str]] = {}
    for column in columns:
        named = arm_and_role(column)
        if named is not None:
            found.setdefault(named[0], {}).setdefault(named[1], column)
    complete = {
        arm: mine
        for arm, mine in found.items()
        if Role.UNITS in mine and (Role.HITS in mine or Role.RATE in mine or Role.MEAN in mine)
    }
    return complete if len(complete) > 1 else {}


def _find_arms(table: Table, roles: dict[Role, tuple[str, ...]], others: list[str]) -> None:
    """The arm column: by its heading, a number of different values that arms can have, or by what it says."""
    named = [one for one in roles.get(Role.ARM, ()) if 1 <= _different(table, one) <= _MOST_ARMS]
    if not named:
        spare = [
            *others,
            *roles.get(Role.EXPERIMENT, ()),
            *roles.get(Role.UNIT, ()),
            *roles.get(Role.VALUE, ()),
        ]
        named = [one for one in spare if _says_arms(table, one)]
    if not named:
        raise _unknown(table, "no column says which arm (variant, group) a row belongs to")
    chosen = named[0]
    for role in (Role.EXPERIMENT, Role.UNIT, Role.VALUE):
        roles[role] = tuple(one for one in roles.get(role, ()) if one != chosen)
    others.extend(one for one in roles.get(Role.ARM, ()) if one != chosen)
    others[:] = [one for one in others if one != chosen]
    roles[Role.ARM] = (chosen,)


def _different(table: Table, column: str) -> int:
    return len({cell.strip() for cell in table.column(column) if cell.strip()})


def _says_arms(table: Table, column: str) -> bool:
    values = tuple(dict.fromkeys(cell.strip() for cell in table.column(column)[:_SAMPLE] if cell.strip()))
    if not 2 <= len(values) <= _MOST_ARMS or all(value.replace(".", "").isdigit() for value in values):
        return False
    return (
        baseline_of(values)[1] or {value.casefold() for value in values} & {"treatment", "test", "b"} != set()
    )


def _narrow_shape(table: Table, roles: dict[Role, tuple[str, ...]], others: list[str]) -> Shape:
    counted = [one for one in roles.get(Role.UNITS, ()) if not _are_ids(table, one)]
    ids = tuple(one for one in roles.get(Role.UNITS, ()) if one not in counted)
    roles[Role.UNITS], roles[Role.UNIT] = tuple(counted), (*roles.get(Role.UNIT, ()), *ids)
    told = [role for role in (Role.HITS, Role.RATE, Role.MEAN) if roles.get(role)]
    spread = roles.get(Role.VARIANCE) or roles.get(Role.SPREAD)
    if counted and (told or roles.get(Role.VALUE)):
        if told == [Role.MEAN] and not spread:
            raise _unknown(table, "a mean needs its variance or standard deviation beside it")
        return Shape.ROWS
    if counted:
        raise _unknown(
            table, "the outcome is missing (conversions, replies, successes, or mean and variance)"
        )
    arms = max(1, _different(table, roles[Role.ARM][0]))
    if len(table.rows) <= arms and not roles.get(Role.UNIT):
        raise _unknown(table, "the number of units of each arm is missing (users, visitors, sent, n)")
    outcomes = (*roles.get(Role.HITS, ()), *roles.get(Role.VALUE, ()), *roles.get(Role.HARM, ()))
    if not outcomes and not others:
        raise _unknown(table, "the outcome is missing (converted, replied, revenue)")
    return Shape.UNITS


def _are_ids(table: Table, column: str) -> bool:
    """A column called "user" or "users" that names one unit a line."""
    cells = table.column(column)[:_SAMPLE]
    if sum(one is not None for one in numbers(cells)) < len(cells) / 2:
        return True
    role_columns = [one for one in table.columns if role_of(one) in (Role.HITS, Role.VALUE)]
    flags = any(set(table.column(one)[:_SAMPLE]) <= {"0", "1", ""} for one in role_columns)
    return len(cells) >= 50 and len(set(cells)) == len(cells) and flags


def _unknown(table: Table, why: str) -> Correctable:
    shown = ", ".join(one[:40] for one in table.columns[:12])
    return Correctable(
        f"{table.name} cannot be read as an experiment: {why}. Its headings are: {shown}.",
        code="experiment_shape",
        where=shown,
        hint=f"Understood are: {UNDERSTOOD}",
    )
