"""All harms of a market in one list, and their number by rule. The rules themselves are in `conduct` and `contents`."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evals.market.ledger.conduct import find_breaches
from evals.market.ledger.contents import find_bad_words
from evals.market.ledger.facts import Facts
from evals.market.ledger.past import Past
from evals.market.ledger.records import Harm


def find_harms(past: Past, facts: Facts) -> list[Harm]:
    """Everything that harmed somebody, oldest first."""
    found = [*find_breaches(past), *find_bad_words(past, facts)]
    return sorted(found, key=lambda one: (one.at, one.rule, one.letter, one.person))


def summary(harms: Sequence[Harm], actions: int) -> dict[str, Any]:
    """All rows, their number by rule, and how many came on one act of the seller (a mail or an invitation)."""
    return {
        "count": len(harms),
        "by_rule": dict(sorted(Counter(one.rule for one in harms).items())),
        "actions": actions,
        "per_action": round(len(harms) / actions, 6) if actions else None,
        "rows": [one.as_row() for one in harms],
    }
