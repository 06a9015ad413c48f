"""The suite `scenario`: plays every story, or the one asked for, each in a world of its own."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.suites.figures import Figure, SuiteResult, share
from evals.suites.options import Options, Say
from evals.suites.scenario import checks
from evals.suites.scenario.loader import load, names
from evals.suites.scenario.play import Play
from evals.suites.scenario.seen import look
from evals.suites.scenario.stage import SEED, Prepared, cast, prepare, staged
from evals.suites.scenario.story import Story
from evals.suites.sections import Table

AT_ONCE = 2  # stories played side by side; market and product of one story take turns anyway


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one story; `why` is empty when it passed."""

    story: Story
    why: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """The row of a story."""
        return {
            "name": self.story.name,
            "promise": self.story.promise,
            "passed": not self.why,
            "checks": checks.checks_of(self.story),
            "why": list(self.why),
            "seconds": round(self.seconds, 1),
        }


@dataclass(frozen=True, slots=True)
class ScenarioResult(SuiteResult):
    """A suite's result with a row for each story."""

    verdicts: tuple[Verdict, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract's document and the rows."""
        return {**SuiteResult.as_json(self), "scenarios": [one.as_json() for one in self.verdicts]}


async def run(options: Options) -> SuiteResult:
    """Play the story asked for, or all of them."""
    stories = [load(name) for name in ([options.name] if options.name else names())]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rainmaker-scenario-") as folder:
        prepared = await prepare(Path(folder))
        prepared_in = time.monotonic() - started
        options.say(f"a seller and {len(prepared.people)} prospects known after {prepared_in:.0f} s")
        turns = asyncio.Semaphore(AT_ONCE)
        played = [_in_turn(turns, story, prepared, Path(folder), options.say) for story in stories]
        verdicts = tuple(await asyncio.gather(*played))
    return _result(verdicts, prepared_in)


async def _in_turn(
    turns: asyncio.Semaphore, story: Story, prepared: Prepared, folder: Path, say: Say
) -> Verdict:
    async with turns:
        verdict = await play(story, prepared, folder / story.name)
    say(_line(verdict))
    return verdict


async def play(story: Story, prepared: Prepared, folder: Path) -> Verdict:
    """One story from its first step to its verdict."""
    started = time.monotonic()
    await asyncio.to_thread(folder.mkdir)
    try:
        why = await _why(story, prepared, folder)
    except (RuntimeError, ValueError, OSError, KeyError) as error:
        why = [f"the script could not be played: {type(error).__name__}: {error}"]
    return Verdict(story, tuple(why), time.monotonic() - started)


async def _why(story: Story, prepared: Prepared, folder: Path) -> list[str]:
    people = cast(prepared, story.cast)
    async with staged(prepared, story.setup, folder) as stage:
        played = await Play(story, stage, people).run()
        await stage.keeper.stop()
        return checks.judge(story, people, played, await look(stage, played))


def _result(verdicts: tuple[Verdict, ...], prepared_in: float) -> ScenarioResult:
    passed = sum(not one.why for one in verdicts)
    slowest = max(one.seconds for one in verdicts)
    figures = {
        "scenarios": Figure(
            len(verdicts), "scenarios", n=sum(checks.checks_of(one.story) for one in verdicts)
        ),
        "passed": share(passed, len(verdicts), "1"),
        "slowest_s": Figure(slowest, "s", n=len(verdicts)),
        "prepare_s": Figure(prepared_in, "s"),
    }
    told = "\n".join(_line(one) for one in verdicts)
    return ScenarioResult(
        "scenario", (SEED,), figures, explanation=told, sections=(_stories(verdicts),), verdicts=verdicts
    )


def _stories(verdicts: tuple[Verdict, ...]) -> Table:
    """Every story, the failed ones first, with what was expected and not seen."""
    rows = [
        (
            one.story.name,
            "FAILED" if one.why else "passed",
            one.story.promise,
            checks.checks_of(one.story),
            round(one.seconds, 1),
            "; ".join(one.why),
        )
        for one in sorted(verdicts, key=lambda one: not one.why)
    ]
    heads = ("story", "result", "promise", "checks", "seconds", "why it failed")
    return Table("Stories", heads, rows, "Each in a fresh market and a copy of one home.")


def _line(verdict: Verdict) -> str:
    name, seconds = verdict.story.name, f"{verdict.seconds:.0f} s"
    if not verdict.why:
        return f"passed  {name} ({seconds})"
    return "\n".join(
        [f"FAILED  {name} ({seconds}): {verdict.story.promise}", *(f"        {one}" for one in verdict.why)]
    )
