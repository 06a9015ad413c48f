"""The screens of deals: the board by stage, lists of them, and one deal. The figures of one deal are the CLI's."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.deals import ORDER, DealStage
from graph.specialists.deal_views import deal_rows
from runtime.store import screen_deals
from runtime.store.screen_deals import DealFilter
from service.bootstrap import House

ON_BOARD = 5  # deals of one stage on the board; the rest is a page of their own
STAGES = (*ORDER, DealStage.LOST)
OPEN_STAGES = tuple(stage for stage in ORDER if stage is not DealStage.WON)


@dataclass(frozen=True)
class Column:
    """One stage: how many deals, what they are worth by currency, and the first of them."""

    stage: str
    count: int
    worth: tuple[tuple[str, Decimal], ...]
    deals: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Board:
    """Every stage; won and lost ones are counted only."""

    columns: tuple[Column, ...]
    closed: tuple[Column, ...]
    overdue: int

    @property
    def count(self) -> int:
        """Open deals."""
        return sum(column.count for column in self.columns)

    @property
    def worth(self) -> tuple[tuple[str, Decimal], ...]:
        """What open deals are worth, by currency."""
        found: dict[str, Decimal] = {}
        for column in self.columns:
            for currency, amount in column.worth:
                found[currency] = found.get(currency, Decimal(0)) + amount
        return tuple(found.items())


async def board(house: House) -> Board:
    """The pipeline now."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        sums = await screen_deals.sums(tx)
        columns = []
        for stage in STAGES:
            own = [one for one in sums if one.stage == stage]
            is_open = stage in OPEN_STAGES
            count = sum(one.count for one in own)
            wanted = DealFilter(stage=stage)
            page = await screen_deals.page(tx, wanted, size=ON_BOARD) if is_open and count else None
            rows = await deal_rows(tx, page.rows, now) if page else []
            worth = tuple((one.currency, one.amount) for one in own if one.currency)
            columns.append(Column(stage, count, worth, tuple(rows)))
        overdue = await screen_deals.overdue(tx, now)
    return Board(tuple(columns[: len(OPEN_STAGES)]), tuple(columns[len(OPEN_STAGES) :]), overdue)


@dataclass(frozen=True)
class DealPage:
    """One page of deals and how many there are in all."""

    rows: tuple[dict[str, Any], ...]
    next: str
    count: int


async def deals_page(house: House, wanted: DealFilter, *, after: str = "") -> DealPage:
    """Deals of a filter, the next step that is due first.

    Raises:
        Correctable: bad_page.
    """
    now = await house.clock.now()
    async with house.database.read() as tx:
        page = await screen_deals.page(tx, wanted, after=after, size=25)
        rows = await deal_rows(tx, page.rows, now)
        return DealPage(tuple(rows), page.next, await screen_deals.count(tx, wanted))
