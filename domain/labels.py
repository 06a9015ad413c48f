"""Labels on every stored value: how far we trust it, who may read it, where it came from."""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class Integrity(IntEnum):
    """How far a value is trusted; higher is better. A model cannot raise it."""

    UNTRUSTED = 0  # web pages, unknown mail, uploads
    MAIL = 1  # a known contact, authenticated
    AGENT = 2  # computed from CRM or better only
    CRM = 3  # own records, approved import
    OWNER = 4  # a signed-in person


PUBLIC = "PUBLIC"
WORKSPACE = "WORKSPACE"
SECRET = "SECRET"  # never enters a prompt


def contact_reader(contact_id: str) -> str:
    """The reader name of one contact."""
    return f"CONTACT:{contact_id}"


class Label(BaseModel):
    """Integrity, readers and origin of one value.

    `readers` holds PUBLIC, WORKSPACE, SECRET or CONTACT:id names; PUBLIC means anyone.
    """

    model_config = ConfigDict(frozen=True)

    integrity: Integrity = Integrity.UNTRUSTED
    readers: frozenset[str] = frozenset({WORKSPACE})
    origin: str = "unknown"


def web_label(url: str) -> Label:
    """Label of text read from a public page."""
    return Label(integrity=Integrity.UNTRUSTED, readers=frozenset({PUBLIC}), origin=url)


def owner_label(who: str) -> Label:
    """Label of what a signed-in person said or set."""
    return Label(integrity=Integrity.OWNER, readers=frozenset({WORKSPACE}), origin=f"user:{who}")


def _meet(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    if PUBLIC in left:
        return right
    if PUBLIC in right:
        return left
    return left & right


def combine(labels: Iterable[Label], origin: str) -> Label:
    """Label of what a model emits: lowest integrity, intersection of readers."""
    result: Label | None = None
    for label in labels:
        if result is None:
            result = label
            continue
        result = Label(
            integrity=min(result.integrity, label.integrity),
            readers=_meet(result.readers, label.readers),
            origin=origin,
        )
    return (result or Label()).model_copy(update={"origin": origin})


DECIDES = Integrity.CRM  # G11: what is recalled into a context that decides has at least this integrity
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,63}")


def deciding(items: Iterable[Item], label_of: Callable[[Item], Label]) -> tuple[Item, ...]:
    """The items that may enter a context that decides (G11): our own records or better, never a secret."""
    return tuple(item for item in items if may_decide(label_of(item)))


def may_decide(label: Label) -> bool:
    """True when a value of this label may enter a context that decides."""
    return label.integrity >= DECIDES and SECRET not in label.readers


def is_typed(value: object) -> bool:
    """True for an enum, a finite number, a date or an id: a value too narrow to carry an instruction."""
    if isinstance(value, bool | int | date | Enum) or value is None:
        return True
    if isinstance(value, float | Decimal):
        return math.isfinite(value)
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def validated(value: object, label: Label) -> Label:
    """The label of a value that code has parsed: typed values rise to AGENT, free text never rises."""
    if not is_typed(value) or label.integrity >= Integrity.AGENT:
        return label
    return label.model_copy(update={"integrity": Integrity.AGENT})
