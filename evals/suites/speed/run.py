"""The suite `speed` (`make bench`): every figure beside its baseline in the same run."""

import asyncio

from evals.suites.figures import Figure, SuiteResult
from evals.suites.options import Options
from evals.suites.speed.importing import import_figures
from evals.suites.speed.job_model import job_model
from evals.suites.speed.processes import help_figures, service_figures
from evals.suites.speed.scoring import scoring_figures
from evals.suites.speed.turns import turn_figures
from evals.suites.speed.world import SEED, workplace


async def run(options: Options) -> SuiteResult:
    """Measure turns, scoring, import, start and memory, one after the other."""
    figures: dict[str, Figure] = {}
    options.say("start of the command line")
    figures |= await asyncio.to_thread(help_figures)
    with job_model() as model:
        options.say("memory of the running service")
        figures |= await asyncio.to_thread(service_figures, model)
        options.say("filling a home from a small sandbox")
        async with workplace() as place:
            options.say(f"turns, jobs and drafts over {len(place.prospects)} prospects")
            figures |= await turn_figures(place, model)
            options.say("scoring")
            figures |= await asyncio.to_thread(scoring_figures, place.icp, place.facts)
    options.say("importing 10,000 rows")
    figures |= await asyncio.to_thread(import_figures, 3 if options.full else 1)
    return SuiteResult("speed", (SEED,), figures)
