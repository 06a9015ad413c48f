"""Acts on the limits themselves: the matrix in force and earned levels. The gate lets only who may come here."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import ChangeAutonomy, ChangePolicy
from domain.errors import Correctable, Refused
from runtime.store import authority, versions


async def change_policy(tx: AsyncConnection, action: ChangePolicy, now: datetime) -> None:
    """Put a version of the matrix in force.

    Raises:
        Correctable: unknown_policy_version.
        Refused: policy_moved – another version came into force since this was proposed.
    """
    if await authority.policy_version(tx, action.version_id) is None:
        raise Correctable(
            f"There is no policy version {action.version_id}.",
            code="unknown_policy_version",
            where=action.version_id,
        )
    if (await versions.active_version(tx, "policy") or "") != action.previous_id:
        raise Refused("Another policy came into force meanwhile; look again.", code="policy_moved")
    await versions.activate_version(tx, "policy", action.version_id, now)


async def change_autonomy(tx: AsyncConnection, action: ChangeAutonomy, now: datetime) -> None:
    """Move an earned level.

    Raises:
        Refused: autonomy_moved – the level is not what the move starts from.
    """
    if await authority.earned_level(tx, action.agent, action.action_kind) != action.before:
        raise Refused("The level changed meanwhile; look again.", code="autonomy_moved")
    await authority.set_earned_level(
        tx, action.agent, action.action_kind, action.after, reason=action.reason, at=now
    )
