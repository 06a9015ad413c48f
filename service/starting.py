"""Making a home ready: folder, database, first owner; and new passwords."""

import secrets
from typing import Any

from runtime.settings import Settings
from service.bootstrap import House, open_house
from service.policies import install_first
from service.running import home_lock
from service.users import FIRST_OWNER, ensure_owner, set_password

PASSWORD_FILE = "first-password"


async def initialise(settings: Settings) -> dict[str, Any]:
    """Create what is missing; the first owner's password is returned once."""
    with home_lock(settings):
        async with open_house(settings) as house:
            where = settings.database if house.database.is_sqlite else house.database.where
            password = await ensure_owner(house)
            await install_first(house)
    return {
        "home": str(settings.home),
        "database": where,
        "user": FIRST_OWNER,
        "password": password,
    }


async def login_of(house: House) -> tuple[str, str]:
    """Name and password to print at start; the password is empty once the owner has set their own.

    The first password is kept in the home, readable by this user only, until it is changed.
    """
    path = house.settings.home / PASSWORD_FILE
    password = await ensure_owner(house)
    await install_first(house)
    if password is not None:
        path.touch(mode=0o600)
        path.write_text(password + "\n")
    kept = path.read_text().strip() if path.exists() else ""
    return FIRST_OWNER, kept


async def new_password(settings: Settings, name: str) -> str:
    """Set a fresh random password for a user and return it."""
    fresh = secrets.token_urlsafe(12)
    async with open_house(settings) as house:
        await ensure_owner(house)
        await set_password(house, name, fresh)
    forget_first_password(settings)
    return fresh


def forget_first_password(settings: Settings) -> None:
    """Drop the kept first password: the owner has another one now."""
    (settings.home / PASSWORD_FILE).unlink(missing_ok=True)
