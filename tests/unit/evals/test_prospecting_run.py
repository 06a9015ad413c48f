"""One whole run of the prospecting suite in a small sandbox: real search, real reading, the sandbox's truth."""

from evals.suites.figures import Figure, SuiteResult
from evals.suites.options import Options
from evals.suites.prospecting.run import NARROW_COMPANIES, REPORTING_SEEDS, TUNING_SEEDS, run

COMPANIES = 200


def value(result: SuiteResult, name: str) -> float:
    figure: Figure = result.figures[name]
    assert figure.value is not None, name
    return float(figure.value)


async def test_most_of_a_small_world_is_found_and_little_else() -> None:
    said: list[str] = []
    result = await run(Options(companies=COMPANIES, explain=True, say=said.append))
    assert value(result, "precision") >= 0.90, result.explanation
    assert value(result, "recall") >= 0.75, result.explanation  # about 150 companies: some points of chance
    assert value(result, "quotes_verified") == 1, result.explanation
    assert value(result, "duplicates_left") <= 0.01
    assert value(result, "precision") > (result.figures["precision"].baseline or 0)
    assert COMPANIES < NARROW_COMPANIES and "precision_narrow" in result.skipped
    assert said


async def test_explaining_never_looks_at_the_seeds_that_are_reported() -> None:
    assert not set(TUNING_SEEDS) & set(REPORTING_SEEDS)
