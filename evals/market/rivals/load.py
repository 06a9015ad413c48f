"""Reads the vendors from their data files."""

from collections.abc import Mapping
from typing import Any

from evals.market.rivals.moves import priced
from evals.market.rivals.records import Market, Rival
from evals.market.rivals.site import RivalSite
from evals.market.world.atlas import DATA, Atlas, read_yaml


def load_rivals() -> tuple[Rival, ...]:
    """Return every vendor, market by market."""
    files = sorted((DATA / "rivals").glob("*.yaml"))
    return tuple(rival for path in files for rival in _market(read_yaml(path)))


def rival_sites(atlas: Atlas, seed: int) -> tuple[RivalSite, ...]:
    """Return the sites of all vendors in a world."""
    return tuple(
        RivalSite(one, seed, atlas.countries[one.country].name_in(one.market.language))
        for one in load_rivals()
    )


def _market(row: Mapping[str, Any]) -> list[Rival]:
    """Build the vendors of one file."""
    market = Market(
        seller=row["seller"],
        language=row["language"],
        per=row["per"],
        field=row["field"],
        buyers=row["buyers"],
        plans=priced(row["plans"]),
        features=_pairs(row["features"]),
        positions=_pairs(row["positions"]),
        jobs=_pairs(row["jobs"]),
    )
    return [_rival(market, one) for one in row["rivals"]]


def _rival(market: Market, row: Mapping[str, Any]) -> Rival:
    """Build one vendor; without plans of its own it sells what its market sells."""
    plans = priced(row["plans"]) if "plans" in row else market.plans
    plain = {key: row[key] for key in ("name", "host", "country", "city", "layout", "staff", "founded")}
    return Rival(**plain, plans=plans, market=market)


def _pairs(rows: list[str]) -> tuple[tuple[str, str], ...]:
    """Split "title | sentence" entries."""
    return tuple((title, sentence) for title, _, sentence in (row.partition(" | ") for row in rows))
