"""The suite `market`: the product lives in markets of their own; other policies play the same seeds with the same list.

Nobody looks at reporting seeds while tuning: `--explain` runs on tuning seeds only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from domain.errors import Correctable, Retryable
from evals.suites.figures import SuiteResult
from evals.suites.market import repeating, shown
from evals.suites.market.ablations import GENERAL, GENERALIST, OURS, Variation, ablations
from evals.suites.market.book import REPORTING_SEEDS, TUNING_SEEDS
from evals.suites.market.drill import DAYS, Handled, drill, handled
from evals.suites.market.inside import INSIDE, play_inside, rivals_of_ours
from evals.suites.market.ledger import Ledger, ledger_of, together
from evals.suites.market.ours import Game, Played, play, scored
from evals.suites.market.playing import Broken, Wanted, play_all
from evals.suites.market.scoring import Score
from evals.suites.options import Options, Say
from evals.suites.week.live import Lived

_TUNED_ON = 3  # tuning seeds for the best fixed sequence
_SMALL, _FULL = Game(0, people=100, days=14, companies=1600), Game(0, people=300, days=60, companies=3600)
_FULL_SEEDS = 20
_BUSY = "busy days, in which nearly everybody answers"
_MOST_DRILLS, _SEEDS_A_DRILL = 5, 4  # one seed in four has busy days, too


@dataclass(frozen=True, slots=True)
class Varied:
    """What ours or a variation of it played."""

    variation: Variation
    played: tuple[Played, ...]
    ledger: Ledger  # of the games
    drilled: Ledger | None  # of the busy days; None when those of ours stand for it
    handled: Handled
    broken: tuple[Broken, ...] = ()


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
    broken: tuple[Broken, ...] = ()

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
    games = [_game(seed, options) for seed in pool[: options.seeds or (_FULL_SEEDS if options.full else 1)]]
    ours = await _played(Variation(), games, options, None)
    games = _those_played(ours, games)
    others = [await _played(one, games, options, ours.handled) for one in varied]
    played = Run(
        tuple(one.seed for one in games),
        ours.played,
        tuple(_inside(games, names, options.say)),
        together(one for one in (ours.drilled, ours.ledger) if one is not None),
        ours.handled,
        tuple(one.lived for one in ours.played),
        (ours, *(one for one in others if one.played)),
        tuple(broken for one in (ours, *others) for broken in one.broken),
    )
    return SuiteResult(
        "market",
        played.seeds,
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


def _those_played(ours: Varied, games: Sequence[Game]) -> list[Game]:
    """Seeds that ours lived to the end: nothing can be compared on the others.

    Raises:
        Retryable: no_game_played.
    """
    seeds = {one.score.seed for one in ours.played}
    if not seeds:
        why = ours.broken[0].why if ours.broken else "no seeds"
        raise Retryable(f"No game could be played to its end: {why}", code="no_game_played")
    return [one for one in games if one.seed in seeds]


async def _played(
    variation: Variation, games: Sequence[Game], options: Options, known: Handled | None
) -> Varied:
    """Busy days, where this one may handle wishes otherwise than ours, and all games."""
    say = options.say
    drilled = _drilled(games) if known is None or variation.handles_otherwise else []
    wanted = [Wanted(one.seed, DAYS, _BUSY, partial(drill, one.seed, say, variation)) for one in drilled]
    wanted += [
        Wanted(one.seed, one.days, f"{one.days} days", partial(play, one, say, variation)) for one in games
    ]
    lived, broken = await play_all(variation.name, wanted, say)
    busy_days = [one for one in lived[: len(drilled)] if one is not None]
    calm = [one for one in lived[len(drilled) :] if one is not None]
    busy = together(map(ledger_of, busy_days)) if busy_days else None
    if drilled and busy is None:
        calm = []  # how it handles wishes is not known, so its margin is not
    well = handled(one.task for one in busy.judged) if busy else known or Handled(0, 0)
    played = tuple(scored(one, well.share, variation.name) for one in calm)
    say(f"{variation.name}: {sum(one.score.margin for one in played):.2f} EUR over all seeds")
    return Varied(variation, played, together(map(ledger_of, calm)), busy, well, tuple(broken))


def _drilled(games: Sequence[Game]) -> Sequence[Game]:
    return games[: min(_MOST_DRILLS, max(1, len(games) // _SEEDS_A_DRILL))]


def _inside(games: Sequence[Game], names: Iterable[str], say: Say) -> list[Score]:
    tuning = [_as_tuning(games[0], seed) for seed in TUNING_SEEDS[:_TUNED_ON]]
    rivals = rivals_of_ours(set(names), tuning, say)
    say(f"inside the market: {', '.join(one.name for one in rivals) or 'nobody'}")
    return [play_inside(policy, game) for game in games for policy in rivals]


def _as_tuning(game: Game, seed: int) -> Game:
    return replace(game, seed=seed)
