"""Commands over a table that comes with the call: import its rows, or say what it can teach. It is not kept."""

import asyncio
import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from domain.decisions import Actor
from graph.desk import Emit
from service import importing
from service.bootstrap import House
from service.commands.calls import EVERYONE, Call, Command

Cell = Annotated[str, Field(max_length=2000)] | int | float | bool | None
Column = Annotated[str, Field(min_length=1, max_length=120)]


class RowsCall(Call):
    """Rows as objects: keys are columns, as the heading line of a file would name them."""

    rows: tuple[dict[Column, Cell], ...] = Field(min_length=1, max_length=10_000)
    dry_run: bool = False


class TableCall(Call):
    """A table as text: comma, semicolon or tab separated, with a heading line."""

    table: str = Field(min_length=1, max_length=1_500_000)


class LearnCall(TableCall):
    """What to learn."""

    outcome: str = Field(min_length=1, max_length=120, description="Column that says how it ended.")
    time: str | None = Field(None, max_length=120, description="Column that says when.")
    id: str | None = Field(None, max_length=120, description="Column that names the row.")


class ExperimentCall(TableCall):
    """An experiment to read."""

    alpha: float = Field(0.05, gt=0, lt=0.5)


class ForecastCall(TableCall):
    """A series to forecast."""

    horizon: int = Field(12, ge=1, le=1000)
    season: int | None = Field(None, ge=1, le=1000)


async def _rows(house: House, actor: Actor, call: RowsCall, emit: Emit | None) -> Any:
    with _file("rows.csv") as path:
        await asyncio.to_thread(_write, path, call.rows)
        return await importing.import_file(house, str(path), dry_run=call.dry_run, actor=actor, emit=emit)


async def _learn(house: House, actor: Actor, call: LearnCall, emit: Emit | None) -> Any:
    def learn(path: Path) -> Any:
        from learning.history import learn_file

        return learn_file(path, outcome=call.outcome, time=call.time, id=call.id).as_json()

    return await _told(call.table, learn)


async def _experiment(house: House, actor: Actor, call: ExperimentCall, emit: Emit | None) -> Any:
    def read(path: Path) -> Any:
        from learning.experiments import read_experiment

        return read_experiment(path, alpha=call.alpha).as_json()

    return await _told(call.table, read)


async def _forecast(house: House, actor: Actor, call: ForecastCall, emit: Emit | None) -> Any:
    def look(path: Path) -> Any:
        from learning.forecast import forecast_file

        return forecast_file(path, horizon=call.horizon, season=call.season).as_json()

    return await _told(call.table, look)


async def _told(table: str, tell: Any) -> Any:
    with _file("table.csv") as path:

        def run() -> Any:
            path.write_text(table, encoding="utf-8")
            return tell(path)

        return await asyncio.to_thread(run)


@contextmanager
def _file(name: str) -> Iterator[Path]:
    """A place for a table that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rainmaker-") as folder:
        yield Path(folder) / name


def _write(path: Path, rows: tuple[dict[str, Any], ...]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


COMMANDS: dict[str, Command] = {
    "import_rows": Command(RowsCall, _rows),
    "table_learn": Command(LearnCall, _learn, EVERYONE, reads=True),
    "table_experiment": Command(ExperimentCall, _experiment, EVERYONE, reads=True),
    "table_forecast": Command(ForecastCall, _forecast, EVERYONE, reads=True),
}
