"""Names of companies, towns, people and domains. Draws from the atlas with the generator it is given."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from evals.market.world.atlas import Atlas, Country, Trade

_TRANSLITERATION = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "ł": "l", "ı": "i"}
)


@lru_cache(maxsize=8192)
def slugify(text: str) -> str:
    """Turn any name into lower-case ASCII letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_TRANSLITERATION))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.replace("'", "").replace(".", "")).strip("-")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a company is named for: its city, and a town of its region that exists only here."""

    city: str
    town: str


def draw_town(atlas: Atlas, language: str, rng: Random) -> str:
    """Invent a town in the manner of a language."""
    prefix, suffix = atlas.towns.get(language, atlas.towns["en"])
    return town_name(rng.choice(prefix), rng.choice(suffix))


def company_name(
    atlas: Atlas, trade: Trade, country: Country, place: Place, rng: Random, stem: str | None = None
) -> str:
    """Make a company name in the manner of its trade; a given stem is kept."""
    first, second = rng.sample(atlas.cultures[country.culture].surnames, 2)
    stems = rng.sample(atlas.stems, 2)
    patterns = [p for p in trade.names if stem is None or "{stem}" in p] or ["{stem}"]
    return rng.choice(patterns).format(
        stem=stem or stems[0],
        stem2=stems[1],
        surname=first,
        surname2=second,
        city=place.city,
        town=place.town,
    )


def town_name(prefix: str, suffix: str) -> str:
    """Join the parts of an invented town."""
    return f"{prefix}-{suffix.title()}" if "-" in prefix or " " in prefix else f"{prefix}{suffix}"


class DomainBook:
    """Hands out domains under .example, each only once."""

    def __init__(self, reserved: frozenset[str] = frozenset()) -> None:
        self._taken = set(reserved)

    def claim(self, name: str, hints: tuple[str, ...]) -> str:
        """Reserve the shortest free domain for a name; hints tell companies of one name apart."""
        slug = slugify(name) or "site"
        for label in (slug, *(f"{slug}-{slugify(hint)}" for hint in hints)):
            if self._take(label):
                return f"{label}.example"
        number = 2
        while not self._take(f"{slug}-{number}"):
            number += 1
        return f"{slug}-{number}.example"

    def _take(self, label: str) -> bool:
        """Reserve one label when it is free."""
        domain = f"{label}.example"
        if domain in self._taken:
            return False
        self._taken.add(domain)
        return True
