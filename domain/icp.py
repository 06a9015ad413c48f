"""Company profile and ideal customer profile: every line carries the page and quote it came from."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.knowledge import Evidence

PROFILE_FIELDS = (
    "name",
    "offer",  # what it sells
    "audience",  # to whom
    "pricing",
    "customer",  # a named customer, one entry each
    "proof",  # numbers, testimonials, awards, certificates
    "competitor",  # one it names itself
    "region",
    "language",
)
ProfileFieldName = Literal[
    "name", "offer", "audience", "pricing", "customer", "proof", "competitor", "region", "language"
]


class ProfileFact(BaseModel):
    """One fact about a company; three customers are three facts."""

    model_config = ConfigDict(frozen=True)

    field: ProfileFieldName
    value: str
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class CompanyProfile(BaseModel):
    """What a company says about itself. Fields that are absent are in `not_found`."""

    model_config = ConfigDict(frozen=True)

    url: str
    domain: str  # registrable domain
    name: str
    facts: tuple[ProfileFact, ...] = ()

    @property
    def not_found(self) -> tuple[str, ...]:
        """Names of profile fields the site does not state."""
        present = {fact.field for fact in self.facts}
        return tuple(name for name in PROFILE_FIELDS if name not in present)

    def values(self, field: ProfileFieldName) -> tuple[ProfileFact, ...]:
        """All facts of one field, in order of confidence."""
        return tuple(fact for fact in self.facts if fact.field == field)


class LineKind(StrEnum):
    """How a line acts: hard filters and disqualifiers decide, the rest weighs."""

    HARD = "hard"
    SOFT = "soft"
    DISQUALIFIER = "disqualifier"
    ROLE = "role"
    PAIN = "pain"


class LineField(StrEnum):
    """What a line speaks about."""

    INDUSTRY = "industry"
    GEOGRAPHY = "geography"
    SIZE = "size"
    TECHNOLOGY = "technology"
    ROLE = "role"
    PAIN = "pain"
    LANGUAGE = "language"
    SIGNAL = "signal"  # hiring, funding, new site …
    KEYWORD = "keyword"


class IcpLine(BaseModel):
    """One criterion.

    `value` is for people. `match` holds the normalised terms that scoring compares:
    industry slugs, ISO 3166 alpha-2 codes, `min:50` / `max:500` staff, lower-case technology names,
    role slugs, ISO 639-1 codes, signal names or lower-case keywords. Several terms mean "any of".
    A line without terms informs people and drafts but does not score.
    """

    model_config = ConfigDict(frozen=True)

    kind: LineKind
    field: LineField
    value: str
    match: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = Field(min_length=1)

    @property
    def key(self) -> str:
        """Stable short key of a line within its version, e.g. `hard.industry.e-commerce`."""
        return f"{self.kind}.{self.field}.{self.value.lower()[:60]}"


class Icp(BaseModel):
    """One version of the ideal customer profile."""

    model_config = ConfigDict(frozen=True)

    id: str
    version: int
    lines: tuple[IcpLine, ...]
    made_at: datetime
    made_by: str
    reason: str

    def of(self, kind: LineKind) -> tuple[IcpLine, ...]:
        """Lines of one kind."""
        return tuple(line for line in self.lines if line.kind == kind)


class IcpEdit(BaseModel):
    """One change a person asked for.

    `replace` drops every line of the same kind and field, then adds; `add` adds; `remove` drops the
    lines of that field whose value or match contains `value` (all of the field when value is empty).
    """

    model_config = ConfigDict(frozen=True)

    op: Literal["add", "remove", "replace"]
    kind: LineKind
    field: LineField
    value: str = ""
    match: tuple[str, ...] = ()


def in_order(lines: Sequence[IcpLine]) -> tuple[IcpLine, ...]:
    """Lines as people read them: must have, nice to have, not for us, roles, pains."""
    kinds = list(LineKind)
    return tuple(sorted(lines, key=lambda line: kinds.index(line.kind)))


def _is_target(line: IcpLine, edit: IcpEdit) -> bool:
    if line.field != edit.field:
        return False
    if edit.op == "replace":
        return line.kind == edit.kind
    wanted = edit.value.casefold()
    return not wanted or wanted in line.value.casefold() or bool(set(edit.match) & set(line.match))


def apply_edits(lines: Sequence[IcpLine], edits: Sequence[IcpEdit], said: Evidence) -> tuple[IcpLine, ...]:
    """Lines after the edits; added lines cite `said`, the person's own words."""
    result = list(lines)
    replaced: set[tuple[LineKind, LineField]] = set()
    for edit in edits:
        slot = (edit.kind, edit.field)
        if edit.op == "remove" or (edit.op == "replace" and slot not in replaced):
            result = [line for line in result if not _is_target(line, edit)]
            replaced.add(slot)
        if edit.op != "remove":
            result.append(
                IcpLine(
                    kind=edit.kind, field=edit.field, value=edit.value, match=edit.match, evidence=(said,)
                )
            )
    return tuple(result)
