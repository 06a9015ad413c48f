"""Plays games side by side; one that breaks or takes too long is told and costs the others nothing."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from evals.suites.options import Say
from evals.suites.week.live import Lived

log = logging.getLogger(__name__)
AT_ONCE = 2  # product and market of one game wait for each other, so a second one finds room
_TO_BEGIN, _A_DAY = 2400.0, 300.0  # seconds a game may take at most: to set up, and for each simulated day


@dataclass(frozen=True, slots=True)
class Wanted:
    """One game to be played."""

    seed: int
    days: int
    what: str
    play: Callable[[], Coroutine[Any, Any, Lived]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A game that ended early, and why."""

    who: str
    seed: int
    why: str


async def play_all(who: str, games: Sequence[Wanted], say: Say) -> tuple[list[Lived | None], list[Broken]]:
    """What was lived in each game, None where it broke; and those that did."""
    broken: list[Broken] = []
    turns = asyncio.Semaphore(AT_ONCE)

    async def one_of(game: Wanted) -> Lived | None:
        async with turns:
            say(f"{who}, seed {game.seed}: {game.what}")
            try:
                async with asyncio.timeout(_TO_BEGIN + _A_DAY * game.days):
                    lived = await game.play()
            except Exception as error:  # the edge of one game
                log.exception("game_broke", extra={"seed": game.seed, "who": who})
                why = (
                    "it took too long"
                    if isinstance(error, TimeoutError)
                    else f"{type(error).__name__}: {error}"
                )
                broken.append(Broken(who, game.seed, why))
                say(f"{who}, seed {game.seed}: broke, {why}")
                return None
            say(f"{who}, seed {game.seed}: done in {lived.seconds:.0f} s")
            return lived

    return list(await asyncio.gather(*map(one_of, games))), broken
