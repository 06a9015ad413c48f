"""The suite `market`: the product lives in markets of their own; other policies play the same seeds with the same list.

Nobody looks at reporting seeds while tuning: `--explain` runs on tuning seeds only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.errors import Correctable
from evals.suites.figures import SuiteResult
from evals.suites.market import repeating, shown
from evals.suites.market.ablations import GENERAL, GENERALIST, OURS, Variation, ablations
from evals.suites.market.book import REPORTING_SEEDS, TUNING_SEEDS
from evals.suites.market.drill import Handled, drill, handled
from evals.suites.market.inside import INSIDE, play_inside, rivals_of_ours
from evals.suites.market.ledger import Ledger, handed_over, read_ledger, together
from evals.suites.market.ours import Game, Played, play, scored
from evals.suites.market.scoring import Score
from evals.suites.options import Options, Say
from evals.suites.week.live import Lived

_TUNED_ON = 3  # tuning seeds for the best fixed sequence
_SMALL, _FULL = Game(0, people=100, days=14, companies=1600), Game(0, people=300, days=60, companies=3600)
_FULL_SEEDS, _FULL_DRILLS = 20, 5


@dataclass(frozen=True, slots=True)
class Varied:
    """What ours or a variation of it played."""

    variation: Variation
    played: tuple[Played, ...]
    ledger: Ledger  # of the games
    drilled: Ledger | None  # of the busy days; None when those of ours stand for it
    handled: Handled


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was played."""

    seeds: tuple[int, ...]
    ours: tuple[Played, ...]
    inside: tuple[Score, ...]  # the policies inside the market on all seeds
    ledger: Ledger
    handled: Handled
    days: tuple[Lived, ...] = field(default=())
    varied: tuple[Varied, ...] = ()  # ours first, then the generalist and ablations

    def of(self, policy: str) -> list[Score]:
        """The scores of one policy; none when it was not played."""
        if policy == OURS:
            return [one.score for one in self.ours]
        varied = [one.score for group in self.varied for one in group.played]
        return [one for one in (*varied, *self.inside) if one.policy == policy]


async def run(options: Options) -> SuiteResult:
    """Play, compare, and show."""
    if options.repeat:
        return await repeating.run(options)
    names, varied = _policies(options), list(ablations(options.ablations))
    if GENERALIST in names:
        varied.insert(0, GENERAL)
    pool = TUNING_SEEDS if options.explain else REPORTING_SEEDS
    seeds = pool[: options.seeds or (_FULL_SEEDS if options.full else 1)]
    games = [_game(seed, options) for seed in seeds]
    ours = await _played(Variation(), games, options, None)
    played = Run(
        seeds,
        ours.played,
        tuple(_inside(games, names, options.say)),
        together(one for one in (ours.drilled, ours.ledger) if one is not None),
        ours.handled,
        tuple(one.lived for one in ours.played),
        (ours, *[await _played(one, games, options, ours.handled) for one in varied]),
    )
    return SuiteResult(
        "market",
        tuple(seeds),
        shown.figures(played),
        shown.skipped(played),
        shown.explained(played) if options.explain else "",
        sections=shown.sections(played),
    )


def _policies(options: Options) -> tuple[str, ...]:
    """Whom ours is compared with: what was asked for, else everything that does not host the product once more."""
    known = (*INSIDE, GENERALIST)
    if options.policies is None:
        return known if options.full else INSIDE
    names = known if "all" in options.policies else options.policies
    unknown = set(names) - {OURS, *known}
    if unknown:
        raise Correctable(
            f"There is no policy {min(unknown)!r}.",
            code="unknown_policy",
            where=min(unknown),
            hint=f"The policies are: all, {', '.join(known)}; ours always plays.",
        )
    return tuple(names)


def _game(seed: int, options: Options) -> Game:
    usual = _FULL if options.full else _SMALL
    return Game(
        seed,
        options.people or usual.people,
        options.days or usual.days,
        options.companies or usual.companies,
    )


async def _played(
    variation: Variation, games: Sequence[Game], options: Options, known: Handled | None
) -> Varied:
    """Drills, where this one may handle wishes otherwise than ours, and all games."""
    drills: list[Lived] = []
    if known is None or variation.handles_otherwise:
        for game in games[: _FULL_DRILLS if options.full else 1]:
            options.say(f"{variation.name}, seed {game.seed}: busy days, in which nearly everybody answers")
            drills.append(await drill(game.seed, options.say, variation))
    drilled = together(map(_ledger, drills)) if drills else None
    well = handled(one.task for one in drilled.judged) if drilled else known or Handled(0, 0)
    lived = []
    for game in games:
        options.say(f"{variation.name}, seed {game.seed}: {game.days} days in a calibrated market")
        lived.append(await play(game, options.say, variation))
    played = tuple(scored(one, well.share, variation.name) for one in lived)
    options.say(f"{variation.name}: {sum(one.score.margin for one in played):.2f} EUR over all seeds")
    return Varied(
        variation,
        played,
        together(map(_ledger, lived)),
        drilled,
        well,
    )


def _ledger(lived: Lived) -> Ledger:
    return read_ledger(
        lived.told["/truth/tasks"], lived.told["/truth/harms"], lived.decided, handed_over(lived)
    )


def _inside(games: Sequence[Game], names: Iterable[str], say: Say) -> list[Score]:
    tuning = [_as_tuning(games[0], seed) for seed in TUNING_SEEDS[:_TUNED_ON]]
    rivals = rivals_of_ours(set(names), tuning, say)
    say(f"inside the market: {', '.join(one.name for one in rivals) or 'nobody'}")
    return [play_inside(policy, game) for game in games for policy in rivals]


def _as_tuning(game: Game, seed: int) -> Game:
    return Game(seed, game.people, game.days, game.companies)
