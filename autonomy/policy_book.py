"""Which version of the matrix is in force: read in the same transaction as the decision it governs."""

from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.policy import Policy
from domain.errors import Bug
from runtime.store import authority


async def in_force(tx: AsyncConnection, first: Policy) -> Policy:
    """The active stored version; `first` (the file or the built-in one) while none was ever activated.

    Raises:
        Bug: policy_missing – the active version's row is gone, so nothing may be decided.
    """
    active = await authority.active_policy(tx)
    if active is None:
        return first
    if active.body is None:
        raise Bug("The policy in force cannot be found; nothing is decided.", code="policy_missing")
    return _parsed(active.body)


@lru_cache(maxsize=16)
def _parsed(body: str) -> Policy:
    return Policy.model_validate_json(body)
