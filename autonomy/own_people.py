"""Who of our own people gets the morning page, and at which address. Reads only.

No action and no setting names an address: it is the one an owner or manager signs in with. When none of them signs
in with an address, it is our own mailbox.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.links import addresses_in
from autonomy.terms import Terms
from runtime.store import people

ROLES = ("owner", "manager")


@dataclass(frozen=True)
class Reader:
    """One of our own people; without an id it is our own mailbox."""

    user_id: str
    name: str
    address: str


async def readers(tx: AsyncConnection, terms: Terms) -> tuple[Reader, ...]:
    """Everybody who gets the page, each address once; nobody while no sender is set."""
    if not terms.sender:
        return ()
    found: dict[str, Reader] = {}
    for row in await people.all_users(tx):
        if row["role"] in ROLES and not row["disabled"] and is_address(row["name"]):
            found.setdefault(row["name"].casefold(), Reader(row["id"], "", row["name"]))
    return tuple(found.values()) or (Reader("", terms.sender_name, terms.sender),)


async def reader(tx: AsyncConnection, terms: Terms, user_id: str) -> Reader | None:
    """The reader behind an id; None when this is none, or none any more."""
    return next((one for one in await readers(tx, terms) if one.user_id == user_id), None)


async def is_ours(tx: AsyncConnection, terms: Terms, address: str) -> bool:
    """True for our sender and for an address that somebody of us signs in with."""
    wanted = address.casefold()
    if not wanted:
        return False
    return wanted in {
        terms.sender.casefold(),
        *(row["name"].casefold() for row in await people.all_users(tx)),
    }


def is_address(name: str) -> bool:
    """True when the name that somebody signs in with is one plain mail address."""
    return addresses_in(name) == [name.lower()]
