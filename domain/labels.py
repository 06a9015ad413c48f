"""Labels on every stored value: how far we trust it, who may read it, where it came from."""

from collections.abc import Iterable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict


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
