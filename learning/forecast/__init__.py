"""Forecasts: of any dated series in a file, and of our own open deals. The only I/O is the file a person named."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from learning.forecast.outlook import Outlook


def forecast_file(
    path: Path, *, horizon: int = 12, season: int | None = None, today: date | None = None
) -> "Outlook":
    """Forecast every series of an exported table.

    Args:
        path: the table, with a heading line.
        horizon: how many periods ahead.
        season: periods in a season; without it, from the dates.
        today: later rows are plans, not facts; without it, the day the file was written.

    Raises:
        Correctable: the file cannot be read (its own codes), holds no numbers (`no_values`), or horizon or season
            make no sense (`wrong_horizon`, `wrong_season`).
    """
    from learning.forecast.file import forecast  # numpy and the table reader load only for who forecasts

    return forecast(path, horizon, season, today)


__all__ = ["forecast_file"]
