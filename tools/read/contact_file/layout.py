"""Where a table begins in a file and what its columns are called. Knows nothing about what they hold."""

import re
from collections import Counter
from collections.abc import Sequence

from domain.errors import Correctable
from tools.read.contact_file.records import Record

PREAMBLE = 12  # title lines before the header that are skipped
_LONGEST_NAME = 80
_ODD_DELIMITER = re.compile(r"[^\s:^~#*]+(?:\s*([:^~#*])\s*[^\s:^~#*]+){2,}\s*")


def names_delimiter(record: Record) -> bool:
    """True for the line `sep=;` that spreadsheets write above a table."""
    return record.row == 1 and record.cells[0].lower().startswith("sep=") if record.cells else False


def require_delimiter(delimiter: str, rows: Sequence[Record], name: str) -> None:
    """A single column is fine when it is one; cells glued by an unusual sign are not."""
    head = rows[0].cells[0] if rows[0].cells else ""
    if not delimiter and (found := _ODD_DELIMITER.fullmatch(head)):
        raise Correctable(
            f'The columns of {name} seem to be parted by "{found.group(1)}", which is not supported.',
            code="wrong_delimiter",
            where=name,
            hint="Save it with commas, semicolons, tabs or vertical bars between the columns.",
        )


def table_start(rows: Sequence[Record]) -> int:
    """The header's place: the first row about as wide as the table, titles above it skipped."""
    widths = Counter(len(one.cells) for one in rows if one.cells)
    usual = widths.most_common(1)[0][0] if widths else 1
    for index, one in enumerate(rows[:PREAMBLE]):
        filled = sum(1 for cell in one.cells if cell.strip())
        if one.cells and (usual == 1 or filled >= max(2, usual // 2)):
            return index
    return 0


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Every column with a name of its own: empty ones numbered, repeated ones counted."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        plain = " ".join(name.split())[:_LONGEST_NAME] or f"Column {index + 1}"
        seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(found)


def plain_name(header: str) -> str:
    """A name without the count that made it unique."""
    return re.sub(r" \(\d+\)$", "", header)
