"""The suite `market`: the product lives in markets of their own; other policies play the same seeds with the same list.

Nobody looks at reporting seeds while tuning: `--explain` runs on tuning seeds only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evals.suites.figures import SuiteResult
from evals.suites.market import shown
from evals.suites.market.book import REPORTING_SEEDS, TUNING_SEEDS
from evals.suites.market.drill import Handled, drill, handled
from evals.suites.market.inside import best_static, play_inside, rivals_of_ours
from evals.suites.market.ledger import Ledger, handed_over, read_ledger, together
from evals.suites.market.ours import Game, Played, play, scored
from evals.suites.market.scoring import Score
from evals.suites.options import Options, Say
from evals.suites.week.live import Lived

_TUNED_ON = 3  # tuning seeds for the best fixed sequence
_SMALL, _FULL = Game(0, people=100, days=14, companies=1600), Game(0, people=300, days=60, companies=3600)
_FULL_SEEDS, _FULL_DRILLS = 20, 5


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was played."""

    seeds: tuple[int, ...]
    ours: tuple[Played, ...]
    inside: tuple[Score, ...]  # all other policies on all seeds
    ledger: Ledger
    handled: Handled
    days: tuple[Lived, ...] = field(default=())

    def of(self, policy: str) -> list[Score]:
        """The scores of one policy."""
        return (
            [one.score for one in self.ours]
            if policy == "ours"
            else [o for o in self.inside if o.policy == policy]
        )


async def run(options: Options) -> SuiteResult:
    """Play, compare, and show."""
    pool = TUNING_SEEDS if options.explain else REPORTING_SEEDS
    seeds = pool[: options.seeds or (_FULL_SEEDS if options.full else 1)]
    games = [_game(seed, options) for seed in seeds]
    drills = [await _drilled(seed, options) for seed in seeds[: _FULL_DRILLS if options.full else 1]]
    lived = [await _lived(game, options) for game in games]
    ledgers = [_ledger(one) for one in (*drills, *lived)]
    well = handled(task.task for ledger in ledgers[: len(drills)] for task in ledger.judged)
    played = Run(
        seeds,
        tuple(scored(one, well.share) for one in lived),
        tuple(_inside(games, options.say)),
        together(ledgers),
        well,
        tuple(lived),
    )
    return SuiteResult(
        "market",
        tuple(seeds),
        shown.figures(played),
        shown.skipped(),
        shown.explained(played) if options.explain else "",
        sections=shown.sections(played),
    )


def _game(seed: int, options: Options) -> Game:
    usual = _FULL if options.full else _SMALL
    return Game(seed, usual.people, options.days or usual.days, options.companies or usual.companies)


async def _drilled(seed: int, options: Options) -> Lived:
    options.say(f"seed {seed}: busy days, in which nearly everybody answers")
    return await drill(seed, options.say)


async def _lived(game: Game, options: Options) -> Lived:
    options.say(f"seed {game.seed}: {game.days} days in a calibrated market")
    return await play(game, options.say)


def _ledger(lived: Lived) -> Ledger:
    return read_ledger(
        lived.told["/truth/tasks"], lived.told["/truth/harms"], lived.decided, handed_over(lived)
    )


def _inside(games: Sequence[Game], say: Say) -> list[Score]:
    static = best_static([_as_tuning(games[0], seed) for seed in TUNING_SEEDS[:_TUNED_ON]], say)
    say("random, fixed cadence, best fixed sequence and oracle")
    return [play_inside(policy, game) for game in games for policy in rivals_of_ours(static)]


def _as_tuning(game: Game, seed: int) -> Game:
    return Game(seed, game.people, game.days, game.companies)
