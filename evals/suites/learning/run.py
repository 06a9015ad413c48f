"""The suite `learning`: part after part, each beside what a naive way gets in the same run."""

from evals.suites.figures import Figure, SuiteResult
from evals.suites.learning import (
    bank,
    experiments_asos,
    experiments_simulated,
    forecasts,
    learning_pace,
    lifetime,
    noise,
)
from evals.suites.options import Options

_PARTS = (bank, noise, experiments_asos, experiments_simulated, forecasts, lifetime, learning_pace)


async def run(options: Options) -> SuiteResult:
    """Measure every part; one whose data is not there says so."""
    figures: dict[str, Figure] = {}
    skipped: dict[str, str] = {}
    for part in _PARTS:
        found, missing = await part.figures(options)
        figures |= found
        skipped |= missing
    return SuiteResult("learning", (), figures, skipped)
