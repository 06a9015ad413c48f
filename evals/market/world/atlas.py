"""The data files of the world as typed tables: industries, countries, names, trades, phrases, roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent.parent / "data"
LANGUAGES = ("en", "de", "fr", "es", "nl", "it")


@dataclass(frozen=True, slots=True)
class Industry:
    """One line of business: how common, how large, how its sites look and run."""

    slug: str
    label: str
    group: str
    weight: int
    staff: tuple[int, int, int]
    look: tuple[str, ...]
    stack: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """One country: languages with weights, cities and the shape of its addresses."""

    code: str
    weight: int
    languages: Mapping[str, int]
    culture: str
    dial: str
    currency: str
    legal: tuple[str, ...]
    zip: str
    names: Mapping[str, str]
    cities: tuple[str, ...]
    streets: tuple[str, ...]

    def name_in(self, language: str) -> str:
        """Return the country's name in a language, English when it is unknown there."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class Culture:
    """Given names and surnames that go together."""

    men: tuple[str, ...]
    women: tuple[str, ...]
    surnames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """What sites of one industry say in one language."""

    tag: tuple[str, ...]
    names: tuple[str, ...]
    head: tuple[str, ...]
    offers: tuple[str, ...]
    about: tuple[str, ...]
    who: tuple[str, ...]
    kinds: tuple["Trade", ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A function in a company and its titles by language; "a|b" is the male|female form."""

    function: str
    level: str
    smallest: int
    groups: tuple[str, ...]
    not_groups: tuple[str, ...]
    titles: Mapping[str, tuple[str, ...]]

    def exists_in(self, group: str, employees: int) -> bool:
        """Say whether a company of this group and size has the role."""
        fits = not self.groups or group in self.groups
        return fits and group not in self.not_groups and employees >= self.smallest


@dataclass(frozen=True, slots=True)
class Atlas:
    """Everything the data files say, loaded once per process."""

    industries: Mapping[str, Industry]
    countries: Mapping[str, Country]
    cultures: Mapping[str, Culture]
    stems: tuple[str, ...]
    streets: Mapping[str, tuple[str, ...]]
    towns: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    technologies: Mapping[str, tuple[str, ...]]
    roles: tuple[Role, ...]
    trades: Mapping[str, Mapping[str, Trade]] = field(repr=False)
    phrases: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def trade(self, language: str, industry: str, kind: int) -> Trade:
        """Return the trade's texts, narrowed to one of its kinds where the trade has kinds."""
        trade = self.trades[language][industry]
        return trade.kinds[kind % len(trade.kinds)] if trade.kinds else trade


def read_yaml(path: Path) -> Any:
    """Read one data file with the fast loader where it exists."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)


@lru_cache(maxsize=1)
def load_atlas() -> Atlas:
    """Read all data files of the world."""
    names = read_yaml(DATA / "names.yaml")
    return Atlas(
        industries={s: _industry(s, r) for s, r in read_yaml(DATA / "industries.yaml").items()},
        countries={c: _country(c, r) for c, r in read_yaml(DATA / "countries.yaml").items()},
        cultures={
            k: Culture(tuple(v["m"]), tuple(v["f"]), tuple(v["s"])) for k, v in names["cultures"].items()
        },
        stems=tuple(names["stems"]),
        streets={k: tuple(v) for k, v in names["streets"].items()},
        towns={k: (tuple(v[0]), tuple(v[1])) for k, v in names["towns"].items()},
        technologies={k: tuple(v) for k, v in read_yaml(DATA / "technologies.yaml").items()},
        roles=tuple(_role(f, r) for f, r in read_yaml(DATA / "roles.yaml").items()),
        trades={lang: _trades(lang) for lang in LANGUAGES},
        phrases={lang: read_yaml(DATA / "phrases" / f"{lang}.yaml") for lang in LANGUAGES},
    )


def _industry(slug: str, row: Mapping[str, Any]) -> Industry:
    """Build one industry row."""
    small, median, large = row["staff"]
    return Industry(
        slug,
        row["label"],
        row["group"],
        row["weight"],
        (small, median, large),
        tuple(row["look"]),
        tuple(row["stack"]),
    )


def _country(code: str, row: Mapping[str, Any]) -> Country:
    """Build one country row; lists become tuples."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Country(code=code, **fields)


def _role(function: str, row: Mapping[str, Any]) -> Role:
    """Build one role row."""
    titles = {lang: tuple(values) for lang, values in row["titles"].items()}
    groups, not_groups = tuple(row.get("groups", ())), tuple(row.get("not_groups", ()))
    return Role(function, row["level"], row["from"], groups, not_groups, titles)


def _trades(language: str) -> dict[str, Trade]:
    """Build the trades of a language; a kind keeps what it does not say itself from its trade."""
    rows = read_yaml(DATA / "trades" / f"{language}.yaml")
    return {slug: _trade(row) for slug, row in rows.items()}


def _trade(row: Mapping[str, Any]) -> Trade:
    """Build one trade with its kinds."""
    kinds = tuple(_trade({**row, **kind, "kinds": []}) for kind in row.get("kinds", ()))
    parts = {key: tuple(row.get(key, ())) for key in ("tag", "names", "head", "offers", "about", "who")}
    return Trade(**parts, kinds=kinds)
