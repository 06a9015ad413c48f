"""What most sellers send: the generic letter of a sequence, filled with names and topics only."""

from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from evals.market.buyers.records import Economics
from evals.market.world.atlas import read_yaml
from evals.market.world.records import Company, Person

_LETTERS = Path(__file__).resolve().parent / "data" / "letters.yaml"
STEPS = 4


def generic_letter(
    seller: Economics, company: Company, person: Person | None, step: int, rng: Random
) -> tuple[str, str]:
    """Subject and text of a step (0–3), in the company's language, about two topics of the seller."""
    code = company.language if company.language in _letters() else "en"
    found = _letters()[code]
    names = [one.words.get(code, one.words["en"])[0] for one in seller.topics] or ["your work", "your day"]
    topic, other = rng.sample(names, 2) if len(names) > 1 else (names[0], names[0])
    words = {
        "first": person.name.split()[0] if person else company.name,
        "company": company.name,
        "topic": topic,
        "other": other,
        "seller": seller.host.partition(".")[0].title() or "we",
        "sender": "Robin",
    }
    subject = found["subject"].format(**words)
    return (subject if step == 0 else f"Re: {subject}"), found["touches"][step].format(**words)


@lru_cache(maxsize=1)
def _letters() -> dict[str, Any]:
    return dict(read_yaml(_LETTERS))
