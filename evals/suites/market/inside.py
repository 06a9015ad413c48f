"""The policies that play inside the market with the seeds and budget of ours, and the choice of the best fixed one."""

from collections.abc import Callable, Collection, Sequence

from evals.suites.market.arena import Arena, Budget, Policy
from evals.suites.market.book import open_book
from evals.suites.market.ours import Game
from evals.suites.market.policies import AtRandom, Cadence, Oracle, static_candidates
from evals.suites.market.purse import HUMAN_HANDLES, by_hand
from evals.suites.market.scoring import Score, score
from evals.suites.options import Say
from evals.suites.week.live import SELLER

_KEPT = 4  # each round keeps one in so many candidates
INSIDE = ("random", "fixed cadence", "best static", "oracle")  # weakest first


def rivals_of_ours(names: Collection[str], tuning: Sequence[Game], say: Say) -> tuple[Policy, ...]:
    """The policies of these names; the best fixed sequence is chosen on the tuning games."""
    known: dict[str, Callable[[], Policy]] = {
        "random": AtRandom,
        "fixed cadence": Cadence,
        "best static": lambda: best_static(tuning, say),
        "oracle": Oracle,
    }
    return tuple(known[name]() for name in INSIDE if name in names)


def play_inside(policy: Policy, game: Game) -> Score:
    """One policy through one game. An oracle handles every answer well and costs nobody's time."""
    book = open_book(game.seed, game.companies, SELLER)
    entries = Arena(book, Budget(game.people), game.days).play(policy)
    if isinstance(policy, Oracle):
        return score(policy.name, game.seed, entries, book.seller, 1.0, 0.0)
    answers = sum(bool(one.answer) for one in entries)
    return score(policy.name, game.seed, entries, book.seller, HUMAN_HANDLES, by_hand(answers))


def best_static(games: Sequence[Game], say: Say) -> Cadence:
    """The fixed sequence with the best margin on tuning games: each round plays more of them with fewer left."""
    left = list(static_candidates())
    sums = [0.0] * len(left)
    for number, game in enumerate(games):
        say(f"best fixed sequence: {len(left)} candidates on tuning seed {game.seed}")
        sums = [so_far + play_inside(one, game).margin for so_far, one in zip(sums, left, strict=True)]
        ranked = sorted(range(len(left)), key=lambda place: -sums[place])
        if number + 1 < len(games):
            ranked = ranked[: max(_KEPT, len(left) // _KEPT)]
        left, sums = [left[place] for place in ranked], [sums[place] for place in ranked]
    return left[0]
