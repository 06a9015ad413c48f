"""Games side by side: one that breaks is told with its reason and costs the others nothing."""

from types import SimpleNamespace

import pytest

from domain.errors import Retryable
from evals.suites.market.ablations import Variation
from evals.suites.market.drill import Handled
from evals.suites.market.ledger import Ledger
from evals.suites.market.ours import Game
from evals.suites.market.playing import Broken, Wanted, play_all
from evals.suites.market.run import Run, Varied, _those_played
from evals.suites.market.shown import skipped

EMPTY = Ledger((), (), 0)


def wanted(seed: int, fails: bool = False) -> Wanted:
    async def play():
        if fails:
            raise RuntimeError("the product did not start")
        return SimpleNamespace(seconds=1.0, seed=seed)

    return Wanted(seed, 14, "14 days", play)


async def test_a_game_that_breaks_leaves_the_others_and_its_reason():
    said: list[str] = []
    lived, broken = await play_all("ours", [wanted(3), wanted(4, fails=True), wanted(5)], said.append)
    assert [one and one.seed for one in lived] == [3, None, 5]
    assert broken == [Broken("ours", 4, "RuntimeError: the product did not start")]
    assert any("seed 4: broke" in line for line in said)


def test_only_seeds_that_ours_lived_are_compared_and_the_others_are_named():
    games = [Game(seed, 2, 14, 60) for seed in (3, 4)]
    broken = (Broken("ours", 4, "it took too long"),)
    played = (SimpleNamespace(score=SimpleNamespace(seed=3)),)
    ours = Varied(Variation(), played, EMPTY, None, Handled(0, 0), broken)
    assert [one.seed for one in _those_played(ours, games)] == [3]
    run = Run((3,), (), (), EMPTY, Handled(0, 0), broken=broken)
    assert skipped(run)["ours, seed 4"] == "the game broke: it took too long"
    with pytest.raises(Retryable, match="it took too long"):
        _those_played(Varied(Variation(), (), EMPTY, None, Handled(0, 0), broken), games)
