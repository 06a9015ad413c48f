"""The field table (G10): which field of a CRM record may be set at which integrity. Read from fields.yaml."""

import math
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from domain.labels import Integrity

TABLE = Path(__file__).with_name("fields.yaml")
LONGEST = 300  # characters of a value
Value = str | int | float | bool | None


class FieldRule(BaseModel):
    """Who may set one field: `overwrite` what stands there, or `fill` it while it is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overwrite: Integrity
    fill: Integrity | None = None
    type: Literal["text", "code", "number"]
    values: tuple[str, ...] = ()

    @field_validator("overwrite", "fill", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        return Integrity[value] if isinstance(value, str) else value

    def may_set(self, integrity: Integrity, *, empty: bool) -> bool:
        """True when a source of this integrity may set the field as it stands."""
        if integrity >= self.overwrite:
            return True
        return empty and self.fill is not None and integrity >= self.fill

    def value_problem(self, value: Value) -> str | None:
        """Why a value does not belong into this field, or None."""
        if self.type == "number":
            return None if _is_count(value) else "needs a number that is not negative"
        if not isinstance(value, str):
            return "needs text"
        if len(value) > LONGEST:
            return f"takes at most {LONGEST} characters"
        if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for char in value):
            return "takes no control or invisible characters"
        if self.type == "code" and any(char.isspace() for char in value):
            return "takes one word"
        if self.values and value not in self.values:
            return f"takes only {' or '.join(self.values)}"
        return None


def _is_count(value: Value) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    )


@cache
def _table() -> dict[str, dict[str, FieldRule]]:
    raw = yaml.safe_load(TABLE.read_text("utf-8"))
    return {
        record: {name: FieldRule.model_validate(rule) for name, rule in fields.items()}
        for record, fields in raw.items()
    }


def field_rule(record: str, field: str) -> FieldRule | None:
    """The row of a field; None when the table does not know it."""
    return _table().get(record, {}).get(field)


def fields_of(record: str) -> tuple[str, ...]:
    """Every field of a record that the table knows."""
    return tuple(_table().get(record, {}))
