"""Whether a seed gives one ledger: a small game is played twice, and what the market wrote down is compared.

Byte for byte. Both games read sites and write texts one after the other; see `in_turn` of a variation.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import zip_longest
from typing import Any

from evals.suites.figures import Figure, SuiteResult
from evals.suites.market.ablations import Variation
from evals.suites.market.book import TUNING_SEEDS
from evals.suites.market.ours import Game, play
from evals.suites.options import Options
from evals.suites.week.live import Lived

_SMALLEST = Game(TUNING_SEEDS[0], people=40, days=5, companies=400)
_ADDRESSED = frozenset({"url"})  # holds the port and the key of one home


async def run(options: Options) -> SuiteResult:
    """Play twice and compare."""
    game = replace(
        _SMALLEST,
        people=options.people or _SMALLEST.people,
        days=options.days or _SMALLEST.days,
        companies=options.companies or _SMALLEST.companies,
    )
    books = []
    for time in ("first", "second"):
        options.say(f"seed {game.seed}, the {time} time: {asdict(game)}")
        books.append(ledger_bytes(await play(game, options.say, Variation(in_turn=True))))
    told = first_difference(*books)
    options.say(told or "the ledgers are the same")
    lines = len(books[0].splitlines())
    figures = {
        "same_ledger": Figure(int(not told), "yes = 1", "1", n=2),
        "ledger_lines": Figure(lines, "lines", n=2),
        "ledger_bytes": Figure(len(books[0]), "bytes", n=2),
    }
    return SuiteResult("market", (game.seed,), figures, {}, told)


def ledger_bytes(lived: Lived) -> bytes:
    """Everything the market wrote down of a game, one fact a line, in the order it was written."""
    return "".join(f"{line}\n" for line in _lines(lived)).encode()


def _lines(lived: Lived) -> Iterator[str]:
    truth = lived.truth
    kept: Mapping[str, Sequence[Any]] = {
        "letter": truth.letters,
        "reply": truth.replies,
        "meeting": truth.meetings,
        "click": truth.clicks,
        "worth": lived.told["/truth/worth"],
        "task": lived.told["/truth/tasks"]["rows"],
        "harm": lived.told["/truth/harms"]["rows"],
    }
    for name, rows in kept.items():
        for row in rows:
            told = {key: value for key, value in row.items() if key not in _ADDRESSED}
            yield f"{name} {json.dumps(told, sort_keys=True, ensure_ascii=False)}"


def first_difference(one: bytes, other: bytes) -> str:
    """The first line in which two ledgers differ, "" when they are the same to the byte."""
    pairs = zip_longest(one.decode().splitlines(), other.decode().splitlines(), fillvalue="(nothing)")
    for number, (mine, yours) in enumerate(pairs, 1):
        if mine != yours:
            return f"Line {number} differs.\nfirst:  {mine}\nsecond: {yours}"
    return "" if one == other else "They differ in their line ends only."
