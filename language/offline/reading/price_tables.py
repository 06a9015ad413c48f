"""Names the amounts of a price table: which plan a column or row stands for. Reads cells only."""

import re
from collections.abc import Sequence

from domain.knowledge import Block, Page

_PRICE_HEAD = re.compile(
    (
        r"\b(?:price|prices|preis\w*|richtpreis\w*|prix|tarif\w*|precio\w*|prezzo|prezzi|prijs|preço\w*|"
        r"costs?|kosten|fee|fees|honorar\w*|rate|rates)\b"
    ),
    re.IGNORECASE,
)
_WIDEST = 8  # columns


def cell_labels(page: Page, amounts: re.Pattern[str]) -> dict[int, str]:
    """Block index of each amount cell → what it pays for, where the table's shape tells."""
    labels: dict[int, str] = {}
    for start, end in _runs(page.blocks):
        cells = [page.blocks[index].text for index in range(start, end)]
        for place, label in _name_cells(cells, amounts).items():
            labels[start + place] = label
    return labels


def _runs(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Stretches of consecutive table cells."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for index, block in enumerate((*blocks, None)):
        cell = block is not None and block.kind == "td" and len(block.text) <= 90
        if cell and start is None:
            start = index
        elif not cell and start is not None:
            runs.append((start, index))
            start = None
    return [run for run in runs if run[1] - run[0] >= 4]


def _name_cells(cells: list[str], amounts: re.Pattern[str]) -> dict[int, str]:
    for head in range(min(len(cells), 2 * _WIDEST)):
        if not _PRICE_HEAD.search(cells[head]) or amounts.search(cells[head]):
            continue
        row = _price_row(cells, head, amounts)
        if row:
            return row
        column = _price_column(cells, head, amounts)
        if column:
            return column
    return {}


def _price_row(cells: list[str], head: int, amounts: re.Pattern[str]) -> dict[int, str]:
    """Rows such as "Price per month | €19 | €79": the plans stand in the row that begins the table."""
    count = 0
    while head + count + 1 < len(cells) and amounts.search(cells[head + count + 1]):
        count += 1
    first = head % (count + 1)
    if count == 0 or head - first < count + 1:
        return {}
    plans = cells[first + 1 : first + 1 + count]
    labels: dict[int, str] = {}
    for row in range(first + count + 1, len(cells), count + 1):
        for place, plan in enumerate(plans):
            if row + place + 1 < len(cells) and amounts.search(cells[row + place + 1]):
                labels[row + place + 1] = f"{plan}, {cells[row]}"
    return labels


def _price_column(cells: list[str], head: int, amounts: re.Pattern[str]) -> dict[int, str]:
    """A column headed "Price": the first cell of each row says what costs it."""
    best: tuple[float, int, dict[int, str]] = (0.5, 0, {})
    for first in range(max(0, head - _WIDEST), head):
        for width in range(head - first + 1, _WIDEST + 1):
            rows = [row for row in range(first + width, len(cells), width) if row + head - first < len(cells)]
            priced = {
                row + head - first: cells[row] for row in rows if amounts.search(cells[row + head - first])
            }
            worth = len(priced) ** 2 / len(rows) if rows else 0.0
            if len(priced) >= 2 and (worth, width) > best[:2]:
                best = (worth, width, priced)
    return best[2]
