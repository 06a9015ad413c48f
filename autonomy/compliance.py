"""What the law of a country asks before an unsolicited business mail, as a table. Not legal advice."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

TABLE = Path(__file__).with_name("legal_basis.yaml")


class Basis(BaseModel):
    """The basis we rely on in a country, how risky that is (0–10), and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: str
    risk: int
    note: str


UNKNOWN = Basis(basis="unknown", risk=8, note="The recipient's country is unknown, so its rules are too.")


@cache
def _table() -> dict[str, Basis]:
    raw = yaml.safe_load(TABLE.read_text("utf-8"))
    return {
        country: Basis.model_validate(entry)
        for entry in raw["groups"]
        for country in entry.pop("countries").split()
    }


def basis_of(country: str) -> Basis:
    """The row of a country (ISO 3166 alpha-2)."""
    return _table().get(country.upper(), UNKNOWN)
