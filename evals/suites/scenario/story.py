"""What a scenario file may say: cast, setup, script, checks. Strict: an unknown word is an error. No behaviour."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_SPAN = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_COUNT = re.compile(r"(>=|<=|==) (\d+)")

FIELDS: Mapping[str, frozenset[str]] = {
    "letters": frozenset({"kind", "subject", "text", "answers", "to"}),
    "replies": frozenset({"meaning"}),
    "violations": frozenset({"rule", "because"}),
    "refusals": frozenset({"code"}),
    "calendar": frozenset({"status", "start", "clash"}),
    "meetings": frozenset({"state", "truth", "start"}),
    "threads": frozenset({"state", "reason", "until"}),
    "inbound": frozenset({"mail", "kind", "state", "read", "objection", "until", "detail"}),
    "outbox": frozenset({"kind", "state", "code"}),
    "deals": frozenset({"stage", "name", "signals"}),
    "stakeholders": frozenset({"found_in", "role", "name", "email"}),
    "tasks": frozenset({"state", "title", "why"}),
    "approvals": frozenset({"state", "action", "summary"}),
    "campaigns": frozenset({"state"}),
    "contacts": frozenset({"status", "name"}),
    "left_alone": frozenset(),
    "told": frozenset({"step", "text"}),
    "kills": frozenset(),
}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _span(text: str) -> str:
    span_of(text)
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return text


def span_of(text: str) -> timedelta:
    """How long "3h" is.

    Raises:
        ValueError: it is no number with m, h or d.
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError("is no span of time such as 45m, 3h or 2d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


Span = Annotated[str, AfterValidator(_span)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Role(_Strict):
    """Whom a name of the cast stands for: somebody the campaign writes to, or a colleague of such a person."""

    language: str = ""
    country: str = ""
    colleague_of: str = ""


class Setup(_Strict):
    """What differs from the usual house."""

    owner: Literal["approves", "away"] = "approves"
    policy: Mapping[str, Mapping[str, str | int]] = {}  # of a row of the matrix: its other cells
    world: Literal["still", "moving"] = "still"
    sites: Mapping[str, Mapping[str, str]] = {}


class Launch(_Strict):
    """A campaign to everybody the filters leave."""

    mails: int = Field(20, ge=1, le=20)
    wait: Span = "3h"


class Wish(BaseModel):
    """What somebody of the market shall do: `who`, and what the market's own control takes."""

    model_config = ConfigDict(frozen=True, extra="allow")

    who: str


class Mail(_Strict):
    """A mail to the seller. `sender` is a name of the cast or "Name <address>"; "last" answers our last letter."""

    sender: str = Field(alias="from")
    text: str
    subject: str = ""
    cc: tuple[str, ...] = ()
    answers: Literal["last", "nothing"] = "last"
    about: str = ""  # whose letter it answers, when not the sender's
    quotes: bool = True
    proof: Literal["pass", "none", "fail"] = "pass"
    headers: Mapping[str, str] = {}


class Busy(_Strict):
    """A time somebody else put into the seller's calendar."""

    start: str
    minutes: int = Field(60, ge=5)


class Shock(BaseModel):
    """A shock of the market by its name, with what it takes."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str


class Fault(BaseModel):
    """A failure of the receiving mail server."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str


class Kill(_Strict):
    """Where the product is killed, and how often it passes there before."""

    point: str
    after: int = Field(1, ge=1)


class Command(_Strict):
    """Something a person of the house does; its answer or its refusal is kept as `told`."""

    do: str
    args: Mapping[str, Any] = {}
    by: str = Field("owner", alias="as")


class Step(_Strict):
    """One step; exactly one of its kinds is given."""

    id: str = ""
    launch: Launch | None = None
    wish: Wish | None = None
    mail: Mail | None = None
    raw: str | None = None
    wait: Span | None = None
    busy: Busy | None = None
    shock: Shock | None = None
    fault: Fault | None = None
    kill: Kill | None = None
    owner: Command | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in self.model_fields_set if name != "id" and getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"a step has exactly one kind, this one has {', '.join(sorted(given)) or 'none'}"
            )
        return self

    @property
    def kind(self) -> str:
        """Which of its kinds it is."""
        return next(
            name for name in self.model_fields_set if name != "id" and getattr(self, name) is not None
        )


class Check(_Strict):
    """How many rows of one kind there must be at the end."""

    rows: str
    who: str = ""
    after: str = ""  # id of a step: only what happened later
    where: Mapping[str, Pattern] = {}
    count: str = ""

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        if self.rows not in FIELDS:
            raise ValueError(f"there are no rows {self.rows!r}; there are {', '.join(FIELDS)}")
        unknown = sorted(set(self.where) - FIELDS[self.rows])
        if unknown:
            known = ", ".join(sorted(FIELDS[self.rows])) or "nothing to ask for"
            raise ValueError(f"{self.rows} have no {unknown[0]!r}; they have {known}")
        if self.count and not _COUNT.fullmatch(self.count):
            raise ValueError('a count is written ">= 1", "<= 1" or "== 1"')
        return self

    def holds(self, number: int, otherwise: str) -> bool:
        """Whether so many rows are right; `otherwise` is the count of a check that gives none."""
        found = _COUNT.fullmatch(self.count or otherwise)
        assert found is not None
        sign, wanted = found[1], int(found[2])
        return number >= wanted if sign == ">=" else number <= wanted if sign == "<=" else number == wanted


class Story(_Strict):
    """One scenario."""

    name: str
    promise: str
    cast: Mapping[str, Role] = {}
    setup: Setup = Setup()
    script: tuple[Step, ...] = Field(min_length=1)
    expect: tuple[Check, ...] = Field(min_length=1)
    forbid: tuple[Check, ...] = ()
    allow: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_meet(self) -> Self:
        ids = {step.id for step in self.script if step.id}
        for check in (*self.expect, *self.forbid):
            if check.who and check.who not in self.cast and "@" not in check.who:
                raise ValueError(f"nobody of the cast is called {check.who!r}")
            if check.after and check.after not in ids:
                raise ValueError(f"no step has the id {check.after!r}")
        for role in self.cast.values():
            if role.colleague_of and role.colleague_of not in self.cast:
                raise ValueError(f"nobody of the cast is called {role.colleague_of!r}")
        if any(check.count for check in self.forbid):
            raise ValueError("what is forbidden has no count: none may be there")
        return self
